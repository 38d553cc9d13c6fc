"""Ask the houses for their balance, take their answers, say who is missing."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

import asyncpg

from exchange.balances import store
from exchange.balances.model import Answer, Balance, Confirmation, fold_balances, heads_of, said
from exchange.ledger.store import gate_states
from kdnx.audit.actions import record
from kdnx.clock import end_of_day
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, NotFound, Refused, Stale
from kdnx.ids import named_id
from kdnx.notices.actions import notify_members
from kdnx.rules.calendar import add_days
from kdnx.rules.store import find_rule
from kdnx.tasks.actions import close_tasks, open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Permission, Role, Scope, Viewer, require

ASK, CLEAR = "balance.confirm", "balance.disputed"
DAYS = 30  # where no rule says another


@dataclass(frozen=True)
class House:
    """A house in a book year: its balance now, its newest answer, and both in words."""

    member_id: UUID
    name: str
    now: Balance
    answer: Confirmation | None

    @property
    def said(self) -> str:
        """The state in words."""
        return said(self.answer, self.now)

    @property
    def is_settled(self) -> bool:
        """Confirmed, and nothing came since."""
        a = self.answer
        return a is not None and a.answer == Answer.CONFIRMED and a.holds(self.now)

    @property
    def has_reported(self) -> bool:
        """Said something to the balance as it is now."""
        return self.answer is not None and self.answer.holds(self.now)


def task_object(year: int, member: UUID) -> UUID:
    """What the tasks about a house's balance of a year point at."""
    return named_id("exchange.balance", f"{year}|{member}")


async def list_houses(conn: Conn, year: int) -> list[House]:
    """Every house with something on its claim accounts up to the year, as far as the viewer answers for it."""
    ends = date(year, 12, 31)
    heads = heads_of(await store.list_successions(conn), ends)
    balances = fold_balances(await store.list_claims(conn, year), heads)
    answers = await store.newest_answers(conn, year)
    hub = await store.hub_on(conn, ends)
    names = await store.member_names(conn)
    return [
        House(m, names[m], balances[m], answers.get(m)) for m in names if m in balances and m != hub
    ]


async def answer_balance(
    conn: Conn,
    viewer: Viewer,
    year: int,
    member: UUID,
    *,
    answer: Answer,
    reason: str,
    entries: int,
) -> House:
    """Confirm or dispute the balance as it was shown (`entries`); the newest answer counts."""
    require(viewer, Permission.BOOKING_CONFIRM)
    if viewer.scope != Scope.MEMBER or not viewer.acts_for(member) or viewer.person_id is None:
        raise Forbidden(_("Einen Saldo bestätigt eine Person des Hauses, dem er gehört."))
    year_state, _month = await gate_states(conn, year, 12)
    if year_state not in {"closing", "closed"}:
        raise Refused(
            _("Der Saldo {year} steht nicht zur Bestätigung.").format(year=year),
            code="not_asked",
            rule=_("Salden werden vom Beginn des Abschlusses an bestätigt, bis die Revision das Jahr sperrt."),
        )  # fmt: skip
    if answer == Answer.DISPUTED and len(reason.strip()) < 3:
        raise Refused(_("Bitte sagen, was nicht stimmt."), code="reason_needed")
    house = next((h for h in await list_houses(conn, year) if h.member_id == member), None)
    if house is None:
        raise NotFound(_("Für dieses Haus ist bis zu diesem Jahr nichts gebucht."))
    if house.now.entries != entries:
        raise Stale(
            _("Der Saldo hat sich geändert, seit die Seite geladen wurde."),
            remedy=_("Bitte neu laden und die Beträge noch einmal prüfen."),
        )
    try:
        async with conn.savepoint():
            answer_id = await store.insert_answer(
                conn, year, house.now, answer.value, reason.strip(), viewer.person_id
            )
    except asyncpg.UniqueViolationError as error:
        raise Stale(_("Jemand aus Ihrem Haus hat gerade geantwortet.")) from error
    await _settle_tasks(conn, viewer, year, house, answer)
    record(
        conn, viewer, f"balance.{answer.value}", object_kind="balance", object_id=answer_id, owner_id=member,
        reason=reason.strip() or None, audience="owner",
        after={"year": year, "entries": entries, "net_cents": house.now.net_cents},
    )  # fmt: skip
    return replace(house, answer=(await store.newest_answers(conn, year))[member])


async def _settle_tasks(
    conn: Conn, viewer: Viewer, year: int, house: House, answer: Answer
) -> None:
    about = task_object(year, house.member_id)
    await close_tasks(conn, about)
    hub = await store.hub_on(conn, conn.today)
    if answer != Answer.DISPUTED or hub is None:
        return
    title = _("Saldo {year} von {house} klären").format(year=year, house=house.name)
    await open_tasks(
        conn,
        [
            NewTask(
                owner_id=hub, kind=CLEAR, title=title, object_kind="balance", object_id=about,
                url=f"/closings/{year}", assignee_role=Role.CONTRACT_MANAGER, due_at=await _due(conn),
            )
        ],
    )  # fmt: skip
    await notify_members(
        conn, viewer, kind="closing.disputed", owner_ids=[hub], object_kind="balance", object_id=about,
        url=f"/closings/{year}", title=title, roles=[Role.CONTRACT_MANAGER],
    )  # fmt: skip


async def _due(conn: Conn) -> datetime:
    rule = await find_rule(conn, "answer_period", "balance", conn.today)
    return end_of_day(add_days(conn.today, int(rule.value["days"]) if rule else DAYS))


async def ask_houses(conn: Conn, year: int, houses: Iterable[House]) -> int:
    """A task for each house that has not reported; how many were new."""
    due = await _due(conn)
    title = _("Saldo {year} bestätigen").format(year=year)
    return await open_tasks(
        conn,
        [
            NewTask(
                owner_id=h.member_id, kind=ASK, title=title, object_kind="balance",
                object_id=task_object(year, h.member_id), url=f"/closings/{year}/balance",
                assignee_role=Role.BOOKING_APPROVER, due_at=due,
            )
            for h in houses if not h.has_reported
        ],
    )  # fmt: skip


async def drop_asking(conn: Conn, year: int, houses: Iterable[House]) -> None:
    """The close was taken back: nobody has to answer any more."""
    for h in houses:
        await close_tasks(conn, task_object(year, h.member_id))
