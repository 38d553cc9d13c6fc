"""Balances at year end for machines; a house's person answers on the page or through its own session."""

from exchange.balances.actions import House, answer_balance
from exchange.balances.reading import own_houses
from exchange.balances.schemas import AnswerBody, BalanceList, BalanceOut
from kdnx.errors import NotFound
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.routing import Call

api = Api("closings")
FIRST, LAST = 2000, 2200


def _check_year(year: int) -> None:
    if not FIRST <= year <= LAST:
        raise NotFound(_("Dieses Jahr gibt es hier nicht."))


def balance_out(h: House) -> BalanceOut:
    """The outside form."""
    a = h.answer
    return BalanceOut(
        member_id=h.member_id, name=h.name, payable_cents=h.now.payable_cents,
        receivable_cents=h.now.receivable_cents, due_cents=h.now.due_cents, owed_cents=h.now.owed_cents,
        net_cents=h.now.net_cents, entries=h.now.entries, answer=a.answer if a else None,
        answered_entries=a.entries if a else None, answered_at=a.answered_at if a else None,
        is_settled=h.is_settled,
    )  # fmt: skip


@api.get("/api/v1/closings/{year}/balances", permission=Permission.LEDGER_READ)
async def list_balances_json(call: Call, *, year: int) -> BalanceList:
    """Balances of a book year: the own one, every house for office and audit."""
    _check_year(year)
    houses = await own_houses(call.conn, call.viewer, year)
    return BalanceList(year=year, items=[balance_out(h) for h in houses])


@api.post("/api/v1/closings/{year}/balance", permission=Permission.BOOKING_CONFIRM, status=201)
async def answer_balance_json(call: Call, *, year: int, body: AnswerBody) -> BalanceOut:
    """Confirm or dispute the balance as it stood at `entries`."""
    _check_year(year)
    house = await answer_balance(
        call.conn, call.viewer, year, body.member, answer=body.answer, reason=body.reason, entries=body.entries
    )  # fmt: skip
    return balance_out(house)
