"""The prompt grammar of AUTOMATIC1111's WebUI (v1.10.1), answer for answer.

What a prompt means to a host: which text holds at which step (:func:`schedule`), how strongly each part counts
(:func:`attention`), what ``AND`` joins (:func:`multicond`), which networks are loaded (:func:`networks`), how many
tokens that is (:func:`count_tokens`), and what in it goes wrong (:func:`check`).
"""

from storycore.prompts.grammar.composition import Composition, multicond
from storycore.prompts.grammar.emphasis import attention
from storycore.prompts.grammar.extra import Networks, networks
from storycore.prompts.grammar.problems import Checked, Problem, check
from storycore.prompts.grammar.scheduling import schedule
from storycore.prompts.grammar.tokens import TokenCount, count_tokens

__all__ = [
    "Checked",
    "Composition",
    "Networks",
    "Problem",
    "TokenCount",
    "attention",
    "check",
    "count_tokens",
    "multicond",
    "networks",
    "schedule",
]
