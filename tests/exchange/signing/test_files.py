"""Bookings in and out as a file: Altbestand, same file twice, export equals import, row errors, speed."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from exchange.ledger.actions import verify_ledger
from exchange.signing.columns import COLUMNS
from exchange.signing.files import KIND
from kdnx.imports.actions import run_import
from kdnx.imports.cells import match_headings
from kdnx.imports.kinds import Row
from kdnx.imports.reading import read_table
from kdnx.imports.writing import write_csv
from tests.exchange.build import SYSTEM, an_order
from tests.exchange.closing.build import whole

AT = datetime(2024, 2, 3, 10, 30, tzinfo=UTC)


def a_row(n, number, **over):
    values = {c.name: None for c in COLUMNS} | {
        "order": number, "service_from": date(2024, 1, 1), "service_to": date(2024, 12, 31), "net": 100_00 + n,
        "reference": f"LS-{n}", "state": "confirmed", "confirmed_at": AT, "evidence": "Abrechnung 2024",
    }  # fmt: skip
    return Row(n + 2, values | over)


@pytest.fixture
async def order(conn, cast):
    await an_order(conn, cast, cast.nord, cast.sued, number="L-2024-0001")
    await conn.act_as(cast.office)
    return "L-2024-0001"


async def test_legacy_comes_in_confirmed_and_posted(conn, cast, order):
    done = await KIND.write(conn, cast.office, [a_row(n, order) for n in range(20)])
    assert (done.new, done.unchanged, done.errors) == (20, 0, [])
    assert (
        await conn.fetchval(
            "SELECT sum(cents) FROM exchange.volume WHERE service_year = 2024 AND book_year = 2024"
        )
        == 20 * 100_00 + 190
    )
    row = await conn.fetchrow("SELECT * FROM exchange.booking_row ORDER BY ordinal LIMIT 1")
    assert (row["state"], row["origin"], row["confirmed_at"], row["document"]) == (
        "confirmed",
        "legacy",
        AT,
        "Abrechnung 2024",
    )
    assert len([n for n in conn.notes if n.action == "booking.import"]) == 1
    await conn.act_as(SYSTEM)
    assert (await verify_ledger(conn)).ok


async def test_same_file_twice_changes_nothing(conn, cast, order):
    rows = [a_row(n, order) for n in range(5)] + [
        a_row(9, order, state=None, confirmed_at=None, evidence=None)
    ]
    await KIND.write(conn, cast.office, rows)
    again = await KIND.write(conn, cast.office, rows)
    assert (again.new, again.unchanged, again.errors) == (0, 6, [])


async def test_export_equals_import(conn, cast, order):
    rows = [
        a_row(0, order),
        a_row(1, order, confirmed=50_00),
        a_row(2, order, net=-30_00),
        a_row(3, order, state="disputed", confirmed_at=None, evidence=None),
    ]
    await KIND.write(conn, cast.office, rows)
    read = await KIND.read(conn, cast.office)
    wanted = [
        r.values | {"number": got["number"], "kind": got["kind"]}
        for r, got in zip(rows, read, strict=True)
    ]
    assert [dict(r) for r in read] == wanted
    assert [r["kind"] for r in read] == ["regular", "regular", "adjustment", "regular"]
    table = read_table(write_csv(COLUMNS, read), "bookings.csv")
    report = await run_import(
        conn, cast.office, KIND, table, match_headings(table.headings, COLUMNS)
    )
    assert (report.unchanged, report.new, report.errors) == (4, 0, ())


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"order": "L-9999-0001"}, "Leistungsschein"),
        ({"service_to": date(2025, 1, 1)}, "Leistung bis"),
        ({"service_from": date(2010, 1, 1), "service_to": date(2010, 2, 1)}, "Leistung bis"),
        ({"net": 0}, "Netto"),
        ({"reference": None}, "Referenz"),
        ({"evidence": None}, "Beleg"),
        ({"confirmed": 900_00}, "Bestätigt netto"),
    ],
)
async def test_a_faulty_row_is_named(conn, cast, order, over, field):
    done = await KIND.write(conn, cast.office, [a_row(0, order, **over)])
    assert done.new == 0 and [e.field for e in done.errors] == [field]
    assert done.errors[0].message


async def test_into_a_closed_year_only_an_adjustment_comes(conn, cast, order):
    await KIND.write(conn, cast.office, [a_row(0, order)])
    await whole(conn, cast, 2024)
    await conn.act_as(cast.nord.viewer)
    new = {"state": None, "confirmed_at": None, "evidence": None}
    rows = [a_row(0, order), a_row(1, order, **new), a_row(2, order, kind="adjustment", **new)]
    done = await KIND.write(conn, cast.nord.viewer, rows)
    assert (done.new, done.unchanged) == (1, 1)
    (error,) = done.errors
    assert (error.row, error.field) == (3, "Art")
    assert "2024 ist abgeschlossen" in error.message and "Berichtigung" in error.expected
    found = await conn.fetchrow(
        "SELECT kind, state FROM exchange.booking_row WHERE reference = 'LS-2'"
    )
    assert tuple(found) == ("adjustment", "proposed")
    await conn.act_as(cast.office)
    late = await KIND.write(conn, cast.office, [a_row(3, order, kind="adjustment")])
    assert (late.new, late.errors) == (1, [])
    row = await conn.fetchrow(
        "SELECT kind, state, book_year FROM exchange.booking_row WHERE reference = 'LS-3'"
    )
    assert tuple(row) == ("adjustment", "confirmed", 2025)


async def test_only_the_office_brings_in_history(conn, cast, order):
    await conn.act_as(cast.nord.viewer)
    done = await KIND.write(conn, cast.nord.viewer, [a_row(0, order)])
    assert [e.field for e in done.errors] == ["Stand"]
    plain = a_row(0, order, state=None, confirmed_at=None, evidence=None)
    assert (await KIND.write(conn, cast.nord.viewer, [plain])).new == 1
    await conn.act_as(cast.sued.viewer)
    other = await KIND.write(
        conn, cast.sued.viewer, [a_row(1, order, state=None, confirmed_at=None, evidence=None)]
    )
    assert [e.field for e in other.errors] == ["Leistungsschein"]
    await conn.act_as(cast.fremd.viewer)
    stranger = await KIND.write(conn, cast.fremd.viewer, [plain])
    assert [e.field for e in stranger.errors] == ["Leistungsschein"]


async def test_changed_content_under_a_known_reference_is_refused(conn, cast, order):
    await KIND.write(conn, cast.office, [a_row(0, order)])
    done = await KIND.write(conn, cast.office, [a_row(0, order, net=5)])
    assert [e.field for e in done.errors] == ["Referenz"]


@pytest.mark.slow
async def test_nine_thousand_rows(conn, cast):
    numbers = []
    for n in range(40):
        pair = (cast.nord, cast.sued) if n % 2 else (cast.sued, cast.fremd)
        await an_order(conn, cast, *pair, number=f"L-2021-{n:04}")
        numbers.append(f"L-2021-{n:04}")
    rows = []
    for n in range(9000):
        first = date(2021 + n % 5, 1 + (n // 5) % 10, 1)
        rows.append(
            a_row(
                n,
                numbers[n % 40],
                service_from=first,
                service_to=first + timedelta(days=88 if first.month < 10 else 60),
            )
        )
    await conn.act_as(cast.office)
    done = await KIND.write(conn, cast.office, rows)
    assert (done.new, done.errors) == (9000, [])
    assert await conn.fetchval("SELECT count(*) FROM exchange.transfer") > 30_000
    again = await KIND.write(conn, cast.office, rows)
    assert again.unchanged == 9000


@pytest.mark.parametrize("quantity", [Decimal(-1), Decimal(10**14)])
async def test_a_quantity_no_booking_can_have_is_named_by_its_row(conn, cast, order, quantity):
    rows = [a_row(1, order), a_row(2, order, net=-30_00, quantity=quantity)]
    done = await KIND.write(conn, cast.office, rows)
    assert (done.new, [(e.row, e.field) for e in done.errors]) == (1, [(4, "Menge")])
