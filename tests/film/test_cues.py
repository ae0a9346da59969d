"""Cues: two rows at most, broken at phrases, in step with the words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from storycore.film.cues import Cue, cut, rows, tokens_of
from storycore.film.letters import text_letters
from storycore.film.model import FilmLine
from storycore.narration import WordTime

WIDEST = 18.0
SPACE = text_letters().width(" ", 1.0)

LINE = (
    "Because those who went did not come back, you foolish boy, and the forest keeps what it takes. "
    "Nobody has ever seen the treasure; only the dragon, who sleeps on it, knows how much there is."
)


def cues_of(text: str, seconds: float = 12.0, words: tuple[WordTime, ...] = ()) -> list[Cue]:
    shown = tokens_of(FilmLine(text, None, None, seconds, words), 1.0, seconds, text_letters(), WIDEST)
    return cut(shown.tokens, SPACE, WIDEST, 1.0 + seconds + 0.2)


def words_of(cue: Cue) -> list[str]:
    return [token.text for row in cue.rows for token in row]


def test_breaks_fall_where_a_reader_breathes() -> None:
    ends = [words_of(cue)[-1] for cue in cues_of(LINE)]
    assert ends[-1] == "is."
    assert all(end[-1] in ",.;" for end in ends)


def test_a_short_line_is_one_cue() -> None:
    (cue,) = cues_of("The dragon slept.", 1.2)
    assert len(cue.rows) == 1


@given(st.lists(st.text("abcdefghij.,;!", min_size=1, max_size=14), min_size=1, max_size=60), st.floats(0.2, 60))
def test_cues_hold_every_word_once_in_order_and_in_time(parts: list[str], seconds: float) -> None:
    text = " ".join(parts)
    cues = cues_of(text, seconds)
    assert [word for cue in cues for word in words_of(cue)] == text.split()
    for cue in cues:
        assert 1 <= len(cue.rows) <= 2
        assert cue.begin < cue.end
        for row in cue.rows:
            assert sum(token.width for token in row) + SPACE * (len(row) - 1) <= WIDEST + 1e-6


def test_words_appear_when_the_voice_says_them() -> None:
    text = "One two three"
    words = (WordTime(0.5, 1.0, 0, 3), WordTime(1.0, 3.0, 4, 7), WordTime(3.0, 4.0, 8, 13))
    shown = tokens_of(FilmLine(text, None, None, 4.0, words), 10.0, 4.0, text_letters(), WIDEST)
    assert [(token.begin, token.end) for token in shown.tokens] == [(10.5, 11.0), (11.0, 13.0), (13.0, 14.0)]


def test_words_that_the_voice_swallowed_are_spread_between_their_neighbours() -> None:
    words = (WordTime(0.0, 1.0, 0, 3), WordTime(3.0, 4.0, 12, 16))
    shown = tokens_of(FilmLine("One and the four", None, None, 4.0, words), 0.0, 4.0, text_letters(), WIDEST)
    assert [round(token.begin, 6) for token in shown.tokens] == [0.0, 1.0, 2.0, 3.0]


@given(st.lists(st.tuples(st.floats(-5, 50), st.integers(-3, 40), st.integers(-3, 40)), max_size=8))
def test_nonsense_times_do_no_harm(times: list[tuple[float, int, int]]) -> None:
    words = tuple(WordTime(begin, begin - 1, start, end) for begin, start, end in times)
    shown = tokens_of(FilmLine("Some words of a line", None, None, 3.0, words), 0.0, 3.0, text_letters(), WIDEST)
    begins = [token.begin for token in shown.tokens]
    assert begins == sorted(begins)
    assert all(0 <= begin <= 3 for begin in begins)


def test_rows_are_much_the_same_width() -> None:
    shown = tokens_of(FilmLine("He took the broken sword of his father", None, None, 3, ()), 0, 3, text_letters(), 12)
    upper, lower = rows(shown.tokens, SPACE, 12) or ((), ())
    widths = [sum(token.width for token in row) for row in (upper, lower)]
    assert max(widths) < 1.8 * min(widths)
