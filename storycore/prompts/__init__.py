"""Image prompts: written from scenes and cast, and checked when people type them."""

from storycore.prompts.check import MAX_PROMPT, PromptError, clean_prompt
from storycore.prompts.escape import escape
from storycore.prompts.write import DEFAULT_STYLE, write_prompt, write_prompts

__all__ = [
    "DEFAULT_STYLE",
    "MAX_PROMPT",
    "PromptError",
    "clean_prompt",
    "escape",
    "write_prompt",
    "write_prompts",
]
