"""Confirm the own balance; the statement as page, print and CSV."""

from starlette.responses import Response

from exchange.balances.actions import House, answer_balance
from exchange.balances.model import Answer
from exchange.balances.reading import (
    ACCOUNT_WORDS,
    CLOSING,
    OPENING,
    Line,
    by_account,
    own_houses,
    read_statements,
)
from exchange.balances.schemas import AnswerForm, StatementQuery
from exchange.ledger.store import gate_states
from kdnx.errors import NotFound
from kdnx.imports.kinds import CellKind, Column
from kdnx.imports.writing import write_csv
from kdnx.text import _
from kdnx.viewer import Permission, Scope
from kdnx.web.routing import Call, get, post

P = Permission
FIRST, LAST = 2000, 2200
COLUMNS = (
    Column("house", "Haus"),
    Column("year", "Jahr", CellKind.INTEGER),
    Column("account", "Konto"),
    Column("line", "Zeile"),
    Column("cents", "Betrag", CellKind.MONEY),
)
ASKED = {"closing", "closed"}


def year_of(call: Call) -> int:
    """The year in the address; NotFound when it is none."""
    text = call.path_text("year")
    if not (text.isascii() and text.isdigit()) or not FIRST <= int(text) <= LAST:
        raise NotFound(_("Dieses Jahr gibt es hier nicht."))
    return int(text)


async def show_balance(call: Call) -> Response:
    """The balance of the own house, what was said to it, and the form to answer."""
    return await _balance_page(call, year_of(call), "", 200)


async def _balance_page(call: Call, year: int, error: str, status: int) -> Response:
    houses = await own_houses(call.conn, call.viewer, year)
    state, _month = await gate_states(call.conn, year, 12)
    may = call.viewer.scope == Scope.MEMBER and call.viewer.may(P.BOOKING_CONFIRM)
    return await call.page(
        "balances/balance.html", status=status, year=year, houses=houses, state=state, error=error,
        is_asked=state in ASKED, may_answer=may and state in ASKED, words=ACCOUNT_WORDS,
        is_office=call.viewer.scope != Scope.MEMBER,
    )  # fmt: skip


async def answer(call: Call) -> Response:
    """Confirm or dispute."""
    year, form = year_of(call), call.form(AnswerForm)
    value = form.valid()
    if value.answer == Answer.DISPUTED and len(value.reason) < 3:
        said = _("Bitte sagen, was nicht stimmt, mit mindestens drei Zeichen.")
        return await _balance_page(call, year, said, 422)
    house = await answer_balance(
        call.conn, call.viewer, year, value.member, answer=value.answer, reason=value.reason, entries=value.entries
    )  # fmt: skip
    said = _("Danke. Der Saldo {year} ist jetzt {said}.").format(year=year, said=house.said)
    return call.redirect(f"/closings/{year}/balance", said)


async def show_statement(call: Call) -> Response:
    """The statement of a house: opening, movements, closing; the first one when none is named."""
    year, query = year_of(call), call.query(StatementQuery)
    houses = await own_houses(call.conn, call.viewer, year)
    member = query.member or (houses[0].member_id if houses else None)
    found = await read_statements(call.conn, call.viewer, year, member) if member else []
    house, lines = found[0] if found else (None, [])
    state, _month = await gate_states(call.conn, year, 12)
    return await call.page(
        "balances/statement.html", year=year, house=house, accounts=by_account(lines), houses=houses,
        state=state, opening=OPENING, closing=CLOSING,
    )  # fmt: skip


async def download_statement(call: Call) -> Response:
    """The same as CSV, amounts in euro; without a member every house the viewer answers for."""
    year, query = year_of(call), call.query(StatementQuery)
    found = await read_statements(call.conn, call.viewer, year, query.member)
    rows = [_row(house, year, line) for house, lines in found for line in lines]
    return Response(
        write_csv(COLUMNS, rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="kontoauszug-{year}.csv"'},
    )


def _row(house: House, year: int, line: Line) -> dict[str, object]:
    return {
        "house": house.name,
        "year": year,
        "account": ACCOUNT_WORDS[line.account],
        "line": line.label,
        "cents": line.cents,
    }


DOORS = (
    get("/closings/{year}/balance", show_balance, permission=P.LEDGER_READ),
    post("/closings/{year}/balance", answer, permission=P.BOOKING_CONFIRM),
    get("/closings/{year}/statement", show_statement, permission=P.LEDGER_READ),
    get("/closings/{year}/statement.csv", download_statement, permission=P.LEDGER_READ),
)
