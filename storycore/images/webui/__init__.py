"""The painter with a GPU: AUTOMATIC1111's WebUI, Forge or SD.Next on one host."""

from storycore.images.webui.options import WebuiOptions
from storycore.images.webui.painter import WebuiPainter

__all__ = ["WebuiOptions", "WebuiPainter"]
