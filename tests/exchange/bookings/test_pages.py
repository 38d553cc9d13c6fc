"""The way of a booking through the pages: propose, inbox, confirm, part, dispute, withdraw, correct; and a stranger."""

from datetime import date

import pytest

from tests.client import plain
from tests.exchange.build import a_booking, an_order


@pytest.fixture
async def order(conn, cast):
    return await an_order(conn, cast, cast.nord, cast.sued, number="L-2026-0001")


async def propose(client, cast, order, **over):
    fields = {
        "order": order,
        "service_from": "2026-07-01",
        "service_to": "2026-07-31",
        "net": "10.000,00",
        "reference": "LS-1",
    }
    return await client.as_(cast.nord.viewer).post("/bookings", {**fields, **over})


async def test_propose_and_confirm(client, cast, order):
    answer = await propose(client, cast, order)
    assert answer.status_code == 303, answer.text
    url = answer.headers["location"]
    inbox = await client.as_(cast.sued.viewer).get("/bookings")
    assert "L-2026-0001/1" in inbox.text and "10.000,00" in inbox.text
    page = await client.as_(cast.sued.viewer).get(url)
    assert page.status_code == 200 and "Ganz bestätigen" in page.text
    own = await client.as_(cast.nord.viewer).get(url)
    assert "Ganz bestätigen" not in own.text and "Zurückziehen" in own.text
    done = await client.as_(cast.sued.viewer).post(f"{url}/confirm", {"version": 1})
    assert done.status_code == 303, done.text
    page = await client.as_(cast.sued.viewer).get(url)
    assert (
        "bestätigt" in page.text and "250,00" in page.text and "Prüfsumme des Belegs" in page.text
    )
    assert "L-2026-0001/1" not in (await client.as_(cast.sued.viewer).get("/bookings")).text


async def test_form_errors_stand_at_their_fields(client, cast, order):
    answer = await propose(client, cast, order, net="viel")
    assert answer.status_code == 422
    assert "1.234,50" in answer.text and 'value="viel"' in answer.text


async def test_outside_the_year_is_refused_in_words(client, cast, order):
    answer = await propose(client, cast, order, service_from="2026-12-01", service_to="2027-01-31")
    assert answer.status_code == 422
    assert "Kalenderjahr" in answer.text


async def test_same_reference_is_refused(client, cast, order):
    await propose(client, cast, order)
    again = await propose(client, cast, order)
    assert (
        again.status_code == 422
        and "gibt es in diesem Jahr schon" in again.text
        and "10.000,00" in again.text
    )


async def test_ticked_bookings_are_confirmed_together(client, conn, cast, order):
    rows = [await a_booking(conn, cast.nord, order, 100_00 + n) for n in range(3)]
    answer = await client.as_(cast.sued.viewer).post(
        "/bookings/confirm", {"booking": [str(r.id) for r in rows]}
    )
    assert answer.status_code == 303
    listed = await client.as_(cast.sued.viewer).get("/bookings?view=all&state=confirmed")
    assert listed.text.count('data-state="confirmed"') == 3


async def test_part_dispute_withdraw(client, conn, cast, order):
    row = await a_booking(conn, cast.nord, order, 500_00)
    part = await client.as_(cast.sued.viewer).post(
        f"/bookings/{row.id}/confirm-part",
        {"amount": "300,00", "reason": "Rest fehlt", "version": 1},
    )
    assert part.status_code == 303, part.text
    page = await client.as_(cast.nord.viewer).get(f"/bookings/{row.id}")
    assert "300,00" in page.text and "L-2026-0001/2" in page.text
    other = await a_booking(conn, cast.nord, order, 700_00)
    said = await client.as_(cast.sued.viewer).post(
        f"/bookings/{other.id}/dispute",
        {"code": "amount", "claimed": "100,00", "text": "zu hoch", "version": 1},
    )
    assert said.status_code == 303, said.text
    back = await client.as_(cast.nord.viewer).post(
        f"/bookings/{other.id}/withdraw", {"reason": "stimmt", "version": 2}
    )
    assert back.status_code == 303, back.text
    page = await client.as_(cast.nord.viewer).get(f"/bookings/{other.id}")
    assert "zurückgezogen" in page.text and "zu hoch" in page.text


async def test_correcting_a_confirmed_booking(client, conn, cast, order):
    row = await a_booking(conn, cast.nord, order, 500_00)
    await client.as_(cast.sued.viewer).post(f"/bookings/{row.id}/confirm", {"version": 1})
    answer = await client.as_(cast.sued.viewer).post(
        f"/bookings/{row.id}/adjust", {"delta": "-100,00", "reason": "zu viel", "version": 2}
    )
    assert answer.status_code == 303, answer.text
    url = answer.headers["location"]
    assert "Ganz bestätigen" in (await client.as_(cast.nord.viewer).get(url)).text
    assert (
        await client.as_(cast.nord.viewer).post(f"{url}/confirm", {"version": 1})
    ).status_code == 303
    back = await client.as_(cast.nord.viewer).post(
        f"/bookings/{row.id}/reverse", {"reason": "ganz zurück", "version": 2}
    )
    assert back.status_code in {409, 422}, "only 400 are left"


async def test_stale_and_double(client, conn, cast, order):
    row = await a_booking(conn, cast.nord, order, 500_00)
    stale = await client.as_(cast.sued.viewer).post(f"/bookings/{row.id}/confirm", {"version": 7})
    assert stale.status_code in {409, 412}
    sued = client.as_(cast.sued.viewer)
    first = await sued.post(f"/bookings/{row.id}/confirm", {"version": 1}, key="k" * 32)
    second = await sued.post(f"/bookings/{row.id}/confirm", {"version": 1}, key="k" * 32)
    assert (first.status_code, second.status_code) == (303, 303)
    assert (
        await conn.fetchval(
            "SELECT count(*) FROM exchange.confirmation WHERE booking_id = $1", row.id
        )
        == 1
    )


async def test_nobody_confirms_the_own_proposal(client, conn, cast, order):
    row = await a_booking(conn, cast.nord, order, 500_00)
    answer = await client.as_(cast.nord.second).post(f"/bookings/{row.id}/confirm", {"version": 1})
    assert answer.status_code in {403, 409, 422}
    office = await client.as_(cast.office).post(f"/bookings/{row.id}/confirm", {"version": 1})
    assert office.status_code in {403, 409, 422}


@pytest.mark.parametrize(
    "move", ["", "/confirm", "/confirm-part", "/dispute", "/withdraw", "/reverse", "/adjust"]
)
async def test_a_stranger_learns_nothing(client, conn, cast, order, move):
    row = await a_booking(conn, cast.nord, order, 500_00, reference="MARKER-77")
    fremd = client.as_(cast.fremd.viewer)
    unknown = "00000000-0000-7000-8000-000000000000"
    fields = {
        "amount": "1,00",
        "reason": "xxx",
        "code": "amount",
        "text": "xxx",
        "delta": "1,00",
        "claimed": "0,00",
    }
    if move:
        one, other = (
            await fremd.post(f"/bookings/{row.id}{move}", fields),
            await fremd.post(f"/bookings/{unknown}{move}", fields),
        )
    else:
        one, other = await fremd.get(f"/bookings/{row.id}"), await fremd.get(f"/bookings/{unknown}")
    assert one.status_code == other.status_code == 404
    assert plain(one).replace(str(row.id), "") == plain(other).replace(unknown, "")
    assert "MARKER-77" not in (await fremd.get("/bookings?view=all")).text
    assert "MARKER-77" not in (await fremd.get("/bookings/export")).text


async def test_csv_and_new_page(client, conn, cast, order):
    await a_booking(conn, cast.nord, order, 500_00, date(2026, 1, 1), date(2026, 1, 31))
    csv = await client.as_(cast.nord.viewer).get("/bookings/export")
    assert csv.headers["content-type"].startswith("text/csv") and "L-2026-0001/1" in csv.text
    page = await client.as_(cast.nord.viewer).get(f"/bookings/new?order={order}")
    assert "L-2026-0001" in page.text
    empty = await client.as_(cast.sued.viewer).get("/bookings/new")
    assert "Kein laufender Leistungsschein" in empty.text


async def test_a_refusal_loses_nothing_typed(client, conn, cast, order):
    row = await a_booking(conn, cast.nord, order, 500_00)
    answer = await client.as_(cast.sued.viewer).post(
        f"/bookings/{row.id}/confirm-part",
        {"amount": "900,00", "reason": "mehr als alles", "version": 1},
    )
    assert answer.status_code == 422
    assert "mehr als alles" in answer.text and "unter dem vorgeschlagenen Betrag" in answer.text
