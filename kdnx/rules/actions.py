"""Enter a new version of a rule, and approve or reject it as a second person."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Refused
from kdnx.members.store import get_member
from kdnx.notices.actions import notify
from kdnx.rules import store
from kdnx.rules.fields import VALUE_FIELDS
from kdnx.rules.labels import OPEN_KINDS, label_of
from kdnx.rules.model import MOVES, Rule, RuleState, may_enter_key
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Scope, Viewer, require

LONGEST_KEY = 80


async def may_enter(conn: Conn, viewer: Viewer, kind: str, key: str) -> bool:
    """The viewer may enter a version of this rule."""
    return (
        viewer.may(Permission.RULE_ENTER)
        and kind in VALUE_FIELDS
        and await _keeps(conn, viewer, kind, key)
    )


async def may_decide(conn: Conn, viewer: Viewer, rule: Rule) -> bool:
    """The viewer may approve or reject this version: another person than the one who entered it."""
    return (
        rule.state == RuleState.ENTERED
        and viewer.may(Permission.RULE_APPROVE)
        and viewer.person_id not in {None, rule.entered_by}
        and await _keeps(conn, viewer, rule.kind, rule.key)
    )


async def _keeps(conn: Conn, viewer: Viewer, kind: str, key: str) -> bool:
    code = ""
    if kind == "value_band" and viewer.members and viewer.member_id:
        code = (await get_member(conn, viewer.member_id)).code
    return may_enter_key(kind, key, is_office=viewer.scope == Scope.OFFICE, member_code=code)


async def enter_rule(
    conn: Conn, viewer: Viewer, *, kind: str, key: str, valid_from: date,
    value: Mapping[str, Any] | None, source: str, note: str = "",
) -> UUID:  # fmt: skip
    """Enter a version that waits for a second person; its id.

    `value` None ends the rule from that day on. Refused while another version of the rule waits.
    """
    require(viewer, Permission.RULE_ENTER)
    await _check_key(conn, viewer, kind, key)
    if viewer.person_id is None:
        raise Forbidden(_("Eine Regel trägt ein Mensch ein, kein technischer Zugang."))
    await store.lock_key(conn, kind, key)
    if await store.has_waiting(conn, kind, key):
        raise Refused(
            _("Zu dieser Regel wartet schon eine Fassung auf Freigabe."),
            code="rule_waiting",
            remedy=_("Zuerst diese Fassung freigeben oder ablehnen."),
            remedy_url=f"/admin/rules/{kind}/{key}",
        )
    if value is None and await store.find_rule(conn, kind, key, valid_from) is None:
        raise Invalid(
            _("An diesem Tag gilt keine Regel, die enden könnte."),
            errors=[
                FieldError("valid_from", _("An diesem Tag gilt keine Regel, die enden könnte."))
            ],
        )
    rule_id = await store.insert_rule(
        conn, kind, key, valid_from, value, source, note, viewer.person_id
    )
    await open_tasks(
        conn,
        [
            NewTask(
                owner_id=viewer.owner_id, kind="rule.approve", object_kind="rule", object_id=rule_id,
                title=_("Regel freigeben: {label}").format(label=label_of(kind, key)),
                url=f"/admin/rules/{kind}/{key}", assignee_role=Role.PROCUREMENT_APPROVER,
                not_person_id=viewer.person_id,
            )
        ],
    )  # fmt: skip
    record(
        conn, viewer, "rule.enter", object_kind="rule", object_id=rule_id, owner_id=viewer.owner_id,
        reason=source, after={"kind": kind, "key": key, "valid_from": valid_from, "value": value},
    )  # fmt: skip
    return rule_id


async def approve_rule(
    conn: Conn, viewer: Viewer, rule_id: UUID, *, row_version: int, note: str = ""
) -> Rule:
    """Put a version into force; Refused for the person who entered it."""
    return await _decide(conn, viewer, rule_id, "approve", row_version, note)


async def reject_rule(
    conn: Conn, viewer: Viewer, rule_id: UUID, *, row_version: int, note: str
) -> Rule:
    """Turn a version down, with the reason."""
    if len(note.strip()) < 3:
        raise Invalid(
            _("Bitte begründen Sie die Ablehnung."),
            errors=[FieldError("note", _("Bitte begründen Sie die Ablehnung."))],
        )
    return await _decide(conn, viewer, rule_id, "reject", row_version, note)


async def _decide(
    conn: Conn, viewer: Viewer, rule_id: UUID, event: str, row_version: int, note: str
) -> Rule:
    require(viewer, Permission.RULE_APPROVE)
    rule = await store.read_rule(conn, rule_id)
    state = MOVES.get((RuleState(rule.state), event))
    if state is None:
        raise Refused(_("Über diese Fassung ist schon entschieden."), code="rule_decided")
    if viewer.person_id is None or viewer.person_id == rule.entered_by:
        raise Refused(
            _("Wer eine Regel eingetragen hat, kann nicht selbst über sie entscheiden."),
            code="four_eyes", rule=_("Vier-Augen-Prinzip für Regeln (D10, D19)"),
            remedy=_("Eine zweite Person mit dem Recht zur Freigabe entscheidet."),
        )  # fmt: skip
    if not await may_decide(conn, viewer, rule):
        raise _not_yours()
    if not await store.decide_rule(conn, rule_id, state.value, viewer.person_id, note, row_version):
        raise Conflict(_("Jemand anderes hat inzwischen über diese Fassung entschieden."))
    await close_tasks(conn, rule_id)
    if rule.entered_by:
        words = _("freigegeben") if state == RuleState.APPROVED else _("abgelehnt")
        await notify(
            conn, viewer, kind=f"rule.{state.value}", owner_id=viewer.owner_id,
            person_ids=[rule.entered_by], object_kind="rule", object_id=rule_id,
            url=f"/admin/rules/{rule.kind}/{rule.key}",
            title=_("Ihre Fassung zu „{label}“ ist {words}").format(label=rule.label, words=words),
        )  # fmt: skip
    record(
        conn, viewer, f"rule.{event}", object_kind="rule", object_id=rule_id, owner_id=viewer.owner_id,
        reason=note or None, row_version=row_version + 1, rule_ids=[rule_id],
        audience="public" if state == RuleState.APPROVED else "",
    )  # fmt: skip
    return await store.read_rule(conn, rule_id)


async def _check_key(conn: Conn, viewer: Viewer, kind: str, key: str) -> None:
    if kind not in VALUE_FIELDS or not 1 <= len(key) <= LONGEST_KEY:
        raise NotFound(_("Diese Regel gibt es nicht, oder sie ist an das Programm gebunden."))
    if not await may_enter(conn, viewer, kind, key):
        raise _not_yours()
    if kind not in OPEN_KINDS and not await store.list_history(conn, kind, key):
        raise NotFound(_("Diese Regel gibt es nicht, oder sie ist an das Programm gebunden."))


def _not_yours() -> Forbidden:
    return Forbidden(
        _("Diese Regel pflegt nicht Ihr Haus."),
        rule=_(
            "Regeln des Verbunds pflegt die Geschäftsstelle, Wertgrenzen jedes Mitglied selbst."
        ),
    )
