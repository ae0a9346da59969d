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
from jsonschema.exceptions import ValidationError, best_match
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
        schemas = document["components"]["schemas"]
        document["components"]["schemas"] = {name: _decided(schema, schemas) for name, schema in schemas.items()}
        document["paths"] = _decided(document["paths"], schemas)
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


def _decided(node: Any, schemas: Mapping[str, Any]) -> Any:
    """The schema with its choices decided by what tells the alternatives apart: a `type`, null, or plain values.

    As the document writes them ("one of these"), a validator tries every alternative with all that is nested in it:
    tens of milliseconds for one large message, and complaints about alternatives that nobody meant.
    """
    if isinstance(node, list):
        return [_decided(item, schemas) for item in node]
    if not isinstance(node, dict):
        return node
    found = {key: _decided(value, schemas) for key, value in node.items()}
    kind = "oneOf" if "oneOf" in node else "anyOf"
    choices = found.get(kind)
    if not isinstance(choices, list) or not choices:
        return found
    types = [_types_of(item, schemas) for item in choices]
    flat = [value for values in types for value in values]
    if all("const" in item for item in choices):
        found["enum"] = [item["const"] for item in found.pop(kind)]
    elif len(choices) == 2 and choices[0] == {"type": "null"}:
        found |= {"if": {"type": "null"}, "else": found.pop(kind)[1]}
    elif all(types) and len(set(flat)) == len(flat):
        del found[kind]
        found |= {"type": "object", "required": ["type"], "properties": {"type": {"enum": flat}}}
        found["allOf"] = [
            {"if": {"required": ["type"], "properties": {"type": {"enum": values}}}, "then": choice}
            for values, choice in zip(types, choices, strict=True)
        ]
    return found


def _types_of(choice: Mapping[str, Any], schemas: Mapping[str, Any]) -> list[int]:
    """The values that `type` may have in the schema that this refers to; empty when it does not say."""
    schema = schemas.get(str(choice.get("$ref", "")).removeprefix("#/components/schemas/"), {})
    if "type" not in (schema.get("required") or []):
        return []
    return list(schema.get("properties", {}).get("type", {}).get("enum") or [])


def _problems(validator: Draft202012Validator, body: object) -> list[str]:
    if validator.is_valid(body):
        return []
    error = best_match(validator.iter_errors(body), key=_depth)
    if error is None:
        return []
    where = ".".join(str(step) for step in error.absolute_path) or "body"
    return [f"{where}: {error.message[:300]}"]


def _depth(error: ValidationError) -> tuple[int, int]:
    """Prefers what is wrong deep inside to the alternatives above it that it spoils."""
    return len(error.absolute_path), -len(error.context or [])


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
