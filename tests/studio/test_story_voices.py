"""Who speaks with which voice in a story, and what happens when a voice fails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storycore.errors import NotAllowedError, NotFoundError, ScriptError, VoiceError
from storycore.narration.base import ESPEAK, SPEECH, Speech, Voice
from storycore.narration.voices import catalogue
from storycore.store.models import WorkState
from storycore.studio import films, voices
from storycore.work.jobs.speaking import find_or_speak, story_lines, story_voices
from storycore.work.workshop import Workshop
from tests.support.studio import ADA, BO, MO, STRANGER, ready
from tests.support.workshops import QuickNarrator, small_workshop, until


class HalfANarrator(QuickNarrator):
    """A house whose speech service fails when it is told to; it remembers who spoke."""

    def __init__(self) -> None:
        super().__init__()
        self.down = False
        self.by: list[str] = []

    def fingerprint(self, voice: Voice) -> str:
        return f"{voice.engine}-{super().fingerprint(voice)}"

    async def speak(self, text: str, voice: Voice) -> Speech:
        if self.down and voice.engine == SPEECH:
            raise VoiceError("The speech service did not speak.")
        self.by.append(voice.engine)
        return await super().speak(text, voice)


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    async with small_workshop(tmp_path) as opened:
        opened.narrator = HalfANarrator()
        yield opened


def narrator(workshop: Workshop) -> HalfANarrator:
    assert isinstance(workshop.narrator, HalfANarrator)
    return workshop.narrator


async def test_the_author_and_moderators_choose_voices(workshop: Workshop) -> None:
    story = await ready(workshop)
    told = await voices.parts(workshop, story.id, BO)
    assert told[0].speaker == "Narrator"
    assert len({part.voice for part in told}) == len(told) > 1
    speaker = told[1].speaker
    with pytest.raises(NotAllowedError):
        await voices.choose(workshop, story.id, BO, speaker, "giant")
    with pytest.raises(NotFoundError):
        await voices.choose(workshop, story.id, STRANGER, speaker, "giant")
    for person in (ADA, MO):
        assert await voices.choose(workshop, story.id, person, f" {speaker.upper()} ", "Giant") == (speaker, "giant")
    after = await voices.parts(workshop, story.id, BO)
    entry = after[1].entry
    assert after[1].chosen and entry is not None and entry.name == "giant"
    assert [part for part in after if part.speaker != speaker] == [part for part in told if part.speaker != speaker]
    await voices.choose(workshop, story.id, ADA, speaker, "")
    assert await voices.parts(workshop, story.id, BO) == told


async def test_a_sample_is_spoken_once(workshop: Workshop) -> None:
    first = await voices.sample(workshop, "giant", "Fee  fi fo\nfum")
    assert await voices.sample(workshop, "GIANT", "Fee fi fo fum") == first
    assert narrator(workshop).spoken == ["Fee fi fo fum"]
    with pytest.raises(ScriptError, match="at most"):
        await voices.sample(workshop, "giant", "x" * 300)
    with pytest.raises(NotFoundError, match="no such voice"):
        await voices.sample(workshop, "gi")


async def test_a_voice_that_fails_does_not_fail_the_film(workshop: Workshop) -> None:
    workshop.voices = catalogue("nova=woman, onyx=man")
    narrator(workshop).down = True
    story = await ready(workshop)
    await films.request(workshop, story.id, ADA, None)
    view = await until(workshop, story.id, lambda v: v.films[0].state is WorkState.DONE, timeout=150)
    lines = len(await story_lines(workshop, story.id))
    assert f"The speech service did not read {lines} lines; espeak-ng did." in view.films[0].notes
    assert set(narrator(workshop).by) == {ESPEAK}

    narrator(workshop).down = False
    told = await story_lines(workshop, story.id)
    chains = await story_voices(workshop, story.id, told)
    spoken = await find_or_speak(workshop, told[0], chains[told[0].speaker])
    assert spoken.voice is not None and spoken.voice.engine == SPEECH  # what stood in is not kept for it


async def test_captions_stand_in_where_every_voice_fails(workshop: Workshop) -> None:
    story = await ready(workshop)
    told = await story_lines(workshop, story.id)
    narrator(workshop).down = True
    spoken = await find_or_speak(workshop, told[0], (Voice("nova", engine=SPEECH),))
    assert spoken.clip is None and spoken.voice is None
