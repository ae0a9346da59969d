"""The contact sheet: every scene's pictures on one page, drawn again only when it would look different."""

from __future__ import annotations

import asyncio

from storycore.images.sheet import SheetRow, contact_sheet
from storycore.keys import recipe_key
from storycore.project.folder import ProjectFolder, copy_whole, disk
from storycore.studio.views import StoryView
from storycore.work.workshop import Workshop

#: Raised when the same pictures would give another sheet than before.
_RECIPE = 1


async def lay_out_contact_sheet(workshop: Workshop, folder: ProjectFolder, story: StoryView) -> None:
    """Put the sheet of the pictures shown now at ``folder.contact``. Raises ``StorageError``."""
    rows = [
        SheetRow(
            scene.number,
            scene.title,
            tuple(candidate.path for candidate in scene.shown.candidates) if scene.shown else (),
            None if scene.choice is None else scene.choice - 1,
        )
        for scene in story.scenes
    ]
    shown = [[row.number, row.title, [path.stem for path in row.candidates], row.pick] for row in rows]
    key = recipe_key("contact-sheet", recipe=_RECIPE, rows=shown)
    kept = await workshop.made.find(key)
    if kept is None:
        kept = await workshop.made.keep_bytes(key, await contact_sheet(rows), ".jpg", {})
    with disk("Laying out the contact sheet"):
        await asyncio.to_thread(copy_whole, kept.path, folder.contact)
