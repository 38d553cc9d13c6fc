"""SQL of interests: head, asked and offered lines, offers, steps, messages, lists for both houses."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from catalog.interests.model import TURNS, InterestState, Line, Offer, is_overdue
from kdnx.db.conn import Conn
from kdnx.db.rows import many, maybe, one
from kdnx.text import _

GET_INTEREST = """
SELECT * FROM catalog.interest_row WHERE id = $1 AND ($2 OR owner_id = ANY ($3::uuid[]) OR provider_id = ANY ($3::uuid[]))
"""
LOCK_INTEREST = "SELECT 1 FROM catalog.interest WHERE id = $1 FOR UPDATE"
FIND_OPEN = """
SELECT * FROM catalog.interest_row WHERE offering_id = $1 AND owner_id = ANY ($2::uuid[]) AND state IN ('expressed', 'coordinating', 'offered')
ORDER BY created_at DESC LIMIT 1
"""
# overdue first, then what is open by its day, then the rest, newest number first
LIST_INTERESTS = """
SELECT * FROM (SELECT r.*, CASE WHEN r.due_on < $8 THEN 0 WHEN r.due_on IS NOT NULL THEN 1 ELSE 2 END AS rank,
    coalesce(r.due_on, date '9999-12-31') AS due_key, -(extract(epoch FROM r.updated_at) * 1000000)::bigint AS age FROM catalog.interest_row r
  WHERE ($1 OR owner_id = ANY ($2::uuid[]) OR provider_id = ANY ($2::uuid[]))
    AND ($3::text IS NULL OR ($3 = 'provider' AND provider_id = ANY ($2)) OR ($3 = 'recipient' AND owner_id = ANY ($2)))
    AND ($4::text IS NULL OR state = $4) AND ($5::uuid IS NULL OR offering_id = $5) AND (NOT $6 OR due_on < $8)
    AND ($7::text IS NULL OR number ILIKE '%' || $7 || '%' OR kdnx.sort_key(title) LIKE '%' || kdnx.sort_key($7) || '%'
      OR kdnx.sort_key(asker_name) LIKE '%' || kdnx.sort_key($7) || '%' OR kdnx.sort_key(provider_name) LIKE '%' || kdnx.sort_key($7) || '%')) x
WHERE $9::int IS NULL OR (rank, due_key, age, id) > ($9, $10::date, $11::bigint, $12::uuid)
ORDER BY rank, due_key, age, id LIMIT $13
"""
COUNT_INTERESTS = """
SELECT state, owner_id = ANY ($2::uuid[]) AS is_recipient, count(*)::int AS interests, count(*) FILTER (WHERE due_on < $3)::int AS late
FROM catalog.interest WHERE ($1 OR owner_id = ANY ($2::uuid[]) OR provider_id = ANY ($2::uuid[])) GROUP BY 1, 2
"""
COUNT_TURNS = """
SELECT count(*)::int AS mine, count(*) FILTER (WHERE due_on < $2)::int AS late, min(due_on) AS next FROM catalog.interest
WHERE (state IN ('expressed', 'coordinating') AND provider_id = ANY ($1::uuid[])) OR (state = 'offered' AND owner_id = ANY ($1::uuid[]))
"""
INSERT_INTEREST = """
INSERT INTO catalog.interest (owner_id, id, number, offering_id, provider_id, title, asked_version, state, route, starts_on, ends_on, note,
  yearly_net_cents, due_on, continues_owner_id, continues_id, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17)
"""
INSERT_LINES = """
INSERT INTO catalog.interest_line (owner_id, interest_id, offer_n, ordinal, price_ordinal, label, unit, period, quantity, unit_price_micro, net_cents)
SELECT $1, $2, $3, x.* FROM unnest($4::int[], $5::int[], $6::text[], $7::text[], $8::text[], $9::numeric[], $10::bigint[], $11::bigint[]) x
"""
LIST_LINES = """
SELECT offer_n, ordinal, price_ordinal, label, unit, period, quantity, unit_price_micro, net_cents FROM catalog.interest_line
WHERE owner_id = $1 AND interest_id = $2 ORDER BY offer_n, ordinal LIMIT 10000
"""
INSERT_OFFER = """
INSERT INTO catalog.interest_offer (owner_id, interest_id, n, offering_version, starts_on, ends_on, valid_until, notice_months, billing, legal_basis,
  legal_reason, entrustment, activity_group, tax_code_1, tax_code_2, note, yearly_net_cents, once_net_cents, author_id, by_member, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
"""
LIST_OFFERS = "SELECT * FROM catalog.interest_offer WHERE owner_id = $1 AND interest_id = $2 ORDER BY n DESC LIMIT 200"
INSERT_STEP = """
INSERT INTO catalog.interest_step (owner_id, interest_id, n, event, state, offer_n, by_member, reason, due_on, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
LIST_STEPS = """
SELECT s.n, s.event, s.state, s.offer_n, s.by_member, coalesce(m.short_name, '') AS by_name, s.reason, s.due_on, s.at FROM catalog.interest_step s
LEFT JOIN kdnx.public_member m ON m.id = s.by_member WHERE s.owner_id = $1 AND s.interest_id = $2 ORDER BY s.n DESC LIMIT 200
"""
INSERT_MESSAGE = "INSERT INTO catalog.interest_message (owner_id, interest_id, id, by_member, body, at) VALUES ($1, $2, $3, $4, $5, $6)"
LIST_MESSAGES = """
SELECT g.id, g.by_member, coalesce(m.short_name, '') AS by_name, g.body, g.at FROM catalog.interest_message g
LEFT JOIN kdnx.public_member m ON m.id = g.by_member WHERE g.owner_id = $1 AND g.interest_id = $2 ORDER BY g.id DESC LIMIT 200
"""
MARK_INTEREST = """
UPDATE catalog.interest SET state = $4, offer_n = $5, offered_version = $6, valid_until = $7, yearly_net_cents = $8, due_on = $9, provider_id = $10,
  overdue_told_on = NULL, row_version = row_version + 1, updated_at = $11
WHERE owner_id = $1 AND id = $2 AND row_version = $3
"""
KEYS_OF = "SELECT catalog.audience_keys_of(ARRAY[$1::uuid])"


@dataclass(frozen=True)
class Interest:
    """An interest with the names of its parties and how its offering stands now; `due_on` is the day of the next step."""

    owner_id: UUID
    id: UUID
    number: str
    offering_id: UUID
    provider_id: UUID
    title: str
    asked_version: int
    state: str
    route: str
    starts_on: date
    ends_on: date | None
    note: str
    offer_n: int
    offered_version: int | None
    valid_until: date | None
    yearly_net_cents: int
    due_on: date | None
    continues_owner_id: UUID | None
    continues_id: UUID | None
    row_version: int
    created_at: datetime
    updated_at: datetime
    asker_code: str = ""
    asker_name: str = ""
    asker_short: str = ""
    provider_code: str = ""
    provider_name: str = ""
    provider_short: str = ""
    offering_number: str | None = None
    offering_state: str | None = None
    published_version: int | None = None
    rank: int = 0
    due_key: date | None = None
    age: int = 0

    @property
    def turn(self) -> str | None:
        """Who acts next: 'provider', 'recipient' or None."""
        found = TURNS.get(InterestState(self.state))
        return found[0] if found else None

    @property
    def is_stale(self) -> bool:
        """The offer names a version that is no longer the published one (or the offering is not on offer)."""
        return self.state == InterestState.OFFERED and (
            self.offering_state != "published" or self.published_version != self.offered_version
        )

    def is_late(self, today: date) -> bool:
        """The next step was awaited before today."""
        return is_overdue(self.state, self.due_on, today)


@dataclass(frozen=True)
class Step:
    """One dated step of the thread."""

    n: int
    event: str
    state: str
    offer_n: int
    by_member: UUID | None
    by_name: str
    reason: str
    due_on: date | None
    at: datetime


@dataclass(frozen=True)
class Message:
    """What one house wrote to the other."""

    id: UUID
    by_member: UUID
    by_name: str
    body: str
    at: datetime


@dataclass(frozen=True)
class Selection:
    """What a list is narrowed to."""

    side: str | None = None
    state: str | None = None
    offering_id: UUID | None = None
    late: bool = False
    text: str | None = None


async def get_interest(
    conn: Conn, members: Sequence[UUID], interest_id: UUID, *, sees_all: bool
) -> Interest:
    """One interest of these members (or of anybody for office and audit); NotFound otherwise."""
    row = await conn.fetchrow(GET_INTEREST, interest_id, sees_all, list(members))
    return one(Interest, row, _("Dieses Interesse"))


async def lock_interest(conn: Conn, interest_id: UUID) -> None:
    """Hold the head until the transaction ends; nothing happens for an unknown one."""
    await conn.fetchval(LOCK_INTEREST, interest_id)


async def find_open(conn: Conn, members: Sequence[UUID], offering_id: UUID) -> Interest | None:
    """The open interest of these members in an offering, or None."""
    return maybe(Interest, await conn.fetchrow(FIND_OPEN, offering_id, list(members)))


async def list_interests(
    conn: Conn, members: Sequence[UUID], wanted: Selection, *, sees_all: bool,
    after: tuple[int, date, int, UUID] | None = None, limit: int = 50,
) -> list[Interest]:  # fmt: skip
    """Interests of these members: overdue first, then by the day of the next step, then what is done."""
    rank, due, age, last = after or (None, None, None, None)
    return many(
        Interest,
        await conn.fetch(
            LIST_INTERESTS, sees_all, list(members), wanted.side, wanted.state, wanted.offering_id, wanted.late,
            wanted.text or None, conn.today, rank, due, age, last, limit,
        ),
    )  # fmt: skip


async def count_interests(
    conn: Conn, members: Sequence[UUID], *, sees_all: bool
) -> list[dict[str, object]]:
    """How many by state and side, and how many of them are overdue."""
    return [dict(r) for r in await conn.fetch(COUNT_INTERESTS, sees_all, list(members), conn.today)]


async def count_turns(conn: Conn, members: Sequence[UUID]) -> tuple[int, int, date | None]:
    """How many wait for these members, how many of them are overdue, and the next day."""
    row = await conn.fetchrow(COUNT_TURNS, list(members), conn.today)
    return (0, 0, None) if row is None else (row["mine"], row["late"], row["next"])


async def insert_interest(conn: Conn, i: Interest) -> None:
    """A new head."""
    await conn.execute(
        INSERT_INTEREST, i.owner_id, i.id, i.number, i.offering_id, i.provider_id, i.title, i.asked_version, i.state, i.route,
        i.starts_on, i.ends_on, i.note, i.yearly_net_cents, i.due_on, i.continues_owner_id, i.continues_id, conn.now,
    )  # fmt: skip


async def insert_lines(conn: Conn, i: Interest, offer_n: int, lines: Sequence[Line]) -> None:
    """The lines asked for (`offer_n` 0) or of an offer."""
    await conn.execute(
        INSERT_LINES, i.owner_id, i.id, offer_n, [x.ordinal for x in lines], [x.price_ordinal for x in lines], [x.label for x in lines],
        [x.unit for x in lines], [x.period for x in lines], [x.quantity for x in lines], [x.unit_price_micro for x in lines],
        [x.net_cents for x in lines],
    )  # fmt: skip


async def list_lines(conn: Conn, i: Interest) -> dict[int, list[Line]]:
    """All lines by offer; 0 is what was asked for."""
    found: dict[int, list[Line]] = {}
    for row in await conn.fetch(LIST_LINES, i.owner_id, i.id):
        found.setdefault(row["offer_n"], []).extend(many(Line, [row]))
    return found


async def insert_offer(conn: Conn, i: Interest, o: Offer) -> None:
    """A new offer with its lines."""
    await conn.execute(
        INSERT_OFFER, i.owner_id, i.id, o.n, o.offering_version, o.starts_on, o.ends_on, o.valid_until, o.notice_months, o.billing,
        o.legal_basis, o.legal_reason, o.entrustment, o.activity_group, o.tax_code_1, o.tax_code_2, o.note, o.yearly_net_cents,
        o.once_net_cents, o.author_id, o.by_member, conn.now,
    )  # fmt: skip
    await insert_lines(conn, i, o.n, o.lines)


async def list_offers(conn: Conn, i: Interest) -> list[Offer]:
    """Every offer with its lines, the last one first."""
    lines = await list_lines(conn, i)
    offers = many(Offer, await conn.fetch(LIST_OFFERS, i.owner_id, i.id))
    return [replace(o, lines=tuple(lines.get(o.n, ()))) for o in offers]


async def insert_step(conn: Conn, i: Interest, event: str, by: UUID | None, reason: str) -> None:
    """Append the step that led to `i` as it is now."""
    await conn.execute(
        INSERT_STEP, i.owner_id, i.id, i.row_version, event, i.state, i.offer_n, by, reason, i.due_on, conn.now,
    )  # fmt: skip


async def list_steps(conn: Conn, i: Interest) -> list[Step]:
    """The steps, the last one first."""
    return many(Step, await conn.fetch(LIST_STEPS, i.owner_id, i.id))


async def insert_message(conn: Conn, i: Interest, message_id: UUID, by: UUID, body: str) -> None:
    """Append a message."""
    await conn.execute(INSERT_MESSAGE, i.owner_id, i.id, message_id, by, body, conn.now)


async def list_messages(conn: Conn, i: Interest) -> list[Message]:
    """The last 200 messages, newest first."""
    return many(Message, await conn.fetch(LIST_MESSAGES, i.owner_id, i.id))


async def mark_interest(conn: Conn, i: Interest) -> bool:
    """Write state, offer and days of an interest read as `row_version`; False when somebody was faster."""
    touched = await conn.execute(
        MARK_INTEREST, i.owner_id, i.id, i.row_version, i.state, i.offer_n, i.offered_version, i.valid_until,
        i.yearly_net_cents, i.due_on, i.provider_id, conn.now,
    )  # fmt: skip
    return touched == 1


async def keys_of(conn: Conn, member_id: UUID) -> list[str]:
    """What a member may read of limited audiences."""
    return list(await conn.fetchval(KEYS_OF, member_id))
