"""SQL of dated rules."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from kdnx.db.conn import Conn
from kdnx.errors import NotFound, Refused
from kdnx.rules.calendar import Holidays, holidays_from
from kdnx.rules.labels import KIND_LABELS, label_of
from kdnx.rules.model import Rule
from kdnx.text import _

FIND_RULE = """
SELECT id, kind, key, valid_from, version, value, source, row_version FROM kdnx.rule
WHERE kind = $1 AND key = $2 AND valid_from <= $3 AND state = 'approved'
ORDER BY valid_from DESC, version DESC LIMIT 1
"""
LIST_RULES = """
SELECT * FROM (
  SELECT DISTINCT ON (kind, key) id, kind, key, valid_from, version, value, source, state, row_version,
    (SELECT min(n.valid_from) FROM kdnx.rule n WHERE n.kind = r.kind AND n.key = r.key AND n.state = 'approved' AND n.valid_from > $2) AS valid_to
  FROM kdnx.rule r WHERE ($1::text IS NULL OR kind = $1) AND valid_from <= $2 AND state = 'approved'
  ORDER BY kind, key, valid_from DESC, version DESC) x
WHERE value IS NOT NULL ORDER BY kind, key LIMIT 1000
"""
GET_BY_ID = """
SELECT r.*, e.display_name AS entered_by_name, a.display_name AS approved_by_name FROM kdnx.rule r
LEFT JOIN kdnx.person e ON e.id = r.entered_by LEFT JOIN kdnx.person a ON a.id = r.approved_by WHERE r.id = $1
"""
HISTORY = """
SELECT r.*, e.display_name AS entered_by_name, a.display_name AS approved_by_name FROM kdnx.rule r
LEFT JOIN kdnx.person e ON e.id = r.entered_by LEFT JOIN kdnx.person a ON a.id = r.approved_by
WHERE r.kind = $1 AND r.key = $2 ORDER BY r.valid_from DESC, r.version DESC LIMIT 200
"""
WAITING = """
SELECT r.*, e.display_name AS entered_by_name FROM kdnx.rule r LEFT JOIN kdnx.person e ON e.id = r.entered_by
WHERE r.state = 'entered' ORDER BY r.kind, r.key LIMIT 200
"""
KINDS = "SELECT kind, count(DISTINCT key)::int AS keys FROM kdnx.rule GROUP BY kind ORDER BY kind"
# what the program cannot do without, for `kdnx check`
MISSING_TODAY = """
SELECT n.kind, n.key FROM (VALUES ('eu_threshold', 'supplies_services'), ('notice_period', 'open'), ('standstill', 'information'),
  ('value_estimate', 'small_lot_services'), ('surcharge', 'hub'), ('confirmation_policy', 'default'), ('committee_grain', 'default'),
  ('volume_definition', 'volume'), ('posting_template', 'booking'), ('holiday', 'calendar'), ('tax_code', 'U19')) n (kind, key)
WHERE (SELECT r.value FROM kdnx.rule r WHERE r.kind = n.kind AND r.key = n.key AND r.state = 'approved'
  AND r.valid_from <= (now() AT TIME ZONE 'Europe/Berlin')::date ORDER BY r.valid_from DESC, r.version DESC LIMIT 1) IS NULL
"""
LOCK_KEY = "SELECT pg_advisory_xact_lock(hashtextextended($1 || '|' || $2, 7))"
NEXT_VERSION = "SELECT coalesce(max(version), 0) + 1 FROM kdnx.rule WHERE kind = $1 AND key = $2 AND valid_from = $3"
HAS_WAITING = (
    "SELECT EXISTS (SELECT 1 FROM kdnx.rule WHERE kind = $1 AND key = $2 AND state = 'entered')"
)
INSERT_RULE = """
INSERT INTO kdnx.rule (kind, key, valid_from, version, value, source, state, entered_by, entered_at, note)
VALUES ($1, $2, $3, $4, $5, $6, 'entered', $7, $8, $9) RETURNING id
"""
DECIDE_RULE = """
UPDATE kdnx.rule SET state = $2, approved_by = $3, approved_at = $4, note = $5, row_version = row_version + 1
WHERE id = $1 AND state = 'entered' AND row_version = $6
"""


async def find_rule(conn: Conn, kind: str, key: str, on: date) -> Rule | None:
    """The approved rule of that kind and key that holds on the day, or None."""
    row = await conn.fetchrow(FIND_RULE, kind, key, on)
    return None if row is None or row["value"] is None else _rule(row)


async def get_rule(conn: Conn, kind: str, key: str, on: date) -> Rule:
    """As `find_rule`; Refused (naming kind, key and day) when no rule holds."""
    if (found := await find_rule(conn, kind, key, on)) is None:
        raise Refused(
            _("Für den {day} ist keine Regel „{kind}: {label}“ freigegeben.").format(
                day=on.strftime("%d.%m.%Y"),
                kind=KIND_LABELS.get(kind, kind),
                label=label_of(kind, key),
            ),
            code="rule_missing",
            remedy=_("Die Regel wird in der Verwaltung unter Regeln eingetragen und freigegeben."),
            remedy_url=f"/admin/rules/{kind}/{key}",
        )
    return found


async def list_rules(conn: Conn, kind: str | None, on: date) -> list[Rule]:
    """All approved rules of a kind (None: of every kind) that hold on the day, by kind and key."""
    return [_rule(r) for r in await conn.fetch(LIST_RULES, kind, on)]


async def holidays_on(conn: Conn, on: date) -> Holidays:
    """The holidays that count for periods on that day."""
    return holidays_from((await get_rule(conn, "holiday", "calendar", on)).value)


async def read_rule(conn: Conn, rule_id: UUID) -> Rule:
    """One version by its id, whatever its state; NotFound otherwise."""
    row = await conn.fetchrow(GET_BY_ID, rule_id)
    if row is None:
        raise NotFound(_("Diese Regel gibt es nicht, oder sie ist für Sie nicht sichtbar."))
    return _rule(row)


async def list_history(conn: Conn, kind: str, key: str) -> list[Rule]:
    """Every version of a rule, latest validity first."""
    return [_rule(r) for r in await conn.fetch(HISTORY, kind, key)]


async def list_waiting(conn: Conn) -> list[Rule]:
    """Versions that wait for approval."""
    return [_rule(r) for r in await conn.fetch(WAITING)]


async def list_kinds(conn: Conn) -> list[str]:
    """The kinds that have rules."""
    return [r["kind"] for r in await conn.fetch(KINDS)]


async def lock_key(conn: Conn, kind: str, key: str) -> None:
    """Let two entries of the same rule wait for each other until the transaction ends."""
    await conn.execute(LOCK_KEY, kind, key)


async def has_waiting(conn: Conn, kind: str, key: str) -> bool:
    """A version of this rule waits for approval."""
    return bool(await conn.fetchval(HAS_WAITING, kind, key))


async def insert_rule(
    conn: Conn, kind: str, key: str, valid_from: date, value: Mapping[str, Any] | None,
    source: str, note: str, person_id: UUID,
) -> UUID:  # fmt: skip
    """Enter the next version for that day; its id."""
    version = await conn.fetchval(NEXT_VERSION, kind, key, valid_from)
    found: UUID = await conn.fetchval(
        INSERT_RULE, kind, key, valid_from, version, value, source, person_id, conn.now, note
    )
    return found


async def decide_rule(
    conn: Conn, rule_id: UUID, state: str, person_id: UUID, note: str, row_version: int
) -> bool:
    """Approve or reject a waiting version; False when somebody else decided first."""
    touched = await conn.execute(
        DECIDE_RULE, rule_id, state, person_id, conn.now, note, row_version
    )
    return touched == 1


def _rule(row: asyncpg.Record) -> Rule:
    values = {k: v for k, v in row.items() if v is not None}
    return Rule(**values, ended=row["value"] is None)
