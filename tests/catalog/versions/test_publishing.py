"""Before publishing: how many will read it, from when, what changed; right after: stop it at once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from catalog.availability.actions import suspend_offering
from catalog.offerings import actions
from catalog.offerings.store import get_offering
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden
from kdnx.viewer import Permission, Scope, Viewer
from tests.cast import Cast
from tests.catalog.build import a_body, a_submitted, an_offering, only_for
from tests.client import Client

SYSTEM = Viewer(scope=Scope.SYSTEM)


async def test_the_summary_counts_readers_and_changes(client: Client, cast: Cast, conn: Conn):
    starts = conn.today + timedelta(days=40)
    head = await a_submitted(conn, cast.nord, audiences=[only_for(cast.sued.id)], valid_from=starts)
    page = await client.as_(cast.nord.second).get(f"/offerings/{head.id}/versions/1")
    assert "Sie veröffentlichen Fassung 1" in page.text
    assert "für 1 Mitglied" in page.text
    assert f"gültig ab {starts:%d.%m.%Y}" in page.text
    # who wrote it may not publish it and gets no summary
    own = await client.as_(cast.nord.viewer).get(f"/offerings/{head.id}/versions/1")
    assert "Sie veröffentlichen" not in own.text


async def test_the_summary_of_a_later_version(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord, "Datensicherung für Kommunen")
    await conn.act_as(cast.nord.viewer)
    body = a_body(summary="Ganz neu gesagt.", description="Auch das ist neu.")
    head = await actions.save_draft(conn, cast.nord.viewer, head.id, head.row_version, body)
    await actions.submit_offering(conn, cast.nord.viewer, head.id, head.row_version)
    page = await client.as_(cast.nord.second).get(f"/offerings/{head.id}/versions/2")
    assert "Sie veröffentlichen Fassung 2" in page.text
    assert "2 geänderte Angaben" in page.text
    assert "gültig ab sofort" in page.text


async def test_stopping_right_after(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord)
    nord, url = client.as_(cast.nord.viewer), f"/offerings/{head.id}"
    page = await nord.get(url)
    assert "War das ein Versehen?" in page.text
    assert f'href="{url}/withdraw"' in page.text
    assert "War das ein Versehen?" not in (await client.as_(cast.sued.viewer).get(url)).text
    fields = {
        "row_version": str(head.row_version),
        "reason": "Versehentlich veröffentlicht; wird geprüft.",
    }
    assert (await nord.post(url + "/suspend", fields)).status_code == 303
    await conn.act_as(cast.nord.viewer)
    assert (await get_offering(conn, cast.nord.viewer, head.id)).state == "suspended"
    assert "War das ein Versehen?" not in (await nord.get(url)).text


async def test_who_may_only_publish_may_stop_too(cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord)
    kept = cast.nord.second.permissions - {Permission.OFFERING_EDIT}
    reader = replace(cast.nord.second, permissions=kept - {Permission.OFFERING_PUBLISH})
    with pytest.raises(Forbidden):
        await suspend_offering(conn, reader, head.id, head.row_version, "Versehen")
    approver = replace(cast.nord.second, permissions=kept)
    stopped = await suspend_offering(conn, approver, head.id, head.row_version, "Versehen")
    assert stopped.state == "suspended"


async def test_not_a_day_later(client: Client, cast: Cast, conn: Conn):
    head = await an_offering(conn, cast.nord)
    await conn.act_as(SYSTEM)
    await conn.execute(
        "UPDATE catalog.offering SET published_at = $2 WHERE id = $1", head.id, conn.now - timedelta(days=1)
    )  # fmt: skip
    page = await client.as_(cast.nord.viewer).get(f"/offerings/{head.id}")
    assert "War das ein Versehen?" not in page.text
    assert "Aussetzen" in page.text
