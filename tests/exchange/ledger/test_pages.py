"""The ledger and the reports over HTTP."""

import pytest

from exchange.signing.actions import confirm_booking
from tests.exchange.build import a_booking, an_order


@pytest.fixture
async def booked(conn, cast):
    order = await an_order(conn, cast, cast.nord, cast.sued, number="L-2026-0001")
    row = await a_booking(conn, cast.nord, order, 10_000_00)
    await conn.act_as(cast.sued.viewer)
    return await confirm_booking(conn, cast.sued.viewer, row.id)


@pytest.mark.parametrize("who", ["nord", "sued", "office", "auditor"])
async def test_ledger_pages(client, cast, booked, who):
    viewer = getattr(cast, who).viewer if who in {"nord", "sued"} else getattr(cast, who)
    page = await client.as_(viewer).get("/transfers")
    assert page.status_code == 200 and "10.000,00" in page.text
    assert (await client.as_(viewer).get("/transfers/accounts")).status_code == 200
    proof = await client.as_(viewer).get("/transfers/verify")
    assert "In Ordnung" in proof.text, proof.text
    pair = await client.as_(viewer).get(
        f"/transfers?provider={cast.nord.id}&recipient={cast.sued.id}&year=2026"
    )
    assert "Beide Richtungen" in pair.text


async def test_a_stranger_sees_no_transfer(client, cast, booked):
    page = await client.as_(cast.fremd.viewer).get("/transfers")
    assert page.status_code == 200 and "10.000,00" not in page.text
    data = (await client.as_(cast.fremd.viewer).get("/api/v1/transfers")).json()
    assert data == {"items": [], "next": None}
    assert (await client.as_(cast.committee).get("/transfers")).status_code == 403


async def test_json_hides_the_chain_from_the_other_side(client, cast, booked):
    own = (await client.as_(cast.nord.viewer).get("/api/v1/transfers?limit=2")).json()
    assert len(own["items"]) == 2 and own["next"] and own["items"][0]["hash"]
    more = (
        await client.as_(cast.nord.viewer).get(f"/api/v1/transfers?limit=2&cursor={own['next']}")
    ).json()
    assert [t["seq"] for t in own["items"] + more["items"]] == [3, 2, 1]
    other = (await client.as_(cast.sued.viewer).get("/api/v1/transfers")).json()
    assert len(other["items"]) == 3 and {(t["seq"], t["hash"]) for t in other["items"]} == {
        (None, None)
    }
