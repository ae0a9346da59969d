"""Painting on this machine with diffusers: Stable Diffusion 1.5, 2.1 and XL, and DeepFloyd IF."""

from storycore.images.diffusion.models import Family, Model, read_models
from storycore.images.diffusion.painter import DiffusersPainter

__all__ = ["DiffusersPainter", "Family", "Model", "read_models"]
