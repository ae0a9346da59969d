"""``fireside characters`` and ``fireside names``: the bot's own database, without the bot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.app import app
from tests.names.test_names import CELEBA, IDENTITIES, LFW, NAMES

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FIRESIDE_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'fireside.db'}")
    monkeypatch.setenv("FIRESIDE_MEDIA_DIR", str(tmp_path / "media"))
    return tmp_path


def run(*arguments: object) -> tuple[int, str]:
    result = RUNNER.invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.output


def test_characters_are_taken_in_listed_and_handed_out(house: Path) -> None:
    file, out = house / "in.json", house / "out.json"
    characters = [{"name": "Mime", "aliases": ["the smith"], "look": "bald, a leather apron"}, {"name": "Fafnir"}]
    file.write_text(json.dumps(characters), "utf-8")
    assert run("characters", "import", file, "--server", 7) == (0, "2 new, 0 changed, 0 as before\n")
    assert run("characters", "import", file, "--server", 7) == (0, "0 new, 0 changed, 2 as before\n")
    listed = run("characters", "list", "--server", 7)[1]
    assert listed == "Fafnir: not described\nMime (the smith): bald, a leather apron\n"
    assert run("characters", "export", "--server", 7, "--out", out)[0] == 0
    assert json.loads(out.read_text("utf-8"))["characters"][1] == characters[0]
    assert run("characters", "list", "--server", 8) == (0, "")
    file.write_text('[{"name": "Mime", "look": "(bald"}]', "utf-8")
    code, said = run("characters", "import", file, "--server", 7)
    assert code == 1 and "Character 1 (Mime), “look”" in said and "never closed" in said
    assert run("characters", "import", house / "none.json", "--server", 7)[0] == 2


def test_names_fill_the_table(house: Path) -> None:
    lfw, attributes, identities, names = (
        house / name for name in ("lfw.txt", "attr.txt", "identity_CelebA.txt", "n.csv")
    )
    lfw.write_text(LFW, "utf-8")
    attributes.write_text(CELEBA, "utf-8")
    identities.write_text(IDENTITIES, "utf-8")
    names.write_text(NAMES, "utf-8")
    assert run("names", "import", lfw, "--kind", "lfw") == (0, "2 names read, 2 of them new; 2 in the table now\n")
    code, said = run("names", "import", attributes, "--kind", "celeba")
    assert code == 2 and "--names" in said
    code, said = run("names", "import", attributes, "--kind", "celeba", "--names", names)
    assert code == 0 and "in the table now" in said
    code, said = run("names", "import", lfw)
    assert code == 1 and "not a sex and a name" in said
