"""The importer end to end on the register: all or nothing, the same twice, dry run, and out as in."""

from dataclasses import replace

import pytest

from kdnx.demo.catalogue import read_rows
from kdnx.demo.scene import as_table
from kdnx.errors import Forbidden, Invalid
from kdnx.imports.actions import find_kind, run_import
from kdnx.imports.reading import read_table
from kdnx.imports.writing import write_csv, write_file, write_template
from kdnx.members.files import KIND
from kdnx.viewer import Permission, Scope, Viewer

OFFICE = Viewer(name="Kommandozeile", scope=Scope.OFFICE, permissions=frozenset(Permission))
ROWS = read_rows("members.csv")


async def codes(conn):
    return {r["code"] for r in await KIND.read(conn, OFFICE)}


def edited(place, **values):
    return [{**row, **values} if n == place else row for n, row in enumerate(ROWS)]


async def test_every_member_comes_in_and_the_same_file_again_changes_nothing(conn):
    first = await run_import(conn, OFFICE, KIND, as_table(ROWS))
    assert (first.new, first.changed, first.refused, first.written) == (31, 0, 0, True)
    again = await run_import(conn, OFFICE, KIND, as_table(ROWS))
    assert (again.new, again.changed, again.unchanged) == (0, 0, 31)


async def test_one_changed_cell_is_one_changed_row(conn):
    await run_import(conn, OFFICE, KIND, as_table(ROWS))
    report = await run_import(conn, OFFICE, KIND, as_table(edited(3, focus="Neuer Schwerpunkt")))
    assert (report.new, report.changed, report.unchanged) == (0, 1, 30)


async def test_a_dry_run_tells_all_and_writes_nothing(conn):
    notes = len(conn.notes)
    report = await run_import(conn, OFFICE, KIND, as_table(ROWS), dry_run=True)
    assert (report.new, report.written) == (31, False)
    assert await codes(conn) == set()
    assert len(conn.notes) == notes


async def test_one_wrong_row_stops_everything_unless_the_rest_is_wanted(conn):
    wrong = as_table(edited(4, vat_id="DE123456789"))
    report = await run_import(conn, OFFICE, KIND, wrong)
    assert (report.refused, report.written) == (1, False)
    assert await codes(conn) == set()
    assert [(e.row, e.found) for e in report.errors] == [(6, "DE123456789")]
    assert "Prüfziffer" in report.errors[0].message
    part = await run_import(conn, OFFICE, KIND, wrong, partial=True)
    assert (part.new, part.refused, part.written) == (30, 1, True)
    assert await codes(conn) == {r["code"] for r in ROWS} - {"M05"}


async def test_a_missing_column_is_named_in_german_with_the_way_to_the_template(conn):
    rows = [{k: v for k, v in row.items() if k not in {"name", "seat"}} for row in ROWS]
    with pytest.raises(Invalid) as refused:
        await run_import(conn, OFFICE, KIND, as_table(rows))
    assert "Name, Sitz" in refused.value.detail
    assert "kdnx template members" in (refused.value.remedy or "")


async def test_an_unknown_choice_lists_what_may_stand_there(conn):
    report = await run_import(
        conn, OFFICE, KIND, as_table(edited(0, legal_form="Aktiengesellschaft"))
    )
    assert report.errors[0].field == "Rechtsform"
    assert "Zweckverband" in report.errors[0].expected


async def test_the_same_code_twice_in_a_file_is_refused(conn):
    report = await run_import(conn, OFFICE, KIND, as_table([*ROWS, ROWS[0]]))
    assert [(e.row, e.field) for e in report.errors] == [(33, "Kürzel")]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_what_goes_out_comes_in_unchanged(conn, form):
    await run_import(conn, OFFICE, KIND, as_table(ROWS))
    before = await KIND.read(conn, OFFICE)
    table = read_table(write_file(KIND, before, form), f"members.{form}")
    report = await run_import(conn, OFFICE, KIND, table)
    assert (report.errors, report.new, report.changed, report.unchanged) == ((), 0, 0, 31)
    assert await KIND.read(conn, OFFICE) == before


async def test_an_export_fills_an_empty_register_equally(conn):
    undo = conn.raw.transaction()
    await undo.start()
    await run_import(conn, OFFICE, KIND, as_table(ROWS))
    before = await KIND.read(conn, OFFICE)
    await undo.rollback()
    assert await codes(conn) == set()
    report = await run_import(conn, OFFICE, KIND, read_table(write_file(KIND, before, "csv")))
    assert report.new == 31
    assert await KIND.read(conn, OFFICE) == before


async def test_five_thousand_rows_with_37_bad_ones_name_just_those(conn):
    model = {**dict.fromkeys(ROWS[0], ""), "legal_form": "Zweckverband", "seat": "Musterstadt"}
    rows = [{**model, "code": f"X{n}", "name": f"Haus {n}"} for n in range(5000)]
    bad = range(10, 5000, 137)
    for n in bad:
        rows[n] = {**rows[n], "legal_form": "?"} if n % 2 else {**rows[n], "iban": "DE00"}
    assert len(bad) == 37
    report = await run_import(conn, OFFICE, KIND, as_table(rows))
    assert (report.rows, report.new, report.refused, report.written) == (5000, 4963, 37, False)
    assert [e.row for e in report.errors] == [n + 2 for n in bad]
    assert {m for _f, m, _n in report.causes()} == {
        "Dieser Wert ist nicht vorgesehen.",
        "Die Prüfziffer der IBAN stimmt nicht.",
    }
    part = await run_import(conn, OFFICE, KIND, as_table(rows), partial=True)
    assert part.written
    assert len(await codes(conn)) == 4963


async def test_who_may_not_keep_the_register_may_not_import_it(conn):
    with pytest.raises(Forbidden):
        await run_import(conn, replace(OFFICE, permissions=frozenset()), KIND, as_table(ROWS))
    with pytest.raises(Forbidden):
        await run_import(conn, Viewer(), KIND, as_table(ROWS))


async def test_the_template_reads_as_a_file_with_one_good_row(conn):
    for form in ("csv", "xlsx"):
        table = read_table(write_template(KIND, form))
        report = await run_import(conn, OFFICE, KIND, table, dry_run=True)
        assert (report.rows, report.errors) == (1, ())


async def test_a_formula_in_a_name_is_text_on_the_way_in_and_harmless_on_the_way_out(conn):
    await run_import(
        conn, OFFICE, KIND, as_table(edited(0, focus="=HYPERLINK(1)", website="https://a.example"))
    )
    rows = [r for r in await KIND.read(conn, OFFICE) if r["code"] == "M01"]
    assert rows[0]["focus"] == "=HYPERLINK(1)"
    assert b";'=HYPERLINK(1);" in write_csv(KIND.columns, rows)
    assert (
        await run_import(conn, OFFICE, KIND, read_table(write_csv(KIND.columns, rows)))
    ).unchanged == 1


def test_an_unknown_kind_lists_the_known_ones():
    with pytest.raises(Exception, match="gibt es nicht") as refused:
        find_kind([KIND], "widgets")
    assert refused.value.remedy == "members"
