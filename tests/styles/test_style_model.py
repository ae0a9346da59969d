"""A style's words: read, bounded, written again; what cannot be kept is told where it was said."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storycore.errors import FiresideError
from storycore.prompts.grammar import count_tokens
from storycore.styles.model import (
    KEYS,
    MAX_HEAD_TOKENS,
    PLACE,
    Style,
    StyleError,
    from_json,
    in_words,
    tidy,
    to_json,
    with_words,
)

SAID = {
    "template": "{prompt}, ink drawing <lora:ink:0.7>",
    "negative": "photo, (blurry:1.2)",
    "Checkpoint": "dream_xl",
    "sampler": "DPM++ 2M",
    "scheduler": "Karras",
    "steps": "28",
    "size": "1216 × 832",
    "CFG scale": "6,5",
    "clip skip": "2",
    "vae": "soft.pt",
    "hires fix": "1.5x",
    "upscaler": "R-ESRGAN 4x+",
    "denoising": "0.35",
    "hires steps": "12",
    "words": "Prose",
}


def test_what_is_typed_is_read_and_written_again() -> None:
    style = tidy(with_words(Style("  Ink "), SAID))
    assert (style.name, style.size, style.cfg, style.hires, style.words) == ("Ink", (1216, 832), 6.5, 1.5, "prose")
    assert list(in_words(style)) == list(KEYS) and in_words(style)["size"] == "1216x832"
    assert from_json(to_json(style)) == style and with_words(Style("Ink"), in_words(style)) == style
    assert style.painting["hires"] == {"scale": 1.5, "upscaler": "R-ESRGAN 4x+", "denoising": 0.35, "steps": 12}
    assert style.final_side == 1824
    nothing = with_words(style, dict.fromkeys(KEYS, "-"))
    assert nothing == Style("Ink") and nothing.painting == {} and nothing.brief == ""
    assert tidy(with_words(Style("Ink"), {"template": "ink drawing"})).template == "{prompt}, ink drawing"
    assert with_words(style, {"sampler": "Automatic", "words": "auto"}).sampler == ""
    assert from_json({}) is None
    assert from_json({"name": "Ink", "steps": "9000", "sampler": "Euler", "id": 3}) == Style("Ink", sampler="Euler")


@pytest.mark.parametrize(
    ("key", "typed", "told"),
    [
        ("steps", "0", "from 1 to 150"),
        ("steps", "٣", "from 1 to 150"),
        ("steps", "12.5", "from 1 to 150"),
        ("size", "1216", "width x height"),
        ("size", "1216x830", "multiple of 8"),
        ("size", "4096x4096", "from 64 to 2048"),
        ("cfg", "nan", "from 1 to 30"),
        ("cfg", "1e9", "from 1 to 30"),
        ("denoising", "1.5", "from 0 to 1"),
        ("hires", "9", "from 1.05 to 4"),
        ("words", "verse", "tags or as prose"),
        ("sampler", "x" * 101, "101 characters"),
        ("checkpoint", "<lora:x:1>", "no checkpoint's name"),
        ("template", "{prompt} {prompt}", "stands in the template twice"),
        ("template", "({prompt}:1.2)", "never closed"),
        ("template", "{prompt} AND a dog", "AND and BREAK"),
        ("template", "{prompt}, [a|b", "never closed"),
        ("template", "in a very long lead " * 5 + "{prompt}", "looks would come too late"),
        ("template", "{prompt}, " + "and so on " * 40, "tokens long"),
        ("template", "x" * 501, "501 characters"),
        ("negative", "<lora:x:1>", "loads nothing"),
        ("negative", "(blurry", "never closed"),
        ("upscaler", "Latent", "belong to a hires fix"),
        ("colour", "red", "nothing called “colour”"),
    ],
)
def test_what_cannot_be_kept_is_told(key: str, typed: str, told: str) -> None:
    with pytest.raises(StyleError, match=told) as refused:
        tidy(with_words(Style("Ink"), {key: typed}))
    assert refused.value.field in (key, "hires")


@pytest.mark.parametrize("name", ["", " ", "none", "?!", "x" * 41])
def test_a_style_has_a_name(name: str) -> None:
    with pytest.raises(StyleError):
        tidy(Style(name))


@given(st.sampled_from(KEYS), st.text(max_size=60))
@example("template", "\ud800{prompt}")
@example("template", "{prompt}\x00")
@example("template", "\u202e{prompt}\u202c")
@example("negative", "\ud800")
@example("sampler", "\ud800")
@example("size", "64x\u0664\u0664")
@example("cfg", "\ud800")
def test_whatever_is_typed_is_kept_or_refused_kindly(key: str, typed: str) -> None:
    try:
        style = tidy(with_words(Style("Ink"), {key: typed}))
    except FiresideError as error:
        assert error.message
        return
    assert from_json(to_json(style)) == style
    assert count_tokens(style.before).tokens <= MAX_HEAD_TOKENS and style.template.count(PLACE) <= 1
    assert in_words(with_words(Style("Ink"), in_words(style))) == in_words(style)
