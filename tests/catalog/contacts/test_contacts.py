"""Contacts and free capacity change at once, without a new version, and users are told."""

from datetime import timedelta

import pytest

from catalog.contacts.actions import change_contacts
from catalog.contacts.schemas import ContactsForm
from catalog.contents import store as contents
from catalog.interface import mark_use
from catalog.offerings.store import get_offering
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Invalid, Stale
from tests.cast import Cast
from tests.catalog.build import an_offering
from tests.client import Client
from tests.conftest import SYSTEM

NEW = ContactsForm.model_validate({
    "contacts": {"lead": {"name": "Team Neu", "email": "neu@example.org", "deputy": "Leitstand", "deputy_email": "leit@example.org"}},
    "capacity_free": 12,
}, strict=False)  # fmt: skip


async def test_no_new_version_and_users_are_told(conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord, capacity_amount=100, capacity_unit="Server")
    await conn.act_as(SYSTEM)
    await mark_use(
        conn,
        offering_id=head.id,
        recipient_id=cast.sued.id,
        valid_from=conn.today - timedelta(days=1),
    )
    await conn.act_as(cast.nord.viewer)
    done = await change_contacts(conn, cast.nord.viewer, head.id, head.row_version, NEW)
    assert (done.published_version, done.draft_version) == (1, None)
    again = await change_contacts(conn, cast.nord.viewer, head.id, done.row_version, NEW)
    assert again.row_version == done.row_version  # nothing changed, nobody is told twice
    with pytest.raises(Stale):
        await change_contacts(conn, cast.nord.viewer, head.id, head.row_version, NEW)
    with pytest.raises(Invalid):
        await change_contacts(conn, cast.nord.viewer, head.id, done.row_version, ContactsForm())
    much = NEW.model_copy(update={"capacity_free": 101})
    with pytest.raises(Invalid, match="höchstens"):
        await change_contacts(conn, cast.nord.viewer, head.id, done.row_version, much)
    await conn.act_as(cast.sued.viewer)
    told = await conn.fetch(
        "SELECT kind FROM kdnx.notice WHERE object_id = $1 AND kind = 'offering.contacts'", head.id
    )
    assert told
    shown = await get_offering(conn, cast.sued.viewer, head.id)
    assert (shown.capacity_free, shown.capacity_free_on) == (12, conn.today)
    found = (await contents.list_contacts(conn, [head.id]))[head.id]
    assert [(c.role, c.deputy) for c in found] == [("lead", "Leitstand")]
    with pytest.raises(Forbidden):
        await change_contacts(conn, cast.sued.viewer, head.id, done.row_version, NEW)


async def test_the_page(conn: Conn, cast: Cast, client: Client):
    head = await an_offering(conn, cast.nord, capacity_amount=100, capacity_unit="Server")
    nord = client.as_(cast.nord.viewer)
    url = f"/offerings/{head.id}/contacts"
    assert "Team Sicherung" in (await nord.get(url)).text
    assert (await client.as_(cast.sued.viewer).get(url)).status_code == 403
    fields = {
        "row_version": str(head.row_version),
        "contacts.lead.name": "Servicestelle",
        "contacts.lead.email": "kein@",
        "capacity_free": "1.000",
    }
    assert (await nord.post(url, fields)).status_code == 422
    fields |= {
        "contacts.lead.email": "stelle@example.org",
        "contacts.technical.name": "Technik",
        "capacity_free": "40",
    }
    assert (await nord.post(url, fields)).status_code == 303
    assert (await nord.post(url, fields)).status_code == 409
    page = (await client.as_(cast.sued.viewer).get(f"/offerings/{head.id}")).text
    for words in ("Servicestelle", "Technik", "davon frei 40"):
        assert words in page


async def test_json(conn: Conn, cast: Cast, client: Client):
    head = await an_offering(conn, cast.nord)
    nord = client.as_(cast.nord.viewer)
    url = f"/api/v1/offerings/{head.id}/contacts"
    seen = (await nord.get(url)).json()
    assert seen["contacts"]["lead"]["name"] == "Team Sicherung"
    assert seen["capacity_free"] is None
