"""SQL of tenders: head, lots with positions and trace, estimates, and what is near in kind and time."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kdnx.db.conn import Conn
from kdnx.db.rows import many, one
from kdnx.text import _
from procurement.bundles.model import BundleLine
from procurement.tenders.model import Lot, LotPosition, Tender, ValueEstimate
from procurement.valuation.model import Other

GET_TENDER = """
SELECT t.*, l.short_name AS lead_name, b.short_name AS buyer_name, b.code AS buyer_code,
  (SELECT e.total_cents FROM procurement.value_estimate e WHERE e.tender_id = t.id AND e.version = t.estimate_version) AS total_cents
FROM procurement.tender t JOIN kdnx.public_member l ON l.id = t.lead_id JOIN kdnx.public_member b ON b.id = t.buyer_id WHERE t.id = $1
"""
LOCK_TENDER = "SELECT id FROM procurement.tender WHERE id = $1 FOR UPDATE"
LIST_TENDERS = """
SELECT t.*, l.short_name AS lead_name, b.short_name AS buyer_name, b.code AS buyer_code,
  (SELECT e.total_cents FROM procurement.value_estimate e WHERE e.tender_id = t.id AND e.version = t.estimate_version) AS total_cents
FROM procurement.tender t JOIN kdnx.public_member l ON l.id = t.lead_id JOIN kdnx.public_member b ON b.id = t.buyer_id
WHERE ($1::text = '' OR t.state = $1) AND ($2::text = '' OR kdnx.sort_key(t.title) LIKE '%' || kdnx.sort_key($2) || '%' OR upper(t.number) = upper($2))
  AND ($3::timestamptz IS NULL OR (t.created_at, t.id) < ($3, $4::uuid)) ORDER BY t.created_at DESC, t.id DESC LIMIT $5
"""
INSERT_TENDER = """
INSERT INTO procurement.tender (id, number, lead_id, bundle_id, title, buyer_mode, buyer_id, subject, authority, contract_kind, starts_on, regime, state, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, 'resale', $6, 'supplies_services', 'sub_central', 'framework', $7, 'national', 'draft', $8, $8)
"""
UPDATE_HEAD = """
UPDATE procurement.tender SET title = $2, buyer_mode = $3, buyer_id = $4, subject = $5, authority = $6, contract_kind = $7, starts_on = $8, term_months = $9,
  options_cents = $10, extensions_cents = $11, premiums_cents = $12, monthly_cents = $13, previous_year_cents = $14, expected_change_cents = $15, next_year_cents = $16,
  is_urgent = $17, is_electronic = $18, has_prior_notice = $19, documents_online = $20, is_funded = $21, uses_small_lots = $22, joint_award_reason = $23,
  splitting_reason = $24, row_version = row_version + 1, updated_at = $25 WHERE id = $1
"""
MARK_ESTIMATED = """
UPDATE procurement.tender SET regime = $2, estimate_version = $3, procedure = CASE WHEN regime = $2 THEN procedure END,
  procedure_reason = CASE WHEN regime = $2 THEN procedure_reason ELSE '' END, updated_at = $4 WHERE id = $1
"""
SET_PROCEDURE = "UPDATE procurement.tender SET procedure = $2, procedure_reason = $3, row_version = row_version + 1, updated_at = $4 WHERE id = $1"
MARK_STATE = "UPDATE procurement.tender SET state = $2, cancel_reason = $3, row_version = row_version + 1, updated_at = $4 WHERE id = $1"
INSERT_LOTS = """
INSERT INTO procurement.lot (tender_id, lot_no, title, value_cents, max_value_cents, cpv)
SELECT $1, * FROM unnest($2::int[], $3::text[], $4::bigint[], $5::bigint[], $6::text[])
"""
INSERT_POSITIONS = """
INSERT INTO procurement.lot_position (tender_id, lot_no, ordinal, title, cpv, unit, qty_min, qty_expected, qty_max, unit_price_cents, price_source)
SELECT $1, * FROM unnest($2::int[], $3::int[], $4::text[], $5::text[], $6::text[], $7::numeric[], $8::numeric[], $9::numeric[], $10::bigint[], $11::text[])
"""
INSERT_TRACE = """
INSERT INTO procurement.lot_trace (tender_id, lot_no, ordinal, owner_id, response_id, version, line_ordinal, qty_min, qty_expected, qty_max)
SELECT $1, * FROM unnest($2::int[], $3::int[], $4::uuid[], $5::uuid[], $6::int[], $7::int[], $8::numeric[], $9::numeric[], $10::numeric[])
"""
LIST_LOTS = "SELECT lot_no, title, value_cents, max_value_cents, is_small, cpv FROM procurement.lot WHERE tender_id = $1 ORDER BY lot_no"
LIST_POSITIONS = (
    "SELECT * FROM procurement.lot_position WHERE tender_id = $1 ORDER BY lot_no, ordinal"
)
MARK_SMALL = "UPDATE procurement.lot SET is_small = (lot_no = ANY ($2::int[])), row_version = row_version + 1 WHERE tender_id = $1"
INSERT_ESTIMATE = """
INSERT INTO procurement.value_estimate (tender_id, version, total_cents, max_total_cents, regime, threshold_cents, calculation, rule_ids, author, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
LIST_ESTIMATES = (
    "SELECT * FROM procurement.value_estimate WHERE tender_id = $1 ORDER BY version DESC LIMIT 100"
)
LIST_OTHERS = """
SELECT t.number, t.title, t.starts_on, e.total_cents, (SELECT array_agg(DISTINCT left(p.cpv, 3)) FROM procurement.lot_position p WHERE p.tender_id = t.id) AS groups
FROM procurement.tender t JOIN procurement.value_estimate e ON e.tender_id = t.id AND e.version = t.estimate_version
WHERE t.buyer_id = $1 AND t.id <> $2 AND t.state <> 'cancelled' AND t.starts_on BETWEEN $3 AND $4 ORDER BY t.starts_on, t.number LIMIT 200
"""


async def get_tender(conn: Conn, tender_id: UUID) -> Tender:
    """One tender the viewer may see; NotFound otherwise."""
    return one(Tender, await conn.fetchrow(GET_TENDER, tender_id), _("Diese Vergabe"))


async def lock_tender(conn: Conn, tender_id: UUID) -> Tender:
    """The tender, held until the end of the transaction."""
    await conn.fetchval(LOCK_TENDER, tender_id)
    return await get_tender(conn, tender_id)


async def list_tenders(
    conn: Conn, *, state: str, text: str, after: tuple[datetime, UUID] | None, limit: int
) -> list[Tender]:
    """Tenders the viewer may see, newest first."""
    at, last = after or (None, None)
    return many(Tender, await conn.fetch(LIST_TENDERS, state, text, at, last, limit))


async def insert_tender(
    conn: Conn,
    tender_id: UUID,
    number: str,
    *,
    lead_id: UUID,
    buyer_id: UUID,
    bundle_id: UUID,
    title: str,
    starts_on: date,
) -> None:
    """A new draft with the usual settings."""
    await conn.execute(
        INSERT_TENDER, tender_id, number, lead_id, bundle_id, title, buyer_id, starts_on, conn.now
    )


async def update_head(
    conn: Conn, tender_id: UUID, buyer_id: UUID, values: Mapping[str, Any]
) -> None:
    """Change the head; `values` are the fields of TenderIn."""
    order = ("subject", "authority", "contract_kind", "starts_on", "term_months", "options_cents", "extensions_cents", "premiums_cents",
             "monthly_cents", "previous_year_cents", "expected_change_cents", "next_year_cents", "is_urgent", "is_electronic",
             "has_prior_notice", "documents_online", "is_funded", "uses_small_lots", "joint_award_reason", "splitting_reason")  # fmt: skip
    await conn.execute(
        UPDATE_HEAD,
        tender_id,
        values["title"],
        values["buyer_mode"],
        buyer_id,
        *(values[n] for n in order),
        conn.now,
    )


async def insert_estimate(
    conn: Conn, tender_id: UUID, version: int, *, total_cents: int, max_total_cents: int, regime: str, threshold_cents: int,
    calculation: Mapping[str, Any], rule_ids: Sequence[UUID], author: UUID | None,
) -> None:  # fmt: skip
    """Store an estimate and make it the current one; a procedure of the other regime is forgotten."""
    await conn.execute(
        INSERT_ESTIMATE,
        tender_id,
        version,
        total_cents,
        max_total_cents,
        regime,
        threshold_cents,
        dict(calculation),
        list(rule_ids),
        author,
        conn.now,
    )
    await conn.execute(MARK_ESTIMATED, tender_id, regime, version, conn.now)


async def list_estimates(conn: Conn, tender_id: UUID) -> list[ValueEstimate]:
    """All estimates, newest first."""
    return many(ValueEstimate, await conn.fetch(LIST_ESTIMATES, tender_id))


async def set_procedure(conn: Conn, tender_id: UUID, procedure: str, reason: str) -> None:
    """The chosen procedure and why."""
    await conn.execute(SET_PROCEDURE, tender_id, procedure, reason, conn.now)


async def mark_state(conn: Conn, tender_id: UUID, state: str, reason: str) -> None:
    """The new state."""
    await conn.execute(MARK_STATE, tender_id, state, reason, conn.now)


async def insert_lots(conn: Conn, tender_id: UUID, lots: Sequence[Lot]) -> None:
    """All lots."""
    await conn.execute(
        INSERT_LOTS, tender_id, [x.lot_no for x in lots], [x.title for x in lots], [x.value_cents for x in lots],
        [x.max_value_cents for x in lots], [x.cpv for x in lots],
    )  # fmt: skip


async def insert_positions(conn: Conn, tender_id: UUID, rows: Sequence[LotPosition]) -> None:
    """All positions of all lots."""
    await conn.execute(
        INSERT_POSITIONS, tender_id, [x.lot_no for x in rows], [x.ordinal for x in rows], [x.title for x in rows], [x.cpv for x in rows],
        [x.unit for x in rows], [x.qty_min for x in rows], [x.qty_expected for x in rows], [x.qty_max for x in rows],
        [x.unit_price_cents for x in rows], [x.price_source for x in rows],
    )  # fmt: skip


async def insert_trace(conn: Conn, tender_id: UUID, lines: Sequence[BundleLine]) -> None:
    """Which demand line stands behind which lot position, in the position's unit."""
    await conn.execute(
        INSERT_TRACE, tender_id, [x.lot_no for x in lines], [x.position for x in lines], [x.owner_id for x in lines], [x.response_id for x in lines],
        [x.version for x in lines], [x.ordinal for x in lines], [x.qty_min * x.unit_factor for x in lines],
        [x.qty_expected * x.unit_factor for x in lines], [x.qty_max * x.unit_factor for x in lines],
    )  # fmt: skip


async def list_lots(conn: Conn, tender_id: UUID) -> list[Lot]:
    """Lots by number."""
    return many(Lot, await conn.fetch(LIST_LOTS, tender_id))


async def list_positions(conn: Conn, tender_id: UUID) -> list[LotPosition]:
    """Positions by lot."""
    return many(LotPosition, await conn.fetch(LIST_POSITIONS, tender_id))


async def mark_small(conn: Conn, tender_id: UUID, lots: Sequence[int]) -> None:
    """Which lots use the exception of § 3 Abs. 9 VgV."""
    await conn.execute(MARK_SMALL, tender_id, list(lots))


async def list_others(
    conn: Conn, buyer_id: UUID, tender_id: UUID, since: date, until: date
) -> list[Other]:
    """Other procedures of the buyer that begin in this span."""
    rows = await conn.fetch(LIST_OTHERS, buyer_id, tender_id, since, until)
    return [
        Other(
            r["number"], r["title"], r["starts_on"], r["total_cents"], frozenset(r["groups"] or ())
        )
        for r in rows
    ]
