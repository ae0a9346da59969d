"""The painter without a GPU: sketches composed of OpenMoji art on painted ground."""

from storycore.images.storyboard.painter import CREDIT, StoryboardPainter

__all__ = ["CREDIT", "StoryboardPainter"]
