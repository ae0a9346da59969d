"""Pictures as files: ``scenes/01/1.png`` … and the contact sheet, always those that are shown now."""

from __future__ import annotations

import re
from pathlib import Path

from storycore.project.folder import ProjectFolder, copy_whole, disk
from storycore.studio.views import StoryView

_SCENE = re.compile(r"[0-9]{2,6}")
_PICTURE = re.compile(r"[0-9]+\.(?:png|jpg|webp)")


def export_pictures(folder: ProjectFolder, story: StoryView) -> int:
    """Lay out every scene's pictures; gives how many files were written. What is not ours stays. Blocking.

    The files are copies: whoever paints over one does not change what was made.
    """
    written = 0
    wanted: set[Path] = set()
    with disk("Laying out the pictures"):
        for scene in story.scenes:
            for candidate in scene.shown.candidates if scene.shown else ():
                target = folder.scenes / f"{scene.number:02}" / f"{candidate.number}{candidate.path.suffix}"
                wanted.add(target)
                target.parent.mkdir(parents=True, exist_ok=True)
                written += copy_whole(candidate.path, target)
        _tidy(folder.scenes, wanted)
    return written


def _tidy(scenes: Path, wanted: set[Path]) -> None:
    """Remove pictures of ours that are not shown any more, and scene folders that are empty then."""
    if not scenes.is_dir():
        return
    for place in scenes.iterdir():
        if not place.is_dir() or not _SCENE.fullmatch(place.name):
            continue
        for file in place.iterdir():
            if _PICTURE.fullmatch(file.name) and file not in wanted:
                file.unlink()
        if not any(place.iterdir()):
            place.rmdir()
