"""Invited members learn of a call, a house of its own answer, the office of a tender; nobody else does."""

from datetime import timedelta
from uuid import UUID

from kdnx.clock import berlin_day
from kdnx.db.conn import Conn
from kdnx.documents.actions import Place, Upload, add_document
from kdnx.documents.model import Visibility
from kdnx.documents.store import list_of_object
from kdnx.viewer import Viewer
from procurement.demands import actions as demands
from procurement.demands.store import get_call
from procurement.responses import actions as responses
from tests.cast import Cast
from tests.procurement.build import SYSTEM, a_call, a_tender, an_answer


async def kinds(conn: Conn, member: UUID) -> list[str]:
    await conn.act_as(SYSTEM)
    rows = await conn.fetch(
        "SELECT DISTINCT kind, object_id FROM kdnx.notice WHERE owner_id = $1 ORDER BY kind", member
    )
    return [r["kind"] for r in rows]


async def test_only_invited_members_learn_of_a_call(conn: Conn, cast: Cast) -> None:
    call_id = await a_call(conn, cast, members=[cast.nord.id, cast.sued.id])
    for member, expected in ((cast.nord, 1), (cast.sued, 1), (cast.fremd, 0)):
        assert len(await kinds(conn, member.id)) == expected
    await conn.act_as(cast.office)
    call = await get_call(
        conn, call_id, members=cast.office.members, member_id=cast.office.member_id
    )
    later = berlin_day(call.closes_at) + timedelta(days=7)
    await demands.extend_call(
        conn, cast.office, call_id, closes_on=later, reason="Ferienzeit im Land"
    )
    await demands.close_call(conn, cast.office, call_id)
    assert await kinds(conn, cast.nord.id) == ["demand.called", "demand.closed", "demand.extended"]
    assert await kinds(conn, cast.fremd.id) == []


async def test_a_draft_that_is_given_up_tells_nobody(conn: Conn, cast: Cast) -> None:
    call_id = await a_call(conn, cast, announced=False)
    await demands.cancel_call(conn, cast.office, call_id, "Doch kein Bedarf")
    assert await kinds(conn, cast.nord.id) == []
    running = await a_call(conn, cast)
    await demands.cancel_call(conn, cast.office, running, "Doch kein Bedarf")
    assert await kinds(conn, cast.nord.id) == ["demand.called", "demand.cancelled"]


async def test_an_answer_waits_for_the_second_person_of_its_house(conn: Conn, cast: Cast) -> None:
    response = await an_answer(conn, cast.nord, await a_call(conn, cast), submitted=False)
    await responses.request_release(conn, cast.nord.viewer, response)
    await conn.act_as(SYSTEM)
    rows = await conn.fetch(
        "SELECT owner_id, person_id FROM kdnx.notice WHERE kind = 'demand.release'"
    )
    assert [tuple(r) for r in rows] == [(cast.nord.id, cast.nord.second.person_id)]


async def test_the_office_learns_of_a_tender(conn: Conn, cast: Cast) -> None:
    tender_id = await a_tender(conn, cast)
    await conn.act_as(SYSTEM)
    rows = await conn.fetch(
        "SELECT owner_id, person_id, url FROM kdnx.notice WHERE kind = 'tender.created'"
    )
    assert [tuple(r) for r in rows] == [
        (cast.hub.id, cast.hub.second.person_id, f"/tenders/{tender_id}")
    ]


async def paper(
    conn: Conn, viewer: Viewer, call_id: UUID, visibility: Visibility, title: str
) -> None:
    await conn.act_as(viewer)
    await add_document(
        conn,
        viewer,
        Place("demand_call", call_id),
        Upload("a.txt", title.encode()),
        title=title,
        visibility=visibility,
    )


async def titles(conn: Conn, viewer: Viewer, call_id: UUID) -> list[str]:
    await conn.act_as(viewer)
    return [d.title for d in await list_of_object(conn, "demand_call", call_id)]


async def test_documents_of_a_draft_open_with_the_announcement(conn: Conn, cast: Cast) -> None:
    call_id = await a_call(conn, cast, announced=False, members=[cast.nord.id])
    await paper(conn, cast.office, call_id, Visibility.PARTIES, "Leistungsbeschreibung")
    await paper(conn, cast.office, call_id, Visibility.OFFICE, "Intern")
    assert await titles(conn, cast.nord.viewer, call_id) == []
    await conn.act_as(cast.office)
    await demands.announce_call(conn, cast.office, call_id)
    assert await titles(conn, cast.nord.viewer, call_id) == ["Leistungsbeschreibung"]
    assert await titles(conn, cast.sued.viewer, call_id) == []
    assert await titles(conn, cast.office, call_id) == ["Intern", "Leistungsbeschreibung"]
