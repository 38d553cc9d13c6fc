"""The numbers in the header: tasks and unread notices, one statement a page."""

from uuid import UUID

from kdnx.frames.store import count_waiting
from kdnx.ids import new_id
from kdnx.notices.actions import mark_read, notify
from kdnx.tasks.actions import open_tasks
from kdnx.tasks.model import NewTask
from kdnx.viewer import Role, Viewer
from tests.cast import Cast
from tests.client import Client

OBJECT = UUID("00000000-0000-7000-8000-0000000000ab")


async def test_both_numbers_belong_to_the_viewer(client: Client, cast: Cast) -> None:
    conn, person = client.conn, cast.sued.viewer.person_id
    assert person
    await conn.act_as(cast.nord.viewer)
    for n in range(3):
        await notify(
            conn, cast.nord.viewer, kind="order.moved", owner_id=cast.sued.id, object_kind="order",
            object_id=new_id(), url=f"/orders/{n}", title="Stand", person_ids=[person],
        )  # fmt: skip
    task = NewTask(
        cast.sued.id, "order.offer", "Prüfen", "order", OBJECT, "/orders/1", Role.LEGAL_OFFICER
    )
    await open_tasks(conn, [task])
    for viewer, expected in (
        (cast.sued.viewer, (1, 3)), (cast.sued.second, (1, 0)), (cast.fremd.viewer, (0, 0)), (Viewer(), (0, 0)),
    ):  # fmt: skip
        await conn.act_as(viewer)
        assert await count_waiting(conn, viewer) == expected
    page = await client.as_(cast.sued.viewer).get("/tasks")
    assert 'Meldungen<span class="kx-count">3</span>' in page.text
    await conn.act_as(cast.sued.viewer)
    await mark_read(conn, cast.sued.viewer)
    assert (
        'Meldungen<span class="kx-count">'
        not in (await client.as_(cast.sued.viewer).get("/tasks")).text
    )


async def test_a_page_of_no_group_shows_no_second_row(client: Client, cast: Cast) -> None:
    browser = client.as_(cast.sued.viewer)
    for path, has_row in (("/search?q=Daten", False), ("/bookings", True)):
        page = (await browser.get(path)).text
        assert ('aria-label="Dazu gehört"' in page) == has_row, path
