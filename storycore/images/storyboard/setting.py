"""Where, when and in what weather: read from words, with the colours that follow."""

from __future__ import annotations

from dataclasses import dataclass

from storycore.images.storyboard.colour import mix
from storycore.images.storyboard.words import NEGATIONS, Token, is_likened, lemmas
from storycore.keys import derived_seed

_TIMES = {
    "night": "night midnight moon moonlight moonlit star starry starlight nocturnal dark darkness nightfall owl",
    "dawn": "dawn sunrise daybreak morning dew daylight rosy",
    "dusk": "dusk sunset twilight evening gloaming sundown nightingale",
    "day": "day noon midday sun sunny sunlight afternoon bright summer",
}
_WEATHERS = {
    "storm": "storm thunder lightning thunderstorm tempest hurricane stormy",
    "snow": "snow snowy snowfall blizzard winter frost ice icy frozen freeze snowstorm hail",
    "rain": "rain rainy drizzle downpour raindrop wet shower",
    "fog": "fog mist misty foggy haze",
    "cloud": "cloud cloudy overcast grey gray gloomy bleak wind windy gale",
}
_PLACES = {
    "smithy": "smithy forge anvil blacksmith bellows foundry workshop",
    "cave": "cave cavern den lair grotto tunnel underground mine burrow",
    "dungeon": "dungeon prison cell jail crypt tomb cellar catacomb",
    "tavern": "tavern inn pub alehouse bar",
    "hall": "hall throne court ballroom palace feast banquet mead-hall great-hall",
    "library": "library study archive bookshelf",
    "church": "nave altar",
    "house": "room kitchen bedroom indoors bed parlour chamber hearth fireplace attic office corridor",
    "space": "space galaxy planet orbit cosmos asteroid astronaut cosmonaut spaceship",
    "deep": "underwater seabed ocean-floor deep-sea",
    "ship": "deck aboard mast",
    "sea": "sea ocean waves coast shore beach harbour harbor port island cliff bay lighthouse sail ship surf iceland",
    "river": "river stream brook creek ford waterfall rhine danube thames nile bank bridge bathe drink",
    "lake": "lake pond pool lagoon well spring mere",
    "forest": "forest wood woods woodland jungle grove glade thicket wild wilderness",
    "desert": "desert dune sand sahara oasis heath",
    "mountain": "mountain hill peak summit cliff alps crag ridge pass valley gorge ravine height rock",
    "swamp": "swamp marsh bog moor fen",
    "graveyard": "graveyard cemetery churchyard grave tombstone",
    "city": "city town street alley market marketplace square metropolis worms paris london rome york skyscraper",
    "village": "village hamlet farm barn",
    "castle": "castle fortress citadel courtyard drawbridge battlement stronghold burg",
    "garden": "garden orchard park meadowland courtyard",
    "meadow": "meadow field grass plain pasture prairie steppe clearing",
    "road": "road path way lane trail crossroads journey",
}
INDOORS = frozenset({"smithy", "cave", "dungeon", "tavern", "hall", "library", "church", "house"})
#: Places that decide although another was named first: one is inside the other.
_STRONG = ("space", "deep", "cave", "dungeon", "smithy", "tavern", "library")
_UNNAMED = ("meadow", "mountain", "forest", "lake", "meadow", "village")
#: Not places when they stand alone as something else.
_PLACE_NEEDS_ARTICLE = frozenset(
    {"way", "pass", "mine", "bank", "port", "well", "spring", "forge", "court", "bar", "cell", "study", "park", "wild"}
)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when; ``said`` tells which of time, weather and place the prompt named itself."""

    time: str
    weather: str
    place: str
    said: frozenset[str]

    @property
    def indoors(self) -> bool:
        return self.place in INDOORS


_HOMES = frozenset({"house", "home", "cottage", "hut", "cabin"})
_WATERS = frozenset({"sea", "ocean", "waves"})
_OTHER_PLACES = frozenset({"front", "forest", "woods", "near"})


def _index(table: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, words in table.items():
        for word in words.split():
            found.setdefault(word, name)
    return found


_TIME_OF, _WEATHER_OF, _PLACE_OF = _index(_TIMES), _index(_WEATHERS), _index(_PLACES)


def is_setting_word(word: str) -> bool:
    """Whether a lower-case word names a time, a weather, a kind of place, or a place known by name."""
    return any(form in index for form in lemmas(word) for index in (_TIME_OF, _WEATHER_OF, _PLACE_OF))


def _hits(tokens: list[Token], index: dict[str, str]) -> list[str]:
    found = []
    for at, token in enumerate(tokens):
        before = tokens[at - 1].low if at else ""
        if before in NEGATIONS or is_likened(tokens, at):
            continue
        for form in lemmas(token.low):
            if form in index and not (form in _PLACE_NEEDS_ARTICLE and before not in {"the", "a", "an", "his", "her"}):
                found.append(index[form])
                break
    return found


def _by_position(tokens: list[Token]) -> list[str]:
    """Places that only a preposition tells: in a house, under the sea."""
    found = []
    for at, token in enumerate(tokens):
        before = {word.low for word in tokens[max(0, at - 3) : at]}
        if token.low in _HOMES and before & {"in", "inside", "within"} and not before & _OTHER_PLACES:
            found.append("house")
        if token.low in _WATERS and before & {"under", "beneath", "below"}:
            found.append("deep")
    return found


def read_setting(tokens: list[Token], prompt: str) -> Setting:
    """The setting that the words name; what they leave open is chosen by the prompt itself, so it is the same
    for every candidate of a prompt."""
    times, weathers, places = (_hits(tokens, index) for index in (_TIME_OF, _WEATHER_OF, _PLACE_OF))
    said = {name for name, hits in (("time", times), ("weather", weathers), ("place", places)) if hits}
    chance = derived_seed("setting", prompt)
    places = _by_position(tokens) + places
    place = next((strong for strong in _STRONG if strong in places), places[0] if places else "")
    if not place:
        place = _UNNAMED[chance % len(_UNNAMED)]
    time = times[0] if times else ("day", "day", "day", "dawn", "dusk")[chance // 7 % 5]
    weather = weathers[0] if weathers else ("clear", "clear", "clear", "cloud")[chance // 41 % 4]
    if place == "space":
        time, weather = "night", "clear"  # no air, no clouds
    return Setting(time, weather, place, frozenset(said))


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a picture: sky from the zenith to the horizon, ground from far to near, and the light."""

    sky: tuple[str, str, str]
    far: str
    ground: str
    near: str
    light: str
    shade: str
    shade_share: float


_SKIES = {
    "day": ("#4fa7dd", "#9fd6ee", "#f3f1d3"),
    "dawn": ("#6d86c9", "#f2a9a5", "#ffe3ae"),
    "dusk": ("#4d3f7d", "#d7617a", "#ffb765"),
    "night": ("#0e1738", "#233463", "#4d6396"),
}
_LIGHTS = {"day": "#fff3c4", "dawn": "#ffe0b0", "dusk": "#ffb36b", "night": "#cfdcff"}
_SHADES = {"day": ("#5a6aa8", 0.0), "dawn": ("#d9839a", 0.1), "dusk": ("#7a3b6d", 0.2), "night": ("#141d4a", 0.46)}
_LANDS = {
    "forest": ("#6fa68a", "#4f8a55", "#2f5f3f"),
    "mountain": ("#8fa3b8", "#7d9b6c", "#4f7350"),
    "sea": ("#6fb0c4", "#d9c58f", "#b99a63"),
    "ship": ("#4f93b5", "#8a5a36", "#6b4329"),
    "river": ("#87b58c", "#7fae5e", "#4b7f46"),
    "lake": ("#83ae9b", "#7fae5e", "#4b7f46"),
    "desert": ("#e0b67c", "#e3b265", "#c48a45"),
    "swamp": ("#7d937a", "#5f7350", "#3d4d38"),
    "graveyard": ("#7f8f8a", "#6b7f5a", "#45563f"),
    "city": ("#8f94ac", "#a99a8a", "#7f7268"),
    "village": ("#8dba7c", "#8bb35a", "#5d8a41"),
    "castle": ("#86ab8c", "#84a95b", "#557d42"),
    "garden": ("#8cc187", "#86bd5a", "#4f8b43"),
    "road": ("#93b57f", "#97b25c", "#64863f"),
    "space": ("#2b2350", "#8d86a6", "#5f587c"),
    "deep": ("#1f6f93", "#c9b98a", "#8f7d57"),
    "cave": ("#4b4660", "#5a4f5f", "#3a3244"),
    "dungeon": ("#50505f", "#565666", "#3a3a49"),
    "smithy": ("#6b5147", "#7a5a48", "#4d3930"),
    "tavern": ("#9a6a42", "#8b5e3c", "#5f3f2a"),
    "hall": ("#94755f", "#9b6e4a", "#6a4932"),
    "house": ("#d8b98f", "#a5744b", "#75502f"),
    "library": ("#a77b52", "#8b5e3c", "#5f3f2a"),
    "church": ("#b9b3bd", "#8f8894", "#625c6b"),
}
_MEADOW = ("#93bf86", "#8fbc5c", "#5b8f45")
_WEATHER_TINT = {"storm": ("#3d4660", 0.62), "rain": ("#7c8aa0", 0.5), "cloud": ("#aeb9c6", 0.35),
                 "fog": ("#d5dbe0", 0.5), "snow": ("#dfe8f2", 0.4), "clear": ("#ffffff", 0.0)}  # fmt: skip


def palette_of(setting: Setting, warmth: float) -> Palette:
    """The colours of ``setting``; ``warmth`` (-1 … 1) is how the light differs between candidates."""
    tint, share = _WEATHER_TINT[setting.weather]
    if setting.time == "night":
        tint, share = mix(tint, "#0d1330", 0.7), share * 0.7
    warm = ("#ffd9a0" if warmth > 0 else "#9fc4ff", abs(warmth) * 0.14)
    sky = tuple(mix(mix(colour, *warm), tint, share) for colour in _SKIES[setting.time])
    shade, shade_share = _SHADES[setting.time]
    if setting.weather == "storm":
        shade_share = max(shade_share, 0.28)
    lands = _LANDS.get(setting.place, _MEADOW)
    if setting.weather == "snow" and not setting.indoors:
        lands = (mix(lands[0], "#c9d8ea", 0.75), mix(lands[1], "#edf3fb", 0.9), mix(lands[2], "#cddcee", 0.85))
    far, ground, near = (mix(mix(colour, *warm), tint, share * 0.35) for colour in lands)
    if setting.indoors:
        shade_share *= 0.5
    return Palette((sky[0], sky[1], sky[2]), far, ground, near, _LIGHTS[setting.time], shade, shade_share)
