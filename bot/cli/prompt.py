"""``fireside prompt``: what a prompt means to a host, as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from storycore.errors import FiresideError, SettingsError
from storycore.prompts.grammar import attention, check, multicond, networks, schedule

_MOST_STEPS = 1_000

Steps = Annotated[int, typer.Option("--steps", min=1, max=_MOST_STEPS, help="Sampling steps.")]
HiresSteps = Annotated[
    int | None, typer.Option("--hires-steps", min=1, max=_MOST_STEPS, help="Steps of the second pass.")
]
Old = Annotated[bool, typer.Option("--old", help="As with the option for old prompt editing timelines.")]
Prompt = Annotated[str, typer.Argument(help="The prompt; quote it for your shell.")]


def add_to(app: typer.Typer) -> None:
    """Register ``prompt`` and its subcommands."""
    prompt = typer.Typer(
        help="Say what a prompt means to the WebUI, as JSON: its schedule, weights, networks, parts, problems.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    prompt.command("schedule", help="Which text holds up to which step: [[step, text], …].")(_schedule)
    prompt.command("attention", help="Each part and its weight: [[text, weight], …].")(_attention)
    prompt.command("networks", help="The prompt without its <lora:…> tags, and the tags.")(_networks)
    prompt.command("multicond", help="The parts joined by AND, and their weights.")(_multicond)
    prompt.command("check", help="Tokens, chunks, and what in the prompt goes wrong where.")(_check)
    prompt.command("batch", help="Answer rows of JSON lines from standard input, a row each.")(_batch)
    app.add_typer(prompt, name="prompt")


def _say(answer: object) -> None:
    typer.echo(json.dumps(answer, ensure_ascii=False))


def _answered(answer: Callable[[], object]) -> None:
    """Print the answer, or in words why there is none; exit code 1 then."""
    try:
        _say(answer())
    except FiresideError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def _schedule(prompt: Prompt, steps: Steps = 20, hires_steps: HiresSteps = None, old: Old = False) -> None:
    _answered(lambda: schedule(prompt, steps, hires_steps, old=old))


def _attention(prompt: Prompt) -> None:
    _answered(lambda: attention(prompt))


def _networks(prompt: Prompt) -> None:
    found = networks(prompt)
    _say({"remaining": found.remaining, "networks": found.networks})


def _multicond(prompt: Prompt) -> None:
    found = multicond([prompt])
    _say({"indexes": found.indexes, "flat": found.flat})


def _check(prompt: Prompt) -> None:
    found = check(prompt)
    problems = [{"at": problem.at, "what": problem.what, "hint": problem.hint} for problem in found.problems]
    _say({"tokens": found.tokens, "chunks": found.chunks, "problems": problems})


def _batch() -> None:
    """A row that cannot be read is answered with its ``error``; the others are answered all the same (exit code 1)."""
    failed = 0
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        row, said = _answered_row(line, number)
        failed += said is not None
        if said is not None:
            typer.echo(said, err=True)
        typer.echo(json.dumps(row, ensure_ascii=False))
    if failed:
        raise typer.Exit(1)


def _answered_row(line: bytes, number: int) -> tuple[dict[str, Any], str | None]:
    row: dict[str, Any] = {}
    try:
        read = json.loads(line)
    except ValueError:  # also for what is not UTF-8
        read = None
    try:
        if not isinstance(read, dict):
            raise SettingsError("it is no JSON object.", 'Write {"fn": "attention", "text": "(a:1.2) b"}.')
        row = read
        return row | _answer(row), None
    except FiresideError as error:
        said = f"Row {number} cannot be answered: {error}"
        return row | {"error": said}, said


def _answer(row: dict[str, Any]) -> dict[str, Any]:
    """A row's answers, under the golden file's names. Raises ``SettingsError`` where it asks for nothing known."""
    match row.get("fn"):
        case "schedule":
            return _row_schedule(row)
        case "attention":
            text = _text(row, "text", "prompt")
            return _or_raises(lambda: {"expected": attention(text)})
        case "multicond":
            found = multicond([_text(row, "prompt", "text")])
            return {"indexes": found.indexes, "flat": found.flat}
        case "extra_networks" | "networks":
            taken = networks(_text(row, "prompt", "text"))
            return {"remaining": taken.remaining, "networks": taken.networks}
        case unknown:
            raise SettingsError(f"its fn is {unknown!r}.", "Known are schedule, attention, multicond, extra_networks.")


def _row_schedule(row: dict[str, Any]) -> dict[str, Any]:
    prompt = _text(row, "prompt", "text")
    steps, hires_steps = row.get("steps", 20), row.get("hires_steps")
    for name, value in (("steps", steps), ("hires_steps", hires_steps)):
        if value is not None and (not isinstance(value, int) or not 1 <= value <= _MOST_STEPS):
            raise SettingsError(f"{name} is {value!r}.", f"From 1 to {_MOST_STEPS} are possible.")
    old = bool(row.get("use_old_scheduling"))
    return _or_raises(lambda: {"expected_schedule": schedule(prompt, steps or 20, hires_steps, old=old)})


def _or_raises(answer: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The answer, or the name of the error that the WebUI itself raises."""
    try:
        return answer()
    except OverflowError:
        return {"raises": "OverflowError"}
    except ValueError:
        return {"raises": "ValueError"}


def _text(row: dict[str, Any], *names: str) -> str:
    for name in names:
        if isinstance(row.get(name), str):
            return str(row[name])
    raise SettingsError(f"it has no {names[0]}.", "Give it as a text.")
