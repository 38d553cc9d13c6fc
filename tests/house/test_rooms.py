"""The house keeps its rooms: sizes, names, captions, where SQL lives, what templates may say."""

import ast
import re

import pytest

from tests.house.rooms import ROOT, modules, name_of, sql_constants, stores, templates, tree

ROOM_LINES, FUNCTION_LINES, TEST_LINES = 350, 60, 400
FORBIDDEN = {"utils", "helpers", "common", "base", "misc", "manager", "handler", "processor"}
HTMX = {
    "hx-get",
    "hx-post",
    "hx-select",
    "hx-target",
    "hx-swap",
    "hx-trigger",
    "hx-push-url",
    "hx-sync",
}
SQL_WORDS = re.compile(
    r"\b(SELECT\s.+\sFROM|INSERT INTO|UPDATE\s+\w+\.\w+\s+SET|DELETE FROM)\b", re.DOTALL
)
# rooms besides store.py that hold statements, each with its reason
SQL_ELSEWHERE = {
    "kdnx/db/conn.py": "sets the viewer",
    "kdnx/db/migrate.py": "the record of migrations",
    "kdnx/start.py": "looks at the login before any pool exists",
    "kdnx/commands/backup.py": "looks whether the database is empty before there are any tables",
    "kdnx/commands/check.py": "reads the catalogue of the database",
}


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_room_is_not_too_large(path):
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= ROOM_LINES, f"{name_of(path)} has {lines} lines: the feature is two"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_functions_are_short_and_modules_have_a_caption(path):
    module = tree(path)
    assert ast.get_docstring(module), f"{name_of(path)} has no caption"
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= FUNCTION_LINES, f"{name_of(path)}: {node.name} has {length} lines"


def test_test_files_are_not_too_large():
    large = [
        f"{name_of(p)}: {n}"
        for p in (ROOT / "tests").rglob("*.py")
        if (n := p.read_text(encoding="utf-8").count("\n")) > TEST_LINES
    ]
    assert not large


def test_no_vague_names():
    wrong = [
        name_of(p) for p in modules() if p.stem in FORBIDDEN or FORBIDDEN & set(p.parent.parts[-1:])
    ]
    assert not wrong


# checks.py holds the invariants that `kdnx check` runs; they are prepared like every statement
SQL_ROOMS = {"store.py", "checks.py"}


@pytest.mark.parametrize("path", [p for p in modules() if p.name not in SQL_ROOMS], ids=name_of)
def test_sql_stands_in_stores_only(path):
    if name_of(path) in SQL_ELSEWHERE:
        return
    for node in ast.walk(tree(path)):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and SQL_WORDS.search(node.value)
        ):
            raise AssertionError(f"{name_of(path)}:{node.lineno} holds SQL")


def is_pieced(node: ast.AST) -> bool:
    """An f-string or a concatenation that holds SQL."""
    if isinstance(node, ast.JoinedStr):
        text = "".join(str(v.value) for v in node.values if isinstance(v, ast.Constant))
        return bool(SQL_WORDS.search(text))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = (node.left, node.right)
        return any(
            isinstance(p, ast.Constant) and isinstance(p.value, str) and SQL_WORDS.search(p.value)
            for p in parts
        )
    return False


@pytest.mark.parametrize("path", stores(), ids=name_of)
def test_statements_are_static(path):
    assert not [n.lineno for n in ast.walk(tree(path)) if is_pieced(n)], name_of(path)


@pytest.mark.parametrize("path", stores(), ids=name_of)
def test_a_store_names_its_own_schema_and_public_faces(path):
    own = path.relative_to(ROOT).parts[0]
    for name, text in sql_constants(path):
        sql = re.sub(r"'[^']*'", "''", text)
        for schema, table in re.findall(r"\b(kdnx|catalog|procurement|exchange)\.(\w+)", sql):
            is_function = re.search(rf"\b{schema}\.{table}\(", sql) is not None
            allowed = (
                schema == own or table.startswith("public_") or (schema == "kdnx" and is_function)
            )
            assert allowed, f"{name_of(path)}: {name} reads {schema}.{table}"


@pytest.mark.parametrize("path", templates(), ids=name_of)
def test_templates_use_no_script_and_eight_attributes(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\son\w+=|\sstyle=|<style|javascript:", text), name_of(path)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text), name_of(path)
    assert set(re.findall(r"\b(hx-[a-z-]+)", text)) <= HTMX


@pytest.mark.parametrize("path", templates(), ids=name_of)
def test_every_posting_form_is_guarded(path):
    text = path.read_text(encoding="utf-8")
    for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL):
        before_sign_in = 'action="/login' in form  # no session yet: the origin is checked
        if 'method="post"' in form and not before_sign_in:
            assert "form_guard()" in form or "csrf_token" in form, f"{name_of(path)}: {form[:80]}"


ENGLISH = re.compile(
    r">\s*[^<{]*\b(the|and|with|your|please|submit|save|delete|search|edit|back|next)\b[^<{]*<",
    re.IGNORECASE,
)


@pytest.mark.parametrize("path", templates(), ids=name_of)
def test_visible_text_is_german(path):
    text = re.sub(r"{%.*?%}|{#.*?#}|{{.*?}}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not ENGLISH.search(text), name_of(path)
