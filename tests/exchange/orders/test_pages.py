"""Orders in the browser: from the catalogue to a signed order, by clicks and forms."""

import re

from exchange.orders.actions import read_order
from kdnx.viewer import Scope, Viewer
from tests.catalog.build import an_offering
from tests.client import plain
from tests.exchange.order_build import NOW, a_wish, an_order_at

SYSTEM = Viewer(scope=Scope.SYSTEM)
OFFER = {
    "starts_on": "2026-07-01", "valid_until": "2099-12-31", "notice_months": "3", "billing": "month", "confirm_days": "30", "silence": "escalate",
    "legal_route": "joint_108_4", "legal_reason": "Gemeinsam kontrolliert", "tax_code_1": "N2B", "tax_code_2": "F29",
    "lines.0.label": "Sicherung", "lines.0.unit": "je TB", "lines.0.period": "month", "lines.0.quantity": "1.200,5", "lines.0.unit_price_micro": "0,0125",
    "lines.3.period": "month",
}  # fmt: skip


async def version_of(client, conn, viewer, order_id):
    page = await client.as_(viewer).get(f"/orders/{order_id}")
    assert page.status_code == 200
    return re.search(r'name="row_version" value="(\d+)"', page.text)


async def test_from_the_wish_to_the_running_order(client, conn, cast):
    conn.now = NOW
    offering = await an_offering(conn, cast.nord)
    sued, nord = client.as_(cast.sued.viewer), client.as_(cast.nord.viewer)
    sent = a_wish(offering.id).model_dump(mode="json")
    made = await sued.json_post("/api/v1/orders", sent)
    assert made.status_code == 201
    url = f"/orders/{made.json()['id']}"
    assert "Jetzt ist Nordrechen am Zug" in (await nord.get(url)).text
    assert (await nord.post(url + "/moves/coordinate", {"row_version": "2"})).status_code == 303
    filled = await nord.get(url + "/offer")
    assert 'value="12"' in filled.text
    bad = await nord.post(url + "/offer", {**OFFER, "row_version": "3", "lines.0.quantity": "viel"})
    assert bad.status_code == 422
    assert "1.200,5" not in bad.text
    assert 'value="viel"' in bad.text
    assert (await nord.post(url + "/offer", {**OFFER, "row_version": "3"})).status_code == 303
    hub = client.as_(cast.hub.viewer)
    page = await hub.get(url)
    assert "Als rechtlich geprüft vermerken" in page.text
    assert "15,01" in page.text  # 1,200.5 × 0.0125 = 15.00625, half up
    assert (
        await hub.post(
            url + "/review", {"row_version": "4", "reason": "trägt", "confirm_tax": "true"}
        )
    ).status_code == 303
    assert "eine andere Person" in (await nord.get(url)).text
    assert (await nord.post(url + "/approve", {"row_version": "5"})).status_code == 409
    for viewer, version in ((cast.nord.second, 5), (cast.hub.second, 6), (cast.sued.viewer, 7)):
        done = await client.as_(viewer).post(url + "/approve", {"row_version": str(version)})
        assert done.status_code == 303, done.text[:0]
    page = await sued.get(url)
    assert 'data-state="active"' in page.text
    assert "Buchungen" in page.text
    listed = await sued.get("/orders?side=recipient&state=active")
    assert url in listed.text
    assert url not in (await sued.get("/orders?side=provider")).text


async def test_each_party_sees_its_own_tax_case_only(client, conn, cast):
    order = await an_order_at(conn, cast)
    seen = {}
    for name, viewer in (
        ("nord", cast.nord.viewer),
        ("sued", cast.sued.viewer),
        ("office", cast.office),
        ("audit", cast.auditor),
    ):
        text = (await client.as_(viewer).get(f"/orders/{order.id}")).text
        seen[name] = {n for n in (1, 2) if re.search(rf"<h3>Vertrag {n}:", text)}
    assert seen == {"nord": {1}, "sued": {2}, "office": {1, 2}, "audit": {1, 2}}


async def test_a_stranger_gets_the_answer_of_an_unknown_id_on_every_door(client, conn, cast):
    order = await an_order_at(conn, cast, "offered")
    unknown = "01890000-0000-7000-8000-000000000001"
    fremd = client.as_(cast.fremd.viewer)
    for path in ("", "/offer"):
        one, other = (
            await fremd.get(f"/orders/{order.id}{path}"),
            await fremd.get(f"/orders/{unknown}{path}"),
        )
        assert one.status_code == other.status_code == 404
        assert plain(one).replace(str(order.id), unknown) == plain(other)
    posts = {
        "/offer": {**OFFER, "row_version": "3"}, "/review": {"row_version": "3", "reason": "grund"}, "/approve": {"row_version": "3"},
        "/propose_tax": {"row_version": "3", "leg": "1", "tax_code": "U19", "valid_from": "2026-07-01", "reason": "grund"},
        "/review_tax": {"row_version": "3", "leg": "1"},
        **{f"/moves/{m}": {"row_version": "3", "reason": "grund", "on": "2030-01-31"} for m in (
            "express", "coordinate", "return", "withdraw", "decline", "pause", "resume", "request_termination", "confirm_termination")},
    }  # fmt: skip
    for path, fields in posts.items():
        one, other = (
            await fremd.post(f"/orders/{order.id}{path}", fields),
            await fremd.post(f"/orders/{unknown}{path}", fields),
        )
        assert one.status_code == other.status_code == 404, path
        assert plain(one).replace(str(order.id), unknown) == plain(other), path
    await conn.act_as(SYSTEM)
    assert (await read_order(conn, SYSTEM, order.id)).row_version == order.row_version


async def test_a_strangers_lists_say_nothing(client, conn, cast):
    order = await an_order_at(conn, cast, "offered")
    fremd = client.as_(cast.fremd.viewer)
    for path in (
        "/orders",
        "/orders?q=L-",
        "/orders/export",
        "/search?q=" + order.number,
        "/api/v1/orders",
        "/",
        "/tasks",
    ):
        answer = await fremd.get(path)
        told = re.findall(
            rf"(?<!K){order.number}",
            answer.text.replace(f'value="{order.number}"', "").replace(f"„{order.number}“", ""),
        )
        assert told == [], path
        assert str(order.id) not in answer.text, path


async def test_the_catalogue_has_one_seller(client, conn, cast):
    offering = await an_offering(conn, cast.nord)
    page = await client.as_(cast.sued.viewer).get(f"/offerings/{offering.id}")
    assert page.text.count("Interesse bekunden") == 1
    assert "/orders/new" not in page.text
    assert (await client.as_(cast.sued.viewer).get("/orders/new")).status_code == 404


async def test_a_stale_form_is_refused(client, conn, cast):
    order = await an_order_at(conn, cast, "interest")
    nord = client.as_(cast.nord.viewer)
    assert (
        await nord.post(f"/orders/{order.id}/moves/coordinate", {"row_version": "1"})
    ).status_code in {409, 412}
    assert (
        await nord.post(f"/orders/{order.id}/moves/coordinate", {"row_version": "2"})
    ).status_code == 303
    assert (
        await nord.post(f"/orders/{order.id}/moves/coordinate", {"row_version": "2"})
    ).status_code in {409, 412}


async def test_a_reason_is_asked_for_at_its_field(client, conn, cast):
    order = await an_order_at(conn, cast, "interest")
    answer = await client.as_(cast.nord.viewer).post(
        f"/orders/{order.id}/moves/decline", {"row_version": "2", "reason": ""}
    )
    assert answer.status_code == 422
    assert "Bitte einen Grund angeben" in answer.text


async def test_the_csv_holds_the_selection(client, conn, cast):
    order = await an_order_at(conn, cast)
    answer = await client.as_(cast.nord.viewer).get("/orders/export?side=provider")
    assert answer.headers["content-type"].startswith("text/csv")
    assert order.number in answer.text
    assert "14.400,00" in answer.text


async def test_a_list_continues_with_its_cursor(client, conn, cast):
    offering = await an_offering(conn, cast.nord)
    sued = client.as_(cast.sued.viewer)
    for _n in range(3):
        await sued.json_post("/api/v1/orders", a_wish(offering.id).model_dump(mode="json"))
    page = await sued.get("/orders?size=2")
    following = re.search(r'rel="next" href="([^"]+)"', page.text)
    assert following
    rest = await sued.get(following[1].replace("&amp;", "&"))
    assert len(re.findall(r"L-\d{4}-0001", rest.text)) >= 1
    assert "L-" in page.text
    assert (await sued.get("/orders?cursor=unsinn")).status_code == 422
