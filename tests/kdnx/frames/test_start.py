"""The start page: many tasks of one kind hide no other kind."""

from datetime import timedelta

from kdnx.ids import new_id
from kdnx.tasks.actions import gather_my_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.viewer import Role


def a_task(conn, cast, kind, n, days):
    return NewTask(
        owner_id=cast.sued.id, kind=kind, title=f"{kind} {n}", object_kind="booking", object_id=new_id(), url="/bookings",
        assignee_role=Role.BOOKING_APPROVER, due_at=conn.now + timedelta(days=days),
    )  # fmt: skip


async def test_the_next_three_of_each_kind_the_most_urgent_kind_first(conn, cast, client):
    await open_tasks(conn, [
        *(a_task(conn, cast, "probe.many", n, 5 + n) for n in range(40)),
        a_task(conn, cast, "probe.late", 0, 90),
        a_task(conn, cast, "probe.next", 0, 1),
    ])  # fmt: skip
    viewer = cast.sued.viewer
    await conn.act_as(viewer)
    found = await gather_my_tasks(conn, viewer)
    assert [(g.kind, g.shown, g.more) for g in found] == [
        ("probe.next", 1, 0), ("probe.many", 3, 37), ("probe.late", 1, 0)
    ]  # fmt: skip
    page = (await client.as_(viewer).get("/")).text
    assert "probe.late 0" in page and "probe.many 2" in page and "probe.many 3" not in page
    assert "37 weitere Aufgaben dieser Art" in page and "/tasks?kind=probe.many" in page
    some = (await client.as_(viewer).get("/tasks?kind=probe.many")).text
    assert "probe.many 39" in some and "probe.late" not in some
    await conn.act_as(cast.nord.viewer)
    assert await gather_my_tasks(conn, cast.nord.viewer) == []
