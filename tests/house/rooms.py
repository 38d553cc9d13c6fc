"""What the house tests need to know about the tree."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("kdnx", "catalog", "procurement", "exchange")


def modules() -> list[Path]:
    """Every Python file of the four packages."""
    return sorted(p for name in PACKAGES for p in (ROOT / name).rglob("*.py"))


def stores() -> list[Path]:
    """Every SQL room."""
    return [p for p in modules() if p.name == "store.py"]


def templates() -> list[Path]:
    """Every template."""
    return sorted(p for name in PACKAGES for p in (ROOT / name).rglob("templates/**/*.html"))


def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    """The path as people say it."""
    return str(path.relative_to(ROOT))


def sql_constants(path: Path) -> Iterator[tuple[str, str]]:
    """(name, text) of every upper-case text constant that is a statement."""
    for node in tree(path).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if (
                name.isupper()
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, str)
            ):
                text = node.value.value.strip()
                if text.split(None, 1)[:1] and text.split(None, 1)[0].upper() in {
                    "SELECT",
                    "INSERT",
                    "UPDATE",
                    "DELETE",
                    "WITH",
                }:
                    yield name, text
