"""The OpenAPI 3.1 document, generated from the registered operations and their pydantic models."""

import inspect
import json
import re
import typing
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from kdnx.viewer import Permission
from kdnx.web.api import WRITES, Api, Operation, Problem

REF = "#/components/schemas/{model}"


def document(apis: typing.Sequence[Api], version: str) -> bytes:
    """The OpenAPI 3.1 document of all operations as JSON."""
    operations = [op for api in apis for op in api.operations]
    return json.dumps(build(operations, version), ensure_ascii=False).encode()


def build(operations: typing.Sequence[Operation], version: str) -> dict[str, Any]:
    """The whole document; component names are the class names."""
    wanted: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(Problem, "serialization"): None}
    for op in operations:
        if op.body:
            wanted[op.body, "validation"] = None
        if _is_model(op.result):
            wanted[op.result, "serialization"] = None
    refs, definitions = models_json_schema(list(wanted), ref_template=REF)
    schemas: dict[str, Any] = definitions.get("$defs", {})
    paths: dict[str, Any] = {}
    for op in operations:
        path = re.sub(r"\{(\w+):\w+\}", r"{\1}", op.path)
        paths.setdefault(path, {})[op.method.lower()] = _operation(op, refs, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "kdnx",
            "description": "Every write takes Idempotency-Key, and Dry-Run: true to check everything and keep nothing.",
            "version": version,
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "security": [{"bearer": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "kdnx_session"},
            },
        },
    }


def _is_model(kind: Any) -> bool:
    return inspect.isclass(kind) and issubclass(kind, BaseModel)


def _operation(op: Operation, refs: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    lines = (inspect.getdoc(op.function) or op.function.__name__).splitlines()
    item: dict[str, Any] = {
        "operationId": op.function.__name__,
        "summary": lines[0],
        "tags": [op.tag],
        "parameters": _parameters(op, schemas),
        "responses": _responses(op, refs),
        "x-permission": op.permission.value,
    }
    if op.permission == Permission.PUBLIC:
        item["security"] = []
    if op.body:
        item["requestBody"] = {"required": True, "content": _json(refs[op.body, "validation"])}
    return item


def _json(schema: Any, kind: str = "json") -> dict[str, Any]:
    return {f"application/{kind}": {"schema": schema}}


def _parameters(op: Operation, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = [
        {"name": n, "in": "path", "required": True, "schema": a.json_schema()}
        for n, a in op.path_types.items()
    ]
    if op.query:
        schema = op.query.model_json_schema(ref_template=REF)
        schemas.update(schema.pop("$defs", {}))
        required = schema.get("required", ())
        out += [
            {"name": n, "in": "query", "required": n in required, "schema": s}
            for n, s in schema.get("properties", {}).items()
        ]
    if op.needs_match or op.knows_match:
        out.append(
            {
                "name": "If-Match",
                "in": "header",
                "required": op.needs_match,
                "schema": {"type": "string"},
            }
        )
    if op.method in WRITES:
        text = {"type": "string", "maxLength": 200}
        out.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": text})
    return out


def _responses(op: Operation, refs: Any) -> dict[str, Any]:
    status = op.status if op.result is not None else 204
    good: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if (op.result, "serialization") in refs:
        good["content"] = _json(refs[op.result, "serialization"])
    out = {str(status): good}
    codes = {429} if op.permission == Permission.PUBLIC else {401, 403, 429}
    # a query may name an object too, as the comparison does
    codes |= {404, 422} if op.query else set()
    codes |= {404} if op.path_types else set()
    codes |= {400, 413, 415, 422} if op.body else set()
    codes |= {403, 404, 409, 422} if op.method in WRITES else {422}
    codes |= {412, 428} if op.needs_match or op.knows_match else set()
    for code in sorted(codes):
        problem = _json(refs[Problem, "serialization"], "problem+json")
        out[str(code)] = {"description": HTTPStatus(code).phrase, "content": problem}
    return out
