"""In-house first (D16): what other members offer is shown, must be judged, and is recorded."""

import pytest

from kdnx.db.conn import Conn
from kdnx.errors import Invalid, Refused
from procurement.demands.schemas import PositionIn
from procurement.responses import actions, store
from tests.cast import Cast
from tests.catalog.build import an_offering, only_for
from tests.client import Client
from tests.procurement.build import a_call, an_answer

BACKUP = PositionIn(title="Datensicherung", cpv="72910000-2", unit="TB")


async def matches(conn: Conn, response):
    lines = await store.list_lines(conn, response.owner_id, response.id, 1)
    return await store.list_matches(conn, response, lines)


async def test_an_offering_of_a_peer_must_be_judged_before_release(conn: Conn, cast: Cast):
    await an_offering(conn, cast.sued, "Datensicherung für Kommunen")
    await an_offering(conn, cast.nord, "Datensicherung im Haus")
    call_id = await a_call(conn, cast, positions=[BACKUP])
    response = await an_answer(conn, cast.nord, call_id, (10,), submitted=False)
    found = await matches(conn, response)
    assert [(m.title, m.provider_id, m.outcome) for m in found] == [
        ("Datensicherung für Kommunen", cast.sued.id, None)
    ]
    with pytest.raises(Refused, match="Einschätzung"):
        await actions.request_release(conn, cast.nord.viewer, response)
    lines = await store.list_lines(conn, cast.nord.id, response.id, 1)
    with pytest.raises(Invalid, match="Begründung"):
        await actions.save_response(
            conn, cast.nord.viewer, call_id, lines, [(1, found[0].offering_id, "not_suitable", "")]
        )
    said = [(1, found[0].offering_id, "not_suitable", "Schutzbedarf sehr hoch")]
    saved = await actions.save_response(conn, cast.nord.viewer, call_id, lines, said)
    await actions.request_release(conn, cast.nord.viewer, saved)
    assert [(m.outcome, m.reason) for m in await matches(conn, saved)] == [
        ("not_suitable", "Schutzbedarf sehr hoch")
    ]


async def test_what_is_offered_to_others_only_is_no_match(conn: Conn, cast: Cast):
    await an_offering(conn, cast.sued, "Datensicherung geheim", audiences=[only_for(cast.fremd.id)])
    call_id = await a_call(conn, cast, positions=[BACKUP])
    response = await an_answer(conn, cast.nord, call_id, (10,), submitted=False)
    assert await matches(conn, response) == []
    await actions.request_release(conn, cast.nord.viewer, response)


async def test_the_same_kind_by_cpv_is_a_match_and_the_page_asks(
    client: Client, conn: Conn, cast: Cast
):
    offering = await an_offering(conn, cast.sued, "Rundum-Sorglos", cpv=["72910000"])
    call_id = await a_call(conn, cast, positions=[BACKUP])
    await an_answer(conn, cast.nord, call_id, (10,), submitted=False)
    nord = client.as_(cast.nord.viewer)
    page = await nord.get(f"/demands/{call_id}/response")
    assert "Rundum-Sorglos" in page.text
    fields = {"q_1_2027_exp": "10", f"match_1_{offering.id}": "partly", "move": "request_release"}
    assert (await nord.post(f"/demands/{call_id}/response", fields)).status_code == 422
    done = await nord.post(
        f"/demands/{call_id}/response", fields | {f"why_1_{offering.id}": "nur für Server"}
    )
    assert done.status_code == 303, done.text
    assert "passt teilweise" in (await nord.get(f"/demands/{call_id}/response")).text
