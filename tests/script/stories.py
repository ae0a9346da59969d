"""The example stories, as tests read them."""

from pathlib import Path

from storycore.script.reading import read_script

EXAMPLES = Path(__file__).parents[2] / "examples"


def example(name: str) -> str:
    """The text of one of ``examples/stories``."""
    return read_script((EXAMPLES / "stories" / name).read_bytes(), name)


SIEGFRIED = read_script((EXAMPLES / "siegfried.txt").read_bytes(), "siegfried.txt")
