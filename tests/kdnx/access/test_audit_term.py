"""A right to audit is time-boxed by rule, shows what is left, and ends by itself."""

from datetime import timedelta

import pytest

from kdnx.access.actions import end_role, grant_role, max_audit_days, own_audit_term
from kdnx.access.store import list_grants
from kdnx.errors import Refused
from kdnx.ids import new_id
from kdnx.rules.actions import approve_rule, enter_rule
from kdnx.viewer import Role
from tests.cast import INSERT_PERSON


async def a_newcomer(conn):
    person = new_id()
    await conn.execute(INSERT_PERSON, person, "Rita", "Rita", "rita@example.org", conn.now)
    return person


async def test_the_rule_bounds_the_term(conn, cast):
    person, today = await a_newcomer(conn), conn.today
    most = timedelta(days=await max_audit_days(conn))
    with pytest.raises(Refused, match="So lange"):
        await grant_role(
            conn,
            cast.office,
            person,
            cast.hub.id,
            Role.AUDITOR,
            today,
            today + most + timedelta(days=1),
        )
    grant = await grant_role(
        conn, cast.office, person, cast.hub.id, Role.AUDITOR, today, today + most
    )
    # and cannot be drawn out afterwards
    with pytest.raises(Refused, match="So lange"):
        await end_role(conn, cast.office, grant, today + most + timedelta(days=1))
    await end_role(conn, cast.office, grant, today + timedelta(days=10))
    found = [g for g in await list_grants(conn, None, person_id=person) if g.id == grant]
    assert found[0].days_left(today) == 10
    assert found[0].days_left(today + timedelta(days=9)) == 1
    assert found[0].days_left(today + timedelta(days=10)) is None


async def test_a_shorter_rule_counts_at_once(conn, cast):
    await conn.act_as(cast.hub.viewer)
    rule = await enter_rule(
        conn, cast.hub.viewer, kind="audit_term", key="auditor", valid_from=conn.today, value={"days": 30},
        source="Beschluss des Lenkungsausschusses (Probe)",
    )  # fmt: skip
    await conn.act_as(cast.hub.second)
    await approve_rule(conn, cast.hub.second, rule, row_version=1)
    person, today = await a_newcomer(conn), conn.today
    with pytest.raises(Refused, match="So lange") as refused:
        await grant_role(
            conn, cast.office, person, cast.hub.id, Role.AUDITOR, today, today + timedelta(days=31)
        )
    assert "30 Tage" in (refused.value.rule or "")


async def test_only_an_auditor_has_a_term(client, conn, cast):
    assert await own_audit_term(conn, cast.nord.viewer) is None
    assert await own_audit_term(conn, cast.auditor) is None  # the cast's own right has no end
    await conn.execute(
        "UPDATE kdnx.role_grant SET valid_to = $2 WHERE person_id = $1 AND role = 'auditor'",
        cast.auditor.person_id, conn.today + timedelta(days=7),
    )  # fmt: skip
    term = await own_audit_term(conn, cast.auditor)
    assert term is not None and term.days_left(conn.today) == 7
    audit = client.as_(cast.auditor)
    assert "noch 7 Tage" in (await audit.get("/")).text
    assert "noch 7 Tage" in (await audit.get("/audit")).text
    assert "noch 7 Tage" in (await client.as_(cast.office).get("/admin/roles")).text
