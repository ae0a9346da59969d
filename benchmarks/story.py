"""Who is in a story and who speaks, measured by the story benchmark's scorer.

    python -m benchmarks.story [--data ../shared/story] [--rounds 200] [--speed]

One table for LitBank dev, the tales, the chat scripts and LitBank dev in small letters: the understander ``model``,
with the main characters' names known beforehand (as a server's characters are) and without, beside ``rules`` (capital
letters; it has no pronouns). In brackets 95 % intervals by bootstrap over documents. ``--speed`` adds words per CPU
second for 1,000, 5,000 and 20,000 words, the time to load, and memory at most.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import re
import resource
import time
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

from bot.cli.cast import as_object
from storycore.cast.facts import NOTHING_KNOWN, Facts, KnownCharacter
from storycore.cast.model import Understanding
from storycore.cast.understand import understand
from storycore.script.model import LineKind
from training.data import Document, litbank, read_documents

_DATA = Path(__file__).resolve().parents[2] / "shared" / "story"
FIGURES = {
    "people F1": ("head", "mention", "f"),
    "names F1": ("head", "PROP", "f"),
    "descriptions F1": ("head", "NOM", "f"),
    "pronouns F1": ("head", "PRON", "f"),
    "chains CoNLL": ("head", "conll"),
    "cast": ("cast",),
    "cast by names": ("cast_names_only",),
    "phantoms": ("phantom",),
    "presence F1": ("presence", "f"),
    "quotes F1": ("quote_iou50", "f"),
    "speaker": ("speaker_all",),
    "speaker B3": ("speaker_b3", "f"),
}


def scorer(data: Path) -> ModuleType:
    """The benchmark's ``score.py``. Raises ``FileNotFoundError`` where the data are missing."""
    spec = importlib.util.spec_from_file_location("story_score", data / "litbank" / "score.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(data)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def documents(data: Path) -> dict[str, list[Document]]:
    """The sets that are scored, by name."""
    dev = litbank(data, "dev")
    ours = read_documents(data / "tales_dev.jsonl")
    small = [{**d, "text": d["text"].lower()} for d in dev if len(d["text"].lower()) == len(d["text"])]
    return {
        "LitBank dev": dev,
        "tales": [d for d in ours if d["id"].startswith("tale")],
        "chat scripts": [d for d in ours if d["id"].startswith("chat")],
        "small letters": small,
    }


def gazetteer(document: Document) -> Facts:
    """What a server would know: the commonest name of everybody who is named three times or more."""
    names: dict[str, Counter[str]] = {}
    for mention in document["mentions"]:
        if mention["type"] == "PROP":
            form = " ".join(document["text"][mention["start"] : mention["end"]].split())
            names.setdefault(mention["cluster"], Counter())[form] += 1
    known = [found.most_common(1)[0][0] for found in names.values() if found.total() >= 3]
    return Facts(known=tuple(KnownCharacter(name) for name in dict.fromkeys(known)))


def by_capitals(document: Document) -> dict[str, Any]:
    """What the rules find, in the scorer's format: wherever a name or description of their cast stands."""
    found = understand(document["text"], "rules")
    numbers = {member.name: number for number, member in enumerate(found.cast)}
    mentions = [
        {"start": m.start(), "end": m.end(), "cluster": number, "type": "PROP" if form[0].isupper() else "NOM"}
        for number, member in enumerate(found.cast)
        for form in (member.name, *member.aliases)
        for m in re.finditer(rf"\b{re.escape(form)}\b", document["text"])
    ]
    lines = [line for scene in found.script.scenes for line in scene.lines if line.kind is LineKind.SPEECH]
    quotes = [
        {"start": line.start, "end": line.end, "speaker_cluster": numbers.get(line.speaker or "")} for line in lines
    ]
    return {"id": document["id"], "mentions": mentions, "quotes": quotes}


def by_model(document: Document, facts: Facts) -> dict[str, Any]:
    """What the model finds, in the scorer's format."""
    found: Understanding = understand(document["text"], "model", facts)
    return as_object(document["id"], found)


def figures(score: ModuleType, gold: list[Document], found: list[dict[str, Any]], rounds: int) -> dict[str, str]:
    """Every figure, in percent, with its interval."""
    counts = []
    for document, prediction in zip(gold, found, strict=True):
        counted = score.Score()
        score.score_doc(document, prediction, counted)
        counts.append(counted.c)
    chance = random.Random(1)
    samples = [_summary(score, [chance.choice(counts) for _ in counts]) for _ in range(rounds)]
    whole = _summary(score, counts)
    return {name: _cell(whole, samples, path) for name, path in FIGURES.items()}


def _summary(score: ModuleType, counts: list[Counter[Any]]) -> dict[str, Any]:
    total = score.Score()
    for count in counts:
        total.c.update(count)
    summary: dict[str, Any] = score.summary(total)
    return summary


def _cell(whole: dict[str, Any], samples: list[dict[str, Any]], path: tuple[str, ...]) -> str:
    value = _at(whole, path)
    if value is None:
        return "–"
    spread = sorted(v for sample in samples if (v := _at(sample, path)) is not None)
    if not spread:
        return f"{100 * value:.1f}"
    low, high = spread[int(0.025 * len(spread))], spread[min(len(spread) - 1, int(0.975 * len(spread)))]
    return f"{100 * value:.1f} [{100 * low:.0f}, {100 * high:.0f}]"


def _at(summary: Any, path: tuple[str, ...]) -> float | None:
    for key in path:
        summary = summary.get(key) if summary is not None else None
    return None if summary is None else float(summary)


def show_speed(data: Path) -> None:
    """Words per CPU second at three lengths, what loading takes, and the memory at the end."""
    begin = time.process_time()
    understand("Anna met Tom.", "model")
    print(f"loading: {time.process_time() - begin:.2f} CPU seconds")
    words = " ".join(document["text"] for document in litbank(data, "dev")).split(" ")
    for count in (1_000, 5_000, 20_000):
        text = " ".join((words * (count // len(words) + 1))[:count])
        begin = time.process_time()
        understand(text, "model")
        print(f"{count:>6} words: {count / (time.process_time() - begin):,.0f} words per CPU second")
    print(f"memory at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.story", description=__doc__)
    parser.add_argument("--data", type=Path, default=_DATA)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--speed", action="store_true")
    chosen = parser.parse_args()
    if not (chosen.data / "litbank").is_dir():
        parser.error(f"{chosen.data} has no litbank folder: name the folder of the data with --data.")
    if chosen.speed:  # first, while nothing is loaded yet
        show_speed(chosen.data)
    score = scorer(chosen.data)
    for name, gold in documents(chosen.data).items():
        columns = {
            "model": [by_model(document, NOTHING_KNOWN) for document in gold],
            "with gazetteer": [by_model(document, gazetteer(document)) for document in gold],
            "rules": [by_capitals(document) for document in gold],
        }
        cells = {column: figures(score, gold, found, chosen.rounds) for column, found in columns.items()}
        print(f"\n| {name} | " + " | ".join(cells) + " |\n" + "|---" * (len(cells) + 1) + "|")
        for figure in FIGURES:
            print(f"| {figure} | " + " | ".join(cells[column][figure] for column in cells) + " |")


if __name__ == "__main__":
    main()
