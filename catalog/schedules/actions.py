"""Announce prices for a day, approve them as second person, take them back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from catalog.announcing.actions import tell
from catalog.contents import store as contents
from catalog.contents.model import Version
from catalog.offerings.actions import own_offering, reason_of
from catalog.offerings.model import Offering, State
from catalog.prices.model import PriceItem, Tier
from catalog.prices.wording import item_name
from catalog.schedules import store
from catalog.schedules.model import (
    Scheduled,
    ScheduleEvent,
    ScheduleState,
    advance,
    earliest_start,
    is_dearer,
    tables,
    unit_of,
)
from catalog.schedules.schemas import NewPriceBody, ScheduleBody, tiers_of
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Invalid, NotFound, Refused
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Viewer
from kdnx.web.formats import day, micro_eur

FOUR_EYES = "Vier-Augen-Prinzip: Einen neuen Preis gibt eine zweite Person frei."


async def schedule_prices(
    conn: Conn, viewer: Viewer, offering_id: UUID, row_version: int, body: ScheduleBody
) -> Offering:
    """Propose prices from a day on; Invalid where the notice is not kept or nothing changes."""
    head = await own_offering(conn, viewer, offering_id, Permission.OFFERING_EDIT, row_version)
    items = await items_on(conn, viewer, head, body.valid_from)
    rows = [_row(viewer, head, items, body, n) for n in range(len(body.prices))]
    await check_notice(conn, viewer, head, body.valid_from, rows)
    await propose(conn, viewer, head, rows)
    return head


async def propose(
    conn: Conn, viewer: Viewer, head: Offering, rows: Sequence[Scheduled], *, ask: bool = True
) -> None:
    """Write proposals that were checked; with `ask` the second person gets a task."""
    await store.put(conn, rows)
    if ask:
        await close_tasks(conn, head.id, ["offering.price"])
        await open_tasks(conn, [NewTask(
            owner_id=head.owner_id, kind="offering.price",
            title=_("Neuen Preis prüfen: {title}").format(title=head.title),
            object_kind="offering", object_id=head.id, url=f"/offerings/{head.id}/prices",
            assignee_role=Role.OFFERING_APPROVER, not_person_id=viewer.principal,
        )])  # fmt: skip
    _note(conn, viewer, "offering.price_propose", head, rows[0].reason)


async def published_version(conn: Conn, viewer: Viewer, head: Offering) -> Version:
    """What is published; Refused for a draft and for what is retired."""
    if head.published_version is None or head.state not in {State.PUBLISHED, State.SUSPENDED}:
        raise Refused(
            _("Einen Preis ankündigen kann man nur für eine veröffentlichte Leistung."),
            remedy=_("Im Entwurf ändern Sie den Preis unmittelbar."),
            remedy_url=f"/offerings/{head.id}",
        )
    return await contents.get_version(conn, viewer, head.id, head.published_version)


async def items_on(conn: Conn, viewer: Viewer, head: Offering, on: date) -> tuple[PriceItem, ...]:
    """The price table that will hold just before that day: what is published, and what is announced."""
    version = await published_version(conn, viewer, head)
    announced = await store.list_scheduled(conn, [head.id])
    before = [t for begin, t in tables(version.prices, announced, conn.today) if begin < on]
    return before[-1] if before else tuple(version.prices)


def row_for(
    viewer: Viewer, head: Offering, item: PriceItem, begin: date, micro: int | None, tiers: Sequence[Tier]
) -> Scheduled:  # fmt: skip
    """A proposal for one position, not yet written."""
    return Scheduled(
        offering_id=head.id, ordinal=item.ordinal, valid_from=begin, owner_id=head.owner_id,
        state=ScheduleState.PROPOSED, unit=unit_of(item), unit_price_micro=micro, row_version=1, tiers=tuple(tiers),
        author=viewer.principal,
    )  # fmt: skip


def _row(
    viewer: Viewer, head: Offering, items: Sequence[PriceItem], body: ScheduleBody, n: int
) -> Scheduled:  # fmt: skip
    given: NewPriceBody = body.prices[n]
    name = f"price.{given.ordinal}"
    item = next((i for i in items if i.ordinal == given.ordinal), None)
    if item is None or item.unit_price_micro is None:
        message = _("Diese Position gibt es nicht, oder sie hat keinen Preis, der sich ändern lässt.")  # fmt: skip
        raise Invalid(message, errors=[FieldError(name, message, "unknown")])
    tiers = tiers_of(given)
    if bool(tiers) != bool(item.tiers):
        message = _("Die Staffel der Position bleibt; nur ihre Preise ändern sich.")
        raise Invalid(message, errors=[FieldError(name, message, "tiers")])
    if body.frozen_until and body.frozen_until < body.valid_from:
        message = _("Die Preisbindung endet vor dem Beginn des Preises.")
        raise Invalid(message, errors=[FieldError("frozen_until", message, "order")])
    row = row_for(viewer, head, item, body.valid_from, given.unit_price_micro, tiers)
    return replace(row, frozen_until=body.frozen_until, reason=body.reason)


async def check_notice(
    conn: Conn, viewer: Viewer, head: Offering, begin: date, rows: Sequence[Scheduled]
) -> None:
    """Invalid, with the reason, when one of these prices begins before its notice allows."""
    items = {i.ordinal: i for i in await items_on(conn, viewer, head, begin)}
    version = await published_version(conn, viewer, head)
    for row in rows:
        item = items.get(row.ordinal)
        if item is None:
            continue
        dearer = is_dearer(item, row.unit_price_micro, row.tiers)
        first = earliest_start(item, conn.today, version.notice_months, dearer=dearer)
        if begin < first.day:
            message = _("„{item}“ kann frühestens ab {day} anders kosten. {why}").format(
                item=item_name(item), day=day(first.day), why=first.reason
            )
            raise Invalid(
                message,
                errors=[FieldError("valid_from", message, "too_early")],
                rule=_(
                    "Frist und Preisbindung werden gewahrt; rückwirkend und in abgeschlossenen "
                    "Zeiträumen ändert sich kein Preis."
                ),
                remedy=_("Wählen Sie diesen Tag oder einen späteren."),
            )  # fmt: skip


async def approve_prices(
    conn: Conn, viewer: Viewer, offering_id: UUID, row_version: int, begin: date
) -> Offering:
    """The second person announces all prices of one day; users and watchers are told."""
    head = await own_offering(conn, viewer, offering_id, Permission.OFFERING_PUBLISH, row_version)
    rows = await _locked(conn, head, begin, [ScheduleState.PROPOSED])
    if viewer.person_id is None or viewer.person_id in {r.author for r in rows}:
        raise Refused(
            _("Diesen Preis haben Sie selbst vorgeschlagen."),
            rule=_(FOUR_EYES),
            remedy=_("Bitten Sie eine Kollegin oder einen Kollegen mit der Rolle „Leistungsfreigabe“."),
        )  # fmt: skip
    # whoever uses the offering hears of it only now: the notice counts from here
    await check_notice(conn, viewer, head, begin, rows)
    items = await items_on(conn, viewer, head, begin)
    for row in rows:
        state = advance(row.state, ScheduleEvent.APPROVE)
        await store.mark(
            conn, replace(row, state=state, approver=viewer.person_id, approved_at=conn.now)
        )
    await _settle_tasks(conn, head)
    await tell(conn, viewer, "offering.price_scheduled", head, sentence(items, rows, begin))
    return head


def sentence(items: Sequence[PriceItem], rows: Sequence[Scheduled], begin: date) -> str:
    """What changes, as users and watchers read it: 'ab 01.01.2027: Arbeitsplatz 2,50 € → 2,70 €'."""
    by_ordinal = {i.ordinal: i for i in items}
    told = []
    for row in rows:
        item = by_ordinal.get(row.ordinal)
        if item is not None:
            old, new = micro_eur(item.unit_price_micro), micro_eur(row.unit_price_micro)
            told.append(f"{item_name(item)} {old} → {new}")
    return _("ab {day}: {what}").format(day=day(begin), what="; ".join(told))[:500]


async def reject_prices(
    conn: Conn, viewer: Viewer, offering_id: UUID, row_version: int, begin: date, reason: str
) -> Offering:
    """The second person says no, with a reason for the author."""
    head = await own_offering(conn, viewer, offering_id, Permission.OFFERING_PUBLISH, row_version)
    why = reason_of(reason)
    for row in await _locked(conn, head, begin, [ScheduleState.PROPOSED]):
        state = advance(row.state, ScheduleEvent.REJECT)
        await store.mark(conn, replace(row, state=state, note=why))
    await _settle_tasks(conn, head)
    _note(conn, viewer, "offering.price_reject", head, why)
    return head


async def cancel_prices(
    conn: Conn, viewer: Viewer, offering_id: UUID, row_version: int, begin: date, reason: str
) -> Offering:
    """Take back prices before their day; what was announced is taken back publicly."""
    head = await own_offering(conn, viewer, offering_id, Permission.OFFERING_EDIT, row_version)
    why = reason_of(reason)
    rows = await _locked(conn, head, begin, [ScheduleState.PROPOSED, ScheduleState.APPROVED])
    if begin <= conn.today:
        raise Refused(
            _("Dieser Preis gilt bereits."),
            remedy=_("Kündigen Sie einen neuen Preis für einen späteren Tag an."),
        )
    was_announced = any(r.state == ScheduleState.APPROVED for r in rows)
    for row in rows:
        state = advance(row.state, ScheduleEvent.CANCEL)
        await store.mark(conn, replace(row, state=state, note=why))
    await _settle_tasks(conn, head)
    if was_announced:
        told = _("Der für den {day} angekündigte Preis gilt nicht. {why}").format(day=day(begin), why=why)  # fmt: skip
        await tell(conn, viewer, "offering.price_cancelled", head, told)
    else:
        _note(conn, viewer, "offering.price_cancel", head, why)
    return head


async def _locked(
    conn: Conn, head: Offering, begin: date, states: Sequence[str]
) -> list[Scheduled]:
    rows = await store.lock_begin(conn, head.id, begin, states)
    if not rows:
        raise NotFound(_("Für diesen Tag gibt es keinen solchen Preis."))
    return rows


async def _settle_tasks(conn: Conn, head: Offering) -> None:
    left = await offerings_with_proposals(conn, head.id)
    if not left:
        await close_tasks(conn, head.id, ["offering.price"])


async def offerings_with_proposals(conn: Conn, offering_id: UUID) -> bool:
    """Whether a price of this offering still waits for the second person."""
    rows = await store.list_scheduled(conn, [offering_id])
    return any(r.state == ScheduleState.PROPOSED for r in rows)


def _note(conn: Conn, viewer: Viewer, action: str, head: Offering, reason: str) -> None:
    record(
        conn, viewer, action, object_kind="offering", object_id=head.id, owner_id=head.owner_id,
        reason=reason or None, row_version=head.row_version, audience="owner",
    )  # fmt: skip


async def of_rollover(conn: Conn, rollover_id: UUID) -> list[Scheduled]:
    """What one roll-over proposed and is still open."""
    rows = await store.list_of_rollover(conn, rollover_id)
    return [r for r in rows if r.state == ScheduleState.PROPOSED]
