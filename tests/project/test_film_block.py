"""The film's options and two picks in ``story.yaml`` and on the command line, from the words to the film."""

from __future__ import annotations

import pytest

from storycore.errors import FilmError, ScriptError
from storycore.film.model import FilmPlan
from storycore.film.options import DEFAULTS, FilmOptions, Motion, SubtitleMode
from storycore.project.make import make
from storycore.project.model import Order
from storycore.work.jobs import filming
from tests.machine.doubles import QuickStudio
from tests.project.house import Bench


class Watching(QuickStudio):
    """Remembers the plans."""

    def __init__(self) -> None:
        super().__init__()
        self.plans: list[FilmPlan] = []

    async def make_film(self, plan, path, **rest):  # type: ignore[no-untyped-def]
        self.plans.append(plan)
        return await super().make_film(plan, path, **rest)


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> Watching:
    watching = Watching()
    monkeypatch.setattr(filming, "make_film", watching.make_film)
    return watching


async def test_the_file_says_what_the_film_is_like(tmp_path, studio: Watching) -> None:  # type: ignore[no-untyped-def]
    bench = Bench(tmp_path)
    await bench.make_film()
    assert studio.plans[-1].options == DEFAULTS
    bench.edit("shape: 16:9", "shape: 9:16   # for phones")
    bench.edit("motion: auto", "motion: still")
    bench.edit("music: auto", "music: song.mp3")
    with pytest.raises(FilmError, match=r"song\.mp3"):
        await bench.make_film()
    (tmp_path / "song.mp3").write_bytes(b"ID3 notes")
    await bench.make_film()
    plan = studio.plans[-1]
    assert (plan.options.shape, plan.options.motion) == ("9:16", Motion.STILL)
    assert plan.music is not None and plan.music.read_bytes() == b"ID3 notes"
    assert "shape: 9:16   # for phones" in bench.yaml.read_text(encoding="utf-8")
    made = studio.made
    await bench.make_film()
    assert studio.made == made, "the film of exactly these options is there"


async def test_the_command_line_speaks_louder_and_is_not_remembered(tmp_path, studio: Watching) -> None:  # type: ignore[no-untyped-def]
    bench = Bench(tmp_path)
    await bench.make_film()
    bench.edit("subtitles: words", "subtitles: lines")
    said = {"subtitles": "off", "draft": "on"}
    order = Order(bench.script, bench.project, film=bench.film, options=said, max_bytes=5 << 20)
    await make(order, bench.house(), bench.progress.append)
    assert studio.plans[-1].options == FilmOptions(subtitles=SubtitleMode.OFF, draft=True)
    assert studio.plans[-1].max_bytes == 5 << 20
    await bench.make_film()
    assert studio.plans[-1].options == FilmOptions(subtitles=SubtitleMode.LINES)


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("shape: 16:9", "shape: 4:3", "“4:3” is no shape"),
        ("motion: auto", "colour: red", "“colour” is nothing that the film has"),
        ("draft: off", "draft: perhaps", "“perhaps” is no draft"),
        ("draft: off", "draft: off\n  max-mib: lots", "no size"),
        ("pick: 1", "picks: [1, 9]", "no picture 9"),
        ("pick: 1", "picks: [1, 2, 1]", "names two pictures"),
        ("pick: 1", "picks: [one, two]", "not a number"),
        ("pick: 1", "pick: 1\n    picks: [1, 2]", "“pick” and “picks”"),
    ],
)
async def test_a_mistake_is_named_with_its_line(tmp_path, old: str, new: str, said: str) -> None:  # type: ignore[no-untyped-def]
    bench = Bench(tmp_path)
    await bench.paint()
    bench.edit(old, new)
    before = bench.yaml.read_text(encoding="utf-8")
    with pytest.raises(ScriptError, match=r"story\.yaml, line \d+") as caught:
        await bench.paint()
    assert said in str(caught.value)
    assert bench.yaml.read_text(encoding="utf-8") == before


async def test_two_picks(tmp_path, studio: Watching) -> None:  # type: ignore[no-untyped-def]
    bench = Bench(tmp_path)
    await bench.make_film()
    one = studio.plans[-1].scenes[0]
    bench.edit("pick: 1", "picks: [2, 1]  # turned")
    await bench.make_film()
    two = studio.plans[-1].scenes[0]
    assert two.second == one.picture and two.picture not in (None, one.picture)
    assert "picks: [2, 1]  # turned" in bench.yaml.read_text(encoding="utf-8")
    assert studio.plans[-1].scenes[1] == studio.plans[0].scenes[1]
    bench.edit("picks: [2, 1]  # turned", "pick: 1")
    assert not (await bench.make_film()).changed or studio.made == 2, "the first film is found again"
