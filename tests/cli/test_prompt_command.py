"""``fireside prompt``: JSON in and out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.app import app

GOLDEN = Path(__file__).resolve().parents[1] / "prompts" / "data" / "prompt_golden.jsonl"
NAMES = ("expected_schedule", "expected", "raises", "indexes", "flat", "remaining", "networks")
ANSWERS = (*NAMES, "actual_schedule", "actual")


def ask(*args: str, rows: str | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["prompt", *args], input=rows)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(
    ("args", "answer"),
    [
        (("schedule", "--steps", "10", "a [b:c:0.5] d"), [[5, "a b d"], [10, "a c d"]]),
        (("schedule", "--steps", "10", "--hires-steps", "4", "[a:b:12]"), [[2, "a"], [4, "b"]]),
        (("schedule", "--steps", "10", "--old", "[a:b:0]"), [[10, "b"]]),
        (("attention", "(a:1.2) b"), [["a", 1.2], [" b", 1.0]]),
        (("networks", "x <lora:mara:0.8>"), {"remaining": "x ", "networks": {"lora": [["mara", "0.8"]]}}),
        (("multicond", "a AND b :0.5"), {"indexes": [[[0, 1.0], [1, 0.5]]], "flat": ["a", " b"]}),
    ],
)
def test_answers(args: tuple[str, ...], answer: object) -> None:
    code, out, _ = ask(*args)
    assert code == 0
    assert json.loads(out) == answer


def test_check_says_where() -> None:
    code, out, _ = ask("check", "chapter 12:30")
    found = json.loads(out)
    assert code == 0
    assert set(found) == {"tokens", "chunks", "problems"}
    assert [set(problem) for problem in found["problems"]] == [{"at", "what", "hint"}]


def test_what_a_host_cannot_read_is_said_in_words() -> None:
    code, out, err = ask("attention", "(a:1..5)")
    assert (code, out) == (1, "")
    assert "1..5" in err
    assert "Traceback" not in err


def test_the_golden_file_without_its_answers_comes_back_with_them() -> None:
    golden = [json.loads(line) for line in GOLDEN.read_text("utf-8").splitlines()]
    asked = "\n".join(json.dumps({k: v for k, v in row.items() if k not in ANSWERS}) for row in golden)
    code, out, _ = ask("batch", rows=asked)
    answered = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert len(answered) == len(golden)
    for row, answer in zip(golden, answered, strict=True):
        if "actual_schedule" in row:
            row = row | {"expected_schedule": row["actual_schedule"]}
        for name in NAMES:
            assert answer.get(name) == row.get(name)


def test_rows_that_cannot_be_read_do_not_stop_the_others() -> None:
    rows = 'nonsense\n[1]\n{"fn": "dance"}\n{"fn": "schedule", "prompt": "a", "steps": 0}\n{"fn": "attention"}\n\n'
    code, out, err = ask("batch", rows=rows + '{"fn": "attention", "text": "a"}\n')
    answered = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [("error" in row) for row in answered] == [True] * 5 + [False]
    assert answered[-1]["expected"] == [["a", 1.0]]
    assert [f"Row {number} " in err for number in range(1, 7)] == [True] * 5 + [False]
