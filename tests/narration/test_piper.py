"""Piper, played by a small stand-in: the package is an extra, and its voices are the operator's."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest

from storycore.errors import SettingsError, VoiceError
from storycore.narration import Voice
from storycore.narration.base import PIPER
from storycore.narration.ensemble import open_voices
from storycore.narration.piper import PiperNarrator, piper_voices
from storycore.narration.voices import Traits, VoiceSettings

_STAND_IN = """
import dataclasses, math, pathlib, struct
@dataclasses.dataclass
class SynthesisConfig:
    speaker_id: int | None = None
    length_scale: float | None = None
@dataclasses.dataclass
class AudioChunk:
    sample_rate: int
    audio_int16_bytes: bytes
class PiperVoice:
    @staticmethod
    def load(path):
        voice = PiperVoice()
        voice.rate = int(pathlib.Path(path).read_text())
        return voice
    def synthesize(self, text, syn_config=None):
        print("a library that prints")
        if "explode" in text:
            raise ValueError(text)
        for sentence in text.split(". "):
            seconds = 0.1 * len(sentence.split()) * syn_config.length_scale * (1 + (syn_config.speaker_id or 0))
            samples = [round(8000 * math.sin(at / 20)) for at in range(round(seconds * self.rate))]
            yield AudioChunk(self.rate, struct.pack(f"<{len(samples)}h", *samples))
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stand-in on the path, here and in the voice's own process; and a folder of voices."""
    site = tmp_path / "site"
    (site / "piper").mkdir(parents=True)
    (site / "piper" / "__init__.py").write_text(textwrap.dedent(_STAND_IN))
    (site / "piper_tts-1.4.2.dist-info").mkdir()
    (site / "piper_tts-1.4.2.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: piper-tts\nVersion: 1.4.2\n"
    )
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", str(site))
    folder = tmp_path / "voices"
    folder.mkdir()
    for name, rate in (("en_GB-alba-medium", 22050), ("en_US-many-high", 16000)):
        (folder / f"{name}.onnx").write_text(str(rate))
        (folder / f"{name}.onnx.json").write_text(json.dumps({"audio": {"sample_rate": rate}}))
    (folder / "half.onnx").write_text("1")
    return folder


async def test_a_line(installed: Path) -> None:
    narrator = PiperNarrator(installed)
    try:
        line = "Ada had 3 apples. She ate one."
        speech = await narrator.speak(line, Voice("en_GB-alba-medium", engine=PIPER))
        assert speech.sample_rate == 22050
        assert speech.seconds == pytest.approx(0.7, abs=0.01)
        assert [line[word.start : word.end] for word in speech.words] == line.split()
        slow = await narrator.speak(line, Voice("en_US-many-high#1", rate=82, engine=PIPER))
        assert slow.sample_rate == 16000
        assert slow.seconds == pytest.approx(0.7 * 165 / 82 * 2, abs=0.01)
        with pytest.raises(VoiceError):
            await narrator.speak("It will explode", Voice("en_GB-alba-medium", engine=PIPER))
        with pytest.raises(VoiceError):
            await narrator.speak("Hello", Voice("en_XX-gone", engine=PIPER))
        with pytest.raises(VoiceError):
            await narrator.speak("Hello", Voice("../../etc/passwd", engine=PIPER))
        assert (await narrator.speak("Still here", Voice("en_GB-alba-medium", engine=PIPER))).seconds > 0.1
    finally:
        await narrator.close()


def test_a_voice_file_that_is_replaced_is_another_voice(installed: Path) -> None:
    voice = Voice("en_GB-alba-medium", engine=PIPER)
    before = PiperNarrator(installed).fingerprint(voice)
    assert PiperNarrator(installed).fingerprint(voice) == before
    (installed / "en_GB-alba-medium.onnx.json").write_text("{}")
    assert PiperNarrator(installed).fingerprint(voice) != before


def test_the_folder_s_voices(installed: Path) -> None:
    assert [entry.name for entry in piper_voices(installed)] == ["piper:en_GB-alba-medium", "piper:en_US-many-high"]
    named = piper_voices(installed, "en_US-many-high#12=old man, en_GB-alba-medium=woman")
    assert [entry.traits for entry in named] == [Traits("m", "old"), Traits("f", "adult")]
    with pytest.raises(SettingsError, match="which is not in"):
        piper_voices(installed, "en_GB-gone=man")
    with pytest.raises(SettingsError, match="holds no voices"):
        piper_voices(installed.parent)


def test_without_the_package_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="not installed"):
        piper_voices(tmp_path)


async def test_all_engines_together(installed: Path) -> None:
    settings = VoiceSettings(speech_url="http://127.0.0.1:1/v1", speech_voices="nova=woman", piper_dir=installed)
    narrator, voices = open_voices(settings)
    try:
        assert voices.engines == ("speech", "piper", "espeak-ng")
        for entry in (voices.of("piper")[0], voices.of("espeak-ng")[0]):
            assert (await narrator.speak("Hello there", entry.voice)).seconds > 0.1
        with pytest.raises(VoiceError, match="not set up"):
            await narrator.speak("Hello", Voice("x", engine="gone"))
        assert len({narrator.fingerprint(entry.voice) for entry in voices.entries}) == len(voices.entries)
    finally:
        await narrator.close()
