"""One member follows another: two persons, on the day, without loops; nothing in the past changes."""

from datetime import timedelta


def plan_of(response) -> str:
    return response.headers["location"]


async def propose(client, cast, conn, **over):
    fields = {
        "predecessor_id": str(cast.sued.id), "successor_id": str(cast.nord.id), "kind": "merger",
        "effective_on": str(conn.today), "basis": "Beschluss der Verbandsversammlung vom 1. Mai", **over,
    }  # fmt: skip
    return await client.as_(cast.office).post(
        "/successions", {k: str(v) for k, v in fields.items()}
    )


async def test_the_whole_way(client, cast, conn):
    url = plan_of(await propose(client, cast, conn))
    shown = await client.as_(cast.hub.second).get(url)
    assert "Das würde geschehen" in shown.text
    assert (
        await client.as_(cast.office).post(f"{url}/carry-out", {"confirmed": "yes"})
    ).status_code == 409
    r = await client.as_(cast.hub.second).post(f"{url}/carry-out", {"confirmed": "yes"})
    assert r.status_code == 303, r.text
    page = await client.as_(cast.fremd.viewer).get(f"/members/{cast.sued.id}")
    assert "ausgeschieden" in page.text
    assert "Rechtsnachfolge" in page.text
    assert (
        await client.as_(cast.hub.second).post(f"{url}/carry-out", {"confirmed": "yes"})
    ).status_code == 409


async def test_not_before_the_day(client, cast, conn):
    url = plan_of(await propose(client, cast, conn, effective_on=conn.today + timedelta(days=1)))
    assert (
        await client.as_(cast.hub.second).post(f"{url}/carry-out", {"confirmed": "yes"})
    ).status_code == 409


async def test_only_after_looking_at_the_preview(client, cast, conn):
    url = plan_of(await propose(client, cast, conn))
    assert (await client.as_(cast.hub.second).post(f"{url}/carry-out")).status_code == 409


async def test_no_loop_no_self_no_hub(client, cast, conn):
    assert (await propose(client, cast, conn, successor_id=cast.sued.id)).status_code == 409
    assert (await propose(client, cast, conn, predecessor_id=cast.hub.id)).status_code == 409
    url = plan_of(await propose(client, cast, conn))
    await client.as_(cast.hub.second).post(f"{url}/carry-out", {"confirmed": "yes"})
    back = {"predecessor_id": cast.nord.id, "successor_id": cast.sued.id}
    assert (await propose(client, cast, conn, **back)).status_code == 409


async def test_a_member_cannot_propose(client, cast, conn):
    r = await client.as_(cast.nord.viewer).post("/successions", {
        "predecessor_id": str(cast.sued.id), "successor_id": str(cast.nord.id), "kind": "merger",
        "effective_on": str(conn.today), "basis": "Beschluss der Verbandsversammlung"})  # fmt: skip
    assert r.status_code == 403


async def test_a_discarded_proposal_does_nothing(client, cast, conn):
    url = plan_of(await propose(client, cast, conn))
    assert (await client.as_(cast.office).post(f"{url}/discard")).status_code == 303
    assert (
        await client.as_(cast.hub.second).post(f"{url}/carry-out", {"confirmed": "yes"})
    ).status_code == 409


async def test_the_successor_acts_for_both(client, cast, conn):
    from kdnx.members.store import acting_members

    url = plan_of(await propose(client, cast, conn))
    await client.as_(cast.hub.second).post(f"{url}/carry-out", {"confirmed": "yes"})
    assert await acting_members(conn, cast.nord.id) == (cast.nord.id, cast.sued.id)
