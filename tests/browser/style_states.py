"""The states of everything about styles, as views made by hand; drawn by the bot's own sheets."""

from __future__ import annotations

from dataclasses import replace

from bot.ui.scene import scene_sheet
from bot.ui.sheet import Sheet as Message
from bot.ui.styles import changed_card, list_page, story_card, style_card
from storycore.prompts.compose import STORY
from storycore.studio.styles import Changed, StyleView
from storycore.styles.model import Style
from storycore.work.jobs.recasting import Concerned
from tests.browser.states import Painted, State, a_scene, a_story

INK = Style(
    "Ink",
    template="ink drawing of {prompt}, cross-hatching, old paper <lora:pen_v2:0.7>",
    negative="photo, colour, blurry, watermark",
    checkpoint="dream-xl",
    sampler="DPM++ 2M",
    scheduler="Karras",
    steps=28,
    size=(1216, 832),
    cfg=6.5,
    clip_skip=2,
    vae="soft.vae.pt",
    hires=1.5,
    upscaler="R-ESRGAN 4x+",
    hires_steps=12,
)
TOLD = "Siegfried, a young man, at the edge of a dark forest, at dusk. The birds had fallen silent"
LACKING = (
    "cellar lacks the checkpoint “dream-xl”: others paint it.",
    "No painter has the upscaler “R-ESRGAN 4x+”: Latent is taken.",
)


def style_states(painted: Painted) -> list[State]:
    """Everything about styles, in the order in which people meet it."""
    oil = Style("Oil on canvas", template="oil painting of {prompt}")
    quick = Style("Quick", steps=8, sampler="Euler a", size=(768, 432))
    view = StyleView(1, INK, is_default=True, made_by_name="Olu", stories=2)
    plain = StyleView(3, quick, made_by_name="Bo", missing=LACKING)
    found = [view, StyleView(2, oil), plain]
    keeping = (Concerned(1, "Siegfried and the dragon", (1, 2, 3, 4), (3,)),)
    changed = Changed(1, INK, keeping)
    four = painted.pictures[:4]
    parts = ((TOLD, STORY), ("ink drawing of … cross-hatching, old paper <lora:pen_v2:0.7>", "style: Ink"))
    styled = a_scene(1, four, parts=parts, style="Ink", means="no scheduler “Karras” here: its usual one")
    by_hand = a_scene(1, four, edited=True, style="Ink", restyled=True)
    story = a_story((styled, *(a_scene(number, four) for number in (2, 3, 4))))
    return [
        State("style-list", "The list", Message(list_page(found, 0))),
        State("style-card", "One style, for whoever manages them", Message(style_card(view, manages=True))),
        State("style-lacking", "What painters lack", Message(style_card(plain, manages=False))),
        State("style-changed", "A style changed", Message(changed_card(changed, "✅ **Ink** is changed."))),
        State("style-story", "A story's style", Message(story_card(replace(oil, negative="photo")))),
        State("style-scene", "A scene in a style", scene_sheet(story, styled, 1)),
        State("style-by-hand", "Written by hand, and another style", scene_sheet(story, by_hand, 1)),
    ]
