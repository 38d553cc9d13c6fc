"""Before somebody signs, the page of a booking says what it is for and what was agreed for its days."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.bookings.actions import Proposal, propose_booking
from exchange.expected.model import Finding, expect
from exchange.orders.model import Line
from exchange.schedules.actions import report_quantities
from exchange.schedules.model import Piece, PieceKind
from kdnx.viewer import Role, Scope
from tests.cast import make_person
from tests.exchange.order_build import an_offer, an_order_at
from tests.exchange.schedules.test_actions import booked, run, usage_offer


async def test_a_proposal_of_the_plan_agrees_with_the_order(client, conn, cast):
    order = await an_order_at(conn, cast, offer=an_offer())
    await run(conn)
    row = (await booked(conn, order.id))[0]
    page = await client.as_(cast.sued.viewer).get(f"/bookings/{row.id}")
    assert (
        "Was vereinbart ist" in page.text
        and "Der Betrag stimmt mit dem Leistungsschein" in page.text
    )
    assert "Sicherung" in page.text and order.title in page.text
    listed = await client.as_(cast.sued.viewer).get("/bookings")
    assert order.title in listed.text


async def test_another_amount_names_the_difference(client, conn, cast):
    order = await an_order_at(conn, cast, offer=an_offer())
    await conn.act_as(cast.nord.viewer)
    row = await propose_booking(
        conn, cast.nord.viewer, Proposal(order.id, date(2026, 7, 1), date(2026, 7, 31), 130_000)
    )
    page = await client.as_(cast.sued.viewer).get(f"/bookings/{row.id}")
    assert "vereinbart 1.200,00" in page.text and "Unterschied 100,00" in page.text
    part = await propose_booking(
        conn, cast.nord.viewer, Proposal(order.id, date(2026, 8, 3), date(2026, 8, 9), 30_000)
    )
    page = await client.as_(cast.sued.viewer).get(f"/bookings/{part.id}")
    assert "nur einen Teil eines Abrechnungszeitraums" in page.text


async def test_used_quantities_stand_beside(client, conn, cast):
    order = await an_order_at(conn, cast, offer=usage_offer())
    await run(conn)
    await conn.act_as(cast.nord.viewer)
    await report_quantities(conn, cast.nord.viewer, order.id, date(2026, 7, 1), {2: Decimal(1312)})
    used = next(b for b in await booked(conn, order.id) if b.reference.endswith("/Nutzung"))
    page = await client.as_(cast.sued.viewer).get(f"/bookings/{used.id}")
    assert "1.312" in page.text and "Nach Nutzung" in page.text
    assert "Der Betrag stimmt mit dem Leistungsschein" in page.text


async def test_who_may_not_sign_reads_who_may(client, conn, cast):
    order = await an_order_at(conn, cast, offer=an_offer())
    await run(conn)
    row = (await booked(conn, order.id))[0]
    reader = await make_person(
        conn,
        "Lisa Liest",
        cast.sued.id,
        "Süd",
        roles=frozenset({Role.BOOKING_CLERK}),
        scope=Scope.MEMBER,
    )
    page = await client.as_(reader).get(f"/bookings/{row.id}")
    assert "Unterschreiben darf in Ihrem Haus" in page.text and "Freigabe Buchung" in page.text
    signer = await client.as_(cast.sued.viewer).get(f"/bookings/{row.id}")
    assert (
        "Unterschreiben darf in Ihrem Haus" not in signer.text and "Ganz bestätigen" in signer.text
    )


def a_piece(first: date, last: date, cents: int | None) -> Piece:
    line = Line(1, "x", "pauschal", "month", Decimal(1), 0, 0)
    return Piece(
        PieceKind.FIXED, first, last, f"{first:%Y-%m}", 1, ((line, cents or 0),), cents is not None
    )


MONTHS = [(date(2026, m, 1), date(2026, m, 28)) for m in range(1, 13)]


@given(
    st.lists(st.integers(1, 10**9), min_size=12, max_size=12),
    st.integers(0, 11), st.integers(0, 11), st.integers(-5, 5),
)  # fmt: skip
def test_whole_periods_are_summed_and_any_other_cent_differs(cents, a, b, off):
    a, b = min(a, b), max(a, b)
    pieces = [a_piece(*days, c) for days, c in zip(MONTHS, cents, strict=True)]
    agreed = sum(cents[a : b + 1])
    found = expect(pieces, (MONTHS[a][0], MONTHS[b][1]), agreed + off, None, "L-1")
    assert found.agreed_cents == agreed and found.difference_cents == off
    assert found.finding == (Finding.AGREES if off == 0 else Finding.DIFFERS)


@pytest.mark.parametrize(
    ("pieces", "days", "finding"),
    [
        ([], (date(2026, 1, 1), date(2026, 1, 28)), Finding.NOTHING),
        ([a_piece(*MONTHS[0], 0)], MONTHS[0], Finding.NOTHING),
        ([a_piece(*MONTHS[0], None)], MONTHS[0], Finding.UNCOUNTED),
        ([a_piece(*MONTHS[0], 5)], (date(2026, 1, 2), date(2026, 1, 28)), Finding.CUTS),
    ],
)
def test_where_nothing_can_be_compared(pieces, days, finding):
    found = expect(pieces, days, 5, None, "L-1")
    assert found.finding == finding and found.agreed_cents is None and found.difference_cents == 0


def test_the_reference_of_a_period_decides_beside_others_of_the_same_days():
    fixed = a_piece(*MONTHS[0], 700)
    used = replace(a_piece(*MONTHS[0], 300), kind=PieceKind.USAGE)
    found = expect([fixed, used], MONTHS[0], 300, "L-1/2026-01/Nutzung", "L-1")
    assert found.pieces == (used,) and found.finding == Finding.AGREES
