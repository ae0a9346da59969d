"""The mood of a story, told from its words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from storycore.script.words import word_set


class Mood(StrEnum):
    """What the music is like."""

    CALM = "calm"
    MERRY = "merry"
    SAD = "sad"
    TENSE = "tense"
    GRAND = "grand"


_WORDS = {
    Mood.MERRY: word_set(
        """laugh laughed laughing laughs merry happy glad cheerful joy joke jokes joked funny giggle giggled giggling
        grin grinned smile smiled smiling dance danced dancing party feast cake birthday sing sang song songs play
        played playing fun tickle hooray hurrah yay silly clown puppy kitten balloon holiday sunny bright cheer
        cheered fair circus candy chocolate tease wink hop skip jolly delighted wonderful picnic"""
    ),
    Mood.SAD: word_set(
        """cry cried crying cries weep wept weeping tear tears sad sadly sorrow grief mourn mourned lonely alone lost
        goodbye farewell died dead death dying grave funeral buried widow orphan broken miss missed empty gone regret
        sorry forgotten abandoned sigh sighed ache tomb coffin heartbroken never lament wound pale fading rain"""
    ),
    Mood.TENSE: word_set(
        """dark darkness shadow shadows fear afraid scared terror terrified scream screamed danger dangerous creep
        crept knife blood bloody ghost monster hunt hunted chase chased run ran hide hid hiding whisper whispered trap
        trapped killer murder threat footsteps creak howl howled storm cold trembling trembled shiver shivered panic
        escape escaped attack attacked wolf witch spy bomb alarm poison thief night silence stalked lurking claws"""
    ),
    Mood.GRAND: word_set(
        """king queen kingdom castle throne crown sword army battle war knight knights hero dragon dragons victory glory
        mighty great empire emperor legend honour honor noble banner shield quest fleet galaxy universe march marched
        conquer conquered treasure temple gods god giant giants palace destiny armour armor warrior triumph siege"""
    ),
    Mood.CALM: word_set(
        """quiet quietly gentle gently soft softly peace peaceful calm sleep slept sleeping dream dreamed moon stars
        garden river stream breeze meadow forest morning dawn evening snow still slowly warm home hearth tea cat lake
        cloud clouds leaves rest bed blanket lullaby harbour harbor shepherd flowers spring village"""
    ),
}  # fmt: skip
#: How much more another mood must have than calm, the one that never disturbs, and how many words in a hundred.
_CALM_HEAD_START = 1.5
_LEAST = 0.5


def mood_of(texts: Iterable[str]) -> Mood:
    """The mood that most of the telling words of ``texts`` belong to; calm where there are few of them."""
    counts: Counter[Mood] = Counter()
    words = 0
    for text in texts:
        for word in re.findall(r"[a-z]+", text.casefold()):
            words += 1
            counts.update(mood for mood, known in _WORDS.items() if word in known)
    counts[Mood.CALM] += round(_CALM_HEAD_START)
    best = max(Mood, key=lambda mood: counts[mood])
    return best if counts[best] >= max(2.0, words * _LEAST / 100) else Mood.CALM
