"""An open change of a published offering is given up; what is published stays."""

import re

import pytest

from catalog.availability.actions import discard_draft
from catalog.contents import store as contents
from catalog.offerings import actions
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, NotFound, Refused
from tests.cast import Cast
from tests.catalog.build import a_body, a_draft, an_offering
from tests.client import Client


async def changed(conn: Conn, cast: Cast, title: str = "Datensicherung, anders"):
    head = await an_offering(conn, cast.nord)
    await conn.act_as(cast.nord.viewer)
    return await actions.save_draft(
        conn, cast.nord.viewer, head.id, head.row_version, a_body(title)
    )


async def test_the_change_is_gone_and_the_next_one_begins_afresh(conn: Conn, cast: Cast):
    head = await changed(conn, cast)
    after = await discard_draft(conn, cast.nord.viewer, head.id, head.row_version)
    assert (after.state, after.published_version, after.draft_version) == ("published", 1, None)
    assert [v.version for v in await contents.list_versions(conn, cast.nord.viewer, head.id)] == [1]
    with pytest.raises(NotFound):
        await contents.get_version(conn, cast.nord.viewer, head.id, 2)
    assert conn.notes[-1].action == "offering.discard"
    again = await actions.save_draft(
        conn, cast.nord.viewer, head.id, after.row_version, a_body("Neuer Anlauf")
    )
    assert again.draft_version == 2
    assert (await contents.get_version(conn, cast.nord.viewer, head.id, 2)).title == "Neuer Anlauf"


async def test_not_while_it_waits_for_the_second_person(conn: Conn, cast: Cast):
    head = await changed(conn, cast)
    head = await actions.submit_offering(conn, cast.nord.viewer, head.id, head.row_version)
    with pytest.raises(Refused, match="liegt zur Prüfung"):
        await discard_draft(conn, cast.nord.viewer, head.id, head.row_version)


async def test_neither_a_first_draft_nor_nothing_nor_by_a_stranger(conn: Conn, cast: Cast):
    first = await a_draft(conn, cast.nord.viewer)
    with pytest.raises(Refused):
        await discard_draft(conn, cast.nord.viewer, first.id, first.row_version)
    head = await an_offering(conn, cast.nord, "Ohne Entwurf")
    await conn.act_as(cast.nord.viewer)
    with pytest.raises(Refused, match="keinen Entwurf"):
        await discard_draft(conn, cast.nord.viewer, head.id, head.row_version)
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(Forbidden):
        await discard_draft(conn, cast.sued.viewer, head.id, head.row_version)


async def test_by_the_page_also_without_script(client: Client, cast: Cast, conn: Conn):
    head = await changed(conn, cast)
    page = await client.as_(cast.nord.viewer).get(f"/offerings/{head.id}")
    assert 'popovertarget="move-discard"' in page.text
    assert "Die begonnene Änderung geht verloren" in page.text
    asked = await client.as_(cast.nord.viewer).get(f"/offerings/{head.id}/discard")
    version = re.search(r'name="row_version" value="(\d+)"', asked.text)
    assert version
    done = await client.as_(cast.nord.viewer).post(
        f"/offerings/{head.id}/discard", {"row_version": version[1]}
    )
    assert done.status_code == 303
    page = await client.as_(cast.nord.viewer).get(f"/offerings/{head.id}")
    assert "Entwurf verwerfen" not in page.text
    assert "Der Entwurf ist verworfen" in page.text or "Fassung 2" not in page.text
