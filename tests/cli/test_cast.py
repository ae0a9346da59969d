"""``fireside cast``, driven from outside."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from bot.cli.app import app
from tests.script.stories import SIEGFRIED

runner = CliRunner()


def test_a_script_becomes_an_object_that_can_be_scored(tmp_path: Path) -> None:
    path = tmp_path / "siegfried.txt"
    path.write_text(SIEGFRIED, encoding="utf-8")
    result = runner.invoke(app, ["cast", str(path), "--json"])
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert set(found) == {"id", "text", "mentions", "quotes", "cast"}
    assert (found["id"], found["text"]) == ("siegfried.txt", SIEGFRIED)
    assert {mention["type"] for mention in found["mentions"]} == {"PROP", "NOM", "PRON"}
    clusters = {member["name"]: member["cluster"] for member in found["cast"]}
    first = found["quotes"][0]
    assert found["text"][first["start"] : first["end"]] == "“Your swords are straw,”".replace(
        "“", SIEGFRIED[first["start"]]
    ).replace("”", SIEGFRIED[first["end"] - 1])
    assert first["speaker_cluster"] == clusters["Siegfried"]
    assert found["text"][first["speaker_start"] : first["speaker_end"]] == "Siegfried"
    assert set(found["cast"][0]) == {"cluster", "name", "aliases", "scenes", "lines"}


def test_standard_input_is_called_a_dash() -> None:
    result = runner.invoke(app, ["cast", "-", "--json"], input="Then Anna laughed.")
    assert json.loads(result.stdout)["id"] == "-"


def test_documents_to_score_keep_their_ids_and_texts(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    texts = {"one": "Anna ran.\r\n\r\n“Hi,” said Tom.", "two": "the fox slept. "}
    path.write_text("\n".join(json.dumps({"id": k, "text": v, "mentions": [1]}) for k, v in texts.items()) + "\n\n")
    result = runner.invoke(app, ["cast", "--gold", str(path), "--json"])
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert {document["id"]: document["text"] for document in found} == texts


def test_a_table_for_people(tmp_path: Path) -> None:
    path = tmp_path / "s.txt"
    path.write_text(SIEGFRIED, encoding="utf-8")
    result = runner.invoke(app, ["cast", str(path)])
    assert result.exit_code == 0
    assert "Siegfried" in result.stdout
    assert "Mime" in result.stdout


def test_bad_input_gets_a_kind_answer(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"id": "a", "text": "Hi."}\n{"id": 3}\n')
    result = runner.invoke(app, ["cast", "--gold", str(broken), "--json"])
    assert result.exit_code == 1
    assert "Line 2 is no document" in result.output
    assert "Traceback" not in result.output
    assert runner.invoke(app, ["cast", str(tmp_path / "nowhere.txt")]).exit_code == 2
    assert runner.invoke(app, ["cast"]).exit_code == 2
    (tmp_path / "empty.txt").write_text("")
    empty = runner.invoke(app, ["cast", str(tmp_path / "empty.txt")])
    assert empty.exit_code == 1
    assert "empty" in empty.output
