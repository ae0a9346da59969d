"""What can be seen: a list of words that stand for things, beings, places, weather and light.

There is no model of parts of speech here: the names of emoji (the ``emoji`` package), a list of story things, and the
endings of plurals do.
"""

from __future__ import annotations

import re
from functools import cache

import emoji

from storycore.cast.lexicon import ANIMATE
from storycore.script.places import PLACES
from storycore.script.words import word_set

THINGS = word_set(
    """acorn anchor anvil apron armor armour arrow ash axe bag barrel basket beard bed bell belly belt bicycle blade
    blanket blood boat bone book boot bottle bow bowl box branch bread broom bucket bush cage cake candle cannon
    cape card carpet carriage cart chain chair chest chimney claw cloak cloth coat coin corn cradle crown crumb
    crystal cup curtain dagger diamond dice dish door dress drum dust ear egg ember eye face feather fence fiddle
    fire fireplace flag flame flour flower flute food foot fountain fruit fur gem gift glass glove gold grass
    guitar hair hammer hand harp hat head heart helmet honey horn horseshoe ice ink jar jewel jug kettle key knife
    lamp lantern leaf letter log machine map mask mast meat milk mirror mushroom nail necklace needle nest net
    nose nut oar oven page paint paper pearl pebble pen piano picture pie pile pipe plate plough pot potion powder
    pumpkin ring robe rock rope rose rug sack saddle sail sand scale scarf scroll seed shard shawl shell shield
    shoe shoulder shovel silver sleeve smoke snowflake soup spark spear spoon staff star statue steel stick stone
    stool stove straw sugar sword table tail tear thorn throne thread tongue tool tooth torch toy trap treasure
    tree treetop trumpet trunk twig umbrella vase veil wagon wall wand water wave web well wheel whip whistle
    window wine wing wire wolfskin wool toast toaster apple linden oak pine birch willow clock lamp rocket planet
    moon sun sky cloud lightning rainbow rain snow storm fog mist wind night dawn dusk sunrise sunset morning
    evening midnight twilight winter spring summer autumn shadow light bonfire campfire feast bicycle rail"""
)
LIGHT = {
    "night": "night", "midnight": "night", "moonlight": "moonlight", "moon": "moonlight", "stars": "starlight",
    "dawn": "dawn", "sunrise": "sunrise", "daybreak": "dawn", "morning": "morning light", "noon": "bright noon light",
    "sunset": "sunset", "dusk": "dusk", "twilight": "twilight", "evening": "evening light", "tonight": "night",
    "rain": "rain", "rained": "rain", "raining": "rain", "snow": "snow", "snowed": "snow", "snowing": "snow",
    "storm": "storm", "thunder": "storm", "fog": "fog", "mist": "mist", "winter": "winter", "autumn": "autumn",
}  # fmt: skip
ABSTRACT = word_set(
    """time way day thing nothing something anything word words name story end reason idea thought life death luck
    hope love fear truth lie secret question answer matter fact news power kind sort lot bit while moment hour
    minute week month year years days silence voice sound noise tune song once first last other half halves piece
    pieces side part middle top bottom beginning place rest trouble help work dream plan"""
)
NOT_SEEN = word_set(
    """thought knew understood believed remembered forgot wondered hoped wanted wished decided heard
    meant seemed because if would could might promised because whether perhaps"""
)
#: What is denied cannot be seen, and painters draw it all the same.
NEGATIONS = frozenset(("not", "never", "nobody", "nothing", "without", "cannot"))
_NO_EMOJI_NOUNS = word_set(
    """and with the for off out not new top back soon free good cool ok up over one two three four five six seven
    eight nine ten button symbol sign mark face hands skin tone light medium dark person people man woman red blue
    black white green yellow orange purple brown pink large small heavy left right arrow square circle triangle
    place time keycap input latin letters flag arts day end crossed open closed playing without holding hot cold
    high low no non minus plus love on of in at by down running standing thinking laughing crying smiling rolling
    being mouth speak see hear evil first third second medal world more raised pointing half full old young cross
    dizzy star-struck growing part"""
)


@cache
def _lexicon() -> frozenset[str]:
    words: set[str] = set()
    for data in emoji.EMOJI_DATA.values():
        name = str(data["en"]).strip(":").lower().replace("_", " ").replace("-", " ")
        if "flag" in name or "tone" in name or "button" in name or "clock" in name:
            continue
        words.update(word for word in re.findall(r"[a-z]{3,}", name))
    return frozenset((words - _NO_EMOJI_NOUNS - ABSTRACT) | PLACES | THINGS | ANIMATE)


def singular(word: str) -> str:
    """The singular of an English plural, by its ending; the word itself where it is none that is known."""
    for ending, instead in (("ves", "f"), ("ves", "fe"), ("ies", "y"), ("es", ""), ("s", "")):
        if word.endswith(ending) and word[: -len(ending)] + instead in _lexicon():
            return word[: -len(ending)] + instead
    return word


def is_drawable(word: str) -> bool:
    """Whether a word (small letters) names something that can be seen."""
    return word not in ABSTRACT and (word in _lexicon() or singular(word) in _lexicon())


def drawables(text: str) -> list[str]:
    """The drawable words of ``text`` in singular, in order, each once."""
    words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", text.lower())
    return list(dict.fromkeys(singular(word) for word in words if is_drawable(word)))
