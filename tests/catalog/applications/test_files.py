"""Declarations as a file: what goes out comes in unchanged, and every fault is told at its cell."""

from catalog.applications.files import APPLICATIONS
from catalog.applications.store import list_own
from kdnx.db.conn import Conn
from kdnx.imports.actions import run_import
from kdnx.imports.reading import Table, read_table
from kdnx.imports.writing import write_file
from kdnx.viewer import Viewer
from tests.cast import Cast
from tests.catalog.landscape.build import PAYROLL, REGISTER, a_product, declared

HEAD = ["Mitglied", "Aufgabe", "Produkt", "Hersteller", "Betrieb", "Von Mitglied", "Benutzer", "Kosten im Jahr netto"]  # fmt: skip
GOOD = ["NORD", "Einwohnermeldewesen", "Melde-Kompass", "Musterhaus", "eigener Betrieb", "", "120", "48.000,50"]  # fmt: skip


def table(*rows: list[str]) -> Table:
    return Table(HEAD, [(n, list(r)) for n, r in enumerate(rows, 2)])


async def bring(conn: Conn, viewer: Viewer, *rows: list[str]):
    await conn.act_as(viewer)
    return await run_import(conn, viewer, APPLICATIONS, table(*rows))


async def test_the_round_trip_is_equal_in_every_form(conn: Conn, cast: Cast):
    nord = cast.nord.viewer
    product = await a_product(conn, nord)
    await declared(conn, nord, product.id, contract_end=conn.today, used_since=conn.today)
    await declared(conn, nord, product.id, task=PAYROLL, mode="from_member", from_member_id=cast.sued.id, yearly_cents=None)  # fmt: skip
    rows = await APPLICATIONS.read(conn, nord)
    before = await list_own(conn, [cast.nord.id])
    for form in ("csv", "xlsx", "json"):
        body = write_file(APPLICATIONS, rows, form)
        report = await run_import(conn, nord, APPLICATIONS, read_table(body, f"a.{form}"))
        assert (report.errors, report.unchanged) == ((), 2)
    assert await list_own(conn, [cast.nord.id]) == before
    assert len(rows) == 2


async def test_the_same_file_twice_changes_nothing(conn: Conn, cast: Cast):
    first = await bring(conn, cast.nord.viewer, GOOD)
    assert (first.new, first.errors) == (1, ())
    again = await bring(conn, cast.nord.viewer, GOOD)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 1)
    changed = await bring(conn, cast.nord.viewer, [*GOOD[:6], "130", GOOD[7]])
    assert changed.changed == 1
    ended = await bring(conn, cast.nord.viewer, [*GOOD[:4], "nicht mehr genutzt", "", "", ""])
    assert ended.changed == 1
    await conn.act_as(cast.nord.viewer)
    assert await list_own(conn, [cast.nord.id]) == []


async def test_every_fault_is_told_with_row_field_and_what_is_expected(conn: Conn, cast: Cast):
    report = await bring(
        conn, cast.nord.viewer, GOOD, ["SUED", *GOOD[1:]], ["NORD", "Zauberei", *GOOD[2:]], GOOD,
        [*GOOD[:2], "Meldekompass 5", *GOOD[3:]], [*GOOD[:1], "payroll", *GOOD[2:4], "von einem Mitglied", "", "", ""],
        [*GOOD[:1], "payroll", *GOOD[2:4], "geliehen", "", "", ""], [*GOOD[:1], "payroll", *GOOD[2:6], "-4", ""],
    )  # fmt: skip
    told = sorted({(e.row, e.field) for e in report.errors})
    assert told == [
        (3, "Mitglied"), (4, "Aufgabe"), (5, "Produkt"), (6, "Produkt"), (7, "Von Mitglied"),
        (8, "Betrieb"), (9, "Benutzer"),
    ]  # fmt: skip


async def test_the_office_brings_in_every_house(conn: Conn, cast: Cast):
    report = await bring(conn, cast.office, GOOD, ["SUED", *GOOD[1:]])
    assert (report.new, report.errors) == (2, ())
    await conn.act_as(cast.sued.viewer)
    assert [u.capability_id for u in await list_own(conn, [cast.sued.id])] == [REGISTER]
    assert [r["member_code"] for r in await APPLICATIONS.read(conn, cast.sued.viewer)] == ["SUED"]
