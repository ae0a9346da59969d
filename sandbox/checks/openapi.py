"""Requests against Discord's official OpenAPI document (HTTP API, v10 preview).

The document is compiled lazily: one validator per operation, the first time it is called. Three things are read more
mildly than the document says, because Discord itself does and discord.py relies on it: ids may be numbers as well
as strings of digits, and query booleans may be 1 and 0; `format` is not checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_DOCUMENT = "urn:discord"
_PARAMETER = re.compile(r"\{(\w+)\}")
_SNOWFLAKE = {"oneOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^(0|[1-9][0-9]*)$"}]}


@dataclass(frozen=True)
class Operation:
    """One method of one path of the document."""

    method: str
    path: str
    body: Draft202012Validator | None
    body_required: bool
    query: dict[str, dict[str, Any]]
    required_query: frozenset[str]
    responses: dict[str, Draft202012Validator]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


class OpenApi:
    """The document. `file`: where it lies (JSON)."""

    def __init__(self, file: Path) -> None:
        document = json.loads(file.read_text("utf-8"))
        document["components"]["schemas"]["SnowflakeType"] = _SNOWFLAKE
        self._document: dict[str, Any] = document
        resource: Resource[Any] = Resource.from_contents(document, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(_DOCUMENT, resource)
        self._operations: dict[tuple[str, str], Operation] = {}

    @cached_property
    def _paths(self) -> list[tuple[re.Pattern[str], str]]:
        """Every path as a pattern, those with fewer parameters first: `/users/@me` before `/users/{user_id}`."""
        paths = sorted(self._document["paths"], key=lambda path: (len(_PARAMETER.findall(path)), path))
        return [
            (re.compile(_PARAMETER.sub("[^/]+", re.escape(path).replace(r"\{", "{").replace(r"\}", "}"))), path)
            for path in paths
        ]

    def operation(self, method: str, path: str) -> Operation | None:
        """The operation that a request is, or None when the document has none. `path` is relative to /api/v10."""
        for pattern, template in self._paths:
            if method.lower() in self._document["paths"][template] and pattern.fullmatch(path):
                return self._compiled(method.lower(), template)
        return None

    def _compiled(self, method: str, template: str) -> Operation:
        key = (method, template)
        if key not in self._operations:
            self._operations[key] = self._compile(method, template)
        return self._operations[key]

    def _compile(self, method: str, template: str) -> Operation:
        path = self._document["paths"][template]
        entry = path[method]
        request = entry.get("requestBody") or {}
        parameters = [
            item for item in (*path.get("parameters", ()), *(entry.get("parameters") or ())) if item["in"] == "query"
        ]
        return Operation(
            method=method.upper(),
            path=template,
            body=self._validator(request, template, method, "requestBody"),
            body_required=bool(request.get("required")),
            query={item["name"]: item["schema"] for item in parameters},
            required_query=frozenset(item["name"] for item in parameters if item.get("required")),
            responses={
                status: validator
                for status, answer in entry.get("responses", {}).items()
                if (validator := self._validator(answer, template, method, "responses", status)) is not None
            },
        )

    def _validator(self, holder: Mapping[str, Any], *steps: str) -> Draft202012Validator | None:
        if "application/json" not in (holder.get("content") or {}):
            return None
        escaped = [
            step.replace("~", "~0").replace("/", "~1") for step in (*steps, "content", "application/json", "schema")
        ]
        pointer = "/".join(["", "paths", *escaped]).replace("{", "%7B").replace("}", "%7D")
        return Draft202012Validator({"$ref": f"{_DOCUMENT}#{pointer}"}, registry=self._registry)

    def check_body(self, operation: Operation, body: object) -> list[str]:
        """What the document objects to in a request's JSON (None: there was none)."""
        if operation.body is None:
            return [] if body is None or body == {} else [f"{operation.name} takes no body"]
        if body is None:
            return [f"{operation.name} needs a body"] if operation.body_required else []
        return _problems(operation.body, body)

    def check_query(self, operation: Operation, query: Mapping[str, str]) -> list[str]:
        """What the document objects to in a request's query."""
        found = [f"?{name} is missing" for name in sorted(operation.required_query - query.keys())]
        for name, value in query.items():
            if name not in operation.query:
                found.append(f"?{name} is no parameter of {operation.name}")
            elif not _fits(value, operation.query[name]):
                found.append(f"?{name}={value} does not fit {operation.query[name]}")
        return found

    def check_response(self, operation: Operation, status: int, body: object) -> list[str]:
        """What the document objects to in an answer: this checks the sandbox itself."""
        validator = operation.responses.get(str(status))
        return [] if validator is None else _problems(validator, body)


def _problems(validator: Draft202012Validator, body: object) -> list[str]:
    if validator.is_valid(body):
        return []
    error = best_match(validator.iter_errors(body))
    if error is None:
        return []
    where = ".".join(str(step) for step in error.absolute_path) or "body"
    return [f"{where}: {error.message[:300]}"]


def _fits(value: str, schema: Mapping[str, Any]) -> bool:
    """Whether a query's text can be read as the schema's type (only the simple types are looked at)."""
    kind = schema.get("type")
    if kind == "boolean":
        return value.lower() in ("true", "false", "1", "0")
    if kind == "integer":
        if not re.fullmatch(r"-?\d{1,20}", value):
            return False
        least, most = schema.get("minimum"), schema.get("maximum")
        return (least is None or int(value) >= least) and (most is None or int(value) <= most)
    if str(schema.get("$ref", "")).endswith("/SnowflakeType"):
        return value.isdigit()
    return True
