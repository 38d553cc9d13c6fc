"""`kdnx import`, `template`, `export` by the runner of click: answers, exit codes, and the shape of --json."""

import asyncio
import json
import os
from datetime import date

import pytest
from click.testing import CliRunner

from kdnx.cli import main
from kdnx.db.pool import transaction
from kdnx.demo.catalogue import read_rows
from kdnx.imports.reading import read_table
from kdnx.members.actions import found_hub
from kdnx.viewer import Scope, Viewer
from tests.cast import make_actor

KEYS = {"rows", "new", "changed", "unchanged", "refused", "errors"}
ROWS = read_rows("members.csv")


def csv_of(rows):
    lines = [";".join(rows[0])] + [";".join(f'"{v}"' for v in r.values()) for r in rows]
    return ("\ufeff" + "\r\n".join(lines)).encode()


@pytest.fixture
async def run(fresh_database, monkeypatch, tmp_path):
    """Runs a command against a database of its own that has a hub."""
    async with transaction(fresh_database.pool, Viewer(scope=Scope.SYSTEM)) as conn:
        hub = await make_actor(conn, "HUB", "Beispielverbund Drehscheibe", "Köln")
        await found_hub(conn, hub.id, date(2004, 1, 1))
    for name in [n for n in os.environ if n.startswith("KDNX_") and n != "KDNX_PG_UNSAFE"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KDNX_DATABASE_URL", fresh_database.app_dsn)
    monkeypatch.setenv("KDNX_DATA_DIR", str(tmp_path))

    async def invoke(*words, content=None):
        args = [str(w) for w in words]
        if content is not None:
            file = tmp_path / "datei.csv"
            file.write_bytes(content)
            args = [str(file) if a == "FILE" else a for a in args]
        return await asyncio.to_thread(CliRunner().invoke, main, args)

    return invoke


async def test_json_has_the_fixed_shape_and_the_same_file_changes_nothing(run):
    rows = [r for r in ROWS if r["code"] != "HUB"]
    first = await run("import", "members", "FILE", "--json", content=csv_of(rows))
    assert first.exit_code == 0, first.output
    body = json.loads(first.stdout)
    assert set(body) == KEYS
    assert body == {"rows": 30, "new": 30, "changed": 0, "unchanged": 0, "refused": 0, "errors": []}
    again = json.loads(
        (await run("import", "members", "FILE", "--json", content=csv_of(rows))).stdout
    )
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 30)
    assert "30 Zeilen" in first.stderr


async def test_errors_name_row_field_found_and_expected_and_exit_with_one(run):
    rows = [{**r, "iban": "DE00"} if r["code"] == "M03" else r for r in ROWS if r["code"] != "HUB"]
    result = await run("import", "members", "FILE", "--json", content=csv_of(rows))
    assert result.exit_code == 1
    body = json.loads(result.stdout)
    assert body["refused"] == 1
    assert set(body["errors"][0]) == {"row", "field", "found", "expected", "message"}
    assert (body["errors"][0]["row"], body["errors"][0]["found"]) == (4, "DE00")
    out = await run("export", "members", "--format", "json")
    assert [r["code"] for r in json.loads(out.stdout)] == ["HUB"]
    part = await run("import", "members", "FILE", "--partial", "--json", content=csv_of(rows))
    assert json.loads(part.stdout)["new"] == 29


async def test_a_dry_run_writes_nothing(run):
    rows = [r for r in ROWS if r["code"] != "HUB"]
    result = await run("import", "members", "FILE", "--dry-run", content=csv_of(rows))
    assert result.exit_code == 0
    assert "30 Zeilen geprüft: 30 neu" in result.stdout
    out = await run("export", "members", "--format", "json")
    assert len(json.loads(out.stdout)) == 1


@pytest.mark.parametrize(
    ("words", "content", "code"),
    [
        (("import", "members", "FILE"), b"", 2),
        (("import", "members", "FILE"), b"%PDF\x00", 2),
        (("import", "members", "FILE"), b"Name\nX\n", 2),
        (("import", "widgets", "FILE"), b"Name\nX\n", 1),
        (("import", "members", "/nowhere/at/all.csv"), None, 2),
        (("export", "members", "--format", "docx"), None, 2),
    ],
)
async def test_wrong_use_says_so_without_a_trace(run, words, content, code):
    result = await run(*words, content=content)
    assert result.exit_code == code, result.output
    assert result.stderr.strip()
    assert "Traceback" not in result.output


async def test_template_and_export_have_the_same_headings(run):
    template = await run("template", "members")
    export = await run("export", "members")
    assert read_table(template.stdout_bytes).headings == read_table(export.stdout_bytes).headings
    xlsx = await run("template", "members", "--xlsx")
    assert read_table(xlsx.stdout_bytes).headings == read_table(template.stdout_bytes).headings
