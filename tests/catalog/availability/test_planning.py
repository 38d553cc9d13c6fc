"""The end of an offering on a day: not before the notice period, seen by all, taken back, carried out by its date."""

from datetime import timedelta

import pytest

from catalog.availability.actions import cancel_retirement, earliest_end, retire_offering
from catalog.availability.planning import SYSTEM, retire_due
from catalog.offerings import actions
from catalog.offerings.model import Offering
from catalog.offerings.store import get_offering
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Invalid, Refused
from tests.cast import Cast
from tests.catalog.build import an_offering
from tests.client import Client


async def used(conn: Conn, cast: Cast) -> tuple[Offering, Offering]:
    """An offering with six months' notice that Suedrechen uses, and one to follow it."""
    head = await an_offering(conn, cast.nord)
    successor = await an_offering(conn, cast.nord, "Sicherung neu")
    await conn.act_as(cast.sued.viewer)
    await actions.mark_uses(conn, [(head.id, cast.sued.id, conn.today, None)])
    await conn.act_as(cast.nord.second)
    return head, successor


async def test_users_have_their_notice_period(conn: Conn, cast: Cast):
    head, successor = await used(conn, cast)
    second = cast.nord.second
    for on in (None, conn.today + timedelta(days=100)):
        with pytest.raises(Refused, match="frühester Tag"):
            await retire_offering(
                conn, second, head.id, head.row_version, "Ablösung", successor.id, on
            )
    day = await earliest_end(conn, second, head)
    with pytest.raises(Refused, match="nutzen diese Leistung noch"):
        await retire_offering(conn, second, head.id, head.row_version, "Ablösung", None, day)
    with pytest.raises(Invalid, match="Vergangenheit"):
        await retire_offering(
            conn, second, head.id, head.row_version, "Ablösung", successor.id, conn.today - timedelta(days=1)
        )  # fmt: skip
    done = await retire_offering(
        conn, second, head.id, head.row_version, "Ablösung", successor.id, day
    )
    assert (done.state, done.retire_on, done.successor_id) == ("published", day, successor.id)


async def test_the_day_carries_it_out_once(conn: Conn, cast: Cast):
    head, successor = await used(conn, cast)
    day = await earliest_end(conn, cast.nord.second, head)
    await retire_offering(
        conn, cast.nord.second, head.id, head.row_version, "Ablösung", successor.id, day
    )
    await conn.act_as(SYSTEM)
    assert await retire_due(conn) == 0
    conn.now += day - conn.today
    assert [await retire_due(conn), await retire_due(conn)] == [1, 0]
    await conn.act_as(cast.sued.viewer)
    seen = await get_offering(conn, cast.sued.viewer, head.id)
    assert (seen.state, seen.state_reason) == ("retired", "Ablösung")


async def test_taken_back_until_the_day(conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord)
    second = cast.nord.second
    with pytest.raises(Refused, match="keine Einstellung geplant"):
        await cancel_retirement(conn, second, head.id, head.row_version)
    day = conn.today + timedelta(days=10)
    head = await retire_offering(conn, second, head.id, head.row_version, "Kein Bedarf", None, day)
    await conn.act_as(cast.sued.viewer)
    with pytest.raises(Forbidden):
        await cancel_retirement(conn, cast.sued.second, head.id, head.row_version)
    await conn.act_as(second)
    head = await cancel_retirement(conn, second, head.id, head.row_version)
    assert (head.state, head.retire_on, head.retire_note) == ("published", None, "")
    await conn.act_as(SYSTEM)
    conn.now += timedelta(days=11)
    assert await retire_due(conn) == 0


async def test_what_is_used_again_does_not_end_by_date_alone(conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord)
    day = conn.today + timedelta(days=1)
    await retire_offering(
        conn, cast.nord.second, head.id, head.row_version, "Kein Bedarf", None, day
    )
    await conn.act_as(cast.sued.viewer)
    await actions.mark_uses(conn, [(head.id, cast.sued.id, conn.today, None)])
    await conn.act_as(SYSTEM)
    conn.now += timedelta(days=2)
    assert await retire_due(conn) == 0


async def test_everybody_in_the_audience_sees_the_plan(client: Client, cast: Cast, conn: Conn):
    head, successor = await used(conn, cast)
    day = await earliest_end(conn, cast.nord.second, head)
    second = client.as_(cast.nord.second)
    asked = (await second.get(f"/offerings/{head.id}/retire")).text
    assert f'value="{day.isoformat()}"' in asked
    fields = {
        "row_version": head.row_version, "reason": "Ablösung", "successor_id": str(successor.id),
        "on": day.isoformat(),
    }  # fmt: skip
    done = await second.post(f"/offerings/{head.id}/retire", fields)
    assert done.status_code == 303, done.text
    page = (await client.as_(cast.sued.viewer).get(f"/offerings/{head.id}")).text
    assert f"Wird zum {day.strftime('%d.%m.%Y')} eingestellt" in page
    assert "zurücknehmen" not in page
    tasks = (await client.as_(cast.sued.viewer).get("/tasks")).text
    assert "Leistung wird zum" in tasks
    back = await second.post(
        f"/offerings/{head.id}/cancel-retirement", {"row_version": head.row_version + 1}
    )
    assert back.status_code == 303
