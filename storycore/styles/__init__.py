"""Styles: how pictures are painted and what is said around their prompts, under a name."""
