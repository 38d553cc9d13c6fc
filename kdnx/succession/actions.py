"""Propose, preview and carry out a succession; nothing in the past changes, running contracts move."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Refused
from kdnx.ids import new_id
from kdnx.members.model import Plan
from kdnx.members.schemas import SuccessionForm
from kdnx.members.store import acting_members, get_member, hub_on
from kdnx.module import SuccessionPart
from kdnx.succession import store
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Scope, Viewer, require


async def propose_succession(conn: Conn, viewer: Viewer, form: SuccessionForm) -> Plan:
    """Keep a proposal that a second person has to carry out; Refused when it cannot be."""
    require(viewer, Permission.MEMBER_SUCCEED)
    if viewer.scope != Scope.OFFICE:
        raise Forbidden(_("Rechtsnachfolgen trägt nur die Geschäftsstelle ein."))
    plan = Plan(
        new_id(), form.predecessor_id, form.successor_id, form.effective_on, form.kind, form.basis, "proposed",
        viewer.person_id or UUID(int=0), 1,
    )  # fmt: skip
    await _check(conn, plan)
    await store.insert_plan(conn, plan)
    record(
        conn, viewer, "succession.propose", object_kind="succession", object_id=plan.id, owner_id=viewer.owner_id,
        party_id=plan.predecessor_id, reason=plan.basis,
    )  # fmt: skip
    task = NewTask(
        owner_id=viewer.owner_id, kind="succession.carry_out", title=_("Rechtsnachfolge prüfen und vollziehen"),
        object_kind="succession", object_id=plan.id, url=f"/successions/{plan.id}", assignee_role=Role.ADMINISTRATOR,
        not_person_id=plan.proposed_by,
    )  # fmt: skip
    await open_tasks(conn, [task])
    return plan


async def preview_succession(
    conn: Conn, viewer: Viewer, plan: Plan, parts: Sequence[SuccessionPart]
) -> list[str]:
    """What would happen, in German lines, module by module."""
    predecessor = await get_member(conn, plan.predecessor_id)
    successor = await get_member(conn, plan.successor_id)
    lines = [
        _("Die Mitgliedschaft von {name} endet; {successor} tritt an die Stelle.").format(
            name=predecessor.name, successor=successor.name
        ),
        _("Buchungen, Rechnungen und Prüfspur bleiben unverändert unter dem alten Namen."),
        _(
            "Rollen gehen nicht von selbst über; die Administration der Nachfolgerin vergibt sie neu."
        ),
    ]
    for part in sorted(parts, key=lambda p: p.order):
        lines += await part.preview(
            conn, viewer, plan.predecessor_id, plan.successor_id, plan.effective_on
        )
    return lines


async def carry_out_succession(
    conn: Conn, viewer: Viewer, plan_id: UUID, parts: Sequence[SuccessionPart]
) -> Plan:
    """The one act: every module moves what runs, in this transaction. Second person ≠ proposer (D19)."""
    require(viewer, Permission.MEMBER_SUCCEED)
    plan = await store.lock_plan(conn, plan_id)
    if plan.state != "proposed":
        raise Refused(_("Dieser Vorschlag ist schon erledigt."))
    if viewer.person_id == plan.proposed_by:
        raise Refused(
            _("Wer eine Rechtsnachfolge vorschlägt, vollzieht sie nicht selbst."),
            rule=_("Vier Augen: zwei verschiedene Personen."),
            remedy=_("Eine zweite Person der Administration öffnet die Aufgabe und vollzieht sie."),
        )
    if plan.effective_on > conn.today:
        raise Refused(
            _("Die Rechtsnachfolge wird erst am Stichtag vollzogen."),
            remedy=_("Am {day} oder später noch einmal öffnen.").format(
                day=f"{plan.effective_on:%d.%m.%Y}"
            ),
        )
    await _check(conn, plan)
    await store.insert_succession(
        conn, plan, decided_by=plan.proposed_by, approved_by=viewer.person_id
    )
    await store.move_membership(
        conn, plan.predecessor_id, plan.successor_id, plan.effective_on, plan.basis
    )
    acting = await _as_successor(conn, viewer, plan)
    for part in sorted(parts, key=lambda p: p.order):
        await part.carry_out(
            conn, acting, plan.predecessor_id, plan.successor_id, plan.effective_on
        )
    await conn.act_as(viewer)
    await store.mark_plan(conn, plan.id, "carried_out")
    await close_tasks(conn, plan.id)
    record(
        conn, viewer, "succession.carry_out", object_kind="succession", object_id=plan.id, owner_id=plan.successor_id,
        party_id=plan.predecessor_id, reason=plan.basis, audience="public",
    )  # fmt: skip
    return plan


async def discard_succession(conn: Conn, viewer: Viewer, plan_id: UUID) -> None:
    """Take the proposal back."""
    require(viewer, Permission.MEMBER_SUCCEED)
    plan = await store.lock_plan(conn, plan_id)
    if plan.state != "proposed":
        raise Refused(_("Dieser Vorschlag ist schon erledigt."))
    await store.mark_plan(conn, plan.id, "discarded")
    await close_tasks(conn, plan.id)
    record(
        conn,
        viewer,
        "succession.discard",
        object_kind="succession",
        object_id=plan.id,
        owner_id=viewer.owner_id,
    )


async def _as_successor(conn: Conn, viewer: Viewer, plan: Plan) -> Viewer:
    """The act writes rows of both members; row security lets the office do so only for its parties."""
    members = await acting_members(conn, plan.successor_id)
    acting = replace(
        viewer, members=(*dict.fromkeys((*viewer.members, *members, plan.predecessor_id)),)
    )
    await conn.act_as(acting)
    return acting


async def _check(conn: Conn, plan: Plan) -> None:
    if plan.predecessor_id == plan.successor_id:
        raise Refused(
            _("Ein Mitglied kann sich nicht selbst nachfolgen."),
            remedy=_("Zwei verschiedene Mitglieder wählen."),
        )
    await get_member(conn, plan.predecessor_id)
    successor = await get_member(conn, plan.successor_id)
    if await store.has_successor(conn, plan.predecessor_id):
        raise Refused(_("Dieses Mitglied hat schon eine Rechtsnachfolgerin."))
    if (
        successor.state == "ended"
        or await store.final_successor(conn, plan.successor_id) == plan.predecessor_id
    ):
        raise Refused(
            _("Ein ausgeschiedenes Mitglied kann nicht nachfolgen."),
            remedy=_("Ein aktives Mitglied wählen."),
        )
    if await hub_on(conn, plan.effective_on) == plan.predecessor_id:
        raise Refused(
            _("Die Drehscheibe kann nicht aufgehen, solange sie Drehscheibe ist."),
            remedy=_("Zuerst unter „Verbund und Drehscheibe“ eine andere festlegen."),
            remedy_url="/members/alliance",
        )
