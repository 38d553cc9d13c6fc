"""A decided request becomes a free demand once, with what was found and why it was not taken."""

from decimal import Decimal

import pytest

from catalog.choosing.actions import decide_request
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, NotFound, Refused
from procurement.carried import store
from procurement.carried.actions import carry_request
from procurement.responses.model import Amount, GridErrors
from procurement.responses.schemas import FreeIn, read_rest
from tests.cast import Cast
from tests.catalog.requests.making import a_request, an_answer, close, seen
from tests.client import Client

FORM = FreeIn(title="Bauakte", cpv="72000000-5", unit="Arbeitsplätze", spec="digital")
REST = read_rest(1, "non_binding", {}, GridErrors())


async def unmet(conn: Conn, cast: Cast):
    """A request of Suedrechen that ended with none; Nordrechen's answer did not suit."""
    request_id = await a_request(conn, cast.sued)
    await an_answer(conn, cast.nord, request_id)
    await close(conn, request_id)
    request = await seen(conn, cast.sued.viewer, request_id)
    await conn.act_as(cast.sued.viewer)
    from catalog.answers.store import list_answers

    (answer,) = await list_answers(conn, request_id, cast.sued.viewer.members, sees_all=False)
    await decide_request(
        conn, cast.sued.viewer, request_id, request.row_version, answer_id=None,
        reason="Keines passt", reasons={answer.id: "Zu klein gedacht"},
    )  # fmt: skip
    return request_id


def years(conn: Conn) -> dict[int, Amount]:
    """What is needed next year."""
    return {conn.today.year + 1: Amount(Decimal(1), Decimal(100), Decimal(200))}


async def test_the_demand_holds_what_was_found_and_why_it_was_not_taken(conn: Conn, cast: Cast):
    request_id = await unmet(conn, cast)
    demand = await carry_request(conn, cast.sued.viewer, request_id, FORM, years(conn), REST)
    carried = await store.find_by_demand(conn, demand.id)
    assert carried is not None
    assert (carried.request_id, carried.outcome, carried.reason) == (
        request_id,
        "none",
        "Keines passt",
    )
    offers = await store.list_offers(conn, carried)
    assert [(o.member_name, o.is_chosen, o.reason) for o in offers] == [
        ("Nordrechen", False, "Zu klein gedacht")
    ]
    for stranger in (cast.nord.viewer, cast.fremd.viewer, cast.committee):
        await conn.act_as(stranger)
        assert await store.find_by_demand(conn, demand.id) is None
        assert await conn.fetchval("SELECT count(*) FROM procurement.carried_offer") == 0


async def test_it_is_carried_once(conn: Conn, cast: Cast):
    request_id = await unmet(conn, cast)
    await carry_request(conn, cast.sued.viewer, request_id, FORM, years(conn), REST)
    with pytest.raises(Refused, match="schon einen Bedarf") as refusal:
        await carry_request(conn, cast.sued.viewer, request_id, FORM, years(conn), REST)
    assert refusal.value.remedy_url == f"/requests/{request_id}"


async def test_not_before_the_decision_and_not_by_others(conn: Conn, cast: Cast):
    request_id = await a_request(conn, cast.sued)
    with pytest.raises(Refused, match="noch nicht entschieden"):
        await carry_request(conn, cast.sued.viewer, request_id, FORM, years(conn), REST)
    decided = await unmet(conn, cast)
    await conn.act_as(cast.nord.viewer)
    with pytest.raises(Forbidden):
        await carry_request(conn, cast.nord.viewer, decided, FORM, years(conn), REST)
    hidden = await a_request(conn, cast.sued, audience="members", member_ids=[cast.nord.id])
    await conn.act_as(cast.fremd.viewer)
    with pytest.raises(NotFound):
        await carry_request(conn, cast.fremd.viewer, hidden, FORM, years(conn), REST)


async def test_over_http_from_the_requests_page(conn: Conn, cast: Cast, client: Client):
    request_id = await unmet(conn, cast)
    sued = client.as_(cast.sued.viewer)
    page = await sued.get(f"/requests/{request_id}")
    assert f"/demands/carried/{request_id}" in page.text
    page = await sued.get(f"/demands/carried/{request_id}")
    assert 'value="Digitale Bauakte mit Betrieb"' in page.text
    assert "Zu klein gedacht" in page.text
    year = conn.today.year + 1
    wrong = await sued.post(
        f"/demands/carried/{request_id}", {"title": "B", "first_year": str(year)}
    )
    assert wrong.status_code == 422
    fields = {"title": "Bauakte", "cpv": "72000000-5", "unit": "Arbeitsplätze", "first_year": str(year), f"q_1_{year}_exp": "100"}  # fmt: skip
    made = await sued.post(f"/demands/carried/{request_id}", fields)
    assert made.status_code == 303
    page = await sued.get(made.headers["location"])
    assert "Herkunft: Gesuch im Katalog" in page.text
    assert "Zu klein gedacht" in page.text
    page = await sued.get(f"/requests/{request_id}")
    assert made.headers["location"] in page.text
    read = await sued.get(f"/api/v1/requests/{request_id}/demand")
    assert read.json()["offers"][0]["member_name"] == "Nordrechen"


async def test_over_json(conn: Conn, cast: Cast, client: Client):
    request_id = await unmet(conn, cast)
    sued = await client.sign_in(cast.sued.viewer)
    body = {
        "title": "Bauakte",
        "cpv": "72000000-5",
        "unit": "Stück",
        "years": [{"year": 2028, "qty_expected": "5"}],
    }
    made = await sued.json_post(f"/api/v1/requests/{request_id}/demand", body)
    assert made.status_code == 201, made.text
    assert (await sued.json_post(f"/api/v1/requests/{request_id}/demand", body)).status_code == 409
