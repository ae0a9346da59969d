"""Which language a script is in. English is what Fireside reads well; another is noticed, said, and filmed too.

English is told by its small words, in a millisecond. Only where those are missing is py3langid asked (naive Bayes over
byte n-grams: Lui and Baldwin, "langid.py: An Off-the-shelf Language Identification Tool", 2012), and believed only when
it is sure: a short or odd English script must not be called foreign.
"""

from __future__ import annotations

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from storycore.script.markup import plain
from storycore.script.words import UNSPACED, word_set

#: The language that is promised.
ENGLISH = "en"

_NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech", "cy": "Welsh", "da": "Danish",
    "de": "German", "el": "Greek", "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish",
    "fr": "French", "ga": "Irish", "gl": "Galician", "gu": "Gujarati", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian",
    "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese",
    "ka": "Georgian", "kn": "Kannada", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "mk": "Macedonian",
    "ml": "Malayalam", "mr": "Marathi", "nl": "Dutch", "no": "Norwegian", "pa": "Punjabi", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sq": "Albanian",
    "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "th": "Thai", "tl": "Tagalog",
    "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese", "en": "English",
}  # fmt: skip

#: Small words that are English and hardly anything else.
_SMALL = word_set(
    """the and of to he she you it his her that with for not they had but said my what this have from there were your
    are who when then him them their our we be been is which would could out into by as i i'm it's don't didn't up
    once upon one all how where why if because"""
)
#: So much of a script in those words is English; running prose has 0.35 to 0.5, a list of lines about 0.25.
_ENOUGH = 0.17
#: In fewer words than these nobody can tell.
_FEW = 5
#: A language other than English is believed from here on; English itself must be this unlikely at the same time.
_SURE, _UNLIKELY = 0.8, 0.05
_WINDOW, _WINDOWS = 1_500, 4
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def language_of(text: str) -> str:
    """The language of a script as an ISO 639-1 code; "en" where it is too short or too mixed to tell.

    Looks at about a thousand words from all over ``text``, so the cost does not grow with a long one. The first
    doubtful script in a process takes a second more, for the model.
    """
    sample = _sample(text)
    words = [word.replace("’", "'") for word in _WORD.findall(sample.lower())]
    small = sum(word in _SMALL for word in words)
    if small >= len(words) * _ENOUGH:
        return ENGLISH
    if len(words) < _FEW and len(UNSPACED.findall(sample)) < 2 * _FEW:
        return ENGLISH
    ranked = _identifier().rank(sample)
    best, sure = ranked[0]
    if sure < _SURE or dict(ranked)[ENGLISH] > _UNLIKELY:
        return ENGLISH
    return str(best)


def language_name(code: str) -> str:
    """The English name of a language that ``language_of`` can answer; the code itself for any other."""
    return _NAMES.get(code, code)


def language_note(code: str) -> str | None:
    """What the author is told about the script's language; None for English."""
    if code == ENGLISH:
        return None
    return (
        f"This story seems to be in {language_name(code)}. I make its scenes and film it all the same; as I read only "
        "English well, I know its characters by their names alone, so please look over the cast."
    )


@cache
def _identifier() -> LanguageIdentifier:
    """py3langid's model, loaded once per process, held to the languages whose names we can say."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(sorted(_NAMES))
    return identifier


def _sample(text: str) -> str:
    """The whole of a short text; of a long one stretches spread evenly over it. Marks and invisibles are taken out."""
    if len(text) <= _WINDOW * _WINDOWS:
        return plain(text)
    step = (len(text) - _WINDOW) // (_WINDOWS - 1)
    return plain(" ".join(text[at : at + _WINDOW] for at in range(0, step * _WINDOWS, step)))
