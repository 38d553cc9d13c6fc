"""The piece on an order's page: sign-off, the cooperation it names, and who sees what of it."""

from tests.client import plain
from tests.exchange.clearing.test_actions import offered
from tests.exchange.cooperations.coop_build import concluded, three_years
from tests.exchange.inhouse.test_actions import three


async def test_the_lawyer_signs_a_red_order_off_on_its_page(client, conn, cast):
    await three(conn, cast.nord, 20_00)
    order = await offered(conn, cast)
    office = client.as_(cast.office)
    assert "Begründung der Freizeichnung" in plain(await office.get(f"/orders/{order}"))
    stranger = client.as_(cast.fremd.viewer)
    refused = await stranger.post(f"/orders/{order}/inhouse", {"reason": "geht schon"})
    assert refused.status_code in {403, 404}
    page = plain(await client.as_(cast.sued.viewer).get(f"/orders/{order}"))
    assert "Inhouse-Prüfung" not in page.split("<main")[-1]
    said = await office.post(f"/orders/{order}/inhouse", {"reason": "Übergang für ein Jahr"})
    assert said.status_code == 303
    assert "Übergang für ein Jahr" in plain(await office.get(f"/orders/{order}"))


async def test_the_review_shows_what_grey_means(client, conn, cast):
    order = await offered(conn, cast)
    page = plain(await client.as_(cast.office).get(f"/orders/{order}"))
    assert "Es fehlen unterzeichnete Erklärungen für" in page
    assert str(conn.today.year - 1) in page
    assert "nachvollziehbare Prognose" in page


async def test_the_provider_names_the_cooperation_and_the_parties_read_its_light(
    client, conn, cast
):
    order = await offered(conn, cast, cooperation=True)
    nord, office = client.as_(cast.nord.viewer), client.as_(cast.office)
    assert "keine Zusammenarbeit in Kraft" in plain(await nord.get(f"/orders/{order}"))
    c = await concluded(conn, cast.nord, cast.sued)
    await three_years(conn, cast.nord, c, 5_00)
    await three_years(conn, cast.sued, c, 5_00)
    sued = client.as_(cast.sued.viewer)
    assert "nennt noch die Zusammenarbeit" in plain(await sued.get(f"/orders/{order}"))
    named = await nord.post(f"/orders/{order}/cooperation", {"cooperation_id": str(c.id)})
    assert named.status_code == 303
    page = plain(await office.get(f"/orders/{order}"))
    assert "Markt 30,00" in page
    reviewed = await office.post(f"/orders/{order}/review", {"row_version": "1", "reason": "trägt"})
    assert reviewed.status_code == 303, plain(reviewed)[:500]
    for viewer in (nord, sued):
        page = plain(await viewer.get(f"/orders/{order}"))
        assert "Gemeinsame Ratsinformation" in page
        assert "grün" in page
        assert "30,00" not in page
    assert "L-2025-" in plain(await sued.get(f"/cooperations/{c.id}"))
