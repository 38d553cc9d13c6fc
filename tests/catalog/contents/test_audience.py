"""A reader learns the legal basis and tax case of its own audience, and nobody else's name (C34)."""

from catalog.contents.store import get_version
from kdnx.db.conn import Conn
from tests.cast import Cast
from tests.catalog.build import ALL, an_offering, only_for
from tests.client import Client


async def test_each_reads_its_own_basis_only(conn: Conn, cast: Cast, client: Client):
    first = {**only_for(cast.sued.id, cast.hub.id), "legal_basis": "gwb_108_1", "tax_code": "U19"}
    second = {
        **ALL,
        "kind": "members",
        "member_ids": [cast.fremd.id],
        "legal_basis": "tendered",
        "tax_code": "F29",
    }
    head = await an_offering(conn, cast.nord, audiences=[first, second])
    await conn.act_as(cast.sued.viewer)
    seen = await get_version(conn, cast.sued.viewer, head.id, 1)
    assert [(a.legal_basis, list(a.member_ids)) for a in seen.audiences] == [
        ("gwb_108_1", [cast.sued.id])
    ]
    sued = await client.as_(cast.sued.viewer).get(f"/offerings/{head.id}")
    legal = sued.text.partition('id="legal"')[2].partition('id="versions"')[0]
    assert "§ 108 Abs. 1 GWB" in legal
    assert "wie eine eigene Dienststelle" in legal
    assert "ausgeschrieben" not in legal
    assert "Ihr Haus" in legal
    assert cast.hub.name not in legal
    body = (await client.as_(cast.sued.viewer).get(f"/api/v1/offerings/{head.id}")).json()
    assert body["current"]["content"]["audiences"][0]["member_ids"] == [str(cast.sued.id)]
    own = (await client.as_(cast.nord.viewer).get(f"/offerings/{head.id}")).text
    assert "ausgeschrieben" in own
    assert cast.fremd.name in own
