"""SQL of invoices: what is not billed yet, numbers, issuing, reading."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

import asyncpg

from exchange.invoices import model
from exchange.invoices.model import SELF_BILLED, Key, Line, Replaced, Tax
from exchange.ledger.model import AccountKind, account_id
from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe, one
from kdnx.text import _

OPEN_LINES = """
SELECT seller_id, buyer_id, leg, direct, leitweg_id, self_billed, order_id, booking_owner_id, booking_id, lines::int + 1 AS round, net_cents, tax_code, title,
  order_number, contract_ref, booking_number, service_from, service_to
FROM exchange.open_leg WHERE issuer_id = ANY ($1::uuid[]) AND book_period BETWEEN $2 AND $3
  AND ($5 OR origin <> 'legacy' OR lines > 0) ORDER BY seller_id, buyer_id, leg, order_number, ordinal, booking_id LIMIT $4
"""
# what these members deliver and somebody else bills, or what was billed before kdnx
LEFT_OUT = """
SELECT origin = 'legacy' AND lines = 0 AS is_legacy, count(*)::int AS bookings, coalesce(sum(net_cents), 0)::bigint AS net_cents FROM exchange.open_leg
WHERE book_period BETWEEN $2 AND $3 AND CASE WHEN origin = 'legacy' AND lines = 0 THEN issuer_id = ANY ($1::uuid[])
  ELSE self_billed AND seller_id = ANY ($1) AND issuer_id <> ALL ($1) END GROUP BY 1
"""
OPEN_SERIES = "INSERT INTO exchange.invoice_series (owner_id, year, last) SELECT o, $2, 0 FROM unnest($1::uuid[]) o ORDER BY o ON CONFLICT DO NOTHING"
LOCK_SERIES = "SELECT owner_id FROM exchange.invoice_series WHERE owner_id = ANY ($1) AND year = $2 ORDER BY owner_id FOR UPDATE"
OPEN_ACCOUNTS = "SELECT exchange.open_accounts($1, $2, $3, $4)"
DRAW = "UPDATE exchange.invoice_series SET last = last + 1 WHERE owner_id = $1 AND year = $2 RETURNING last"
INSERT_INVOICE = """
INSERT INTO exchange.invoice (owner_id, id, number, type, leg, direct, seller_id, buyer_id, leitweg_id, period_from, period_to, issued_on, due_on,
  net_cents, vat_cents, gross_cents, refers_to, refers_number, reason, xml, xml_sha256, evidence, issuer_id, state, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, 'issued', $24, $24)
"""
INSERT_LINES = """
INSERT INTO exchange.invoice_line (owner_id, invoice_id, n, booking_owner_id, booking_id, leg, round, net_cents, tax_code, category, rate_pct, title,
  order_number, contract_ref, booking_number, service_from, service_to)
SELECT $1, $2, $17 + x.n, x.bo, x.b, x.l, x.r, x.c, x.t, x.k, x.p, x.ti, x.o, x.cr, x.bn, x.f, x.u
FROM unnest($3::uuid[], $4::uuid[], $5::smallint[], $6::int[], $7::bigint[], $8::text[], $9::text[], $10::numeric[], $11::text[], $12::text[], $13::text[], $14::text[],
  $15::date[], $16::date[]) WITH ORDINALITY x(bo, b, l, r, c, t, k, p, ti, o, cr, bn, f, u, n)
"""
INSERT_TAXES = """
INSERT INTO exchange.invoice_tax (owner_id, invoice_id, category, rate_pct, basis_cents, vat_cents, reason_code, reason)
SELECT $1, $2, x.c, x.p, x.b, x.v, x.rc, x.r FROM unnest($3::text[], $4::numeric[], $5::bigint[], $6::bigint[], $7::text[], $8::text[]) x(c, p, b, v, rc, r)
"""
COLUMNS = """
SELECT i.owner_id, i.id, i.number, i.type, i.leg, i.direct, i.seller_id, i.buyer_id, i.leitweg_id, i.period_from, i.period_to, i.issued_on, i.due_on,
  i.net_cents, i.vat_cents, i.gross_cents, i.refers_to, i.refers_number, i.reason, i.xml_sha256, i.state, i.row_version, i.issuer_id, i.settled_on, i.objected_on,
  i.objection, s.short_name AS seller_name, b.short_name AS buyer_name
FROM exchange.invoice i JOIN kdnx.public_member s ON s.id = i.seller_id JOIN kdnx.public_member b ON b.id = i.buyer_id
"""
SELECTION = """
WHERE ($1::uuid[] IS NULL OR (CASE $2::text WHEN 'out' THEN i.seller_id = ANY ($1) WHEN 'in' THEN i.buyer_id = ANY ($1) ELSE i.seller_id = ANY ($1) OR i.buyer_id = ANY ($1) END))
  AND ($3::text IS NULL OR i.state = $3) AND ($4::date IS NULL OR i.period_from >= $4) AND ($5::date IS NULL OR i.period_to <= $5)
  AND ($6::text IS NULL OR position($6 IN i.number) > 0) AND ($7::uuid IS NULL OR $7 IN (i.seller_id, i.buyer_id)) AND ($8::text IS NULL OR i.type = $8)
"""
LIST_INVOICES = (
    COLUMNS
    + SELECTION
    + """
  AND ($9::date IS NULL OR (i.issued_on, i.number, i.id) < ($9, $10, $11))
ORDER BY i.issued_on DESC, i.number DESC, i.id DESC LIMIT $12
"""
)
SUM_INVOICES = """
SELECT count(*)::bigint AS documents, count(*) FILTER (WHERE i.state = 'objected') AS void_documents,
  coalesce(sum(i.net_cents) FILTER (WHERE i.state <> 'objected'), 0)::bigint AS net_cents,
  coalesce(sum(i.vat_cents) FILTER (WHERE i.state <> 'objected'), 0)::bigint AS vat_cents,
  coalesce(sum(i.gross_cents) FILTER (WHERE i.state <> 'objected'), 0)::bigint AS gross_cents FROM exchange.invoice i
WHERE ($1::uuid[] IS NULL OR (CASE $2::text WHEN 'out' THEN i.seller_id = ANY ($1) WHEN 'in' THEN i.buyer_id = ANY ($1) ELSE i.seller_id = ANY ($1) OR i.buyer_id = ANY ($1) END))
  AND ($3::text IS NULL OR i.state = $3) AND ($4::date IS NULL OR i.period_from >= $4) AND ($5::date IS NULL OR i.period_to <= $5)
  AND ($6::text IS NULL OR position($6 IN i.number) > 0) AND ($7::uuid IS NULL OR $7 IN (i.seller_id, i.buyer_id)) AND ($8::text IS NULL OR i.type = $8)
"""
GET_INVOICE = COLUMNS + "WHERE i.id = $1"
FIND_BY_NUMBER = COLUMNS + "WHERE i.number = $1"
CREDITS_OF = COLUMNS + "WHERE i.owner_id = $1 AND i.refers_to = $2 ORDER BY i.number LIMIT 200"
ON_BOOKING = "SELECT DISTINCT invoice_id FROM exchange.invoice_line WHERE booking_id = $1 LIMIT 50"
ON_ORDER = """
SELECT l.invoice_id, max(i.issued_on) AS on_day FROM exchange.booking b JOIN exchange.invoice_line l ON l.booking_owner_id = b.owner_id AND l.booking_id = b.id
JOIN exchange.invoice i ON i.owner_id = l.owner_id AND i.id = l.invoice_id WHERE b.order_id = $1 GROUP BY l.invoice_id ORDER BY on_day DESC, l.invoice_id LIMIT $2
"""
LIST_THESE = COLUMNS + "WHERE i.id = ANY ($1) ORDER BY i.issued_on DESC, i.number DESC, i.id"
LOCK_INVOICES = (
    "SELECT id FROM exchange.invoice WHERE id = ANY ($1) ORDER BY owner_id, id FOR UPDATE"
)
GET_XML = "SELECT xml FROM exchange.invoice WHERE owner_id = $1 AND id = $2"
LIST_LINES = """
SELECT n, booking_owner_id, booking_id, leg, round, net_cents, tax_code, category, rate_pct, title, order_number, contract_ref, booking_number, service_from, service_to,
  EXISTS (SELECT 1 FROM exchange.invoice_line c WHERE c.owner_id = l.owner_id AND c.booking_owner_id = l.booking_owner_id AND c.booking_id = l.booking_id
    AND c.leg = l.leg AND c.round = l.round + 1) AS taken_back
FROM exchange.invoice_line l WHERE owner_id = $1 AND invoice_id = $2 AND (SELECT x.round % 2 FROM exchange.invoice_line x
  WHERE x.owner_id = $1 AND x.invoice_id = $2 ORDER BY x.n LIMIT 1) = l.round % 2 ORDER BY n LIMIT 20000
"""
LIST_TAXES = """
SELECT category, rate_pct, basis_cents, vat_cents, reason_code, reason FROM exchange.invoice_tax WHERE owner_id = $1 AND invoice_id = $2 ORDER BY category, rate_pct LIMIT 100
"""
MARK_STATE = """
UPDATE exchange.invoice SET state = $3, settled_on = $5, objected_on = $6, objection = $7, row_version = row_version + 1, updated_at = $4 WHERE owner_id = $1 AND id = $2
"""
# a document these lines stood on before and that lost its effect by an objection
LIST_REPLACED = """
SELECT DISTINCT i.number, i.objected_on, i.settled_on, i.gross_cents + (SELECT coalesce(sum(c.gross_cents), 0) FROM exchange.invoice c
    WHERE c.owner_id = i.owner_id AND c.refers_to = i.id AND c.settled_on IS NOT NULL)::bigint AS gross_cents FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::int[]) x(bo, b, leg, round)
JOIN exchange.invoice_line l ON l.booking_owner_id = x.bo AND l.booking_id = x.b AND l.leg = x.leg AND l.round = x.round - 2
JOIN exchange.invoice i ON i.owner_id = l.owner_id AND i.id = l.invoice_id WHERE i.state = 'objected' AND i.refers_to IS NULL ORDER BY i.number LIMIT 20
"""
FINAL_OF = "SELECT f.final_id FROM unnest($1::uuid[]) WITH ORDINALITY x(id, n) JOIN kdnx.public_final_successor f ON f.member_id = x.id ORDER BY x.n"


@dataclass(frozen=True)
class Invoice:
    """An issued document; amounts in cents, negative on a credit note."""

    owner_id: UUID
    id: UUID
    number: str
    type: str
    leg: int
    direct: bool
    seller_id: UUID
    buyer_id: UUID
    leitweg_id: str
    period_from: date
    period_to: date
    issued_on: date
    due_on: date
    net_cents: int
    vat_cents: int
    gross_cents: int
    refers_to: UUID | None
    refers_number: str
    reason: str
    xml_sha256: bytes
    state: str
    row_version: int
    issuer_id: UUID
    settled_on: date | None = None
    objected_on: date | None = None
    objection: str = ""
    seller_name: str = ""
    buyer_name: str = ""

    @property
    def is_correction(self) -> bool:
        """It takes back what another document billed."""
        return self.refers_to is not None

    @property
    def label(self) -> str:
        """What the document is called."""
        if self.type == SELF_BILLED and self.is_correction:
            return model.SELF_BILLED_CORRECTION
        return model.TYPE_LABELS[self.type]


@dataclass(frozen=True)
class StoredLine:
    """A line with its place; `taken_back` by a credit note."""

    n: int
    line: Line
    taken_back: bool


@dataclass(frozen=True)
class InvoiceFilter:
    """What a list is narrowed to; `after` = (issued_on, number, id) of the last row shown."""

    direction: str = "all"
    state: str | None = None
    first: date | None = None
    last: date | None = None
    number: str | None = None
    partner_id: UUID | None = None
    type: str | None = None
    after: tuple[date, str, UUID] | None = None


def _line(r: asyncpg.Record) -> Line:
    return Line(
        r["booking_owner_id"], r["booking_id"], r["leg"], r["round"], r["net_cents"], r["tax_code"], r["title"], r["order_number"],
        r["contract_ref"], r["booking_number"], r["service_from"], r["service_to"], r.get("category") or "", r.get("rate_pct") or Decimal(0),
    )  # fmt: skip


async def open_lines(
    conn: Conn, issuers: Sequence[UUID], first: int, last: int, limit: int, *, legacy: bool
) -> list[tuple[Key, Line, UUID]]:
    """Confirmed bookings that these members have to bill, by booking period (yyyymm), each with its order."""
    rows = await conn.fetch(OPEN_LINES, list(issuers), first, last, limit, legacy)
    return [
        (
            Key(r["seller_id"], r["buyer_id"], r["leg"], r["direct"], r["leitweg_id"], not_taxable=False, self_billed=r["self_billed"]),
            _line(r), r["order_id"],
        )
        for r in rows
    ]  # fmt: skip


async def left_out(conn: Conn, members: Sequence[UUID], *term: int) -> dict[bool, tuple[int, int]]:
    """How many open bookings and net cents a preview leaves out: True = Altbestand, False = the buyers bill them."""
    rows = await conn.fetch(LEFT_OUT, list(members), *term)
    return {r["is_legacy"]: (r["bookings"], r["net_cents"]) for r in rows}


async def lock_series(conn: Conn, owners: Sequence[UUID], year: int) -> None:
    """Let two runs of one issuer wait for each other; what is read afterwards is what is there."""
    await conn.execute(OPEN_SERIES, sorted(owners), year)
    await conn.fetch(LOCK_SERIES, list(owners), year)


async def open_accounts(conn: Conn, accounts: Sequence[tuple[AccountKind, UUID]]) -> None:
    """Open those that are not there yet, in the order of their ids."""
    ids, kinds = [account_id(k, m) for k, m in accounts], [k.value for k, _m in accounts]
    await conn.fetchval(OPEN_ACCOUNTS, ids, kinds, [m for _k, m in accounts], conn.now)


async def draw(conn: Conn, owner_id: UUID, year: int) -> int:
    """The next number of an issuer and year; a rollback gives it back."""
    last: int = await conn.fetchval(DRAW, owner_id, year)
    return last


async def insert_invoice(
    conn: Conn, i: Invoice, xml: bytes, evidence: bytes, lines: Sequence[Line], taxes: Sequence[Tax]
) -> None:
    """Write a document with its lines and tax groups."""
    await conn.execute(
        INSERT_INVOICE, i.owner_id, i.id, i.number, i.type, i.leg, i.direct, i.seller_id, i.buyer_id, i.leitweg_id, i.period_from, i.period_to,
        i.issued_on, i.due_on, i.net_cents, i.vat_cents, i.gross_cents, i.refers_to, i.refers_number, i.reason, xml, i.xml_sha256, evidence, i.issuer_id, conn.now,
    )  # fmt: skip
    await insert_lines(conn, i, lines)
    await conn.execute(
        INSERT_TAXES, i.owner_id, i.id, [t.category for t in taxes], [t.rate_pct for t in taxes], [t.basis_cents for t in taxes],
        [t.vat_cents for t in taxes], [t.reason_code for t in taxes], [t.reason for t in taxes],
    )  # fmt: skip


async def insert_lines(conn: Conn, i: Invoice, lines: Sequence[Line], above: int = 0) -> None:
    """Write lines of a document, numbered from `above` + 1."""
    await conn.execute(
        INSERT_LINES, i.owner_id, i.id, [x.booking_owner_id for x in lines], [x.booking_id for x in lines], [x.leg for x in lines],
        [x.round for x in lines], [x.net_cents for x in lines], [x.tax_code for x in lines], [x.category for x in lines],
        [x.rate_pct for x in lines], [x.title for x in lines], [x.order_number for x in lines], [x.contract_ref for x in lines],
        [x.booking_number for x in lines], [x.service_from for x in lines], [x.service_to for x in lines], above,
    )  # fmt: skip


def _selection(members: Sequence[UUID] | None, f: InvoiceFilter) -> list[object]:
    mine = None if members is None else list(members)
    return [mine, f.direction, f.state, f.first, f.last, f.number, f.partner_id, f.type]


async def list_invoices(
    conn: Conn, members: Sequence[UUID] | None, f: InvoiceFilter, limit: int
) -> list[Invoice]:
    """Newest first; `members` None = all that row security shows."""
    after = f.after or (None, None, None)
    return many(Invoice, await conn.fetch(LIST_INVOICES, *_selection(members, f), *after, limit))


async def sum_invoices(
    conn: Conn, members: Sequence[UUID] | None, f: InvoiceFilter
) -> asyncpg.Record:
    """documents, void_documents, net_cents, vat_cents, gross_cents of the whole selection; objected ones sum to nothing."""
    row = await conn.fetchrow(SUM_INVOICES, *_selection(members, f))
    assert row is not None  # noqa: S101  # an aggregate always gives one row
    return row


async def get_invoice(conn: Conn, invoice_id: UUID) -> Invoice:
    """A visible document; NotFound otherwise."""
    return one(Invoice, await conn.fetchrow(GET_INVOICE, invoice_id), _("Diese Rechnung"))


async def find_by_number(conn: Conn, number: str) -> Invoice | None:
    """A visible document by its number."""
    return maybe(Invoice, await conn.fetchrow(FIND_BY_NUMBER, number.strip().upper()))


async def lock_invoices(conn: Conn, ids: Sequence[UUID]) -> list[Invoice]:
    """Lock documents the viewer may move, and read what they are behind the lock."""
    await conn.fetch(LOCK_INVOICES, list(ids))
    return many(Invoice, await conn.fetch(LIST_THESE, list(ids)))


async def invoices_of_booking(conn: Conn, booking_id: UUID) -> list[Invoice]:
    """The documents a booking stands on, newest first."""
    ids = [r["invoice_id"] for r in await conn.fetch(ON_BOOKING, booking_id)]
    return many(Invoice, await conn.fetch(LIST_THESE, ids))


async def invoices_of_order(conn: Conn, order_id: UUID, limit: int) -> list[Invoice]:
    """The newest documents with bookings of an order."""
    ids = [r["invoice_id"] for r in await conn.fetch(ON_ORDER, order_id, limit)]
    return many(Invoice, await conn.fetch(LIST_THESE, ids))


async def get_xml(conn: Conn, invoice: Invoice) -> bytes:
    """The stored bytes."""
    found: bytes = await conn.fetchval(GET_XML, invoice.owner_id, invoice.id)
    return found


async def list_credits(conn: Conn, invoice: Invoice) -> list[Invoice]:
    """The credit notes to an invoice."""
    return many(Invoice, await conn.fetch(CREDITS_OF, invoice.owner_id, invoice.id))


async def list_lines(conn: Conn, invoice: Invoice) -> list[StoredLine]:
    """The lines in their order."""
    rows = await conn.fetch(LIST_LINES, invoice.owner_id, invoice.id)
    return [StoredLine(r["n"], _line(r), r["taken_back"]) for r in rows]


async def list_replaced(conn: Conn, lines: Sequence[Line]) -> list[Replaced]:
    """The documents whose objected lines these are, by number."""
    again = [x for x in lines if x.round > 1]
    if not again:
        return []
    rows = await conn.fetch(
        LIST_REPLACED, [x.booking_owner_id for x in again], [x.booking_id for x in again], [x.leg for x in again],
        [x.round for x in again],
    )  # fmt: skip
    return many(Replaced, rows)


async def list_taxes(conn: Conn, invoice: Invoice) -> list[Tax]:
    """The tax groups."""
    return many(Tax, await conn.fetch(LIST_TAXES, invoice.owner_id, invoice.id))


async def mark_state(
    conn: Conn, i: Invoice, state: str, *, settled_on: date | None = None, objection: str = ""
) -> None:
    """Move a locked document; an objection is dated today."""
    objected_on = conn.today if objection else None
    await conn.execute(
        MARK_STATE, i.owner_id, i.id, state, conn.now, settled_on, objected_on, objection
    )


async def final_of(conn: Conn, members: Sequence[UUID]) -> list[UUID]:
    """Who these members became in the end, in their order."""
    return [r["final_id"] for r in await conn.fetch(FINAL_OF, list(members))]
