"""Music that somebody handed in: checked, its silence cut off, made into a ring that closes without a click."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import numpy.typing as npt

from storycore.errors import FilmError
from storycore.film.decode import NoSoundError, decoded
from storycore.film.music import SAMPLE_RATE, Stereo

#: What a file may have at most: bytes, and seconds that are used.
MOST_BYTES = 100 << 20
LONGEST_S = 900.0
_SHORTEST_S = 2.0
_CROSSFADE_S = 2.0
_QUIET = 10 ** (-50 / 20)
_LEVEL = 10 ** (-20 / 20)
_HINT = "MP3, WAV, FLAC, OGG and M4A can be played; or choose the music “auto” or “off”."


async def music_of(path: Path, seconds: float) -> Stereo:
    """The music in the file ``path`` for a film of ``seconds``: 48 kHz stereo, as loud as Fireside's own.

    Where it is shorter than the film it can be played round and round. Raises ``FilmError`` where it is no music.
    """
    try:
        size = (await asyncio.to_thread(path.stat)).st_size
    except OSError as error:
        raise FilmError("The file with the music is not there.", _HINT) from error
    if size > MOST_BYTES:
        raise FilmError(f"The music has {size >> 20} MiB; a file may have {MOST_BYTES >> 20}.", _HINT)
    try:
        pcm = await decoded(path, rate=SAMPLE_RATE, channels=2, seconds=min(LONGEST_S, seconds + 30), time_limit=120)
    except NoSoundError as error:
        raise FilmError("The file with the music holds no sound that can be played.", _HINT) from error
    music = _trimmed(np.asarray(np.frombuffer(pcm, "<i2").reshape(-1, 2) / 32768, np.float32))
    if len(music) < _SHORTEST_S * SAMPLE_RATE:
        raise FilmError("The file with the music is silent, or shorter than two seconds.", _HINT)
    return _levelled(music if len(music) >= seconds * SAMPLE_RATE else ring_of(music))


def ring_of(music: Stereo) -> Stereo:
    """``music`` so that its end runs into its beginning: the last two seconds (a quarter of a short piece) are laid
    over the first ones, one growing as loud as the other fades."""
    cross = min(round(_CROSSFADE_S * SAMPLE_RATE), len(music) // 4)
    turn = np.linspace(0, np.pi / 2, cross, endpoint=False, dtype=np.float32)[:, None]
    ring = music[: len(music) - cross].copy()
    ring[:cross] = ring[:cross] * np.sin(turn) + music[len(music) - cross :] * np.cos(turn)
    return ring


def _trimmed(music: Stereo) -> Stereo:
    loud = np.flatnonzero(np.abs(music).max(axis=1) > _QUIET)
    return music[int(loud[0]) : int(loud[-1]) + 1] if len(loud) else music[:0]


def _levelled(music: Stereo) -> Stereo:
    """As loud as the rest: quiet stretches do not count, so that a long beginning does not make the rest too loud."""
    block = SAMPLE_RATE // 10
    whole = len(music) // block * block
    powers: npt.NDArray[np.float32] = np.square(music[:whole].reshape(-1, block * 2)).mean(axis=1)
    loud = powers[powers > powers.max() * 0.05]
    return np.asarray(music * min(20.0, _LEVEL / float(np.sqrt(loud.mean()))), np.float32)
