"""The search over everything: a number leads straight to its object."""

from tests.catalog.build import an_offering
from tests.exchange.build import an_order


async def test_a_number_jumps_although_another_number_contains_it(conn, cast, client):
    await conn.act_as(cast.nord.viewer)
    offering = await an_offering(conn, cast.nord)
    number = offering.number.removeprefix("K")
    order = await an_order(conn, cast, cast.nord, cast.sued, number=number)
    nord = client.as_(cast.nord.viewer)
    answer = await nord.get(f"/search?q={number}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/orders/{order}")
    assert (await nord.get(f"/search?q={number[:-1]}")).status_code == 200
