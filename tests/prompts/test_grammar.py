"""The prompt grammar: the WebUI's own answers, its odd corners, and texts nobody should write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from storycore.prompts.check import PromptError
from storycore.prompts.grammar import attention, check, count_tokens, multicond, networks, schedule
from storycore.prompts.grammar.problems import check_batch
from storycore.prompts.grammar.tokens import counts_exactly

GOLDEN = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "prompt_golden.jsonl").read_text("utf-8").splitlines()
]


def _asked(row: dict[str, Any]) -> str:
    return f"{row['fn']}: {row.get('prompt', row.get('text'))}"


@pytest.mark.parametrize("row", GOLDEN, ids=_asked)
def test_what_the_webui_answers(row: dict[str, Any]) -> None:
    match row["fn"]:
        case "schedule":
            # Where its documentation and its code disagree, hosts run the code.
            expected = row.get("actual_schedule", row["expected_schedule"])
            answer = schedule(row["prompt"], row["steps"], row["hires_steps"], old=row["use_old_scheduling"])
            assert [list(entry) for entry in answer] == expected
        case "attention" if "raises" in row:
            with pytest.raises(ValueError, match="no number"):
                attention(row["text"])
        case "attention":
            assert [list(part) for part in attention(row["text"])] == row["expected"]
        case "multicond":
            found = multicond([row["prompt"]])
            assert [[list(part) for part in parts] for parts in found.indexes] == row["indexes"]
            assert found.flat == row["flat"]
        case "extra_networks":
            taken = networks(row["prompt"])
            assert (taken.remaining, taken.networks) == (row["remaining"], row["networks"])
        case other:
            pytest.fail(f"a row asks for {other}")


def test_long_prompts_read_group_by_group_mean_the_same() -> None:
    groups = [f"[a{i}:b{i}:{i % 9 + 1}] some (words:1.1), " for i in range(12)]
    whole = schedule("".join(groups), 10)
    alone = [schedule(group, 10) for group in groups]
    for step, text in whole:
        assert text == "".join(next(t for last, t in part if step <= last) for part in alone)


@pytest.mark.parametrize("prompt", ["[" * 60 + "a:b" + ":3]" * 60, "[a|b] (c:1.2) " * 30 + "("])
def test_what_would_take_minutes_is_refused(prompt: str) -> None:
    with pytest.raises(PromptError, match="brackets"):
        schedule(prompt, 20)
    assert any("brackets" in problem.what for problem in check(prompt).problems)


def test_a_step_beyond_numbers_is_refused_in_words() -> None:
    with pytest.raises(PromptError, match="no step"):
        schedule("[a:b:1e999]", 20)


@pytest.mark.parametrize(
    ("prompt", "at", "what"),
    [
        ("it was chapter 12:30", 17, "not read as words"),
        ("a (cat:1..5)", 7, "no number"),
        ("a (cat", 2, "never closed"),
        ("a cat)", 5, "closes nothing"),
        ("a (cat]", 6, "closes a “(”"),
        ("a | b", 2, "bar outside"),
        ("(a BREAK b:1.2)", 3, "only a word"),
        ("x <lora:mara:strong>", 2, "no weight"),
        ("x <lora:mara", 2, "no whole tag"),
        ("x <wild:mara:1>", 2, "no kind of network"),
        ("(a:9)", 3, "tears the picture apart"),
        ("a AND ", 5, "Nothing stands"),
        ("a\\", 1, "backslash"),
    ],
)
def test_problems_are_told_with_their_place_and_a_hint(prompt: str, at: int, what: str) -> None:
    found = [problem for problem in check(prompt).problems if what in problem.what]
    assert [problem.at for problem in found] == [at]
    assert found[0].hint.endswith(".")


@pytest.mark.parametrize(
    "prompt",
    ["a cat", "(a cat:1.2), [dog], \\(no\\)", "a AND b :0.5", "x <lora:mara:0.8>", "[a|b] [c:d:0.5]", "a BREAK b"],
)
def test_what_is_well_has_no_problems(prompt: str) -> None:
    assert check(prompt).problems == ()


def test_only_the_first_prompts_networks_are_loaded() -> None:
    assert check_batch(["a <lora:m:1>", "b <lora:m:1>"]) == ()
    assert [problem.at for problem in check_batch(["a", "b", "c <lora:m:1>"])] == [2]


@pytest.mark.skipif(not counts_exactly(), reason="CLIP's tokenizer has no wheel for this Python")
def test_tokens_are_counted_as_the_webui_shows_them() -> None:
    assert count_tokens("a photo of a cat").tokens == 5
    assert count_tokens("").chunks == 1
    one = check("cat " * 75)
    assert (one.tokens, one.chunks) == (75, 1)
    two = check("cat " * 76)
    assert (two.tokens, two.chunks) == (76, 2)
    assert any("2 chunks" in problem.what for problem in two.problems)
    broken = check("a BREAK b")
    assert (broken.tokens, broken.chunks) == (76, 2)
    at_comma = check("cat " * 70 + ", dog dog dog dog dog dog")
    assert (at_comma.tokens, at_comma.chunks) == (81, 2), "what follows the last comma moves to the next chunk"
    assert count_tokens("[a:a much longer text:0.5]").tokens == 4


_HOSTILE = st.text(st.sampled_from("ab ()[]:|\\<>lora0.5,\n\0\u200b\u202e") | st.characters(), max_size=60)


@settings(deadline=None)
@given(_HOSTILE)
@example("half a pair \ud800")
def test_no_text_breaks_the_check(prompt: str) -> None:
    found = check(prompt)
    assert found.tokens >= 0
    assert found.chunks >= 1
    assert all(0 <= problem.at <= len(prompt) for problem in found.problems)
    assert "".join(networks(prompt).remaining) in prompt or "<" in prompt
    assert multicond([prompt]).indexes[0]
