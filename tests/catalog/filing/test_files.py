"""Offerings in and out as files: round trip, history, refusals by row."""

from dataclasses import replace

import pytest

from catalog.contents import store as contents
from catalog.filing.columns import COLUMNS
from catalog.filing.files import OFFERINGS
from catalog.offerings import store
from kdnx.db.conn import Conn
from kdnx.imports.actions import run_import
from kdnx.imports.reading import read_table
from kdnx.imports.writing import template_rows, write_file, write_template
from kdnx.viewer import Viewer
from tests.cast import Cast
from tests.catalog.build import FLAT, a_submitted, an_offering, only_for


def some_rows(cast: Cast, state: str = "published") -> list[dict[str, object]]:
    example = dict(template_rows(OFFERINGS)[0])
    rows = [
        {
            **example,
            "member_code": ("NORD", "SUED")[n % 2],
            "reference": f"R-{n}",
            "title": f"Leistung {n}",
            "state": state,
        }
        for n in range(5)
    ]
    rows[4] |= {"audience": "members", "audience_names": "FREMD, HUB"}
    return rows


async def import_rows(conn: Conn, viewer: Viewer, rows: list[dict[str, object]], **how: bool):
    await conn.act_as(viewer)
    return await run_import(
        conn, viewer, OFFERINGS, read_table(write_file(OFFERINGS, rows, "csv"), "x.csv"), **how
    )


async def test_the_template_can_be_imported(conn: Conn, cast: Cast):
    await conn.act_as(cast.office)
    table = read_table(write_template(OFFERINGS, "csv"), "x.csv")
    report = await run_import(conn, cast.office, OFFERINGS, table, dry_run=True)
    assert [e.field for e in report.errors] in ([], ["Mitglied"])


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
async def test_what_goes_in_comes_out_and_goes_in_unchanged(conn: Conn, cast: Cast, form: str):
    rows = some_rows(cast)
    report = await import_rows(conn, cast.office, rows)
    assert (report.new, report.errors) == (5, ())
    out = await OFFERINGS.read(conn, cast.office)
    given = sorted(rows, key=lambda r: (str(r["member_code"]), str(r["reference"])))
    for row, wanted in zip(out, given, strict=True):
        assert {n: row[n] for n, v in wanted.items() if v is not None} == {
            n: v for n, v in wanted.items() if v is not None
        }
    table = read_table(write_file(OFFERINGS, out, form), f"x.{form}")
    again = await run_import(conn, cast.office, OFFERINGS, table)
    assert (again.new, again.changed, again.unchanged, again.errors) == (0, 0, 5, ())
    await conn.act_as(cast.nord.viewer)
    own = await OFFERINGS.read(conn, cast.nord.viewer)
    assert {r["member_code"] for r in own} == {"NORD"}
    table = read_table(write_file(OFFERINGS, own, form), f"x.{form}")
    again = await run_import(conn, cast.nord.viewer, OFFERINGS, table)
    assert (again.unchanged, again.errors) == (3, ())


async def test_history_of_the_office_is_published_and_marked(conn: Conn, cast: Cast):
    await import_rows(conn, cast.office, some_rows(cast))
    await conn.act_as(cast.fremd.viewer)
    rows = await conn.fetch(
        "SELECT id, state, version FROM catalog.public_offering ORDER BY reference"
    )
    assert [(r["state"], r["version"]) for r in rows] == [("published", 1)] * 5
    await conn.act_as(cast.committee)
    assert await conn.fetchval("SELECT count(*)::int FROM catalog.public_offering") == 4
    await conn.act_as(cast.office)
    version = await contents.get_version(conn, cast.office, rows[0]["id"], 1)
    assert (version.origin, version.approver, version.approved_at is not None) == (
        "imported",
        None,
        True,
    )


async def test_a_member_only_drafts(conn: Conn, cast: Cast):
    rows = [r for r in some_rows(cast, "draft") if r["member_code"] == "NORD"]
    report = await import_rows(conn, cast.nord.viewer, rows)
    assert (report.new, report.errors) == (3, ())
    refused = await import_rows(conn, cast.nord.viewer, some_rows(cast, "published"))
    assert {(e.field, e.row) for e in refused.errors} == {
        ("Stand", 2),
        ("Stand", 4),
        ("Stand", 6),
        ("Mitglied", 3),
        ("Mitglied", 5),
    }
    assert not refused.written


async def test_a_changed_row_of_what_is_published_becomes_a_draft_version(conn: Conn, cast: Cast):
    head = await an_offering(
        conn, cast.nord, prices=[FLAT, FLAT], audiences=[only_for(cast.sued.id)]
    )
    await conn.act_as(cast.nord.viewer)
    row = dict((await OFFERINGS.read(conn, cast.nord.viewer))[0])
    plain = {**row, "title": "Umbenannt", "line": None}
    report = await import_rows(conn, cast.nord.viewer, [plain])
    assert (report.changed, report.errors) == (1, ())
    now = await store.get_offering(conn, cast.nord.viewer, head.id)
    assert (now.title, now.draft_version, now.state) == (head.title, 2, "published")
    version = await contents.get_version(conn, cast.nord.viewer, head.id, 2)
    assert (version.title, len(version.prices), version.audiences[0].member_ids) == (
        "Umbenannt",
        2,
        (cast.sued.id,),
    )


async def test_faulty_rows_are_named(conn: Conn, cast: Cast):
    good = some_rows(cast, "draft")[0]
    rows = [
        {**good, "reference": "A", "category": "Gibtesnicht"},
        {**good, "reference": "B", "audience": "members", "audience_names": "NIEMAND"},
        {**good, "reference": "C", "member_code": "XXX"},
        {**good, "reference": "D"}, {**good, "reference": "D"},
        {**good, "reference": "E", "cpv": "abc"},
        {**good, "reference": "F", "notice_months": 99},
        {**good, "reference": "G", "price_base": None},
    ]  # fmt: skip
    report = await import_rows(conn, cast.nord.viewer, rows, partial=True)
    assert [(e.row, e.field) for e in report.errors] == [
        (2, "Kategorie"), (3, "Zielgruppe genauer"), (4, "Mitglied"), (6, "Eigene Kennung"), (7, "CPV"),
        (8, "Kündigungsfrist in Monaten"), (9, "Bezugsgröße"),
    ]  # fmt: skip
    assert (report.new, report.written) == (1, True)


async def test_what_lies_for_review_is_closed_to_files(conn: Conn, cast: Cast):
    await a_submitted(conn, cast.nord)
    row = dict((await OFFERINGS.read(conn, cast.nord.viewer))[0])
    same = await import_rows(conn, cast.nord.viewer, [{**row, "line": None}])
    assert (same.unchanged, same.errors) == (1, ())
    report = await import_rows(conn, cast.nord.viewer, [{**row, "title": "Anders als zuvor"}])
    assert [e.field for e in report.errors] == ["Stand"]


async def test_an_unknown_house_and_a_foreign_one_are_refused_alike(conn: Conn, cast: Cast):
    row = some_rows(cast, "draft")[0]
    foreign = await import_rows(conn, cast.fremd.viewer, [row])
    unknown = await import_rows(conn, cast.fremd.viewer, [{**row, "member_code": "XXXX"}])
    assert [replace(e, found="") for e in foreign.errors] == [
        replace(e, found="") for e in unknown.errors
    ]
    assert len(COLUMNS) == len({c.name for c in COLUMNS})


async def test_the_office_publishes_a_draft_that_was_entered(conn: Conn, cast: Cast):
    await import_rows(conn, cast.nord.viewer, [some_rows(cast, "draft")[0]])
    report = await import_rows(conn, cast.office, [some_rows(cast, "published")[0]])
    assert (report.changed, report.errors) == (1, ())
    again = await import_rows(conn, cast.office, [some_rows(cast, "suspended")[0]])
    assert (again.changed, again.errors) == (1, ())
    states = await conn.fetch("SELECT state, published_version FROM catalog.offering")
    assert [tuple(r) for r in states] == [("suspended", 2)]
