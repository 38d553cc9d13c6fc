"""The confirmation shows exactly what is ordered; the links lead to and fro."""

from tests.catalog.interests.interest_build import an_interest
from tests.exchange.acceptance.test_actions import republish


async def test_the_confirmation_shows_what_will_be_ordered(client, conn, cast):
    made = await an_interest(conn, cast, "offered")
    sued, url = client.as_(cast.sued.viewer), f"/interests/{made.id}"
    page = (await sued.get(url + "/accept")).text
    for words in ("648,00", "54,00", "01.01.2027", "Vertrag 1", "Vertrag 2", "Hub Verbund", "nicht steuerbar § 2b",
                  "öffentliche Zusammenarbeit (§ 108 Abs. 6 GWB)", "Umlage der Drehscheibe", "3 Monate zum Monatsende"):  # fmt: skip
        assert words in page, words
    assert (await client.as_(cast.nord.viewer).get(url + "/accept")).status_code == 403
    assert (await client.as_(cast.fremd.viewer).get(url + "/accept")).status_code == 404
    done = await sued.post(url + "/accept", {"row_version": str(made.row_version)})
    assert done.status_code == 303
    order = done.headers["location"]
    assert url in (await sued.get(order)).text
    assert "Entstanden am 23.11.2026 durch Annahme" in (await sued.get(order)).text
    for viewer in (cast.sued.viewer, cast.nord.viewer, cast.auditor):
        page = (await client.as_(viewer).get(url)).text
        assert f'href="{order}">L-2026-0001' in page
        assert 'data-state="accepted"' in page
    again = await client.as_(cast.sued.second).post(
        url + "/accept", {"row_version": str(made.row_version)}
    )
    assert again.headers["location"] == order
    assert (await sued.get(url + "/accept")).headers["location"] == order


async def test_a_changed_offering_stops_the_button_and_says_why(client, conn, cast):
    made = await an_interest(conn, cast, "offered")
    await republish(conn, cast, made.offering_id, notice_months=12)
    sued, url = client.as_(cast.sued.viewer), f"/interests/{made.id}"
    page = (await sued.get(url)).text
    assert "/accept" not in page
    assert "Kündigungsfrist in Monaten: 6 → 12" in page
    assert f"/offerings/{made.offering_id}/versions/2" in page
    assert "Bitte das Angebot erneuern" in (await client.as_(cast.nord.viewer).get(url)).text
    refused = await sued.post(url + "/accept", {"row_version": str(made.row_version)})
    assert refused.status_code == 409
    told = await sued.json_post(f"/api/v1{url}/accept", if_match=f'"{made.row_version}"')
    body = told.json()
    assert (told.status_code, body["type"]) == (409, "urn:kdnx:problem:offering_changed")
    assert body["errors"][0]["code"] == "changed"
    assert body["remedy_url"] == f"/offerings/{made.offering_id}/versions/2"


async def test_a_machine_accepts_with_the_version_it_saw(client, conn, cast):
    made = await an_interest(conn, cast, "offered")
    sued, url = client.as_(cast.sued.viewer), f"/api/v1/interests/{made.id}/accept"
    assert (await sued.json_post(url)).status_code == 428
    assert (await sued.json_post(url, if_match='"1"')).status_code == 412
    order = await sued.json_post(url, if_match=f'"{made.row_version}"')
    assert (order.status_code, order.json()["state"], order.json()["number"]) == (
        201,
        "offered",
        "L-2026-0001",
    )
    assert (await sued.json_post(url, if_match=f'"{made.row_version}"')).json()[
        "type"
    ] == "urn:kdnx:problem:interest_accepted"
