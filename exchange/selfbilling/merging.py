"""Succession: what was agreed holds for the successor; invoices stay, new ones get the successor's numbers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from exchange.selfbilling import store
from exchange.selfbilling.actions import TASK
from exchange.selfbilling.model import Agreement, AgreementState
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.ids import new_id
from kdnx.module import SuccessionPart
from kdnx.tasks.actions import close_tasks
from kdnx.text import _, ngettext
from kdnx.viewer import Viewer
from kdnx.web.formats import day

S = AgreementState


async def preview(
    conn: Conn, _viewer: Viewer, predecessor_id: UUID, _successor_id: UUID, effective_on: date
) -> Sequence[str]:
    """What would happen to invoices and agreements, in German lines."""
    n = await store.count_issued(conn, predecessor_id)
    lines = [
        _(
            "Rechnungen: {n} gestellte bleiben, wie sie sind; was noch nicht abgerechnet ist und jede Korrektur "
            "erhält eine Nummer der Nachfolgerin."
        ).format(n=n)
    ]
    agreed = [
        a for a in await store.open_agreements_of(conn, predecessor_id) if a.state == S.AGREED
    ]
    if agreed:
        text = ngettext(
            "Gutschriftverfahren: {n} Vereinbarung gilt ab {day} für die Nachfolgerin weiter.",
            "Gutschriftverfahren: {n} Vereinbarungen gelten ab {day} für die Nachfolgerin weiter.",
            len(agreed),
        )
        lines.append(text.format(n=len(agreed), day=day(effective_on)))
    return lines


async def carry_out(
    conn: Conn, viewer: Viewer, predecessor_id: UUID, successor_id: UUID, effective_on: date
) -> None:
    """End what was agreed with the predecessor the day before and continue it; proposals are made anew."""
    reason = _("Rechtsnachfolge zum {day}").format(day=day(effective_on))
    last = effective_on - timedelta(days=1)
    for seen in await store.open_agreements_of(conn, predecessor_id):
        a = await store.lock_agreement(conn, seen.id)
        if a.state == S.PROPOSED:
            await store.mark_agreement(conn, a, S.WITHDRAWN.value, reason=reason)
            await close_tasks(conn, a.id, [TASK])
            continue
        await store.mark_agreement(conn, a, S.ENDED.value, ends_on=last, reason=reason)
        _note(conn, viewer, a, reason)
        moved = {predecessor_id: successor_id}
        seller, buyer = moved.get(a.owner_id, a.owner_id), moved.get(a.buyer_id, a.buyer_id)
        if seller != buyer:
            await _continue(conn, a, seller, buyer, effective_on, reason)


async def _continue(
    conn: Conn, a: Agreement, seller: UUID, buyer: UUID, effective_on: date, reason: str
) -> None:
    """A row of the new pair: it holds where pair or order goes on, else it only says what was agreed once."""
    goes_on = None
    if a.order_id is not None:
        goes_on = await store.continuation_of(conn, a.order_owner_id, a.order_id)
        owner_id, order_id = goes_on or (a.order_owner_id, a.order_id)
    else:
        owner_id, order_id = None, None
    holds = (a.order_id is None or goes_on is not None) and not await store.has_open(
        conn, seller, buyer, order_id
    )
    proposer = seller if a.proposed_by == a.owner_id else buyer
    starts = max(a.valid_from, effective_on) if holds else a.valid_from
    row = replace(
        a, owner_id=seller, buyer_id=buyer, id=new_id(), order_owner_id=owner_id, order_id=order_id, valid_from=starts,
        proposed_by=proposer, continues_id=a.id, reason=reason, state=(S.AGREED if holds else S.ENDED).value,
        ends_on=None if holds else effective_on - timedelta(days=1),
    )  # fmt: skip
    await store.insert_agreement(conn, row, conn.now)


def _note(conn: Conn, viewer: Viewer, a: Agreement, reason: str) -> None:
    record(
        conn, viewer, "self_billing.continue", object_kind="self_billing", object_id=a.id, owner_id=a.owner_id,
        party_id=a.buyer_id, reason=reason, row_version=a.row_version + 1, audience="parties",
        party_ids=(a.owner_id, a.buyer_id),
    )  # fmt: skip


# after orders (30): it looks for what continues them
SUCCESSIONS = (SuccessionPart(40, preview, carry_out),)
