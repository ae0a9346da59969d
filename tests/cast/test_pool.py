"""Understanding in a process of its own: it comes back after a death, and nobody waits for ever."""

import os
import signal

import pytest

from storycore.cast.pool import UnderstandingPool
from storycore.cast.understand import understand
from storycore.errors import ScriptError, SettingsError
from storycore.script.scenes import parts
from tests.script.stories import SIEGFRIED


async def test_a_script_is_understood_and_again_after_the_process_died() -> None:
    pool = UnderstandingPool()
    try:
        assert await pool.understand(SIEGFRIED) == understand(SIEGFRIED)
        assert pool.process_id is not None
        first = pool.process_id
        os.kill(first, signal.SIGKILL)
        assert await pool.understand("Then Anna laughed.") == understand("Then Anna laughed.")
        assert pool.process_id not in (None, first)
    finally:
        await pool.close()
    assert pool.process_id is None


async def test_what_takes_too_long_is_given_up_and_the_pool_goes_on() -> None:
    pool = UnderstandingPool(timeout_s=0.001)
    try:
        with pytest.raises(ScriptError, match="not understood within"):
            await pool.understand(SIEGFRIED)
        assert pool.process_id is None
        pool.timeout_s = 60
        assert (await pool.understand("Then Anna laughed.")).cast[0].name == "Anna"
    finally:
        await pool.close()


async def test_other_work_on_scripts_is_done_there_too() -> None:
    pool = UnderstandingPool()
    try:
        assert "".join(await pool.run(parts, SIEGFRIED, max_scenes=3)) == SIEGFRIED
    finally:
        await pool.close()


async def test_an_error_of_ours_comes_through() -> None:
    pool = UnderstandingPool("somebody")
    try:
        with pytest.raises(SettingsError):
            await pool.understand(SIEGFRIED)
    finally:
        await pool.close()
        await pool.close()
