"""The end of a right to audit is told once a stage to the auditor and the office, and anew after an extension."""

from datetime import timedelta

from exchange.reminding.auditors import remind_auditors
from tests.exchange.build import SYSTEM

GRANT = "SELECT id, valid_to FROM kdnx.role_grant WHERE role = 'auditor' AND person_id = $1"
END = "UPDATE kdnx.role_grant SET valid_to = $2 WHERE id = $1"
TOLD = "SELECT count(*) FROM kdnx.notice WHERE kind = 'audit.ending' AND object_id = $1"


async def test_each_stage_tells_once_and_an_extension_begins_anew(conn, cast):
    await conn.act_as(SYSTEM)
    grant = (await conn.fetchrow(GRANT, cast.auditor.person_id))["id"]
    now = conn.now
    end = conn.today + timedelta(days=30)
    await conn.execute(END, grant, end)

    async def run(days_before):
        conn.now = now + timedelta(days=30 - days_before)
        await conn.act_as(SYSTEM)
        return await remind_auditors(conn)

    assert await run(20) == 0
    assert await run(14) == 1 and await run(13) == 0
    assert await conn.fetchval(TOLD, grant) >= 1
    assert await run(3) == 1 and await run(2) == 0
    await conn.execute(END, grant, end + timedelta(days=30))
    assert await run(2) == 0
    assert await run(-20) == 1
    await conn.execute(END, grant, end)
    assert await run(-1) == 0
