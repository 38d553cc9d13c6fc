"""Which audit actions the program can record, read from its source: literals, f-strings, and what callers hand in."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.rooms import ROOT, modules, name_of, tree

ANY = "*"
CODE = re.compile(r"[a-z_]+\.[a-z_]+")


def recorded() -> dict[str, set[str]]:
    """Action (with `*` where only the end is known at run time) → the rooms that record it."""
    found: dict[str, set[str]] = {}
    for path in modules():
        if path.relative_to(ROOT).parts[:2] == ("kdnx", "audit") and path.name != "looking.py":
            continue
        for function, call in _calls(path, "record"):
            for action in _values(path, function, _argument(call, 2, "action"), depth=0):
                found.setdefault(action, set()).add(name_of(path))
    return found


def _calls(path: Path, name: str) -> Iterator[tuple[ast.AST | None, ast.Call]]:
    """(function around it, call) of every call of a function with this name."""
    for around, node in _walk(tree(path), None):
        if isinstance(node, ast.Call) and _called(node) == name:
            yield around, node


def _walk(node: ast.AST, around: ast.AST | None) -> Iterator[tuple[ast.AST | None, ast.AST]]:
    inside = node if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else around
    yield around, node
    for child in ast.iter_child_nodes(node):
        yield from _walk(child, inside)


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    if len(call.args) > place and not any(isinstance(a, ast.Starred) for a in call.args):
        return call.args[place]
    return next((k.value for k in call.keywords if k.arg == name), None)


def _values(
    path: Path, function: ast.AST | None, value: ast.expr | None, *, depth: int
) -> set[str]:
    """What an expression can be: its literals, or what the callers of the function hand in."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return {value.value}
    if isinstance(value, ast.IfExp):
        return _values(path, function, value.body, depth=depth) | _values(
            path, function, value.orelse, depth=depth
        )
    if isinstance(value, ast.JoinedStr):
        return _joined(path, function, value, depth)
    if isinstance(value, ast.Name) and function is not None and depth < 3:
        return _handed_in(path, function, value.id, depth)
    return {ANY}


def _joined(path: Path, function: ast.AST | None, value: ast.JoinedStr, depth: int) -> set[str]:
    texts = {""}
    for part in value.values:
        ends = (
            {str(part.value)}
            if isinstance(part, ast.Constant)
            else _values(path, function, getattr(part, "value", None), depth=depth)
        )
        texts = {t + e for t in texts for e in ends}
    return texts


def _handed_in(path: Path, function: ast.AST, name: str, depth: int) -> set[str]:
    """Literals at every call of the function in its domain, at the place of the parameter `name`."""
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return {ANY}
    parameters = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    every = [*parameters, *(a.arg for a in function.args.kwonlyargs)]
    if name not in every:
        return _assigned(path, function, name, depth)
    place = parameters.index(name) if name in parameters else len(every)
    found: set[str] = set()
    domain = path.relative_to(ROOT).parts[0]
    for other in (p for p in modules() if p.relative_to(ROOT).parts[0] == domain):
        if other != path and function.name.startswith("_"):
            continue
        for around, call in _calls(other, function.name):
            found |= _values(other, around, _argument(call, place, name), depth=depth + 1)
    return found or {ANY}


def _assigned(path: Path, function: ast.AST, name: str, depth: int) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == name for t in node.targets
        ):
            found |= _values(path, function, node.value, depth=depth + 1)
    return found or {ANY}
