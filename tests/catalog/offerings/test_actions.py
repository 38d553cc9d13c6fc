"""What people do with offerings, who may, and what it leaves behind."""

import pytest

from catalog.availability import actions as availability
from catalog.contents import store as contents
from catalog.offerings import actions, store
from catalog.offerings.model import State
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Invalid, NotFound, Refused, Stale
from kdnx.tasks.actions import list_my_tasks
from tests.cast import Cast
from tests.catalog.build import ALL, a_body, a_draft, a_submitted, an_offering, only_for


async def test_the_author_cannot_publish_the_second_person_can(conn: Conn, cast: Cast):
    head = await a_submitted(conn, cast.nord)
    assert head.state == State.IN_REVIEW
    with pytest.raises(Refused, match="selbst bearbeitet"):
        await actions.publish_offering(conn, cast.nord.viewer, head.id, head.row_version, 1)
    assert not [
        t for t in await list_my_tasks(conn, cast.nord.viewer) if t.kind == "offering.publish"
    ]
    await conn.act_as(cast.nord.second)
    assert [
        t.object_id
        for t in await list_my_tasks(conn, cast.nord.second)
        if t.kind == "offering.publish"
    ] == [head.id]
    done = await actions.publish_offering(conn, cast.nord.second, head.id, head.row_version, 1)
    assert (done.state, done.published_version, done.draft_version) == ("published", 1, None)
    assert not [
        t for t in await list_my_tasks(conn, cast.nord.second) if t.kind == "offering.publish"
    ]


async def test_who_edited_in_between_cannot_publish_either(conn: Conn, cast: Cast):
    head = await a_draft(conn, cast.nord.viewer)
    head = await actions.save_draft(conn, cast.nord.second, head.id, head.row_version, a_body())
    head = await actions.save_draft(conn, cast.nord.viewer, head.id, head.row_version, a_body())
    head = await actions.submit_offering(conn, cast.nord.viewer, head.id, head.row_version)
    with pytest.raises(Refused, match="selbst bearbeitet"):
        await actions.publish_offering(conn, cast.nord.second, head.id, head.row_version, 1)


async def test_publishing_is_bound_to_the_version_that_was_read(conn: Conn, cast: Cast):
    head = await a_submitted(conn, cast.nord)
    second = cast.nord.second
    with pytest.raises(Stale):
        await actions.publish_offering(conn, second, head.id, head.row_version, 2)
    with pytest.raises(Stale):
        await actions.publish_offering(conn, second, head.id, head.row_version - 1, 1)
    returned = await actions.return_offering(
        conn, second, head.id, head.row_version, "Preis unklar"
    )
    assert returned.state == State.DRAFT
    with pytest.raises(Refused):
        await actions.publish_offering(conn, second, returned.id, returned.row_version, 1)


async def test_an_incomplete_draft_is_not_submitted(conn: Conn, cast: Cast):
    head = await a_draft(conn, cast.nord.viewer, prices=[], protection_level=None)
    with pytest.raises(Refused, match="mindestens eine Preisposition, Schutzbedarf") as refusal:
        await actions.submit_offering(conn, cast.nord.viewer, head.id, head.row_version)
    assert [e.field for e in refusal.value.errors] == ["prices.0.base", "protection_level"]


async def test_editing_what_is_published_makes_a_new_version(conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord)
    head = await actions.save_draft(
        conn, cast.nord.viewer, head.id, head.row_version, a_body("Neuer Titel")
    )
    assert (head.state, head.published_version, head.draft_version) == ("published", 1, 2)
    await conn.act_as(cast.sued.viewer)
    seen = await store.get_offering(conn, cast.sued.viewer, head.id)
    assert seen.title == "Datensicherung für Kommunen"
    with pytest.raises(NotFound):
        await contents.get_version(conn, cast.sued.viewer, head.id, 2)
    await conn.act_as(cast.nord.viewer)
    head = await actions.submit_offering(conn, cast.nord.viewer, head.id, head.row_version)
    assert head.state == State.PUBLISHED
    with pytest.raises(Refused, match="liegt zur Prüfung"):
        await actions.save_draft(
            conn, cast.nord.viewer, head.id, head.row_version, a_body("Dritter Titel")
        )
    await conn.act_as(cast.nord.second)
    head = await actions.publish_offering(conn, cast.nord.second, head.id, head.row_version, 2)
    assert (head.published_version, head.title) == (2, "Neuer Titel")
    first = await contents.get_version(conn, cast.sued.viewer, head.id, 1)
    assert first.title == "Datensicherung für Kommunen"


async def test_others_are_refused_and_strangers_learn_nothing(conn: Conn, cast: Cast):
    public = await an_offering(conn, cast.nord)
    hidden = await an_offering(conn, cast.nord, "Nur Süd", audiences=[only_for(cast.sued.id)])
    await conn.act_as(cast.fremd.viewer)
    with pytest.raises(Forbidden):
        await availability.suspend_offering(
            conn, cast.fremd.viewer, public.id, public.row_version, "nein"
        )
    with pytest.raises(NotFound):
        await availability.suspend_offering(
            conn, cast.fremd.viewer, hidden.id, hidden.row_version, "nein"
        )
    await conn.act_as(cast.office)
    with pytest.raises(Forbidden):
        await availability.retire_offering(conn, cast.office, hidden.id, hidden.row_version, "nein")


async def test_unknown_things_are_named_at_their_field(conn: Conn, cast: Cast):
    await conn.act_as(cast.nord.viewer)
    for over, field in [
        ({"category_id": cast.nord.id}, "category_id"),
        ({"audiences": [only_for(cast.nord.viewer.person_id)]}, "audiences.0.member_ids"),
    ]:
        with pytest.raises(Invalid) as wrong:
            await actions.create_offering(conn, cast.nord.viewer, a_body(**over))
        assert [e.field for e in wrong.value.errors] == [field]
    await a_draft(conn, cast.nord.viewer, reference="EINS")
    with pytest.raises(Invalid, match="schon eine andere"):
        await a_draft(conn, cast.nord.viewer, reference="EINS")
    assert (await a_draft(conn, cast.sued.viewer, reference="EINS")).reference == "EINS"


async def test_the_reference_stays(conn: Conn, cast: Cast):
    head = await a_draft(conn, cast.nord.viewer)
    assert head.reference == head.number
    with pytest.raises(Invalid, match="bleibt"):
        await actions.save_draft(
            conn, cast.nord.viewer, head.id, head.row_version, a_body(reference="ANDERS")
        )


async def test_the_feed_follows_the_audience(conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord)
    note = conn.notes[-1]
    assert (note.action, note.audience, note.party_ids) == ("offering.publish", "public", ())
    assert {n.audience for n in conn.notes[:-1]} == {"owner"}
    narrow = a_body(audiences=[only_for(cast.sued.id)])
    head = await actions.save_draft(conn, cast.nord.viewer, head.id, head.row_version, narrow)
    head = await actions.submit_offering(conn, cast.nord.viewer, head.id, head.row_version)
    head = await actions.publish_offering(conn, cast.nord.second, head.id, head.row_version, 2)
    gone, put = conn.notes[-2:]
    assert (gone.gone, gone.audience) == (True, "public")
    assert (put.gone, put.audience, put.party_ids) == (False, "parties", (cast.sued.id,))


async def test_several_audiences_each_read_their_own_terms(conn: Conn, cast: Cast):
    special = {**only_for(cast.sued.id), "legal_basis": "gwb_108_1", "tax_code": "F29"}
    head = await an_offering(conn, cast.nord, audiences=[ALL, special])
    await conn.act_as(cast.fremd.viewer)
    version = await contents.get_version(conn, cast.fremd.viewer, head.id, 1)
    assert [a.tax_code for a in version.audiences] == ["N2B"]
    await conn.act_as(cast.sued.viewer)
    version = await contents.get_version(conn, cast.sued.viewer, head.id, 1)
    assert [a.tax_code for a in version.audiences] == ["N2B", "F29"]


async def test_suspend_resume_retire(conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord)
    head = await availability.suspend_offering(
        conn, cast.nord.viewer, head.id, head.row_version, "Umzug"
    )
    assert (head.state, head.state_reason) == ("suspended", "Umzug")
    with pytest.raises(Refused):
        await availability.suspend_offering(
            conn, cast.nord.viewer, head.id, head.row_version, "Umzug"
        )
    head = await availability.resume_offering(conn, cast.nord.second, head.id, head.row_version)
    assert (head.state, head.state_reason) == ("published", "")
    with pytest.raises(Invalid, match="Grund"):
        await availability.retire_offering(conn, cast.nord.second, head.id, head.row_version, " ")
    with pytest.raises(Invalid, match="andere veröffentlichte"):
        await availability.retire_offering(
            conn, cast.nord.second, head.id, head.row_version, "Ende", head.id
        )
    head = await availability.retire_offering(
        conn, cast.nord.second, head.id, head.row_version, "Ende"
    )
    assert head.state == State.RETIRED
    with pytest.raises(Refused, match="eingestellte"):
        await actions.save_draft(conn, cast.nord.viewer, head.id, head.row_version, a_body())
