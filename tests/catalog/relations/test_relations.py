"""Relations: no rings, seen by whoever sees both ends, and the impact counted beyond what is seen."""

from datetime import timedelta

import pytest

from catalog.interface import mark_use
from catalog.relations import actions, store
from catalog.relations.model import Impact, Reach, RelationKind, impact_of
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Invalid, NotFound, Refused
from tests.cast import Cast
from tests.catalog.build import an_offering, only_for
from tests.client import Client
from tests.conftest import SYSTEM

K = RelationKind


async def test_no_rings_not_even_over_others(conn: Conn, cast: Cast):
    a = await an_offering(conn, cast.nord, "Server")
    b = await an_offering(conn, cast.nord, "Datenbank")
    c = await an_offering(conn, cast.sued, "Fachverfahren")
    await conn.act_as(cast.nord.viewer)
    await actions.add_relation(conn, cast.nord.viewer, b.id, K.DEPENDS_ON, a.number)
    await actions.add_relation(
        conn, cast.nord.viewer, b.id, K.DEPENDS_ON, a.number
    )  # again says nothing new
    await conn.act_as(cast.sued.viewer)
    await actions.add_relation(conn, cast.sued.viewer, c.id, K.DEPENDS_ON, b.number)
    with pytest.raises(Forbidden):
        await actions.add_relation(conn, cast.sued.viewer, a.id, K.DEPENDS_ON, c.number)
    await conn.act_as(cast.nord.viewer)
    for other in (b, c):
        with pytest.raises(Refused, match="Kreis"):
            await actions.add_relation(conn, cast.nord.viewer, a.id, K.DEPENDS_ON, other.number)
    await actions.add_relation(conn, cast.nord.viewer, a.id, K.PART_OF, b.number)
    with pytest.raises(Invalid):
        await actions.add_relation(conn, cast.nord.viewer, a.id, K.REPLACES, a.number)
    with pytest.raises(Invalid):
        await actions.add_relation(conn, cast.nord.viewer, a.id, K.REPLACES, "KL-1999-00000")
    labels = {(r.label, r.title) for r in await store.list_relations(conn, b.id)}
    assert labels == {
        ("braucht", "Server"),
        ("wird gebraucht von", "Fachverfahren"),
        ("umfasst", "Server"),
    }
    await actions.drop_relation(conn, cast.nord.viewer, a.id, K.PART_OF, b.id)
    with pytest.raises(NotFound):
        await actions.drop_relation(conn, cast.nord.viewer, a.id, K.PART_OF, b.id)


async def test_what_hangs_on_it_is_counted_names_stay_hidden(
    conn: Conn, cast: Cast, client: Client
):
    base = await an_offering(conn, cast.nord, "Rechenzentrum")
    secret = await an_offering(
        conn, cast.sued, "Verdecktes Verfahren", audiences=[only_for(cast.hub.id)]
    )
    await conn.act_as(cast.sued.viewer)
    await actions.add_relation(conn, cast.sued.viewer, secret.id, K.DEPENDS_ON, base.number)
    await conn.act_as(SYSTEM)
    start = conn.today - timedelta(days=5)
    await mark_use(conn, offering_id=base.id, recipient_id=cast.sued.id, valid_from=start)
    await mark_use(conn, offering_id=secret.id, recipient_id=cast.hub.id, valid_from=start)
    await mark_use(
        conn, offering_id=base.id, recipient_id=cast.hub.id, valid_from=start, valid_to=conn.today
    )
    await conn.act_as(cast.nord.viewer)
    assert await store.count_impact(conn, base.id) == Impact(1, 1, 1, 0, 1, 1)
    assert await store.list_relations(conn, base.id) == []
    nord = client.as_(cast.nord.viewer)
    for url in (f"/offerings/{base.id}/relations", f"/offerings/{base.id}/suspend"):
        page = (await nord.get(url)).text
        assert "Was hängt daran" in page
        assert "1 andere Leistung braucht sie direkt" in page
        assert "Verdecktes" not in page
    await conn.act_as(cast.fremd.viewer)
    assert (await store.count_impact(conn, base.id)).is_none
    page = (await client.as_(cast.fremd.viewer).get(f"/offerings/{base.id}/relations")).text
    assert "hängt daran" not in page


async def test_the_form(conn: Conn, cast: Cast, client: Client):
    a = await an_offering(conn, cast.nord, "Server")
    b = await an_offering(conn, cast.nord, "Datenbank")
    nord = client.as_(cast.nord.viewer)
    url = f"/offerings/{b.id}/relations"
    assert (await nord.post(url, {"kind": "depends_on", "other": "nichts"})).status_code == 422
    assert (await nord.post(url, {"kind": "depends_on", "other": a.number})).status_code == 303
    ring = await nord.post(
        f"/offerings/{a.id}/relations", {"kind": "depends_on", "other": b.number}
    )
    assert ring.status_code == 409
    assert "wird gebraucht von" in (await nord.get(f"/offerings/{a.id}")).text
    assert (
        await nord.post(f"{url}/drop", {"kind": "depends_on", "other_id": str(a.id)})
    ).status_code == 303
    assert "wird gebraucht von" not in (await nord.get(f"/offerings/{a.id}")).text


def test_the_sum_over_distances():
    rows = [Reach(0, 1, 2, 3), Reach(1, 4, 5, 6), Reach(2, 1, 1, 1), Reach(3, 2, 0, 0)]
    assert impact_of(rows) == Impact(2, 3, 4, 3, 6, 7)
    assert impact_of([]).is_none
