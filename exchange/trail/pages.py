"""The trail for people: the rows of a cell, one euro with every hop, and where an object is counted."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import Response

from exchange.ledger.model import ACCOUNT_LABELS, TRANSFER_LABELS, AccountKind, TransferKind
from exchange.orders.model import (
    BILLING_LABELS,
    LABELS,
    LEGAL_ROUTE_LABELS,
    ORIGIN_LABELS,
    PERIOD_LABELS,
    ROUTE_LABELS,
    SIDE_LABELS,
    LegalRoute,
    OrderState,
)
from exchange.reports.model import BASIS_LABELS, DEFINITION_TEXT, Basis
from exchange.taxes.model import TaxDecision
from exchange.trail import store
from exchange.trail.actions import (
    CHAIN_SEERS,
    FoundCell,
    Hop,
    SignedBooking,
    counted_in,
    walk_cell,
    walk_transfer,
)
from exchange.trail.model import Cell, CellRow, CountedIn, acting_roles
from exchange.trail.schemas import CellPageQuery, CellQuery, ProofQuery
from kdnx.db.conn import Conn
from kdnx.errors import Invalid
from kdnx.members.store import list_members
from kdnx.rules.labels import label_of
from kdnx.text import _
from kdnx.viewer import Permission, Viewer
from kdnx.web.paging import decode_cursor, encode_cursor
from kdnx.web.routing import Call, get

P = Permission


def cell_of(query: CellPageQuery | CellQuery, year: int) -> Cell:
    """The cell a query names."""
    return Cell(
        year, query.basis, (query.provider,) if query.provider else None,
        (query.recipient,) if query.recipient else None, query.category, query.offering, query.month,
    )  # fmt: skip


def place_of(secret: str, cursor: str | None) -> tuple[UUID, UUID] | None:
    """The row a cursor names; Invalid when it is none of ours."""
    if not cursor:
        return None
    owner, last = decode_cursor(secret, cursor, 2)
    try:
        return UUID(owner), UUID(last)
    except ValueError:
        raise Invalid(_("Diese Fortsetzung ist ungültig."), code="bad_cursor") from None


def cursor_of(secret: str, found: FoundCell) -> str | None:
    """How the rows go on."""
    last = found.rows[-1] if found.rows and found.more else None
    return encode_cursor(secret, [last.owner_id, last.id]) if last else None


def sees_chain(viewer: Viewer, owner_id: UUID) -> bool:
    """The viewer may know a row's place in the chain of this owner."""
    return viewer.scope in CHAIN_SEERS or owner_id in viewer.members


def address_of(viewer: Viewer, owner_id: UUID, seq: int, id_: UUID) -> str:
    """The page of a row: by place for those who see the chain, else by id."""
    return f"/trail/transfers/{owner_id}/{seq if sees_chain(viewer, owner_id) else id_}"


async def show_cell(call: Call) -> Response:
    """The rows a figure of the report is made of, with running sums; they add up to the figure."""
    query = call.query(CellPageQuery)
    year = query.year or call.conn.today.year
    secret = call.house.settings.secret()
    found = await walk_cell(
        call.conn, call.viewer, cell_of(query, year), as_successor=query.as_ == "successor",
        after=place_of(secret, query.cursor), limit=query.size,
    )  # fmt: skip
    names = {m.id: m.short_name for m in await list_members(call.conn)}
    cursor = cursor_of(secret, found)
    return await call.page(
        "trail/cell.html", query=query, year=year, found=found, lines=_lines(call.viewer, found),
        facts=await _facts(call.conn, query, year, names), definition=DEFINITION_TEXT,
        members=[(str(i), n) for i, n in sorted(names.items(), key=lambda x: x[1].lower())],
        categories=await store.list_categories(call.conn), bases=[(b.value, t) for b, t in BASIS_LABELS.items()],
        years=[(y, str(y)) for y in range(call.conn.today.year + 1, 2019, -1)],
        next_href=_address(query, year, cursor=cursor) if cursor else "",
        first_href=_address(query, year) if query.cursor else "",
    )  # fmt: skip


def _address(query: CellPageQuery, year: int, **over: object) -> str:
    values = {**query.model_dump(exclude={"cursor"}, by_alias=True), "year": year, **over}
    return "/trail/cells?" + urlencode({k: v for k, v in values.items() if v is not None})


def _lines(viewer: Viewer, found: FoundCell) -> list[tuple[CellRow, str, int]]:
    """(row, its page, sum up to and with it)."""
    running, lines = found.sums.before_cents, []
    for row in found.rows:
        running += row.signed_cents
        lines.append((row, address_of(viewer, row.owner_id, row.seq, row.id), running))
    return lines


async def _facts(
    conn: Conn, query: CellPageQuery, year: int, names: Mapping[UUID, str]
) -> list[str]:
    """The cell in words."""
    facts = [_("Leistungsjahr {year}").format(year=year), BASIS_LABELS[Basis(query.basis)]]
    if query.as_ == "successor":
        facts.append(_("nach Rechtsnachfolge"))
    if query.provider:
        facts.append(_("Bereitsteller {name}").format(name=names.get(query.provider, "–")))
    if query.recipient:
        facts.append(_("Abnehmer {name}").format(name=names.get(query.recipient, "–")))
    if query.category:
        known = dict(await store.list_categories(conn))
        facts.append(_("Kategorie {name}").format(name=known.get(str(query.category), "–")))
    if query.offering:
        facts.append(_("eine Leistung"))
    if query.month:
        facts.append(_("Monat {month:02d}").format(month=query.month))
    return facts


async def show_transfer(call: Call) -> Response:
    """One euro: its row, the chain around it, booking, order version, offering; each hop a link."""
    query = call.query(ProofQuery)
    owner, place = call.path_id("owner"), call.path_text("place")
    hop = await walk_transfer(call.conn, call.viewer, owner, place)
    names = {m.id: m.short_name for m in await list_members(call.conn)}
    t = hop.transfer
    return await call.page(
        "trail/transfer.html", hop=hop, t=t, names=names, with_proof=query.proof,
        kind=TRANSFER_LABELS[TransferKind(t["kind"])],
        debit=_account(t["debit_kind"], t["debit_member"]), credit=_account(t["credit_kind"], t["credit_member"]),
        siblings=[
            (s, TRANSFER_LABELS[TransferKind(s["kind"])], address_of(call.viewer, owner, s["seq"], s["id"]))
            for s in hop.siblings
        ],
        acts=_acts(hop.booking, names), decisions=_decisions(hop), legal=_legal(hop),
        cells=cell_links(hop.counted_in), **WORDS,
    )  # fmt: skip


WORDS: Mapping[str, Any] = {
    "billing": BILLING_LABELS, "periods": PERIOD_LABELS, "routes": ROUTE_LABELS, "sides": SIDE_LABELS,
    "origins": ORIGIN_LABELS, "states": {s.value: t for s, t in LABELS.items()}, "known_states": set(OrderState),
}  # fmt: skip


def _account(kind: str, member: str | None) -> str:
    return f"{ACCOUNT_LABELS[AccountKind(kind)]} {member or ''}".strip()


def _legal(hop: Hop) -> str:
    return LEGAL_ROUTE_LABELS[LegalRoute(hop.order.head["legal_route"])] if hop.order else ""


def _acts(
    booking: SignedBooking | None, names: Mapping[UUID, str]
) -> list[tuple[str, str, str, Any]]:
    """Both signatures: what, which house, in which role, when."""
    if booking is None:
        return []
    row = booking.row
    acts = [
        (
            _("Vorgeschlagen"), names.get(row.proposed_by, "–"),
            _role_at(booking, "booking.propose", P.BOOKING_PROPOSE), row.proposed_at,
        )
    ]  # fmt: skip
    if row.confirmed_at and row.confirmed_by:
        said = {
            "policy": _("Ohne Widerspruch bestätigt (laut Leistungsschein)"),
            "legacy": _("Aus dem Altbestand übernommen"),
        }.get(row.origin or "", _("Bestätigt"))
        role = _role_at(booking, "booking.confirm", P.BOOKING_CONFIRM)
        acts.append((said, names.get(row.confirmed_by, "–"), role, row.confirmed_at))
    return acts


def _role_at(booking: SignedBooking, action: str, permission: Permission) -> str:
    held = next((e["role"] for e in booking.events if e["action"].startswith(action)), "")
    return acting_roles(held, permission)


def _decisions(hop: Hop) -> list[tuple[TaxDecision, str, bool]]:
    """(decision, name of the tax case, counts for this booking) of the legs the viewer may read."""
    if hop.order is None or hop.booking is None:
        return []
    day = hop.booking.row.service_to
    counting: dict[int, TaxDecision] = {}
    for d in hop.order.decisions:
        if not d.is_proposal and d.valid_from <= day:
            best = counting.get(d.leg)
            if best is None or (d.valid_from, d.version) > (best.valid_from, best.version):
                counting[d.leg] = d
    return [
        (d, label_of("tax_code", d.tax_code), counting.get(d.leg) is d) for d in hop.order.decisions
    ]


def cell_links(found: Sequence[CountedIn]) -> list[tuple[CountedIn, str]]:
    """Each cell with its page."""
    links = []
    for c in found:
        values = {"year": c.year, "provider": c.provider_id, "recipient": c.recipient_id}
        if c.category_id:
            values["category"] = c.category_id
        links.append((c, "/trail/cells?" + urlencode(values)))
    return links


async def object_section(
    conn: Conn, viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """Where an order or a booking is counted, for its page."""
    object_id = key if isinstance(key, UUID) else getattr(key, "id", None)
    if not isinstance(object_id, UUID):
        return None
    found = await counted_in(conn, viewer, object_id)
    if not found:
        return None
    rows = await store.list_of_object(conn, object_id)
    lines = [(r, address_of(viewer, r["owner_id"], r["seq"], r["id"])) for r in rows]
    return "trail/section.html", {"cells": cell_links(found), "lines": lines}


DOORS = (
    get("/trail/cells", show_cell, permission=P.REPORT_READ),
    get("/trail/transfers/{owner}/{place}", show_transfer, permission=P.REPORT_READ),
)
