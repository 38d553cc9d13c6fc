"""Enter a plan, issue the budget letters of a year, make and revoke the address of the calendar."""

import secrets
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from exchange.orders.actions import read_order
from exchange.planning import store
from exchange.planning.letters import letter_of, seal
from exchange.planning.model import Side
from exchange.planning.reading import read_forecasts
from exchange.planning.store import PlanLine
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Stale
from kdnx.ids import named_id
from kdnx.notices.actions import notify
from kdnx.text import _
from kdnx.viewer import Permission, Role, Scope, Viewer, require

TOLD = (Role.CONTRACT_MANAGER, Role.DEMAND_APPROVER, Role.BOOKING_APPROVER)
TOKEN_BYTES = 32


async def save_plan(
    conn: Conn, viewer: Viewer, year: int, order_id: UUID, cents: int, note: str, *, expected: int
) -> PlanLine:
    """Write what the own house plans for an order; `expected` is the version seen (0 = none). Stale if it moved on."""
    require(viewer, Permission.ORDER_EDIT)
    order = await read_order(conn, viewer, order_id)
    if not (viewer.acts_for(order.owner_id) or viewer.acts_for(order.recipient_id)):
        raise Forbidden(_("Planen kann nur ein Haus, das am Leistungsschein beteiligt ist."))
    line = PlanLine(viewer.owner_id, year, order_id, cents, note, expected)
    now = await store.lock_plan(conn, line.owner_id, year, order_id)
    if now != expected or not await store.save_plan(conn, line):
        raise Stale(_("Der Planwert wurde inzwischen geändert."), remedy=_("Bitte die Seite neu laden."))  # fmt: skip
    record(
        conn, viewer, "plan.save", object_kind="plan", owner_id=line.owner_id, row_version=expected + 1,
        object_id=named_id("plan", f"{line.owner_id}/{year}/{order_id}"), reason=note or None,
    )  # fmt: skip
    return PlanLine(line.owner_id, year, order_id, cents, note, expected + 1)


@dataclass(frozen=True)
class Result:
    """What came of the letter to one member: issued, same or empty."""

    member_id: UUID
    name: str
    outcome: str
    version: int = 0
    told: int = 0


OUTCOME_LABELS = {
    "issued": "neu versandt",
    "same": "unverändert, nicht noch einmal versandt",
    "empty": "kein Leistungsschein",
}


async def issue_letters(conn: Conn, viewer: Viewer, year: int, alliance: str) -> list[Result]:
    """Freeze and announce a letter to each member whose figures are new; doing it twice sends nothing twice."""
    require(viewer, Permission.ORDER_EDIT)
    if viewer.scope != Scope.OFFICE:
        raise Forbidden(_("Budgetbriefe versendet die Geschäftsstelle."), code="office_only")
    await store.lock_letters(conn, year)
    before = await store.latest_letters(conn, year)
    found = []
    for f in await read_forecasts(conn, year):
        if not f.rows:
            found.append(Result(f.member_id, f.member_name, "empty"))
            continue
        body = letter_of(f, alliance)
        last = before.get(f.member_id)
        if last is not None and last.hash == seal(body):
            found.append(Result(f.member_id, f.member_name, "same", last.version))
            continue
        sums = (f.sums[Side.PAY].next_cents, f.sums[Side.RECEIVE].next_cents, len(f.rows))
        letter_id, version = await store.insert_letter(
            conn, f.member_id, year, sums, body, seal(body), viewer.owner_id
        )
        record(
            conn, viewer, "budget_letter.issue", object_kind="budget_letter", object_id=letter_id,
            owner_id=f.member_id, row_version=version,
        )  # fmt: skip
        told = await notify(
            conn, viewer, kind="plan.letter", owner_id=f.member_id, object_kind="budget_letter", object_id=letter_id,
            url=f"/planning/{year}/letter", title=_("Budgetbrief {year}").format(year=year), roles=TOLD,
        )  # fmt: skip
        found.append(Result(f.member_id, f.member_name, "issued", version, told))
    return found


async def make_feed(conn: Conn, viewer: Viewer) -> str:
    """A new secret for the calendar of the own house; the former one is revoked. Shown once, kept as a hash."""
    require(viewer, Permission.ORDER_READ)
    if viewer.person_id is None or not viewer.members:
        raise Forbidden(_("Eine Kalenderadresse gehört einer Person eines Hauses."))
    await store.revoke_feed(conn, viewer.owner_id, viewer.person_id)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed_id = await store.insert_feed(
        conn, viewer.owner_id, viewer.person_id, sha256(token.encode()).digest()
    )
    _note_feed(conn, viewer, "make", feed_id)
    return token


async def revoke_feed(conn: Conn, viewer: Viewer) -> bool:
    """End the own address; False when there was none (also the second time)."""
    require(viewer, Permission.ORDER_READ)
    if viewer.person_id is None or not viewer.members:
        raise Forbidden(_("Eine Kalenderadresse gehört einer Person eines Hauses."))
    found = await store.revoke_feed(conn, viewer.owner_id, viewer.person_id)
    if found is not None:
        _note_feed(conn, viewer, "revoke", found)
    return found is not None


def _note_feed(conn: Conn, viewer: Viewer, what: str, feed_id: UUID) -> None:
    record(
        conn, viewer, f"calendar_feed.{what}", object_kind="calendar_feed", object_id=feed_id,
        owner_id=viewer.owner_id,
    )  # fmt: skip
