"""The search over everything: a number leads straight to its object."""

from tests.catalog.build import an_offering
from tests.exchange.build import a_booking, an_order


async def test_a_number_jumps_although_another_number_contains_it(conn, cast, client):
    await conn.act_as(cast.nord.viewer)
    offering = await an_offering(conn, cast.nord)
    number = offering.number.removeprefix("K")
    order = await an_order(conn, cast, cast.nord, cast.sued, number=number)
    nord = client.as_(cast.nord.viewer)
    answer = await nord.get(f"/search?q={number}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/orders/{order}")
    assert (await nord.get(f"/search?q={number[:-1]}")).status_code == 200


async def test_the_number_of_a_booking_leads_to_it_and_not_to_the_tenth(conn, cast, client):
    order = await an_order(conn, cast, cast.nord, cast.sued, number="L-2026-4711")
    rows = [await a_booking(conn, cast.nord, order, 100_00 + n) for n in range(12)]
    one = next(r for r in rows if r.ordinal == 1)
    answer = await client.as_(cast.sued.viewer).get("/search?q=L-2026-4711/1")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/bookings/{one.id}")
    some = await client.as_(cast.sued.viewer).get("/search?q=L-2026-4711/")
    assert some.status_code == 200
