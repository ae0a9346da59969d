"""A reader that asks: the simple rules, and questions about what a test wants to be asked."""

from __future__ import annotations

from dataclasses import replace

from storycore.cast.base import register, understander
from storycore.cast.facts import NOTHING_KNOWN, Facts
from storycore.cast.model import Question, QuestionKind, Understanding

ASKING = "asking"

INN = """# The inn

Siegfried came to the inn at dusk. "Give me bread," said Siegfried. A stranger sat by the fire.
"Who are you?" asked the stranger.

# The road

"I am nobody," he said. The stranger drew his sword in the moonlight and Siegfried ran.

# The river

Siegfried swam through the cold river until the morning. The old ferryman laughed at him from his boat.
"You are wet," said the ferryman. "Who are you?"
"""

QUESTIONS = (
    Question(QuestionKind.SAME, "the stranger", "Siegfried", start=90, end=100, confidence=0.4, reason="Both fight."),
    Question(
        QuestionKind.SPEAKER,
        "I am nobody,",
        options=("the stranger", "Siegfried"),
        start=INN.index("I am nobody"),
        end=INN.index("I am nobody") + 12,
        confidence=0.5,
        reason="Nobody is named beside it.",
    ),
    Question(QuestionKind.CHARACTER, "the ferryman", start=INN.index("ferryman"), end=INN.index("ferryman") + 8),
)


class AskingReader:
    """Reads by the rules, and asks ``QUESTIONS`` of the story ``INN``, whatever it is told."""

    @property
    def name(self) -> str:
        return ASKING

    def fingerprint(self) -> str:
        return "asking-1"

    def understand(self, text: str, facts: Facts = NOTHING_KNOWN) -> Understanding:
        read = understander("rules").understand(text, facts)
        notes = ("I am not sure of the inn.",) if text == INN else ()
        return replace(read, questions=QUESTIONS if text == INN else (), notes=notes)


register(ASKING, AskingReader)
