"""SQL of invoices: what is not billed yet, numbers, issuing, reading."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

import asyncpg

from exchange.invoices.model import Key, Line, Tax
from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe, one
from kdnx.text import _

# a booking on a leg is open when it stands on no line or every line of it was taken back
OPEN_LINES = """
SELECT x.seller_id, x.buyer_id, x.leg, b.route = 'direct' AS direct, coalesce(l.leitweg_id, '') AS leitweg_id, b.owner_id AS booking_owner_id, b.id AS booking_id,
  n.lines::int + 1 AS round, b.sign * (b.confirmed_cents + CASE x.leg WHEN 2 THEN b.confirmed_surcharge_cents ELSE 0 END) AS net_cents,
  CASE x.leg WHEN 2 THEN b.tax_code_2 ELSE b.tax_code_1 END AS tax_code, v.title, b.number AS order_number, coalesce(l.contract_ref, '') AS contract_ref,
  b.number || '/' || b.ordinal AS booking_number, b.service_from, b.service_to
FROM exchange.booking_row b
JOIN exchange.order_version v ON v.owner_id = b.owner_id AND v.order_id = b.order_id AND v.version = b.order_version
CROSS JOIN LATERAL (VALUES (1::smallint, b.owner_id, CASE b.route WHEN 'direct' THEN b.recipient_id ELSE b.hub_id END), (2::smallint, b.hub_id, b.recipient_id)) x(leg, seller_id, buyer_id)
LEFT JOIN exchange.leg l ON l.owner_id = b.owner_id AND l.order_id = b.order_id AND l.version = b.order_version AND l.leg = x.leg
CROSS JOIN LATERAL (SELECT count(*) AS lines FROM exchange.invoice_line i WHERE i.booking_id = b.id AND i.booking_owner_id = b.owner_id AND i.leg = x.leg) n
WHERE b.state = 'confirmed' AND x.seller_id = ANY ($1::uuid[]) AND x.seller_id <> x.buyer_id AND b.book_year * 100 + b.book_month BETWEEN $2 AND $3 AND n.lines % 2 = 0
ORDER BY x.seller_id, x.buyer_id, x.leg, b.number, b.ordinal, b.id LIMIT $4
"""
OPEN_SERIES = "INSERT INTO exchange.invoice_series (owner_id, year, last) SELECT o, $2, 0 FROM unnest($1::uuid[]) o ORDER BY o ON CONFLICT DO NOTHING"
LOCK_SERIES = "SELECT owner_id FROM exchange.invoice_series WHERE owner_id = ANY ($1) AND year = $2 ORDER BY owner_id FOR UPDATE"
DRAW = "UPDATE exchange.invoice_series SET last = last + 1 WHERE owner_id = $1 AND year = $2 RETURNING last"
INSERT_INVOICE = """
INSERT INTO exchange.invoice (owner_id, id, number, type, leg, direct, seller_id, buyer_id, leitweg_id, period_from, period_to, issued_on, due_on,
  net_cents, vat_cents, gross_cents, refers_to, refers_number, reason, xml, xml_sha256, evidence, state, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, 'issued', $23, $23)
"""
INSERT_LINES = """
INSERT INTO exchange.invoice_line (owner_id, invoice_id, n, booking_owner_id, booking_id, leg, round, net_cents, tax_code, category, rate_pct, title,
  order_number, contract_ref, booking_number, service_from, service_to)
SELECT $1, $2, x.n, x.bo, x.b, x.l, x.r, x.c, x.t, x.k, x.p, x.ti, x.o, x.cr, x.bn, x.f, x.u
FROM unnest($3::uuid[], $4::uuid[], $5::smallint[], $6::int[], $7::bigint[], $8::text[], $9::text[], $10::numeric[], $11::text[], $12::text[], $13::text[], $14::text[],
  $15::date[], $16::date[]) WITH ORDINALITY x(bo, b, l, r, c, t, k, p, ti, o, cr, bn, f, u, n)
"""
INSERT_TAXES = """
INSERT INTO exchange.invoice_tax (owner_id, invoice_id, category, rate_pct, basis_cents, vat_cents, reason_code, reason)
SELECT $1, $2, x.c, x.p, x.b, x.v, x.rc, x.r FROM unnest($3::text[], $4::numeric[], $5::bigint[], $6::bigint[], $7::text[], $8::text[]) x(c, p, b, v, rc, r)
"""
COLUMNS = """
SELECT i.owner_id, i.id, i.number, i.type, i.leg, i.direct, i.seller_id, i.buyer_id, i.leitweg_id, i.period_from, i.period_to, i.issued_on, i.due_on,
  i.net_cents, i.vat_cents, i.gross_cents, i.refers_to, i.refers_number, i.reason, i.xml_sha256, i.state, i.row_version,
  s.short_name AS seller_name, b.short_name AS buyer_name
FROM exchange.invoice i JOIN kdnx.public_member s ON s.id = i.seller_id JOIN kdnx.public_member b ON b.id = i.buyer_id
"""
SELECTION = """
WHERE ($1::uuid[] IS NULL OR (CASE $2::text WHEN 'out' THEN i.seller_id = ANY ($1) WHEN 'in' THEN i.buyer_id = ANY ($1) ELSE i.seller_id = ANY ($1) OR i.buyer_id = ANY ($1) END))
  AND ($3::text IS NULL OR i.state = $3) AND ($4::date IS NULL OR i.period_from >= $4) AND ($5::date IS NULL OR i.period_to <= $5)
"""
LIST_INVOICES = (
    COLUMNS
    + SELECTION
    + """
  AND ($6::date IS NULL OR (i.issued_on, i.number, i.id) < ($6, $7, $8))
ORDER BY i.issued_on DESC, i.number DESC, i.id DESC LIMIT $9
"""
)
SUM_INVOICES = """
SELECT count(*)::bigint AS documents, coalesce(sum(i.net_cents), 0)::bigint AS net_cents, coalesce(sum(i.vat_cents), 0)::bigint AS vat_cents,
  coalesce(sum(i.gross_cents), 0)::bigint AS gross_cents FROM exchange.invoice i
WHERE ($1::uuid[] IS NULL OR (CASE $2::text WHEN 'out' THEN i.seller_id = ANY ($1) WHEN 'in' THEN i.buyer_id = ANY ($1) ELSE i.seller_id = ANY ($1) OR i.buyer_id = ANY ($1) END))
  AND ($3::text IS NULL OR i.state = $3) AND ($4::date IS NULL OR i.period_from >= $4) AND ($5::date IS NULL OR i.period_to <= $5)
"""
GET_INVOICE = COLUMNS + "WHERE i.id = $1"
FIND_BY_NUMBER = COLUMNS + "WHERE i.number = $1"
CREDITS_OF = COLUMNS + "WHERE i.owner_id = $1 AND i.refers_to = $2 ORDER BY i.number LIMIT 200"
LOCK_INVOICE = "SELECT id FROM exchange.invoice WHERE id = $1 FOR UPDATE"
GET_XML = "SELECT xml FROM exchange.invoice WHERE owner_id = $1 AND id = $2"
LIST_LINES = """
SELECT n, booking_owner_id, booking_id, leg, round, net_cents, tax_code, category, rate_pct, title, order_number, contract_ref, booking_number, service_from, service_to,
  EXISTS (SELECT 1 FROM exchange.invoice_line c WHERE c.owner_id = l.owner_id AND c.booking_owner_id = l.booking_owner_id AND c.booking_id = l.booking_id
    AND c.leg = l.leg AND c.round = l.round + 1) AS taken_back
FROM exchange.invoice_line l WHERE owner_id = $1 AND invoice_id = $2 ORDER BY n LIMIT 20000
"""
LIST_TAXES = """
SELECT category, rate_pct, basis_cents, vat_cents, reason_code, reason FROM exchange.invoice_tax WHERE owner_id = $1 AND invoice_id = $2 ORDER BY category, rate_pct LIMIT 100
"""
MARK_STATE = "UPDATE exchange.invoice SET state = $3, row_version = row_version + 1, updated_at = $4 WHERE owner_id = $1 AND id = $2"
GET_PROFILE = "SELECT owner_id, contact, phone, email, row_version FROM exchange.invoice_profile WHERE owner_id = $1"
UPSERT_PROFILE = """
INSERT INTO exchange.invoice_profile AS p (owner_id, contact, phone, email, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)
ON CONFLICT (owner_id) DO UPDATE SET contact = $2, phone = $3, email = $4, row_version = p.row_version + 1, updated_at = $5
"""
# I8 of model.md 8: an invoice is its lines, its lines are the confirmed leg, its VAT is posted
WRONG_INVOICES = """
SELECT i.owner_id, i.id FROM exchange.invoice i
WHERE i.net_cents <> (SELECT coalesce(sum(l.net_cents), 0) FROM exchange.invoice_line l WHERE l.owner_id = i.owner_id AND l.invoice_id = i.id)
  OR i.vat_cents <> (SELECT coalesce(sum(x.vat_cents), 0) FROM exchange.invoice_tax x WHERE x.owner_id = i.owner_id AND x.invoice_id = i.id)
  OR i.vat_cents <> (SELECT coalesce(sum(t.sign * t.cents), 0) FROM exchange.transfer t WHERE t.owner_id = i.owner_id AND t.source_id = i.id AND t.kind = 'vat')
  OR EXISTS (SELECT 1 FROM exchange.invoice_line l JOIN exchange.confirmation k ON k.owner_id = l.booking_owner_id AND k.booking_id = l.booking_id
    WHERE l.owner_id = i.owner_id AND l.invoice_id = i.id
    AND abs(l.net_cents) <> k.confirmed_cents + CASE l.leg WHEN 2 THEN k.surcharge_cents ELSE 0 END)
LIMIT 20
"""
GAPS = """
SELECT s.owner_id, s.year FROM exchange.invoice_series s
WHERE s.last <> (SELECT count(*) FROM exchange.invoice i WHERE i.owner_id = s.owner_id AND i.number LIKE 'RE-%-' || s.year || '-_____') LIMIT 20
"""


@dataclass(frozen=True)
class Profile:
    """Whom to ask about an invoice: a function, never a private person."""

    owner_id: UUID
    contact: str
    phone: str
    email: str
    row_version: int = 1


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
    seller_name: str = ""
    buyer_name: str = ""


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
    after: tuple[date, str, UUID] | None = None


def _line(r: asyncpg.Record) -> Line:
    return Line(
        r["booking_owner_id"], r["booking_id"], r["leg"], r["round"], r["net_cents"], r["tax_code"], r["title"], r["order_number"],
        r["contract_ref"], r["booking_number"], r["service_from"], r["service_to"], r.get("category") or "", r.get("rate_pct") or Decimal(0),
    )  # fmt: skip


async def open_lines(
    conn: Conn, sellers: Sequence[UUID], first: int, last: int, limit: int
) -> list[tuple[Key, Line]]:
    """Confirmed and not billed bookings of the sellers in these booking periods (yyyymm)."""
    rows = await conn.fetch(OPEN_LINES, list(sellers), first, last, limit)
    return [
        (
            Key(
                r["seller_id"],
                r["buyer_id"],
                r["leg"],
                r["direct"],
                r["leitweg_id"],
                not_taxable=False,
            ),
            _line(r),
        )
        for r in rows
    ]


async def lock_series(conn: Conn, owners: Sequence[UUID], year: int) -> None:
    """Let two runs of one issuer wait for each other; what is read afterwards is what is there."""
    await conn.execute(OPEN_SERIES, sorted(owners), year)
    await conn.fetch(LOCK_SERIES, list(owners), year)


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
        i.issued_on, i.due_on, i.net_cents, i.vat_cents, i.gross_cents, i.refers_to, i.refers_number, i.reason, xml, i.xml_sha256, evidence, conn.now,
    )  # fmt: skip
    await conn.execute(
        INSERT_LINES, i.owner_id, i.id, [x.booking_owner_id for x in lines], [x.booking_id for x in lines], [x.leg for x in lines],
        [x.round for x in lines], [x.net_cents for x in lines], [x.tax_code for x in lines], [x.category for x in lines],
        [x.rate_pct for x in lines], [x.title for x in lines], [x.order_number for x in lines], [x.contract_ref for x in lines],
        [x.booking_number for x in lines], [x.service_from for x in lines], [x.service_to for x in lines],
    )  # fmt: skip
    await conn.execute(
        INSERT_TAXES, i.owner_id, i.id, [t.category for t in taxes], [t.rate_pct for t in taxes], [t.basis_cents for t in taxes],
        [t.vat_cents for t in taxes], [t.reason_code for t in taxes], [t.reason for t in taxes],
    )  # fmt: skip


def _selection(members: Sequence[UUID] | None, f: InvoiceFilter) -> list[object]:
    return [None if members is None else list(members), f.direction, f.state, f.first, f.last]


async def list_invoices(
    conn: Conn, members: Sequence[UUID] | None, f: InvoiceFilter, limit: int
) -> list[Invoice]:
    """Newest first; `members` None = all that row security shows."""
    after = f.after or (None, None, None)
    return many(Invoice, await conn.fetch(LIST_INVOICES, *_selection(members, f), *after, limit))


async def sum_invoices(
    conn: Conn, members: Sequence[UUID] | None, f: InvoiceFilter
) -> asyncpg.Record:
    """documents, net_cents, vat_cents, gross_cents of the whole selection."""
    row = await conn.fetchrow(SUM_INVOICES, *_selection(members, f))
    assert row is not None  # noqa: S101  # an aggregate always gives one row
    return row


async def get_invoice(conn: Conn, invoice_id: UUID) -> Invoice:
    """A visible document; NotFound otherwise."""
    return one(Invoice, await conn.fetchrow(GET_INVOICE, invoice_id), _("Diese Rechnung"))


async def find_by_number(conn: Conn, number: str) -> Invoice | None:
    """A visible document by its number."""
    return maybe(Invoice, await conn.fetchrow(FIND_BY_NUMBER, number.strip().upper()))


async def lock_invoice(conn: Conn, invoice_id: UUID) -> None:
    """Lock a document the viewer may move."""
    await conn.fetch(LOCK_INVOICE, invoice_id)


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


async def list_taxes(conn: Conn, invoice: Invoice) -> list[Tax]:
    """The tax groups."""
    return many(Tax, await conn.fetch(LIST_TAXES, invoice.owner_id, invoice.id))


async def mark_state(conn: Conn, invoice: Invoice, state: str) -> None:
    """Move a locked document."""
    await conn.execute(MARK_STATE, invoice.owner_id, invoice.id, state, conn.now)


async def find_profile(conn: Conn, owner_id: UUID) -> Profile | None:
    """Whom a member names on its invoices."""
    return maybe(Profile, await conn.fetchrow(GET_PROFILE, owner_id))


async def save_profile(conn: Conn, p: Profile) -> None:
    """Write it."""
    await conn.execute(UPSERT_PROFILE, p.owner_id, p.contact, p.phone, p.email, conn.now)
