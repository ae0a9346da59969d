"""Styles in chat, over the real wire: written, looked at, taken by stories, changed and taken along."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.ui.forms import Form
from sandbox.world import File
from storycore.store.hosts import HostHealth, HostRow
from tests.support.wire import Wire, wire_to
from tests.support.workshops import STORY, QuickPainter

ABILITIES = {
    "checkpoints": ["dream-xl.safetensors [31e35c80fc]", "dream-xl", "ink_v3"],
    "samplers": ["DPM++ 2M", "Euler a"],
    "schedulers": ["Automatic", "Karras"],
    "vaes": ["soft.vae.pt"],
    "upscalers": ["Latent", "R-ESRGAN 4x+"],
}


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with wire_to(tmp_path) as opened:
        yield opened


async def with_host(wire: Wire, name: str = "attic", **changes: Any) -> None:
    """A host's row, as the last look at it left it."""
    async with wire.workshop.database.write() as session:
        abilities = ABILITIES | changes
        session.add(HostRow(name=name, url=f"https://{name}.example", health=HostHealth.WELL, abilities=abilities))


async def test_a_style_is_written_by_options_and_by_the_pop_up(wire: Wire) -> None:
    olu, bo = wire.member("Olu"), wire.member("Bo")
    await with_host(wire)
    found = await olu.autocomplete(wire.channel, "style add", option="checkpoint", value="dream", name="Ink")
    assert [choice["value"] for choice in found] == ["dream-xl"]
    for option, value, wanted in (
        ("sampler", "euler", ["Euler a"]),
        ("scheduler", "kar", ["Karras"]),
        ("vae", "", ["soft.vae.pt"]),
        ("upscaler", "", ["Latent", "R-ESRGAN 4x+"]),
    ):
        choices = await olu.autocomplete(wire.channel, "style add", option=option, value=value, name="Ink")
        assert [choice["value"] for choice in choices] == wanted, option
    assert await bo.autocomplete(wire.channel, "style add", option="sampler", value="", name="Ink") == []
    added = await olu.slash(
        wire.channel, "style add", name="Ink", template="ink drawing @everyone", checkpoint="dream-xl",
        sampler="Euler a", steps=30, size="1216x832", hires=1.5,
    )  # fmt: skip
    answer = await added.response()
    assert "**Ink** is there now" in answer.text and "⚠️" not in answer.text
    shown = await (await bo.slash(wire.channel, "style show", style="ink")).response()
    assert "{prompt}, ink drawing" in shown.text and not shown.buttons and not shown.mention_everyone
    assert "dream-xl · Euler a · 30 steps · 1216 × 832 · hires fix 1.5×" in shown.text
    # The pop-up holds it; what is left out there is said no more, and what is wrong is told.
    shown = await (await olu.slash(wire.channel, "style show", style="Ink")).response()
    form = (await olu.click(shown, label="Edit")).modal
    assert form is not None and form.fields[3].value is not None and "size: 1216x832" in form.fields[3].value
    for lines, told in (
        ("sampler: Euler b", "No painter has the sampler “Euler b”"),
        ("steps: 1000", "from 1 to 150"),
        ("size: 100x100", "multiple of 8"),
        ("colour: red", "nothing called “colour”"),
        ("steps 30", "Write `steps: 28`"),
        ("upscaler: Latent", "belong to a hires fix"),
    ):
        form = (await olu.slash(wire.channel, "style edit", style="Ink")).modal
        assert form is not None
        refused = await (await olu.submit(form, {"name": "Ink", "lines": lines})).response()
        assert told in refused.text, lines
    form = (await olu.slash(wire.channel, "style edit", style="Ink")).modal
    assert form is not None
    changed = await olu.submit(form, {"name": "Pen", "template": "pen of {prompt}", "lines": "CFG scale: 5,5"})
    assert "**Pen** is changed" in (await changed.response()).text
    shown = await (await bo.slash(wire.channel, "style show", style="pen")).response()
    assert "pen of {prompt}" in shown.text and "CFG 5.5" in shown.text and "dream-xl" not in shown.text
    listed = await (await bo.slash(wire.channel, "style list")).response()
    assert "Styles · 1" in listed.text and "**Pen**" in listed.text
    card = await (await bo.select(listed, placeholder="Look at one…", values=["Pen"])).response()
    assert "pen of {prompt}" in card.text
    missing = await (await bo.slash(wire.channel, "style show", style="pin")).response()
    assert "There is no style “pin” here" in missing.text and "Pen" in missing.text
    for command, values in (
        ("add", {"name": "x"}),
        ("edit", {"style": "Pen"}),
        ("remove", {"style": "Pen"}),
        ("set", {"style": "Pen", "default": True}),
    ):
        denied = await bo.slash(wire.channel, f"style {command}", **values)
        assert denied.modal is None and (await denied.response()).text.startswith("Only admins"), command
    removed = await olu.slash(wire.channel, "style remove", style="Pen")
    assert "**Pen** is removed" in (await removed.response()).text
    assert "None yet" in (await (await bo.slash(wire.channel, "style list")).response()).text


async def test_a_story_takes_a_style_and_another_and_its_scenes_say_so(wire: Wire) -> None:
    olu, ada, bo = wire.member("Olu"), wire.member("Ada"), wire.member("Bo")
    await olu.slash(wire.channel, "style add", name="Ink", template="{prompt}, ink drawing", steps=30, size="64x128")
    await olu.slash(wire.channel, "style add", name="Oil", template="oil painting of {prompt}", sampler="Euler a")
    offered = await ada.autocomplete(wire.channel, "story new", option="style", value="")
    assert [choice["value"] for choice in offered] == ["Ink", "Oil"]
    wrong = await ada.slash(wire.channel, "story new", script=File("w.txt", STORY.encode()), style="Inc")
    assert "There is no style “Inc” here" in (await wrong.response()).text
    await ada.slash(wire.channel, "story new", title="The well", script=File("w.txt", STORY.encode()), style="ink")
    first, second = await wire.painted()
    assert all("**Style: Ink**: ink drawing" in scene.text for scene in (first, second))
    painter = wire.painter
    assert isinstance(painter, QuickPainter)
    assert {(r.width, r.height, r.style["steps"]) for r in painter.requests} == {(64, 128, 30)}
    assert all(request.prompt.endswith(", ink drawing") for request in painter.requests)
    # Somebody else may not choose; the author may, and what was painted before is found again.
    denied = await bo.slash(wire.thread, "style set", style="Oil")
    assert "Only the story's author (Ada)" in (await denied.response()).text
    await ada.click(second, label="2")
    before = len(painter.requests)
    done = await (await ada.slash(wire.thread, "style set", style="oil")).response()
    assert "painted in **Oil**" in done.text and "scenes 1, 2 of **The well**" in done.text
    await wire.wait(lambda: "Style: Oil" in first.text and len(painter.requests) > before, 60, "the other style")
    await wire.wait(lambda: "are being painted" not in first.text, 60)
    assert painter.requests[-1].prompt.startswith("oil painting of ")
    assert painter.requests[-1].style == {"sampler": "Euler a"}
    assert len(painter.requests) == before + 1  # the second scene has a vote: its pictures stand
    await wire.wait(lambda: "Another style was chosen. **Again** paints it" in second.text, 60, "the offer")
    mine = await (await bo.slash(wire.thread, "style show")).response()
    assert "Oil" in mine.text and "As this story took it" in mine.text
    await ada.slash(wire.thread, "style set", style="Ink")
    await wire.wait(lambda: "Style: Ink" in first.text, 60)
    await ada.slash(wire.thread, "style set", style="none")
    await wire.wait(lambda: "Style: " not in first.text, 60)
    await wire.wait(lambda: "are being painted" not in first.text, 60)
    assert [request.prompt for request in painter.requests[before + 1 :]] == [painter.requests[-1].prompt]


async def test_a_form_that_was_open_over_a_restart_keeps_the_style(wire: Wire) -> None:
    olu, ada = wire.member("Olu"), wire.member("Ada")
    await olu.slash(wire.channel, "style add", name="Ink: pen", template="{prompt}, ink drawing")
    form = (await ada.slash(wire.channel, "story new", style="ink: pen")).modal
    assert form is not None
    Form.opened.clear()  # what a new process knows
    sent = await ada.submit(form, {"Title": "The well", "The script": STORY})
    assert "reading your script" in (await sent.response()).text
    assert "Style: Ink" in (await wire.painted())[0].text


async def test_a_changed_style_is_offered_to_the_stories_that_took_it(wire: Wire) -> None:
    olu, ada = wire.member("Olu"), wire.member("Ada")
    await olu.slash(wire.channel, "style add", name="Ink", template="{prompt}, ink drawing")
    made = await olu.slash(wire.channel, "style set", style="Ink", default=True)
    assert "New stories of this server are painted in **Ink**" in (await made.response()).text
    await wire.new_story()
    first, second = await wire.painted()
    assert "Style: Ink" in first.text
    # By hand: these words stay, whatever the style says.
    form = (await ada.click(second, label="Edit prompt")).modal
    assert form is not None
    await ada.submit(form, {"prompt": "a red well"})
    await wire.wait(lambda: "Prompt, rewritten: a red well" in second.text and "Style: Ink" in second.text, 60)
    await wire.wait(lambda: "are being painted" not in second.text, 60)
    changed = await (await olu.slash(wire.channel, "style edit", style="Ink", steps=12)).response()
    assert "keep it as it was" in changed.text and "scenes 1, 2 of **The well**; scene 2 by hand" in changed.text
    painter = wire.painter
    assert isinstance(painter, QuickPainter)
    before = len(painter.requests)
    followed = await olu.click(changed, label="Take it there, too")
    assert "Painted again where nobody has voted" in (await followed.response()).text
    await wire.wait(lambda: len(painter.requests) == before + 2, 60, "both scenes painted anew")
    assert {request.style["steps"] for request in painter.requests[before:]} == {12}
    assert sorted("red well" in request.prompt for request in painter.requests[before:]) == [False, True]
    again = await olu.click(changed, label="Take it there, too")
    assert "has it as it is now" in (await again.response()).text


async def test_admins_bound_what_members_take(wire: Wire) -> None:
    olu, ada = wire.member("Olu"), wire.member("Ada")
    await with_host(wire)
    await with_host(wire, "cellar", checkpoints=["ink_v3"], samplers=["Euler a"], upscalers=[])
    for name, values in (
        ("Dream", {"checkpoint": "dream-xl", "sampler": "DPM++ 2M"}),
        ("Vast", {"size": "1024x1024", "hires": 2.0}),
        ("Slow", {"steps": 120}),
    ):
        added = await olu.slash(wire.channel, "style add", name=name, **values)
        assert f"**{name}** is there now" in (await added.response()).text
    shown = await (await ada.slash(wire.channel, "style show", style="Dream")).response()
    said = shown.text.replace("\\", "")
    assert "cellar lacks the checkpoint “dream-xl”: others paint it." in said
    assert "cellar lacks the sampler “DPM++ 2M”: its usual one is taken." in said
    for key, value in (("styles.checkpoints", "ink_v3"), ("styles.size", "1536"), ("styles.steps", "60")):
        assert "✅" in (await (await olu.slash(wire.channel, "settings set", key=key, value=value)).response()).text
    script = File("w.txt", STORY.encode())
    for name, told in (
        ("Dream", "do not allow the checkpoint “dream-xl”"),
        ("Vast", "a side of 2,048 pixels"),
        ("Slow", "takes 120 steps"),
    ):
        refused = await ada.slash(wire.channel, "story new", script=script, style=name)
        assert told in (await refused.response()).text, name
        assert (await ada.slash(wire.channel, "story new", style=name)).modal is None
    found = await olu.autocomplete(wire.channel, "style add", option="checkpoint", value="", name="x")
    assert [choice["value"] for choice in found] == ["dream-xl", "ink_v3"]
