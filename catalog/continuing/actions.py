"""Due jobs of interests (lapse, reminders), and what a succession does to those that are open."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from catalog.continuing import store
from catalog.interests import store as interests
from catalog.interests.actions import move, open_interest, read_interest
from catalog.interests.model import InterestEvent, InterestState
from catalog.interests.store import Interest
from catalog.interests.telling import note_interest, tell_sides
from kdnx.db.conn import Conn
from kdnx.ids import new_id
from kdnx.module import Check, DueJob, SuccessionPart
from kdnx.text import _, ngettext
from kdnx.viewer import Scope, Viewer

SYSTEM = Viewer(scope=Scope.SYSTEM)
BATCH = 100
E, S = InterestEvent, InterestState


async def lapse_due(conn: Conn) -> int:
    """Offers nobody took within their last day lapse; how many did."""
    ids = await store.find_lapsing(conn, conn.today, BATCH)
    for interest_id in ids:
        interest = await read_interest(conn, SYSTEM, interest_id)
        await move(conn, SYSTEM, interest, E.VALIDITY_END)
    return len(ids)


async def remind_due(conn: Conn) -> int:
    """Both houses learn once that a provider let its day pass; how many interests."""
    ids = await store.find_late(conn, conn.today, BATCH)
    for interest_id in ids:
        interest = await read_interest(conn, SYSTEM, interest_id)
        title = _("Interesse {number} ist überfällig: {name} ist am Zug.").format(
            number=interest.number, name=interest.provider_short
        )
        await tell_sides(conn, SYSTEM, interest, "interest.overdue", title)
        note_interest(conn, SYSTEM, "interest.overdue", interest)
    await store.mark_told(conn, ids)
    return len(ids)


async def preview(
    conn: Conn, _viewer: Viewer, predecessor_id: UUID, _successor_id: UUID, _effective_on: date
) -> Sequence[str]:
    """What would happen to open interests, in German lines."""
    count = await store.count_of_member(conn, predecessor_id)
    if not count:
        return [_("Interessen: keine offenen.")]
    text = ngettext(
        "{n} offenes Interesse läuft unter der Nachfolgerin weiter; ein Angebot wird neu abgegeben.",
        "{n} offene Interessen laufen unter der Nachfolgerin weiter; Angebote werden neu abgegeben.",
        count,
    )
    return [text.format(n=count)]


async def carry_out(
    conn: Conn, viewer: Viewer, predecessor_id: UUID, successor_id: UUID, effective_on: date
) -> None:
    """The successor asks on in a new thread of the same number, or answers as the new provider."""
    reason = _("Rechtsnachfolge zum {day}").format(day=effective_on.strftime("%d.%m.%Y"))
    for interest in await store.lock_of_member(conn, predecessor_id):
        other = interest.provider_id if interest.owner_id == predecessor_id else interest.owner_id
        if other == successor_id:  # nobody asks itself
            await move(conn, viewer, interest, E.SUCCEED, reason=reason)
        elif interest.provider_id == predecessor_id:
            changed = replace(interest, provider_id=successor_id)
            await move(conn, viewer, interest, E.HAND_OVER, reason=reason, changed=changed)
        else:
            await _ask_on(conn, viewer, interest, successor_id, reason)


async def _ask_on(
    conn: Conn, viewer: Viewer, old: Interest, successor_id: UUID, reason: str
) -> None:
    lines = (await interests.list_lines(conn, old)).get(0, [])
    await move(conn, viewer, old, E.SUCCEED, reason=reason)
    if await interests.find_open(conn, [successor_id], old.offering_id) is not None:
        return  # the successor already talks with this provider about the same thing
    state = S.EXPRESSED if old.state == S.EXPRESSED else S.COORDINATING
    new = replace(
        old, owner_id=successor_id, id=new_id(), state=state.value, offer_n=0, offered_version=None,
        valid_until=None, continues_owner_id=old.owner_id, continues_id=old.id, row_version=1,
    )  # fmt: skip
    await open_interest(conn, viewer, new, lines, "continue", reason)


DUE_JOBS = (
    DueJob("interest.validity_end", lapse_due, 15),
    DueJob("interest.overdue", remind_due, 60),
)
SUCCESSIONS = (SuccessionPart(25, preview, carry_out),)
CHECKS = (
    Check(
        "interest_offer",
        "Jedes Angebot zu einem Interesse nennt die Fassung und den Tag, die beim Interesse stehen.",
        store.LAST_OFFER_MISSING,
    ),
    Check(
        "interest_sums",
        "Der Jahreswert jedes Angebots ist die Summe seiner Positionen.",
        store.OFFER_SUMS,
    ),
)
