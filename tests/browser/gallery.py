"""Pictures of single messages for docs/messages.md: small, one file each, named and told of in one page."""

from __future__ import annotations

import io
import os
from pathlib import Path

from PIL import Image
from playwright.async_api import Locator

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "sandbox" / "states"
PAGE = FOLDER.parents[1] / "messages.md"
UPDATE = os.environ.get("UPDATE_SCREENSHOTS") == "1"
COLOURS = 200


async def picture(message: Locator, name: str) -> None:
    """A picture of a message: written when asked, otherwise one has to be there."""
    path = FOLDER / f"{name}.png"
    await message.scroll_into_view_if_needed()
    await message.evaluate("node => Promise.all([...node.querySelectorAll('img')].map((image) => image.decode()))")
    if UPDATE:
        await message.page.mouse.move(2, 2)
        data = await message.screenshot(animations="disabled", caret="hide")
        with Image.open(io.BytesIO(data)) as image:
            few = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        FOLDER.mkdir(exist_ok=True)
        few.save(path, optimize=True)
    assert path.is_file(), f"docs/sandbox/states/{name}.png is missing: make screenshots writes it"


def section(title: str, shown: list[tuple[str, str]]) -> None:
    """Keep a section of the page: pictures by name with their captions, two in a row."""
    lines = [f"## {title}", "", "| | |", "|---|---|"]
    for at in range(0, len(shown), 2):
        cells = [f"{words}<br>![{words}](sandbox/states/{name}.png)" for name, words in shown[at : at + 2]]
        lines.append(f"| {' | '.join(cells + [''] * (2 - len(cells)))} |")
    text = "\n".join(lines) + "\n"
    page = PAGE.read_text(encoding="utf-8")
    if UPDATE and text not in page:
        before, _, rest = page.partition(f"## {title}\n")
        after = rest.partition("\n## ")
        page = before + text + ("\n## " + after[2] if after[1] else "")
        PAGE.write_text(page, encoding="utf-8")
    assert text in page, f"docs/messages.md does not show the section “{title}” as it is: make screenshots writes it"
