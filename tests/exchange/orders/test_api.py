"""Orders for machines."""

from tests.catalog.build import an_offering
from tests.exchange.order_build import an_order_at

OFFER = {
    "starts_on": "2026-07-01", "valid_until": "2099-12-31", "legal_route": "joint_108_4", "legal_reason": "Gemeinsam kontrolliert",
    "lines": [{"label": "Sicherung", "period": "month", "quantity": "12", "unit_price_micro": 100000000}],
}  # fmt: skip


async def test_ask_coordinate_offer_by_json(client, conn, cast):
    offering = await an_offering(conn, cast.nord)
    sued, nord = client.as_(cast.sued.viewer), client.as_(cast.nord.viewer)
    wish = {
        "offering_id": str(offering.id),
        "starts_on": "2026-07-01",
        "lines": [{"price": 1, "quantity": "12"}],
    }
    made = await sued.json_post("/api/v1/orders", wish)
    assert made.status_code == 201, made.text
    body = made.json()
    assert (body["state"], body["provider_code"], body["lines"][0]["net_cents"]) == (
        "interest",
        "NORD",
        5400,
    )
    assert made.headers["etag"].startswith('"2-')
    url = f"/api/v1/orders/{body['id']}"
    assert (await nord.json_post(url + "/coordinate", {})).status_code == 428
    assert (await nord.json_post(url + "/coordinate", {}, if_match='"1"')).status_code == 412
    done = await nord.json_post(url + "/coordinate", {}, if_match='"2"')
    assert done.json()["moves"] == ["offer", "decline"]
    offered = await nord.json_post(url + "/offer", OFFER, if_match='"3"')
    assert (offered.status_code, offered.json()["yearly_net_cents"]) == (200, 1_440_000)
    assert [x["leg"] for x in offered.json()["legs"]] == [1, 2]
    listed = (await sued.get("/api/v1/orders?side=recipient&limit=1")).json()
    assert [o["id"] for o in listed["items"]] == [body["id"]]
    assert listed["next"] is None


async def test_wrong_json_is_told_at_its_place(client, conn, cast):
    order = await an_order_at(conn, cast, "coordinating")
    nord = client.as_(cast.nord.viewer)
    url = f"/api/v1/orders/{order.id}/offer"
    assert (
        await nord.json_post(url, {**OFFER, "legal_route": "open"}, if_match='"3"')
    ).status_code in {409, 422}
    answer = await nord.json_post(url, {**OFFER, "tax_code_1": "X99"}, if_match='"3"')
    assert answer.status_code == 422
    assert "tax_code_1" in answer.text
    assert (await nord.json_post(url, {**OFFER, "fremd": 1}, if_match='"3"')).status_code == 422
    assert (await nord.get("/api/v1/orders?state=quatsch")).status_code == 422
    assert (
        await nord.json_post(f"/api/v1/orders/{order.id}/start", {}, if_match='"3"')
    ).status_code == 404


async def test_a_stranger_cannot_tell_an_order_from_nothing(client, conn, cast):
    order = await an_order_at(conn, cast, "offered")
    unknown = "01890000-0000-7000-8000-000000000001"
    fremd = client.as_(cast.fremd.viewer)
    tax = {"leg": 1, "tax_code": "U19", "valid_from": "2026-07-01", "reason": "grund"}
    posts = {
        "offer": OFFER,
        "review": {"reason": "grund"},
        "approve": {},
        "propose_tax": tax,
        "review_tax": {"leg": 1},
        "withdraw": {"reason": "grund"},
    }

    def told(answer):
        return answer.status_code, {k: v for k, v in answer.json().items() if k != "request_id"}

    assert told(await fremd.get(f"/api/v1/orders/{order.id}")) == told(
        await fremd.get(f"/api/v1/orders/{unknown}")
    )
    for move, body in posts.items():
        one = await fremd.json_post(f"/api/v1/orders/{order.id}/{move}", body, if_match='"3"')
        other = await fremd.json_post(f"/api/v1/orders/{unknown}/{move}", body, if_match='"3"')
        assert told(one) == told(other), move
        assert one.status_code == 404, move
