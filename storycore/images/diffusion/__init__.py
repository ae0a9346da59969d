"""Painting on this machine with diffusers: Stable Diffusion 1.5, 2.1 and XL, and DeepFloyd IF."""

from storycore.images.diffusion.models import Model, read_models
from storycore.images.diffusion.painter import DiffusersPainter
from storycore.prompts.family import Family

__all__ = ["DiffusersPainter", "Family", "Model", "read_models"]
