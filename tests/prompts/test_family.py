"""A prompt fitted to its checkpoint's family: tags for Stable Diffusion 1.5, sentences for those that read them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storycore.characters.model import Character, Sheet
from storycore.prompts.compose import STORY, STYLE, compose, style_name
from storycore.prompts.escape import escape
from storycore.prompts.family import Family, family_of
from storycore.prompts.grammar import check, count_tokens
from storycore.prompts.tagged import tag, tags_of
from storycore.prompts.written import Written
from storycore.styles.model import Style

HOUSE = "Storybook illustration, painterly, richly detailed"
SEEN = (
    "Siegfried walked into the smithy and held up the broken sword. Mime was sitting by his fire, and Mrs. Smith blew "
    "into it until the coals were white"
)
SCENE = Written(
    (("Siegfried", "Siegfried, a young man"), ("Mime", "Mime, an old smith")),
    ("in the dark forest", "at dawn"),
    SEEN,
    HOUSE,
)
KNIGHT = Character(1, Sheet("Siegfried", look="a young knight with a red beard, a scar", lora="k", negative="hat"))
SMITH = Character(2, Sheet("Mime", look="a bald smith in a leather apron."))
INK = Style("Ink", template="ink drawing of {prompt}, cross-hatching")
OLD, NEW = "dreamshaper_8.safetensors", "dream_xl"
TAGGED = (
    "in dark forest, at dawn, Siegfried walked into smithy and held up broken sword, Mime sitting by fire, Mrs. Smith "
    "blew into it until coals were white"
)


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("v1-5-pruned-emaonly.safetensors [6ce0161689]", Family.SD15),
        ("dreamshaper_8", Family.SD15),
        ("realisticVisionV20", Family.SD15),
        ("revAnimated_v122", Family.SD15),
        ("v2-1_768-ema-pruned.ckpt", Family.SD21),
        ("stabilityai/stable-diffusion-2-1", Family.SD21),
        ("sd21_base", Family.SD21),
        ("sd_xl_base_1.0.safetensors [31e35c80fc]", Family.SDXL),
        ("juggernautXL_v9", Family.SDXL),
        ("ponyDiffusionV6", Family.SDXL),
        ("illustrious_v1", Family.SDXL),
        ("DeepFloyd/IF-I-XL-v1.0", Family.IF),
        ("flux1-dev-fp8", Family.OTHER),
        ("sd3.5_large", Family.OTHER),
    ],
)
def test_the_family_is_known_by_name(name: str, family: Family) -> None:
    assert family_of(name) is family
    assert family.takes_tags == (family is Family.SD15)


def test_the_same_scene_in_both_forms() -> None:
    prose, tags = compose(SCENE, {}, checkpoint=NEW), compose(SCENE, {}, checkpoint=OLD)
    assert prose.text == compose(SCENE, {}).text == SCENE.text
    assert tags.text == f"Siegfried, young man, Mime, old smith, {TAGGED}, {HOUSE[0].lower()}{HOUSE[1:]}"
    assert [source for _, source in map(tuple, tags.to_json()["parts"])] == [STORY, STYLE]
    # The style's own word goes before the checkpoint's, and its checkpoint before the story's.
    assert compose(SCENE, {}, style=Style("x", words="tags"), checkpoint=NEW).text == tags.text
    assert compose(SCENE, {}, style=Style("x", words="prose", checkpoint=OLD)).text == prose.text
    assert compose(SCENE, {}, style=Style("x", checkpoint=NEW), checkpoint=OLD).text == prose.text


def test_a_template_stands_around_and_its_name_is_told() -> None:
    composed = compose(SCENE, {"Siegfried": KNIGHT}, style=INK)
    look = KNIGHT.sheet.look
    assert composed.text.startswith(f"ink drawing of Siegfried, {look}. Mime, an old smith, in the dark forest")
    assert composed.text.endswith("until the coals were white, cross-hatching <lora:k:0.8>")
    assert HOUSE not in composed.text
    sources = {part.source: part.text for part in composed.parts}
    assert sources["style: Ink"] == "ink drawing of … cross-hatching" and look in sources["Siegfried"]
    assert [style_name(source) for source in ("style: Ink", STYLE, STORY, "Siegfried")] == ["Ink", "", None, None]
    plain = compose(SCENE, {}, style=Style("Quick", steps=8))
    assert plain.text == SCENE.text and plain.extras == {"style": {"steps": 8}}
    bare = compose(SCENE, {}, style=Style("Bare", template="{prompt}", sampler="Euler", steps=8))
    assert HOUSE not in bare.text and bare.parts[-1].text == "Euler · 8 steps"
    assert compose(Written((), (), "", HOUSE), {}, style=INK).text == "ink drawing of cross-hatching"


@pytest.mark.parametrize(
    "style", [None, INK, Style("Old", checkpoint=OLD), Style("x", template="{prompt}, ink", words="tags")]
)
def test_blocks_stay_as_they_are(style: Style | None) -> None:
    both = {"Siegfried": KNIGHT, "Mime": SMITH}
    composed = compose(SCENE, both, style=style)
    text = composed.text.removesuffix(" <lora:k:0.8>")
    first, second, common = text.split(" BREAK ")
    assert first == f"Siegfried, {KNIGHT.sheet.look}" and second == f"Mime, {SMITH.sheet.look}"
    assert common == composed.extras["common"] and "Siegfried and Mime, in" in common
    assert count_tokens(composed.text).chunks == 3 and check(composed.text).problems == ()
    assert composed.extras["negative"] == "hat"


def test_tags_are_short_and_say_the_same() -> None:
    assert tags_of("A golden crown lay in the wet moss; the frog blinked, then it was singing.") == [
        "golden crown lay in wet moss", "frog blinked", "it singing",
    ]  # fmt: skip
    assert tag("Their old king") == "old king" and tag("plan A is ready") == "plan A is ready"
    assert tags_of("She looked at her and saw nothing. She looked at her and saw nothing.") == [
        "She looked at her and saw nothing"
    ]
    assert tags_of("") == [] == tags_of(" . ")


NAMES = st.sampled_from(["Siegfried", "Mime", "Ada"])
LONG = " ".join(["The knight rode over the old bridge and saw a river, a mill and seven black swans."] * 12)


@given(
    seen=st.text(max_size=300),
    words=st.sampled_from(["tags", "prose"]),
    people=st.lists(NAMES, unique=True, max_size=3),
    linked=st.lists(st.sampled_from([KNIGHT, SMITH]), unique_by=lambda one: one.id, max_size=2),
    template=st.sampled_from(["", INK.template, "{prompt}"]),
)
@example(seen=LONG, words="tags", people=["Siegfried"], linked=[KNIGHT], template=INK.template)
@example(seen=LONG, words="tags", people=["Siegfried", "Mime"], linked=[KNIGHT, SMITH], template="")
@example(seen="\ud800 \x00 \u202e [a|b] (c:1..5) BREAK AND", words="tags", people=[], linked=[], template="")
@example(seen="", words="tags", people=["Siegfried"], linked=[KNIGHT], template="{prompt}")
def test_every_look_stands_early_and_once(
    seen: str, words: str, people: list[str], linked: list[Character], template: str
) -> None:
    scene = Written(tuple((name, name) for name in people), (), escape(seen), HOUSE)
    known = {one.sheet.name: one for one in linked if one.sheet.name in people}
    composed = compose(scene, known, style=Style("x", template=template, words=words))
    for place, one in enumerate(known.values()):
        look = one.sheet.look.rstrip(".")
        assert composed.text.count(look) == 1
        until = composed.text[: composed.text.index(look) + len(look)]
        assert count_tokens(until.split(" BREAK ")[-1]).tokens <= 75, place
    if words == "tags" and seen == LONG:
        assert count_tokens(composed.text).chunks <= len(known) + 1
