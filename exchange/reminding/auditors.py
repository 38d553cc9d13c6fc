"""Tell an auditor and the office before a right to audit ends, once a stage, and who can extend it."""

from datetime import date
from uuid import UUID

from exchange.reminding import store
from exchange.reminding.model import Rhythm
from kdnx.access.model import RoleGrant
from kdnx.access.store import list_grants
from kdnx.db.conn import Conn
from kdnx.errors import Refused
from kdnx.ids import named_id
from kdnx.members.store import hub_on
from kdnx.notices.actions import notify
from kdnx.rules.calendar import add_days
from kdnx.rules.store import find_rule
from kdnx.text import _
from kdnx.viewer import Role, Scope, Viewer

SYSTEM = Viewer(scope=Scope.SYSTEM)


async def remind_auditors(conn: Conn) -> int:
    """Due job: rights to audit that end within the days of the rule; how many were told of now.

    A right that another one of the same person continues is left alone; an extended one begins anew.
    """
    rule = await find_rule(conn, "reminder", "audit_end", conn.today)
    if rule is None:
        return 0
    try:
        hub = await hub_on(conn, conn.today)
    except Refused:  # a new installation has no hub yet, and nobody who audits it
        return 0
    rhythm = Rhythm(tuple(int(d) for n, d in rule.value.items() if n.endswith("_days")))
    grants = [g for g in await list_grants(conn, None) if g.role == Role.AUDITOR]
    done = 0
    for grant in grants:
        if (
            grant.days_left(conn.today) is None
            or grant.valid_to is None
            or _continued(grant, grants)
        ):
            continue
        stage = rhythm.stage_on(conn.today, grant.valid_to)
        if stage is None:
            continue
        term = named_id("exchange.audit_end", f"{grant.id}|{grant.valid_to}")
        if await store.mark_sent(conn, [(grant.member_id, term)], grant.valid_to.year, stage):
            await _tell(conn, grant, grant.valid_to, hub)
            done += 1
    return done


def _continued(grant: RoleGrant, grants: list[RoleGrant]) -> bool:
    end = grant.valid_to
    return end is not None and any(
        g.id != grant.id
        and (g.person_id, g.member_id) == (grant.person_id, grant.member_id)
        and g.valid_from <= end
        and (g.valid_to is None or g.valid_to > end)
        for g in grants
    )


async def _tell(conn: Conn, grant: RoleGrant, end: date, hub: UUID) -> None:
    last = f"{add_days(end, -1):%d.%m.%Y}"
    mine = _(
        "Ihr Prüfrecht endet mit dem {last}; verlängern kann es die Systemadministration der Drehscheibe."
    )
    theirs = _("Prüfrecht von {name} endet mit dem {last}; verlängern unter Verwaltung, Rollen.")
    await notify(
        conn, SYSTEM, kind="audit.ending", owner_id=grant.member_id, object_kind="role_grant", object_id=grant.id,
        url="/audit", person_ids=[grant.person_id], title=mine.format(last=last),
    )  # fmt: skip
    await notify(
        conn, SYSTEM, kind="audit.ending", owner_id=hub, object_kind="role_grant", object_id=grant.id,
        url=f"/admin/roles/{grant.id}", roles=(Role.ADMINISTRATOR,),
        title=theirs.format(name=grant.person_name, last=last),
    )  # fmt: skip
