"""Rules over HTTP: pages and JSON."""

from tests.cast import Cast
from tests.client import Client, plain


async def test_list_by_kind_and_day(client: Client, cast: Cast) -> None:
    page = await client.as_(cast.nord.viewer).get("/admin/rules?kind=eu_threshold&on=2025-06-01")
    assert page.status_code == 200
    assert "221.000,00" in page.text
    assert "216.000,00" not in page.text
    assert "Verordnung (EU) 2023/2495" in page.text


async def test_list_of_all_kinds_and_unknown_kind(client: Client, cast: Cast) -> None:
    nord = client.as_(cast.nord.viewer)
    assert "Mindestfristen der Vergabe" in (await nord.get("/admin/rules")).text
    assert (await nord.get("/admin/rules?kind=nothing&on=never")).status_code == 200
    assert "gilt keine Regel" in (await nord.get("/admin/rules?on=1990-01-01")).text


async def test_enter_preview_approve(client: Client, cast: Cast) -> None:
    office, second = client.as_(cast.office), client.as_(cast.hub.second)
    url = "/admin/rules/eu_threshold/supplies_services"
    assert (await office.get(f"{url}/enter")).status_code == 200
    wrong = await office.post(
        f"{url}/enter", {"valid_from": "", "value_cents": "viel", "source": "x"}
    )
    assert wrong.status_code == 422
    assert "216.000,00" in wrong.text
    fields = {
        "valid_from": "2028-01-01",
        "value_cents": "225.000,00",
        "source": "Verordnung 2027/1",
    }
    preview = await office.post(f"{url}/enter", {**fields, "step": "preview"})
    assert preview.status_code == 200
    assert "Gilt ab 01.01.2028." in preview.text
    done = await office.post(f"{url}/enter", {**fields, "step": "enter"})
    assert (done.status_code, done.headers["location"]) == (303, url)
    again = await office.post(f"{url}/enter", {**fields, "step": "enter"})
    assert again.status_code == 422
    assert "wartet schon" in again.text
    own = await office.get(url)
    assert "Freigeben" not in own.text
    shown = await second.get(url)
    assert "Freigeben" in shown.text
    action = shown.text.partition('action="/admin/rules/versions/')[2].partition('"')[0]
    assert action.endswith("/decide/approve")
    no_reason = await second.post(
        f"/admin/rules/versions/{action.replace('approve', 'reject')}", {"row_version": "1"}
    )
    assert no_reason.status_code == 422
    approved = await second.post(f"/admin/rules/versions/{action}", {"row_version": "1"})
    assert approved.status_code == 303
    later = await second.get("/admin/rules?kind=eu_threshold&on=2028-02-01")
    assert "225.000,00" in later.text


async def test_member_cannot_enter_for_the_alliance(client: Client, cast: Cast) -> None:
    nord = client.as_(cast.nord.viewer)
    url = "/admin/rules/eu_threshold/supplies_services"
    assert "Neue Fassung eintragen" not in (await nord.get(url)).text
    foreign = await nord.get(f"{url}/enter")
    unknown = await nord.get("/admin/rules/eu_threshold/nothing/enter")
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert (await nord.get("/admin/rules/eu_threshold/nothing")).status_code == 404


async def test_own_value_bands(client: Client, cast: Cast) -> None:
    nord = client.as_(cast.nord.viewer)
    url = "/admin/rules/value_band/NORD:direct"
    assert (await nord.get(url)).status_code == 200
    assert (await nord.get(f"{url}/enter")).status_code == 200
    fields = {
        "valid_from": "2026-01-01",
        "value_cents": "25.000",
        "source": "Satzung",
        "step": "enter",
    }
    assert (await nord.post(f"{url}/enter", fields)).status_code == 303
    other = await nord.get("/admin/rules/value_band/SUED:direct")
    assert other.status_code == 404
    assert plain(other) != ""


async def test_machines_read_enter_and_decide(client: Client, cast: Cast) -> None:
    office, second = client.as_(cast.office), client.as_(cast.hub.second)
    found = (await office.get("/api/v1/rules?kind=standstill&on=2026-11-22")).json()["items"]
    assert {r["key"] for r in found} == {
        "information",
        "voluntary_notice",
        "invalidity_claim",
        "objection",
    }
    body = {"kind": "standstill", "key": "information", "valid_from": "2027-01-01",
            "value": {"days": 15, "electronic_days": 10, "norm": "§ 134 GWB"}, "source": "Gesetz"}  # fmt: skip
    wrong = await office.json_post("/api/v1/rules", {**body, "value": {"days": "15"}})
    assert wrong.status_code == 422
    entered = await office.json_post("/api/v1/rules", body)
    assert (entered.status_code, entered.json()["state"]) == (201, "entered")
    url = f"/api/v1/rules/{entered.json()['id']}"
    assert (await second.json_post(f"{url}/approve", {"note": ""})).status_code == 428
    own = await office.json_post(f"{url}/approve", {"note": ""}, if_match='"1"')
    assert (own.status_code, own.json()["detail"][:20]) == (409, "Wer eine Regel einge")
    approved = await second.json_post(f"{url}/approve", {"note": ""}, if_match='"1"')
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")


async def test_entries_without_a_field_are_carried_over(client: Client, cast: Cast) -> None:
    office, url = client.as_(cast.office), "/admin/rules/tax_code/undecided"
    fields = {
        "valid_from": "2027-01-01",
        "value_label": "offen",
        "source": "Beschluss",
        "step": "enter",
    }
    assert (await office.post(f"{url}/enter", fields)).status_code == 303
    value = await client.conn.fetchval("SELECT value FROM kdnx.rule WHERE state = 'entered'")
    assert value == {"label": "offen", "blocks_service_from": "2027-01-01"}
