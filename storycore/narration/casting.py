"""Who sounds how: a voice for the narrator and one for each speaker, by what the cast knows of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storycore.cast.lexicon import FEMALE, MALE
from storycore.keys import derived_seed
from storycore.narration.base import ESPEAK, Voice
from storycore.narration.voices import NARRATOR, Catalogue, Traits, VoiceEntry
from storycore.script.words import word_set

_OLD = word_set(
    """old elderly aged ancient grandfather grandpa grandmother grandma granny gran hag crone elder sage wizard
    warlock hermit prophet widow widower greybeard abbot pharaoh great-grandmother great-grandfather nan nana witch"""
)
_CHILD = word_set(
    """boy girl child kid baby son daughter lad lass toddler infant orphan schoolboy schoolgirl pupil grandson
    granddaughter cub kitten puppy duckling lamb fawn foal youngster twin"""
)
_GROWN = word_set("man woman king queen father mother knight husband wife uncle aunt lord lady soldier captain")
_BIG = word_set(
    """giant giantess ogre troll dragon monster beast bear demon devil golem kraken whale elephant colossus cyclops
    minotaur dinosaur mammoth titan rhino walrus hulk werewolf bull lion"""
)
_SMALL = word_set(
    """mouse fairy pixie elf imp gnome bee ant fly butterfly beetle spider bird sparrow wren cricket ladybird ladybug
    firefly goblin hamster squirrel chick canary mosquito sprite leprechaun rat frog"""
)
_MACHINE = word_set("robot android machine computer droid cyborg automaton ai hologram drone")
_SPIRIT = word_set("ghost spirit wraith phantom spectre specter shade apparition banshee echo")
_FEMALE = FEMALE | word_set("she her lass hag crone giantess heroine schoolgirl nana nan gran girlfriend mum mummy")
_MALE = MALE | word_set("he him schoolboy greybeard boyfriend daddy")

#: What it costs to give somebody a voice that does not fit; a voice that is taken already costs more than any.
_WRONG_SEX, _WRONG_AGE, _WRONG_KIND, _UNASKED_KIND = 8.0, 3.0, 4.0, 6.0
_NOT_SAID = 0.75
_TAKEN = 40.0


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody who speaks: the name, what else they are called, and pronouns where they are known ("she", "he").

    ``first_name`` is the name before people gave another one ("": it is the same): the voice follows from it, so that
    whoever is called otherwise still sounds alike.
    """

    name: str
    aliases: tuple[str, ...] = ()
    pronouns: str | None = None
    first_name: str = ""

    @property
    def voiced_by(self) -> str:
        """The name that the voice follows from."""
        return self.first_name or self.name


#: The voices of one speaker, the one to be tried first in front: one of each engine.
Chain = tuple[Voice, ...]


def traits_of(role: Role) -> Traits:
    """What the names and pronouns of somebody say of how they sound."""
    names = (role.voiced_by, *role.aliases)
    found = {word for name in names for word in re.findall(r"[a-z]+(?:-[a-z]+)*", name.casefold())}
    pronouns = (role.pronouns or "").casefold()
    sex = {"she": "f", "he": "m"}.get(pronouns.split("/")[0].strip(), "")
    if not sex:
        female, male = len(found & _FEMALE), len(found & _MALE)
        sex = "f" if female > male else "m" if male > female else ""
    small_child = "little" in found and bool(found & (_CHILD | {"red", "prince", "princess", "sister", "brother"}))
    age = "old" if found & _OLD else "child" if small_child or (found & _CHILD and not found & _GROWN) else ""
    kinds = (("machine", _MACHINE), ("spirit", _SPIRIT), ("big", _BIG), ("small", _SMALL))
    kind = next((kind for kind, known in kinds if found & known), "")
    return Traits(sex, age, kind)


def cast_voices(roles: Sequence[Role], voices: Catalogue) -> dict[str | None, Chain]:
    """A chain of voices for the narrator (None) and each of ``roles``.

    Earlier roles choose first. The same cast always gets the same voices, a role added at the end takes none away, and
    within an engine two speakers share a voice only where it has fewer than there are speakers (the bundled one varies
    its own then, so that there they never do).
    """
    chains: dict[str | None, list[Voice]] = {None: []}
    chains.update({role.name: [] for role in roles})
    for engine in voices.engines:
        entries = voices.of(engine)
        narrator = _narrator(entries, engine)
        chains[None].append(narrator)
        taken: dict[Voice, int] = {narrator: 1}
        for role in {role.name: role for role in roles}.values():
            voice = _best(role, entries, taken).voice
            lap = taken.get(voice, 0)
            taken[voice] = lap + 1
            chains[role.name].append(_varied(voice, lap) if engine == ESPEAK else voice)
    return {name: tuple(chain) for name, chain in chains.items()}


def with_choices(
    chains: Mapping[str | None, Chain], choices: Mapping[str | None, str], voices: Catalogue
) -> dict[str | None, Chain]:
    """``chains`` with what people chose in front: names of voices by speaker; names that are gone count for nothing."""
    done = dict(chains)
    folded = {None if name is None else name.casefold(): chosen for name, chosen in choices.items()}
    for name, chain in chains.items():
        entry = voices.find(folded.get(None if name is None else name.casefold(), ""))
        if entry is not None:
            done[name] = (entry.voice, *(voice for voice in chain if voice != entry.voice))
    return done


def one_for_all(chains: Mapping[str | None, Chain], name: str, voices: Catalogue) -> dict[str | None, Chain]:
    """Everybody in the voice ``name``, as it is asked for a whole film; without such a voice ``chains`` as they are."""
    entry = voices.find(name)
    if entry is None:
        return dict(chains)
    behind = tuple(voice for voice in chains.get(None, (NARRATOR,)) if voice != entry.voice)
    return dict.fromkeys(chains, (entry.voice, *behind))


def _narrator(entries: Sequence[VoiceEntry], engine: str) -> Voice:
    return NARRATOR if engine == ESPEAK else entries[0].voice


def _best(role: Role, entries: Sequence[VoiceEntry], taken: Mapping[Voice, int]) -> VoiceEntry:
    traits = traits_of(role)
    name = " ".join(role.voiced_by.casefold().split())

    def cost(entry: VoiceEntry) -> tuple[float, int]:
        # Among voices that fit alike the name decides, so that it is the same one in every story.
        return (
            _misfit(traits, entry.traits) + _TAKEN * taken.get(entry.voice, 0) + 6 * _TAKEN * (entry.voice == NARRATOR),
            derived_seed("voice", name, entry.name),
        )

    return min(entries, key=cost)


def _misfit(wanted: Traits, voice: Traits) -> float:
    cost = 0.0
    if wanted.sex and voice.sex != wanted.sex:
        cost += _WRONG_SEX if voice.sex else _NOT_SAID
    if wanted.age != (voice.age if voice.age != "adult" else ""):
        cost += _WRONG_AGE
    if wanted.kind != voice.kind:
        cost += _WRONG_KIND if wanted.kind and not voice.kind else _UNASKED_KIND
    return cost


def _varied(voice: Voice, lap: int) -> Voice:
    """The same voice for a second speaker: a little higher and quicker, or lower where it is high already."""
    if not lap:
        return voice
    step = 9 * lap if voice.pitch + 9 * lap <= 99 else -9 * lap
    pitch = min(99, max(0, voice.pitch + step))
    return Voice(voice.variant, pitch, min(450, voice.rate + 5 * lap), voice.engine)


def voice_for(speaker: str | None, voices: Catalogue | None = None) -> Voice:
    """The voice of ``speaker`` (None: the narrator) where nothing else is known of anybody."""
    roles = [] if speaker is None else [Role(speaker)]
    return cast_voices(roles, voices or Catalogue())[speaker][0]
