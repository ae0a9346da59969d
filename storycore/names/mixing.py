"""Mixing: two names of the sex that the look does not state, the same two for the same character for ever.

Alternating the guidance between two known faces at every step, while the look states the opposite sex, gives a face
that is new, stable and nobody's.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable

from storycore.keys import derived_seed
from storycore.names.model import KnownName, Mix, NamesError, Sex

#: A pair that is taken is passed over; so many are tried before all are listed.
_TRIES = 64


def propose(
    names: Collection[KnownName], server_id: int, character: str, sex: Sex, taken: Iterable[frozenset[str]] = ()
) -> Mix:
    """A mix for ``character`` of ``server_id``, whose look states ``sex``.

    Equal arguments give the same pair; none of ``taken`` (as ``Mix.pair``, both names folded) is given again. Raises
    ``NamesError`` when the names of the other sex are used up.
    """
    pool = sorted({known.name for known in names if known.sex is sex.other})
    used = set(taken)
    chance = random.Random(derived_seed("name-mix", server_id, character.casefold(), sex))
    if len(pool) >= 2:
        for _ in range(_TRIES):
            first, second = chance.sample(pool, 2)
            mix = Mix(first, second, sex)
            if mix.pair not in used:
                return mix
        left = [m for i, a in enumerate(pool) for b in pool[i + 1 :] if (m := Mix(a, b, sex)).pair not in used]
        if left:
            return chance.choice(left)
    raise NamesError(
        f"All pairs of {sex.other} names are taken on this server.", "The operator adds more: fireside names import."
    )


def lone_names(text: str, names: Iterable[KnownName]) -> list[str]:
    """Known names that stand in ``text`` outside of a mix: one real name alone paints that person."""
    folded = text.casefold()
    return sorted({n.name for n in names if _alone(folded, n.name.casefold())})


def _alone(text: str, name: str) -> bool:
    at = text.find(name)
    while at >= 0:
        before, after = text[:at], text[at + len(name) :]
        bounded = not (before[-1:].isalnum() or after[:1].isalnum())
        mixed = (before.endswith("[") and after.startswith("|")) or (before.endswith("|") and after[:1] in ("|", "]"))
        if bounded and not mixed:
            return True
        at = text.find(name, at + 1)
    return False
