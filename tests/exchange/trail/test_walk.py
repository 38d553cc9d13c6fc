"""One euro down and up: sums to the cent, each hop with its proof, and who may walk it."""

import pytest

from exchange.signing.actions import confirm_booking
from exchange.trail.actions import walk_cell
from exchange.trail.model import Cell
from tests.exchange.build import a_booking, an_order


@pytest.fixture
async def booked(conn, cast):
    order = await an_order(conn, cast, cast.nord, cast.sued, number="L-2026-0001")
    row = await a_booking(conn, cast.nord, order, 10_000_01)
    await conn.act_as(cast.sued.viewer)
    row = await confirm_booking(conn, cast.sued.viewer, row.id)
    transfer = await conn.fetchrow(
        "SELECT * FROM exchange.transfer WHERE kind = 'supply' AND owner_id = $1 ORDER BY seq LIMIT 1",
        cast.nord.id,
    )
    return row, transfer


def viewer_of(cast, who):
    return getattr(cast, who).viewer if who in {"nord", "sued", "fremd"} else getattr(cast, who)


@pytest.mark.parametrize("who", ["nord", "sued", "office", "auditor"])
async def test_a_cell_is_the_sum_of_its_rows(client, cast, booked, who):
    page = await client.as_(viewer_of(cast, who)).get(
        f"/trail/cells?year=2026&provider={cast.nord.id}&recipient={cast.sued.id}"
    )
    assert page.status_code == 200, page.text
    assert "10.000,01" in page.text and "stimmen auf den Cent" in page.text


@pytest.mark.parametrize("who", ["nord", "office", "auditor"])
async def test_every_hop_of_one_euro(client, cast, booked, who):
    row, t = booked
    url = f"/trail/transfers/{cast.nord.id}/{t['seq']}"
    seen = client.as_(viewer_of(cast, who))
    page = await seen.get(url)
    assert page.status_code == 200, page.text
    for text in (
        row.booking_number, f"/bookings/{row.id}", f"/orders/{row.order_id}", f"/offerings/{row.offering_id}/versions/1",
        t["hash"].hex(), t["evidence"].hex(), "schließt an die vorige an", "ergeben genau die Prüfsumme",
        "/trail/cells?year=2026",
    ):  # fmt: skip
        assert text in page.text, text
    assert "vom Programm gerechnet" not in page.text
    proof = await seen.get(f"{url}?proof=1")
    assert "vom Programm gerechnet" in proof.text and "kdnx.transfer.v1|" in proof.text


async def test_the_recipient_walks_by_id_and_never_sees_the_chain(client, cast, booked):
    _row, t = booked
    seen = client.as_(cast.sued.viewer)
    page = await seen.get(f"/trail/transfers/{cast.nord.id}/{t['id']}?proof=1")
    assert page.status_code == 200 and "ergeben genau die Prüfsumme" in page.text
    assert t["hash"].hex() not in page.text and "kdnx.transfer.v1" not in page.text
    assert (await seen.get(f"/trail/transfers/{cast.nord.id}/{t['seq']}")).status_code == 404
    data = (await seen.get(f"/api/v1/trail/transfers/{cast.nord.id}/{t['id']}")).json()
    assert data["seq"] is None and data["hash"] is None and data["evidence_holds"] is True
    cell = (await seen.get("/api/v1/trail/cells?year=2026")).json()
    assert cell["agrees"] and cell["items"][0]["seq"] is None
    assert cell["figure_cents"] == 10_000_01


async def test_strangers_find_nothing_and_the_committee_is_told_why(client, cast, booked):
    _row, t = booked
    fremd = client.as_(cast.fremd.viewer)
    for place in (t["seq"], t["id"]):
        assert (await fremd.get(f"/trail/transfers/{cast.nord.id}/{place}")).status_code == 404
    assert "10.000,01" not in (await fremd.get("/trail/cells?year=2026")).text
    told = await client.as_(cast.committee).get("/trail/cells?year=2026")
    assert told.status_code == 403 and "Jahressummen" in told.text
    assert (
        await client.as_(cast.committee).get(f"/trail/transfers/{cast.nord.id}/{t['seq']}")
    ).status_code == 403


async def test_a_changed_row_is_seen(client, conn, cast, booked):
    """A hash that no longer fits is named on the page, not hidden."""
    _row, t = booked
    from exchange.trail.model import prove

    changed = dict(t) | {"cents": t["cents"] + 1}
    assert not prove(changed, t["hash"], t["prev"]).holds
    assert prove(dict(t), t["hash"], t["prev"]).holds
    assert not prove(dict(t), t["hash"], b"x" * 32).holds


async def test_pages_add_up(conn, cast, booked):
    """The sum up to a place and the rows after it are the whole cell, whatever the size of a page."""
    order = await an_order(conn, cast, cast.nord, cast.sued, number="L-2026-0002")
    for month in range(1, 7):
        from datetime import date

        row = await a_booking(
            conn, cast.nord, order, 1_234_07 + month, date(2026, month, 1), date(2026, month, 28)
        )
        await conn.act_as(cast.sued.viewer)
        await confirm_booking(conn, cast.sued.viewer, row.id)
    await conn.act_as(cast.office)
    after, seen = None, []
    while True:
        found = await walk_cell(conn, cast.office, Cell(2026), after=after, limit=3)
        assert found.sums.before_cents == sum(r.signed_cents for r in seen)
        seen += found.rows
        if not found.more:
            break
        after = (seen[-1].owner_id, seen[-1].id)
    assert sum(r.signed_cents for r in seen) == found.sums.rows_cents == found.sums.figure_cents
    assert len(seen) == found.sums.rows == 7


async def test_order_and_booking_name_their_cells(client, cast, booked):
    row, t = booked
    for url in (f"/orders/{row.order_id}", f"/bookings/{row.id}"):
        page = await client.as_(cast.nord.viewer).get(url)
        assert "Im Bericht gezählt" in page.text
        assert f"/trail/transfers/{cast.nord.id}/{t['seq']}" in page.text


LOOKS = "SELECT action, owner_id, party_id, reason, person_id FROM kdnx.audit_event WHERE action LIKE '%.look' ORDER BY at, seq"


async def test_an_auditors_look_is_recorded_with_the_member(client, conn, cast, booked):
    _row, t = booked
    audit = client.as_(cast.auditor)
    await audit.get(f"/trail/transfers/{cast.nord.id}/{t['seq']}")
    await audit.get("/transfers?year=2026")
    await audit.get("/api/v1/orders")
    await audit.get("/search?q=L-2026")
    await audit.get("/help")
    await conn.act_as(cast.auditor)
    looks = await conn.fetch(LOOKS)
    assert {(e["action"], e["owner_id"], e["party_id"]) for e in looks} == {
        ("trail.look", cast.nord.id, cast.sued.id),
        ("audit.look", cast.hub.id, None),
    }
    assert {e["person_id"] for e in looks} == {cast.auditor.person_id}
    assert "/transfers?year=2026" in {e["reason"] for e in looks}
    assert "/api/v1/orders" in {e["reason"] for e in looks}
    assert "/search?q=L-2026" in {e["reason"] for e in looks}
    assert not any("/help" in e["reason"] for e in looks)
    # the member reads in its own audit chain that somebody looked
    await conn.act_as(cast.nord.viewer)
    assert [e["action"] for e in await conn.fetch(LOOKS)] == ["trail.look"]
    await conn.act_as(cast.fremd.viewer)
    assert await conn.fetch(LOOKS) == []


async def test_a_members_own_look_is_not_recorded(client, conn, cast, booked):
    _row, t = booked
    await client.as_(cast.nord.viewer).get(f"/trail/transfers/{cast.nord.id}/{t['seq']}")
    await client.as_(cast.office).get("/trail/cells?year=2026")
    await conn.act_as(cast.auditor)
    assert await conn.fetch(LOOKS) == []


@pytest.mark.parametrize("by", ["provider", "recipient", "category", "offering", "month", "pair"])
async def test_every_row_of_the_report_leads_to_its_rows(client, cast, booked, by):
    import re

    office = client.as_(cast.office)
    report = await office.get(f"/reports?year=2026&by={by}&basis=reported")
    links = re.findall(r'href="(/trail/cells\?[^"]+)"', report.text)
    assert links, by
    cell = await office.get(links[0].replace("&amp;", "&"))
    assert "10.000,01" in cell.text and "stimmen auf den Cent" in cell.text
