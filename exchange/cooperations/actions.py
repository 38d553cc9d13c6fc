"""Write an agreement, propose it to its parties, agree, take it back, end it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from exchange.cooperations import store
from exchange.cooperations.model import (
    LABELS,
    Cooperation,
    CooperationEvent,
    CooperationState,
    Terms,
    advance,
)
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Forbidden, Invalid, Refused, Stale
from kdnx.ids import named_id, new_id
from kdnx.members.store import list_members
from kdnx.notices.actions import notify_members
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Scope, Viewer, require

S, E = CooperationState, CooperationEvent
AGREE = "cooperation.agree"
BATCH = 100
SYSTEM = Viewer(scope=Scope.SYSTEM)


async def parties_of(conn: Conn, c: Cooperation) -> dict[UUID, list[UUID]]:
    """The houses that are party today, each with the parties it stands for (itself or predecessors)."""
    final = await store.final_of(conn, c.party_ids)
    found: dict[UUID, list[UUID]] = {}
    for party in c.party_ids:
        found.setdefault(final.get(party, party), []).append(party)
    return found


async def read_cooperation(conn: Conn, viewer: Viewer, cooperation_id: UUID) -> Cooperation:
    """One agreement for its parties, office and audit; NotFound for anybody else."""
    require(viewer, Permission.ORDER_READ)
    return await store.get_cooperation(conn, cooperation_id)


async def _check_terms(conn: Conn, viewer: Viewer, terms: Terms) -> None:
    errors = []
    if viewer.owner_id not in terms.party_ids or len(set(terms.party_ids)) < 2:  # a pair
        errors.append(FieldError("party_ids", _("Nötig sind mindestens zwei Häuser mit Ihrem eigenen.")))  # fmt: skip
    active = {m.id for m in await list_members(conn, list(terms.party_ids)) if m.state == "active"}
    if not set(terms.party_ids) <= active:
        errors.append(FieldError("party_ids", _("Bitte nur Mitglieder wählen, die noch bestehen.")))
    if terms.valid_to is not None and terms.valid_to < terms.valid_from:
        errors.append(FieldError("valid_to", _("Das Ende liegt vor dem Beginn.")))
    if errors:
        raise Invalid(errors[0].message, errors=errors)


async def save_cooperation(
    conn: Conn, viewer: Viewer, terms: Terms, *, key: UUID | None = None, expected: int = 0
) -> Cooperation:
    """Write a new draft, or a draft of the own house over again; Refused once it is proposed."""
    require(viewer, Permission.ORDER_EDIT)
    await _check_terms(conn, viewer, terms)
    # the own house first, the others in the order given
    parties = tuple(dict.fromkeys((viewer.owner_id, *terms.party_ids)))
    if key is None:
        new = Cooperation(
            **{**terms.__dict__, "party_ids": parties}, owner_id=viewer.owner_id, id=new_id(), state=S.DRAFT.value,
            round=0, end_reason="", author_id=viewer.principal, row_version=1,
        )  # fmt: skip
        await store.insert_cooperation(conn, new)
        note_cooperation(conn, viewer, "draft", new)
        return new
    found = await _lock(conn, key, expected)
    _check_lead(viewer, found)
    if found.state != S.DRAFT:
        raise Refused(
            _("Der Text liegt schon zur Zustimmung vor."),
            code="wrong_state",
            remedy=_("Zuerst zur Überarbeitung zurückgeben; dann stimmen alle neu zu."),
        )
    changed = replace(
        found,
        **{**terms.__dict__, "party_ids": tuple(dict.fromkeys((found.owner_id, *parties)))},
        author_id=viewer.principal,
    )
    return await _write(conn, viewer, "change", changed)


async def _lock(conn: Conn, key: UUID, expected: int | None) -> Cooperation:
    found = await store.get_cooperation(conn, key, locked=True)
    if expected is not None and found.row_version != expected:
        raise Stale(_("Die Zusammenarbeit wurde inzwischen geändert."))
    return found


def _check_lead(viewer: Viewer, c: Cooperation) -> None:
    if not viewer.acts_for(c.owner_id):
        raise Forbidden(_("Das tut das Haus, das die Zusammenarbeit führt."))


async def _write(
    conn: Conn, viewer: Viewer, act: str, c: Cooperation, reason: str = ""
) -> Cooperation:
    if not await store.update_cooperation(conn, c):
        raise Stale(_("Die Zusammenarbeit wurde inzwischen geändert."))
    after = replace(c, row_version=c.row_version + 1)
    note_cooperation(conn, viewer, act, after, reason)
    return after


def note_cooperation(
    conn: Conn, viewer: Viewer, act: str, c: Cooperation, reason: str = ""
) -> None:
    """What was done to an agreement: for the audit trail, and the parties' change feed from the proposal on."""
    record(
        conn, viewer, f"cooperation.{act}", object_kind="cooperation", object_id=c.id, owner_id=c.owner_id,
        reason=reason or None, row_version=c.row_version, after={"state": c.state, "round": c.round},
        audience="" if c.state == S.DRAFT else "parties", party_ids=c.party_ids,
    )  # fmt: skip


def _task_of(c: Cooperation, party: UUID) -> UUID:
    return named_id("cooperation.agree", f"{c.id}|{party}")


async def propose_cooperation(
    conn: Conn, viewer: Viewer, key: UUID, *, expected: int | None
) -> Cooperation:
    """Put the text to every party, the own house included; each agrees by a person who did not write it."""
    require(viewer, Permission.ORDER_EDIT)
    found = await _lock(conn, key, expected)
    _check_lead(viewer, found)
    state = advance(found.state, E.PROPOSE).value
    after = await _write(
        conn, viewer, "propose", replace(found, state=state, round=found.round + 1)
    )
    parties = await parties_of(conn, after)
    await open_tasks(
        conn,
        [
            NewTask(
                owner_id=party, kind=AGREE, title=_("Zusammenarbeit prüfen: {title}").format(title=after.title),
                object_kind="cooperation", object_id=_task_of(after, party), url=f"/cooperations/{after.id}",
                assignee_role=Role.OFFERING_APPROVER, not_person_id=viewer.person_id,
            )
            for party in parties
        ],
    )  # fmt: skip
    title = _("Zur Zustimmung: {title}").format(title=after.title)
    await _tell(conn, viewer, after, "inhouse.cooperation", list(parties), title)
    return after


async def _tell(
    conn: Conn, viewer: Viewer, c: Cooperation, kind: str, parties: Sequence[UUID], title: str
) -> None:
    await notify_members(
        conn, viewer, kind=kind, owner_ids=parties, object_kind="cooperation", object_id=c.id,
        url=f"/cooperations/{c.id}", title=title, roles=(Role.OFFERING_APPROVER, Role.LEGAL_OFFICER),
    )  # fmt: skip


async def agree_cooperation(
    conn: Conn, viewer: Viewer, key: UUID, *, expected: int | None
) -> Cooperation:
    """Agree for the own house; the last party's consent puts the agreement into force."""
    require(viewer, Permission.ORDER_APPROVE)
    if viewer.person_id is None:
        raise Forbidden(_("Einer Zusammenarbeit stimmen Menschen zu, keine Maschinenzugänge."))
    found = await _lock(conn, key, expected)
    parties = await parties_of(conn, found)
    if viewer.owner_id not in parties:
        raise Forbidden(_("Ihr Haus ist an dieser Zusammenarbeit nicht beteiligt."))
    concluded = advance(found.state, E.CONCLUDE).value
    if viewer.person_id == found.author_id:
        raise Refused(
            _("Wer den Text verfasst hat, stimmt ihm nicht selbst zu."),
            rule=_("Vier Augen: Verfasser und Zustimmende sind verschiedene Personen."),
            remedy=_("Eine andere Person mit Freigaberecht in Ihrem Haus öffnet diese Seite."),
            code="four_eyes",
        )
    await store.insert_consent(conn, found, viewer.owner_id, viewer.person_id)
    await close_tasks(conn, _task_of(found, viewer.owner_id), [AGREE])
    agreed = await store.list_consents(conn, found)
    if not set(parties) <= set(agreed):
        return await _write(conn, viewer, "agree", found)
    after = await _write(conn, viewer, "conclude", replace(found, state=concluded))
    title = _("In Kraft: {title}").format(title=after.title)
    await _tell(conn, viewer, after, "inhouse.concluded", list(parties), title)
    return after


async def return_cooperation(
    conn: Conn,
    viewer: Viewer,
    key: UUID,
    event: CooperationEvent,
    *,
    reason: str,
    expected: int | None,
) -> Cooperation:
    """A party gives a proposal back (`return`), or the leading house takes draft or proposal back (`withdraw`)."""
    may = Permission.ORDER_APPROVE if event == E.RETURN else Permission.ORDER_EDIT
    require(viewer, may)
    found = await _lock(conn, key, expected)
    parties = await parties_of(conn, found)
    if event == E.WITHDRAW:
        _check_lead(viewer, found)
    elif viewer.owner_id not in parties:
        raise Forbidden(_("Ihr Haus ist an dieser Zusammenarbeit nicht beteiligt."))
    after = replace(found, state=advance(found.state, event).value)
    if found.state != S.DRAFT:
        for party in parties:
            await close_tasks(conn, _task_of(found, party), [AGREE])
        said = _("{title}: {state}").format(title=found.title, state=LABELS[S(after.state)])
        await _tell(conn, viewer, found, "inhouse.concluded", list(parties), said)
    return await _write(conn, viewer, event.value, after, reason)


async def end_cooperation(
    conn: Conn, viewer: Viewer, key: UUID, *, on: date, reason: str, expected: int | None
) -> Cooperation:
    """Set the last day of an agreement in force; it ends by date. Any party that leaves ends it for all."""
    require(viewer, Permission.ORDER_APPROVE)
    found = await _lock(conn, key, expected)
    parties = await parties_of(conn, found)
    if viewer.owner_id not in parties:
        raise Forbidden(_("Ihr Haus ist an dieser Zusammenarbeit nicht beteiligt."))
    advance(found.state, E.END)
    if on < max(conn.today, found.valid_from) or (found.valid_to and on > found.valid_to):
        said = _("Der letzte Tag liegt heute oder später und nicht nach dem vereinbarten Ende.")
        raise Invalid(said, errors=[FieldError("on", said)])
    after = await _write(
        conn, viewer, "end", replace(found, valid_to=on, end_reason=reason), reason
    )
    title = _("Endet am {day}: {title}").format(day=f"{on:%d.%m.%Y}", title=after.title)
    await _tell(conn, viewer, after, "inhouse.concluded", list(parties), title)
    return after


async def run_ends(conn: Conn) -> int:
    """Due job: agreements whose last day has passed are ended."""
    found = await store.list_over(conn, conn.today, BATCH)
    for c in found:
        await _write(conn, SYSTEM, "end", replace(c, state=advance(c.state, E.END).value))
    return len(found)


async def light_words(conn: Conn, ids: Sequence[UUID], *, is_due: bool) -> Mapping[UUID, str]:
    """The light of each agreement for an award today; grey where nothing was ever signed."""
    found = await store.lights_of(conn, ids, conn.today.year, is_due=is_due)
    return {i: found.get(i, "grey") for i in ids}
