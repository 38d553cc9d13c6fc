"""Users of an offering learn what becomes of it, as far as it is for them; its documents follow its audience."""

from datetime import date
from uuid import UUID

from catalog.availability.actions import resume_offering, retire_offering, suspend_offering
from catalog.offerings import actions
from catalog.offerings.model import Offering
from kdnx.db.conn import Conn
from kdnx.documents.actions import Place, Upload, add_document
from kdnx.documents.model import Visibility
from kdnx.documents.store import list_of_object
from kdnx.viewer import Scope, Viewer
from tests.cast import Cast
from tests.catalog.build import a_body, a_draft, an_offering, only_for

SYSTEM = Viewer(scope=Scope.SYSTEM)


async def kinds(conn: Conn, member: UUID) -> list[str]:
    await conn.act_as(SYSTEM)
    rows = await conn.fetch(
        "SELECT DISTINCT kind FROM kdnx.notice WHERE owner_id = $1 ORDER BY kind", member
    )
    return [r["kind"] for r in rows]


async def a_new_version(conn: Conn, cast: Cast, head: Offering, **over: object) -> Offering:
    nord = cast.nord
    await conn.act_as(nord.viewer)
    head = await actions.save_draft(conn, nord.viewer, head.id, head.row_version, a_body(**over))
    head = await actions.submit_offering(conn, nord.viewer, head.id, head.row_version)
    await conn.act_as(nord.second)
    return await actions.publish_offering(
        conn, nord.second, head.id, head.row_version, head.draft_version or 0
    )


async def used_by(conn: Conn, head: Offering, *members: UUID) -> None:
    await conn.act_as(SYSTEM)
    await actions.mark_uses(conn, [(head.id, m, date(2024, 1, 1), None) for m in members])


async def test_users_are_told_and_others_are_not(conn: Conn, cast: Cast) -> None:
    head = await an_offering(conn, cast.nord)
    await used_by(conn, head, cast.sued.id)
    head = await a_new_version(conn, cast, head, notice_months=0)
    head = await suspend_offering(conn, cast.nord.second, head.id, head.row_version, "Umbau")
    head = await resume_offering(conn, cast.nord.second, head.id, head.row_version)
    successor = await an_offering(conn, cast.nord, "Sicherung neu")
    await retire_offering(
        conn, cast.nord.second, head.id, head.row_version, "Abgelöst", successor.id
    )
    assert await kinds(conn, cast.sued.id) == [
        "offering.published", "offering.resumed", "offering.retired", "offering.suspended",
    ]  # fmt: skip
    assert await kinds(conn, cast.fremd.id) == []


async def test_a_user_outside_the_audience_learns_nothing(conn: Conn, cast: Cast) -> None:
    head = await an_offering(conn, cast.nord, audiences=[only_for(cast.sued.id, cast.fremd.id)])
    await used_by(conn, head, cast.sued.id, cast.fremd.id)
    head = await a_new_version(
        conn, cast, head, title="Nur noch für eine", audiences=[only_for(cast.sued.id)]
    )
    await suspend_offering(conn, cast.nord.second, head.id, head.row_version, "Umbau")
    assert await kinds(conn, cast.sued.id) == ["offering.published", "offering.suspended"]
    assert await kinds(conn, cast.fremd.id) == []


async def titles(conn: Conn, viewer: Viewer, head: Offering) -> list[str]:
    await conn.act_as(viewer)
    return [d.title for d in await list_of_object(conn, "offering", head.id)]


async def test_documents_follow_the_audience(conn: Conn, cast: Cast) -> None:
    nord = cast.nord
    draft = await a_draft(conn, nord.viewer)
    for title, visibility in (
        ("Datenblatt", Visibility.PARTIES),
        ("Kalkulation", Visibility.OFFICE),
    ):
        await add_document(
            conn, nord.viewer, Place("offering", draft.id), Upload("a.txt", title.encode()),
            title=title, visibility=visibility,
        )  # fmt: skip
    assert await titles(conn, cast.sued.viewer, draft) == []
    await conn.act_as(nord.viewer)
    head = await actions.submit_offering(conn, nord.viewer, draft.id, draft.row_version)
    await conn.act_as(nord.second)
    head = await actions.publish_offering(conn, nord.second, head.id, head.row_version, 1)
    assert await titles(conn, cast.fremd.viewer, head) == ["Datenblatt"]
    head = await a_new_version(conn, cast, head, audiences=[only_for(cast.sued.id)])
    assert await titles(conn, cast.sued.viewer, head) == ["Datenblatt"]
    assert await titles(conn, cast.fremd.viewer, head) == []
    assert await titles(conn, nord.viewer, head) == ["Datenblatt", "Kalkulation"]
