"""What could be billed for a period, pair by pair, and what stands in its way; nothing is written here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from exchange.invoices import store
from exchange.invoices.model import (
    MAX_LINES,
    Cases,
    Draft,
    Hindrance,
    Key,
    Line,
    Tax,
    TaxCase,
    Term,
    drafts_of,
    missing_data,
)
from exchange.invoices.store import Invoice
from exchange.senders.store import find_profile
from kdnx.db.conn import Conn
from kdnx.errors import Refused
from kdnx.members.model import Member
from kdnx.members.store import list_members
from kdnx.rules.store import list_rules
from kdnx.text import _
from kdnx.viewer import Permission, Viewer, require

SHOWN_NUMBERS = 5


async def tax_cases(conn: Conn, days: Iterable[date]) -> Cases:
    """The tax codes as the rules of these service days say them; what has no category is undecided."""
    return {
        (r.key, on): TaxCase(
            r.key,
            r.value.get("category") or "",
            Decimal(r.value.get("rate_pct") or 0),
            r.value.get("reason") or "",
        )
        for on in sorted(set(days))
        for r in await list_rules(conn, "tax_code", on)
    }


async def preview(conn: Conn, viewer: Viewer, term: Term, *, legacy: bool = False) -> list[Draft]:
    """The invoices the viewer's member could issue for a period, with what stands in their way.

    Altbestand was billed before kdnx; only with `legacy` it is billed here.
    """
    require(viewer, Permission.BOOKING_READ)
    rows = await store.open_lines(conn, viewer.members, *term.months, MAX_LINES + 1, legacy=legacy)
    if len(rows) > MAX_LINES:
        raise Refused(
            _("Für diesen Zeitraum sind zu viele Buchungen offen."),
            code="too_many_lines",
            remedy=_("Einen kürzeren Zeitraum wählen."),
        )
    members = {m.id: m for m in await list_members(conn)}
    whole = [(_with_leitweg(k, members), line) for k, line, _order in rows]
    drafts, undecided = drafts_of(whole, await tax_cases(conn, (x.service_to for _k, x in whole)))
    sellers = {k.seller_id for k, _l in whole}
    known = {s for s in sellers if await find_profile(conn, s) is not None}
    found = [_hindered(d, members, has_contact=d.key.seller_id in known) for d in drafts]
    return found + _without_tax_case(undecided, {line.booking_id: o for _k, line, o in rows})


def _with_leitweg(key: Key, members: Mapping[UUID, Member]) -> Key:
    return (
        key if key.leitweg_id else replace(key, leitweg_id=members[key.buyer_id].leitweg_id or "")
    )


def _hindered(draft: Draft, members: Mapping[UUID, Member], *, has_contact: bool) -> Draft:
    seller, buyer = members[draft.key.seller_id], members[draft.key.buyer_id]
    found = missing_data(draft.key, seller, buyer, has_contact=has_contact)
    return replace(draft, hindrances=tuple(found))


def _without_tax_case(
    undecided: Sequence[tuple[Key, Line]], orders: Mapping[UUID, UUID]
) -> list[Draft]:
    """A draft a pair that nobody can issue, for each of its orders the page where the case is decided."""
    by_key: dict[Key, list[Line]] = {}
    for key, line in undecided:
        by_key.setdefault(key, []).append(line)
    text = _("Der Steuerfall ist nicht entschieden: Buchung {numbers}.")
    found = []
    for key, lines in by_key.items():
        numbers: dict[str, list[str]] = {}
        for x in lines:
            numbers.setdefault(x.order_number, []).append(x.booking_number)
        at = {x.order_number: orders[x.booking_id] for x in lines}
        said = [
            Hindrance(
                text.format(numbers=", ".join(n[:SHOWN_NUMBERS])), f"/orders/{at[order]}", order
            )
            for order, n in numbers.items()
        ]
        found.append(Draft(key, tuple(lines), (), tuple(said)))
    return found


async def taxes_left(conn: Conn, invoice: Invoice, corrections: Sequence[Invoice]) -> list[Tax]:
    """The VAT to take back, negative: what was billed less what corrections took back, to the cent a tax group."""
    left: dict[tuple[str, Decimal], int] = {}
    for i in corrections:
        for t in await store.list_taxes(conn, i):
            left[t.category, t.rate_pct] = left.get((t.category, t.rate_pct), 0) + t.vat_cents
    mine = await store.list_taxes(conn, invoice)
    return [
        replace(t, vat_cents=-(t.vat_cents + left.get((t.category, t.rate_pct), 0))) for t in mine
    ]
