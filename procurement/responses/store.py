"""SQL of answers, their lines by year, and what the members' own catalogue offers for them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe, one
from kdnx.text import _
from procurement.responses.model import Amount, Answer, Line, Match, Response, search_words

FIND_RESPONSE = "SELECT * FROM procurement.demand_response WHERE owner_id = $1 AND call_id = $2"
GET_RESPONSE = "SELECT * FROM procurement.demand_response WHERE owner_id = $1 AND id = $2"
LOCK_RESPONSE = (
    "SELECT * FROM procurement.demand_response WHERE owner_id = $1 AND id = $2 FOR UPDATE"
)
LIST_FREE = "SELECT * FROM procurement.demand_response WHERE owner_id = $1 AND call_id IS NULL ORDER BY updated_at DESC, id LIMIT 200"
INSERT_RESPONSE = """
INSERT INTO procurement.demand_response (owner_id, id, call_id, lead_id, title, state, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, 'draft', $6, $6) ON CONFLICT DO NOTHING
"""
# the call is asked here and not by the caller alone: a closing call is waited for (hold_call) and then seen
MARK_STATE = """
UPDATE procurement.demand_response r SET state = $3, row_version = row_version + 1, updated_at = $4,
  requested_by = CASE WHEN $3 = 'awaiting_release' THEN $5 ELSE requested_by END,
  return_reason = CASE WHEN $3 = 'draft' THEN $6 ELSE NULL END,
  submitted_version = CASE WHEN $3 = 'withdrawn' THEN NULL ELSE submitted_version END
WHERE owner_id = $1 AND id = $2
  AND (r.call_id IS NULL OR EXISTS (SELECT 1 FROM procurement.demand_call c WHERE c.id = r.call_id AND c.state = 'open' AND c.closes_at > $4))
"""
MARK_SAVED = """
UPDATE procurement.demand_response SET version = version + 1, title = $3, written_by = $4, row_version = row_version + 1, updated_at = $5
WHERE owner_id = $1 AND id = $2 RETURNING version
"""
MARK_RELEASED = """
UPDATE procurement.demand_response r SET state = 'submitted', submitted_version = version, edition = edition + 1, released_by = $3, submitted_at = $4,
  receipt_hash = $5, return_reason = NULL, row_version = row_version + 1, updated_at = $4
WHERE owner_id = $1 AND id = $2 AND version = $6
  AND (r.call_id IS NULL OR EXISTS (SELECT 1 FROM procurement.demand_call c WHERE c.id = r.call_id AND c.state = 'open' AND c.closes_at > $4))
"""
HOLD_CALL = "SELECT procurement.hold_call($1)"
INSERT_LINES = """
INSERT INTO procurement.demand_line (owner_id, response_id, version, ordinal, call_position, title, cpv, unit, spec, spec_hash, qty_min, qty_expected, qty_max,
  needed_from, needed_to, place, price_today_cents, existing_contract_end, binding, budget_confirmed, deviation_reason, created_at)
SELECT o, r, v, n, p, t, c, u, s, h, a, b, d, f, e, l, m, x, i, g, y, $22
FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bytea[], $11::numeric[], $12::numeric[], $13::numeric[],
  $14::date[], $15::date[], $16::text[], $17::bigint[], $18::date[], $19::text[], $20::bool[], $21::text[])
  AS z(o, r, v, n, p, t, c, u, s, h, a, b, d, f, e, l, m, x, i, g, y)
"""
INSERT_YEARS = """
INSERT INTO procurement.demand_line_year (owner_id, response_id, version, ordinal, year, qty_min, qty_expected, qty_max)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::int[], $6::numeric[], $7::numeric[], $8::numeric[])
"""
LIST_LINES = """
SELECT l.*, (SELECT jsonb_object_agg(y.year, jsonb_build_array(y.qty_min::text, y.qty_expected::text, y.qty_max::text)) FROM procurement.demand_line_year y
    WHERE (y.owner_id, y.response_id, y.version, y.ordinal) = (l.owner_id, l.response_id, l.version, l.ordinal)) AS years
FROM procurement.demand_line l WHERE l.owner_id = $1 AND l.response_id = $2 AND l.version = $3 ORDER BY l.ordinal
"""
LIST_ANSWERS = """
SELECT l.*, m.short_name AS member_name,
  (SELECT jsonb_object_agg(y.year, jsonb_build_array(y.qty_min::text, y.qty_expected::text, y.qty_max::text)) FROM procurement.demand_line_year y
    WHERE (y.owner_id, y.response_id, y.version, y.ordinal) = (l.owner_id, l.response_id, l.version, l.ordinal)) AS years
FROM procurement.demand_response r JOIN procurement.demand_line l ON l.owner_id = r.owner_id AND l.response_id = r.id AND l.version = r.submitted_version
JOIN kdnx.public_member m ON m.id = r.owner_id
WHERE r.call_id = $1 AND (r.lead_id = ANY ($2::uuid[]) OR $3) ORDER BY l.ordinal, m.sort_key, m.code LIMIT 5000
"""
LIST_OUTCOMES = "SELECT ordinal, offering_id, outcome, reason FROM procurement.inhouse_match WHERE owner_id = $1 AND response_id = $2"
FIND_MATCHES = """
SELECT x.ordinal, o.id AS offering_id, o.version AS offering_version, o.title, o.owner_id AS provider_id, m.short_name AS provider_name
FROM unnest($1::int[], $2::text[], $3::text[]) AS x(ordinal, words, cpv)
CROSS JOIN LATERAL (
  SELECT f.id, f.version, f.title, f.owner_id, EXISTS (SELECT 1 FROM unnest(v.cpv) AS c(code) WHERE left(c.code, 5) = left(x.cpv, 5)) AS same_kind
  FROM catalog.public_offering f JOIN catalog.public_offering_version v ON v.offering_id = f.id AND v.version = f.version
  WHERE f.state = 'published' AND f.owner_id <> $4
    AND (EXISTS (SELECT 1 FROM unnest(v.cpv) AS c(code) WHERE left(c.code, 5) = left(x.cpv, 5)) OR f.search @@ plainto_tsquery('pg_catalog.german', x.words))
  ORDER BY same_kind DESC, f.title, f.id LIMIT 3) o
JOIN kdnx.public_member m ON m.id = o.owner_id ORDER BY x.ordinal, o.same_kind DESC, o.title
"""
SAVE_OUTCOMES = """
INSERT INTO procurement.inhouse_match AS h (owner_id, response_id, ordinal, offering_id, offering_version, offering_title, provider_id, outcome, reason, created_at, updated_at)
SELECT $1, $2, o, f, v, t, p, c, r, $10, $10 FROM unnest($3::int[], $4::uuid[], $5::int[], $6::text[], $7::uuid[], $8::text[], $9::text[]) AS x(o, f, v, t, p, c, r)
ON CONFLICT (owner_id, response_id, ordinal, offering_id) DO UPDATE SET outcome = EXCLUDED.outcome, reason = EXCLUDED.reason,
  offering_version = EXCLUDED.offering_version, offering_title = EXCLUDED.offering_title, row_version = h.row_version + 1, updated_at = EXCLUDED.updated_at
"""


async def find_response(conn: Conn, owner_id: UUID, call_id: UUID) -> Response | None:
    """The member's answer to a call, or None."""
    return maybe(Response, await conn.fetchrow(FIND_RESPONSE, owner_id, call_id))


async def get_response(conn: Conn, owner_id: UUID, response_id: UUID) -> Response:
    """One answer; NotFound otherwise."""
    return one(
        Response,
        await conn.fetchrow(GET_RESPONSE, owner_id, response_id),
        _("Diese Bedarfsmeldung"),
    )


async def lock_response(conn: Conn, owner_id: UUID, response_id: UUID) -> Response:
    """One answer, held until the end of the transaction; NotFound otherwise."""
    return one(
        Response,
        await conn.fetchrow(LOCK_RESPONSE, owner_id, response_id),
        _("Diese Bedarfsmeldung"),
    )


async def list_free(conn: Conn, owner_id: UUID) -> list[Response]:
    """A member's demands outside any call."""
    return many(Response, await conn.fetch(LIST_FREE, owner_id))


async def insert_response(
    conn: Conn,
    owner_id: UUID,
    response_id: UUID,
    call_id: UUID | None,
    lead_id: UUID | None,
    title: str,
) -> bool:
    """A new draft; False when the member has an answer to that call already."""
    return (
        await conn.execute(
            INSERT_RESPONSE, owner_id, response_id, call_id, lead_id, title, conn.now
        )
        == 1
    )


async def mark_state(
    conn: Conn,
    response: Response,
    state: str,
    *,
    principal: UUID | None = None,
    reason: str | None = None,
) -> bool:
    """The new state; False when the call has ended in the meantime."""
    done = await conn.execute(
        MARK_STATE, response.owner_id, response.id, state, conn.now, principal, reason
    )
    return done == 1


async def mark_saved(
    conn: Conn, owner_id: UUID, response_id: UUID, title: str, principal: UUID | None
) -> int:
    """Count a saving; its version."""
    version: int = await conn.fetchval(
        MARK_SAVED, owner_id, response_id, title, principal, conn.now
    )
    return version


async def mark_released(
    conn: Conn, response: Response, principal: UUID | None, receipt_hash: bytes
) -> bool:
    """Submitted now; False when the call has ended or another version lies there."""
    done = await conn.execute(
        MARK_RELEASED,
        response.owner_id,
        response.id,
        principal,
        conn.now,
        receipt_hash,
        response.version,
    )
    return done == 1


async def hold_call(conn: Conn, call_id: UUID) -> None:
    """Wait for a closing in progress and keep the call from closing until the end of the transaction."""
    await conn.execute(HOLD_CALL, call_id)


async def insert_lines(conn: Conn, rows: Sequence[tuple[UUID, UUID, int, Line]]) -> None:
    """Lines of many answers at once: (owner, response, version, line)."""
    if not rows:
        return
    totals = [line.total for *_key, line in rows]
    lines = [r[3] for r in rows]
    await conn.execute(
        INSERT_LINES, [r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows],
        [x.ordinal for x in lines], [x.call_position for x in lines], [x.title for x in lines], [x.cpv for x in lines],
        [x.unit for x in lines], [x.spec for x in lines], [x.spec_hash for x in lines],
        [t.low for t in totals], [t.expected for t in totals], [t.high for t in totals],
        [x.needed_from for x in lines], [x.needed_to for x in lines], [x.place for x in lines],
        [x.price_today_cents for x in lines], [x.existing_contract_end for x in lines], [x.binding for x in lines],
        [x.budget_confirmed for x in lines], [x.deviation_reason for x in lines], conn.now,
    )  # fmt: skip
    years = [
        (*r[:3], r[3].ordinal, y, a.low, a.expected, a.high)
        for r in rows
        for y, a in r[3].years.items()
    ]
    await conn.execute(INSERT_YEARS, *([y[i] for y in years] for i in range(8)))


async def list_lines(conn: Conn, owner_id: UUID, response_id: UUID, version: int) -> list[Line]:
    """Lines of one version."""
    return [to_line(r) for r in await conn.fetch(LIST_LINES, owner_id, response_id, version)]


def to_line(row: asyncpg.Record) -> Line:
    """A row of `demand_line` with its `years` as the model has it."""
    values: dict[str, Any] = {
        k: v for k, v in row.items() if k in Line.__dataclass_fields__ and k != "years"
    }
    years: Mapping[str, Sequence[str]] = row["years"] or {}
    return Line(**values, years={int(y): _amount(v) for y, v in sorted(years.items())})


def _amount(values: Sequence[str]) -> Amount:
    # jsonb carries exact figures as text
    low, expected, high = (Decimal(v) for v in values)
    return Amount(low, expected, high)


async def list_answers(
    conn: Conn, call_id: UUID, leads: Sequence[UUID], *, sees_all: bool
) -> list[Answer]:
    """What was submitted, by position and member; only for the lead and the office."""
    rows = await conn.fetch(LIST_ANSWERS, call_id, list(leads), sees_all)
    return [
        Answer(r["owner_id"], r["member_name"], r["response_id"], r["version"], to_line(r))
        for r in rows
    ]


async def list_matches(conn: Conn, response: Response, lines: Sequence[Line]) -> list[Match]:
    """What other members offer for these lines, with what was said about it so far."""
    if not lines:
        return []
    found = await find_matches(
        conn, response.owner_id, [(x.ordinal, search_words(x.title), x.cpv) for x in lines]
    )
    said = await list_outcomes(conn, response.owner_id, response.id)
    nothing: tuple[str | None, str] = (None, "")
    pairs = [(m, said.get((m.ordinal, m.offering_id), nothing)) for m in found]
    return [replace(m, outcome=outcome, reason=reason) for m, (outcome, reason) in pairs]


async def find_matches(
    conn: Conn, owner_id: UUID, wanted: Sequence[tuple[int, str, str]]
) -> list[Match]:
    """Published offerings of other members for (ordinal, words, CPV code), up to three a line."""
    rows = await conn.fetch(
        FIND_MATCHES,
        [w[0] for w in wanted],
        [w[1] for w in wanted],
        [w[2] for w in wanted],
        owner_id,
    )
    return many(Match, rows)


async def list_outcomes(
    conn: Conn, owner_id: UUID, response_id: UUID
) -> dict[tuple[int, UUID], tuple[str, str]]:
    """What the member said: (ordinal, offering) → (outcome, reason)."""
    rows = await conn.fetch(LIST_OUTCOMES, owner_id, response_id)
    return {(r["ordinal"], r["offering_id"]): (r["outcome"], r["reason"]) for r in rows}


async def save_outcomes(conn: Conn, response: Response, said: Sequence[Match]) -> None:
    """Record outcomes and reasons; saying it again replaces it."""
    if said:
        await conn.execute(
            SAVE_OUTCOMES, response.owner_id, response.id, [m.ordinal for m in said], [m.offering_id for m in said],
            [m.offering_version for m in said], [m.title for m in said], [m.provider_id for m in said],
            [m.outcome for m in said], [m.reason for m in said], conn.now,
        )  # fmt: skip
