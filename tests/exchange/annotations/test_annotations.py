"""Remarks on a booking: added by its two sides, read by those they are for, never changed."""

import asyncpg
import pytest

from exchange.annotations.actions import annotate_booking, read_annotations
from exchange.annotations.store import MOST
from kdnx.errors import Forbidden, NotFound, Refused
from tests.exchange.build import a_booking, an_order


async def booked(conn, cast):
    order = await an_order(conn, cast, cast.nord, cast.sued)
    return await a_booking(conn, cast.nord, order, 100_00)


async def say(conn, actor, row, text, *, is_shared=False):
    viewer = actor.viewer
    await conn.act_as(viewer)
    return await annotate_booking(conn, viewer, row.id, text=text, is_shared=is_shared)


async def read(conn, viewer, row):
    await conn.act_as(viewer)
    return [a.text for a in (await read_annotations(conn, viewer, row.id))[1]]


async def test_own_remarks_stay_in_the_house_shared_ones_are_read_by_all_who_see_the_booking(
    conn, cast
):
    row = await booked(conn, cast)
    await say(conn, cast.nord, row, "Kostenstelle 4711")
    await say(conn, cast.sued, row, "Bitte mit Lieferschein", is_shared=True)
    await say(conn, cast.sued, row, "Haushaltsstelle 12")
    assert await read(conn, cast.nord.viewer, row) == [
        "Kostenstelle 4711",
        "Bitte mit Lieferschein",
    ]
    assert await read(conn, cast.sued.viewer, row) == [
        "Bitte mit Lieferschein",
        "Haushaltsstelle 12",
    ]
    assert await read(conn, cast.office, row) == ["Bitte mit Lieferschein"]
    await conn.act_as(cast.fremd.viewer)
    with pytest.raises(NotFound):
        await read_annotations(conn, cast.fremd.viewer, row.id)
    await conn.act_as(cast.office)
    with pytest.raises(Forbidden):
        await annotate_booking(conn, cast.office, row.id, text="von außen", is_shared=True)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE exchange.annotation SET text = 'anders'", "DELETE FROM exchange.annotation"],
)
async def test_nothing_said_is_changed(conn, cast, statement):
    row = await booked(conn, cast)
    await say(conn, cast.nord, row, "so war es")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with conn.savepoint():
            await conn.execute(statement)


async def test_there_is_an_end(conn, cast):
    row = await booked(conn, cast)
    for n in range(MOST):
        await say(conn, cast.nord, row, f"Bemerkung {n}")
    with pytest.raises(Refused) as refused:
        await say(conn, cast.nord, row, "eine zu viel")
    assert refused.value.code == "too_many"
    await say(conn, cast.sued, row, "die andere Seite hat ihren eigenen Platz")


async def test_by_clicks_and_by_machine(conn, cast, client):
    row = await booked(conn, cast)
    url = f"/bookings/{row.id}"
    nord = client.as_(cast.nord.viewer)
    assert "Bemerkung hinzufügen" in (await nord.get(url)).text
    done = await nord.post(
        f"{url}/annotations", {"remark": "<b>Kostenstelle</b>", "readers": "both"}
    )
    assert (done.status_code, done.headers["location"]) == (303, url)
    page = (await client.as_(cast.sued.viewer).get(url)).text
    assert "&lt;b&gt;Kostenstelle" in page and "beide Seiten" in page
    assert (
        await nord.post(f"{url}/annotations", {"remark": "  ", "readers": "own"})
    ).status_code == 422
    made = await nord.json_post(f"/api/v1{url}/annotations", {"text": "nur wir"})  # fmt: skip
    assert made.status_code == 201
    items = (await nord.get(f"/api/v1{url}/annotations")).json()["items"]
    assert [a["text"] for a in items] == ["<b>Kostenstelle</b>", "nur wir"]
    other = (await client.as_(cast.sued.viewer).get(f"/api/v1{url}/annotations")).json()["items"]
    assert [a["text"] for a in other] == ["<b>Kostenstelle</b>"]
    assert (await client.as_(cast.fremd.viewer).get(f"/api/v1{url}/annotations")).status_code == 404
