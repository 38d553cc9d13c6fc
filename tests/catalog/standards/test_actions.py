"""A standard is written, adopted by a second person, superseded, withdrawn; and what offerings say."""

from datetime import timedelta
from typing import Any

import pytest

from catalog.capabilities.actions import set_offering_tasks
from catalog.capabilities.model import OfferingTask
from catalog.standards import actions, store
from catalog.standards.checks import CHECKS
from catalog.standards.model import Standard, State
from catalog.standards.schemas import StandardBody
from catalog.standards.statements import (
    Statement,
    list_choices,
    read_adoption,
    state_conformity,
    state_object,
)
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Invalid, NotFound, Refused, Stale
from kdnx.ids import new_id
from kdnx.viewer import Scope, Viewer
from tests.cast import Cast
from tests.catalog.build import an_offering, only_for
from tests.catalog.landscape.build import REGISTER

TEXT = "Daten werden in drei Kopien an zwei Orten gehalten."
SYSTEM = Viewer(scope=Scope.SYSTEM)


def a_body(conn: Conn, **over: Any) -> StandardBody:
    values = {
        "title": "Datensicherung", "working_group": "AK Rechenzentrum", "text": TEXT, "binding": "agreed",
        "review_on": conn.today + timedelta(days=365), **over,
    }  # fmt: skip
    return StandardBody.model_validate(values, strict=False)


async def a_draft(conn: Conn, cast: Cast, **over: Any) -> Standard:
    await conn.act_as(cast.nord.viewer)
    return await actions.create_standard(conn, cast.nord.viewer, a_body(conn, **over))


async def adopted(conn: Conn, cast: Cast, **over: Any) -> Standard:
    head = await a_draft(conn, cast, **over)
    return await adopt(conn, cast, head)


async def adopt(conn: Conn, cast: Cast, head: Standard) -> Standard:
    await conn.act_as(cast.nord.second)
    return await actions.adopt_standard(conn, cast.nord.second, head.id, head.row_version)


async def states(conn: Conn, head: Standard) -> list[str]:
    return [v.state for v in (await store.list_versions(conn, [head.id]))[head.id]]


async def test_a_draft_is_seen_by_its_house_and_the_office_only(conn: Conn, cast: Cast):
    head = await a_draft(conn, cast)
    for viewer, sees in ((cast.nord.second, True), (cast.office, True), (cast.sued.viewer, False), (cast.committee, False)):  # fmt: skip
        await conn.act_as(viewer)
        assert (head.id in {s.id for s in await store.list_standards(conn)}) is sees
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(NotFound):
        await actions.adopt_standard(conn, cast.sued.viewer, head.id, 1)


async def test_whoever_wrote_it_does_not_adopt_it(conn: Conn, cast: Cast):
    head = await a_draft(conn, cast)
    with pytest.raises(Refused, match="nicht selbst"):
        await actions.adopt_standard(conn, cast.nord.viewer, head.id, head.row_version)
    await conn.act_as(cast.nord.second)
    head = await actions.save_standard(
        conn, cast.nord.second, head.id, head.row_version, a_body(conn)
    )
    with pytest.raises(Refused, match="nicht selbst"):
        await actions.adopt_standard(conn, cast.nord.second, head.id, head.row_version)
    await conn.act_as(cast.office)
    done = await actions.adopt_standard(conn, cast.office, head.id, head.row_version)
    assert done.current_version == 1


async def test_what_is_missing_is_said_before_it_is_handed_over(conn: Conn, cast: Cast):
    head = await a_draft(conn, cast, text="kurz", review_on=None)
    with pytest.raises(Refused, match="der Text der Empfehlung, der Tag"):
        await actions.submit_standard(conn, cast.nord.viewer, head.id, head.row_version)


async def test_handing_over_asks_the_office_and_a_stale_edit_is_refused(conn: Conn, cast: Cast):
    head = await a_draft(conn, cast)
    await actions.submit_standard(conn, cast.nord.viewer, head.id, head.row_version)
    await conn.act_as(SYSTEM)
    owners = await conn.fetch("SELECT owner_id FROM kdnx.task WHERE kind = 'standard.adopt'")
    assert {o["owner_id"] for o in owners} == {cast.hub.id, cast.nord.id}
    await conn.act_as(cast.nord.viewer)
    with pytest.raises(Stale):
        await actions.save_standard(conn, cast.nord.viewer, head.id, head.row_version, a_body(conn))


async def test_a_new_version_supersedes_and_an_old_statement_is_outdated(conn: Conn, cast: Cast):
    head = await adopted(conn, cast)
    offering = await an_offering(conn, cast.sued)
    await conn.act_as(cast.sued.viewer)
    await state_conformity(conn, cast.sued.viewer, offering.id, [Statement(head.id)])
    await conn.act_as(cast.nord.viewer)
    draft = await actions.save_standard(conn, cast.nord.viewer, head.id, head.row_version, a_body(conn, title="Datensicherung 2"))  # fmt: skip
    assert draft.title == "Datensicherung"  # the face stays until the new one holds
    head = await adopt(conn, cast, draft)
    assert (head.current_version, head.title) == (2, "Datensicherung 2")
    assert await states(conn, head) == [State.ADOPTED, State.SUPERSEDED]
    await conn.act_as(cast.fremd.viewer)
    link = (await list_choices(conn, offering.id))[0].link
    assert link is not None
    assert (link.version, link.is_outdated) == (1, True)
    quota = (await read_adoption(conn, [head.id]))[head.id]
    assert (quota.concerned, quota.conform, quota.outdated, quota.quota) == (1, 1, 1, 0)


async def test_a_version_of_tomorrow_begins_tomorrow(conn: Conn, cast: Cast):
    head = await adopted(conn, cast)
    await conn.act_as(cast.nord.viewer)
    later = a_body(conn, valid_from=conn.today + timedelta(days=1))
    head = await actions.save_standard(conn, cast.nord.viewer, head.id, head.row_version, later)
    head = await adopt(conn, cast, head)
    assert head.current_version == 1
    await conn.act_as(SYSTEM)
    assert await actions.begin_due(conn) == 0
    conn.now += timedelta(days=1)
    assert await actions.begin_due(conn) == 1
    assert await actions.begin_due(conn) == 0
    assert await states(conn, head) == [State.ADOPTED, State.SUPERSEDED]


async def test_the_working_group_is_reminded_of_its_review_once(conn: Conn, cast: Cast):
    await adopted(conn, cast, review_on=conn.today + timedelta(days=40))
    await conn.act_as(SYSTEM)
    assert await actions.run_due(conn) == 0
    conn.now += timedelta(days=15)
    assert await actions.run_due(conn) == 1
    assert await actions.run_due(conn) == 0


async def test_withdrawing_needs_a_reason(conn: Conn, cast: Cast):
    head = await adopted(conn, cast)
    await conn.act_as(cast.nord.second)
    with pytest.raises(Invalid):
        await actions.withdraw_standard(conn, cast.nord.second, head.id, head.row_version, " ")
    await actions.withdraw_standard(conn, cast.nord.second, head.id, head.row_version, "überholt")
    assert await states(conn, head) == [State.WITHDRAWN]


async def test_a_deviation_needs_its_reason_and_belongs_to_the_provider(conn: Conn, cast: Cast):
    head = await adopted(conn, cast)
    offering = await an_offering(conn, cast.sued)
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(Invalid, match="begründen"):
        await state_conformity(conn, cast.sued.viewer, offering.id, [Statement(head.id, conforms=False)])  # fmt: skip
    with pytest.raises(NotFound):
        await state_conformity(conn, cast.sued.viewer, offering.id, [Statement(new_id())])
    await conn.act_as(cast.fremd.viewer)
    with pytest.raises(Forbidden):
        await state_conformity(conn, cast.fremd.viewer, offering.id, [Statement(head.id)])


async def test_a_restricted_offering_is_counted_for_nobody_else(conn: Conn, cast: Cast):
    head = await adopted(conn, cast)
    await conn.act_as(cast.nord.second)
    head = await actions.set_tasks(conn, cast.nord.second, head.id, head.row_version, [REGISTER])
    hidden = await an_offering(conn, cast.sued, audiences=[only_for(cast.nord.id)])
    await conn.act_as(cast.sued.viewer)
    await set_offering_tasks(conn, cast.sued.viewer, hidden.id, [OfferingTask(hidden.id, REGISTER)])
    await state_conformity(conn, cast.sued.viewer, hidden.id, [Statement(head.id)])
    for viewer, count in ((cast.nord.viewer, 1), (cast.fremd.viewer, 0), (cast.committee, 0)):
        await conn.act_as(viewer)
        assert (await read_adoption(conn, [head.id]))[head.id].concerned == count


async def test_other_domains_state_lines_and_lots(conn: Conn, cast: Cast):
    head = await adopted(conn, cast)
    line = new_id()
    await conn.act_as(cast.sued.viewer)
    sued = cast.sued.viewer
    await state_object(conn, sued, standard_id=head.id, kind="demand_line", object_id=line)
    with pytest.raises(Refused):
        await state_object(conn, sued, standard_id=head.id, kind="member", object_id=line)
    found = await store.list_for_objects(conn, "demand_line", [line])
    assert [x.version for x in found] == [1]
    await conn.act_as(cast.fremd.viewer)
    assert await store.list_for_objects(conn, "demand_line", [line]) == []


async def test_the_checks_find_a_changed_text(conn: Conn, cast: Cast):
    head = await adopted(conn, cast)
    await conn.act_as(SYSTEM)
    assert [await conn.fetch(c.sql) for c in CHECKS] == [[], []]
    await conn.execute("UPDATE catalog.standard_version SET text = 'anders' WHERE standard_id = $1", head.id)  # fmt: skip
    assert len(await conn.fetch(CHECKS[0].sql)) == 1
