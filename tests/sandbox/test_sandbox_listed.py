"""docs/sandbox.md lists every rule that the sandbox enforces. (That its tests show them: `as_listed` in conftest.)"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.listed import rows

SOURCE = Path(__file__).resolve().parents[2] / "sandbox"
_FORM_CODE = re.compile(r"[A-Z]+(?:_[A-Z0-9]+){2,}")
#: Trouble that people switch on answers with codes of their choosing: docs/sandbox.md has a table of its own for it.
_NOT_RULES = ("trouble", "web")


def _constants(call: ast.Call) -> list[object]:
    return [item.value if isinstance(item, ast.Constant) else None for item in call.args]


def _codes(path: Path) -> Iterator[str]:
    of_forms = path.name in ("limits.py", "forms.py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if of_forms and isinstance(node, ast.Constant) and _FORM_CODE.fullmatch(str(node.value)):
            yield str(node.value)
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        match name, _constants(node):
            case "add", [_, str(code), *_] if _FORM_CODE.fullmatch(code):
                yield code
            case "ApiError", [int(status), int(code), *_]:
                yield f"{status} {code}"
            case "unknown", [str(), int(code)]:
                yield f"404 {code}"
            case "_refuse", [_, int(code), *_]:
                yield f"close {code}"


def enforced() -> set[str]:
    """Every code that stands in the sandbox's source."""
    files = [path for path in SOURCE.rglob("*.py") if path.relative_to(SOURCE).parts[0] not in _NOT_RULES]
    return {code for path in files for code in _codes(path)}


def test_every_code_of_the_sandbox_is_listed_with_a_test() -> None:
    codes = enforced()
    assert len(codes) > 50, "the source was hardly read"
    assert codes - {row.code for row in rows()} == set()
    assert {row.code for row in rows()} - codes == set()


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.code}-{row.test}")
def test_a_listed_test_exists(row: object) -> None:
    file = Path(__file__).with_name(getattr(row, "file", ""))
    assert f"def {getattr(row, 'test', '')}(" in file.read_text(encoding="utf-8")
