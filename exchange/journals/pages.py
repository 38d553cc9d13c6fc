"""The journal for people: a period, its sums, the file, and the own accounts."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import Response

from exchange.journals import store
from exchange.journals.actions import (
    MOST,
    Journal,
    after_of,
    read_journal,
    read_page,
    save_account,
)
from exchange.journals.files import write_journal
from exchange.journals.model import LABELS, Account, accounts_by
from exchange.journals.schemas import AccountForm, FileQuery, JournalPageQuery
from kdnx.errors import Invalid
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission, Scope
from kdnx.web.form import Form
from kdnx.web.paging import encode_cursor
from kdnx.web.routing import Call, get, post

P = Permission
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
WORDS: dict[str, Any] = {"labels": {e.value: t for e, t in LABELS.items()}}


async def show_journal(call: Call) -> Response:
    """Sums by kind, one page of the lines, and the file."""
    query = call.query(JournalPageQuery)
    secret = call.house.settings.secret()
    fault = ""
    try:
        journal = await read_page(
            call.conn, call.viewer, query.member, query.first, query.last,
            after=after_of(secret, query.cursor), limit=query.limit,
        )  # fmt: skip
    except Invalid as error:
        fault = error.detail
        journal = await read_page(call.conn, call.viewer, query.member, None, None)
    houses = await _houses(call)
    here = f"/journals?first={journal.first}&last={journal.last}&member={journal.member_id}&limit={query.limit}"
    cursor = {"cursor": encode_cursor(secret, journal.next)} if journal.next else {}
    return await call.page(
        "journals/show.html", status=422 if fault else 200, journal=journal, query=query, fault=fault,
        houses=houses, files=_files(journal), next_href=f"{here}&{urlencode(cursor)}" if cursor else "",
        first_href=here if query.cursor else "", is_too_long=journal.count > MOST,
        may_edit=call.viewer.may(P.INVOICE_ISSUE),
        house=next((m.name for m in await list_members(call.conn, [journal.member_id])), ""), **WORDS,
    )  # fmt: skip


async def _houses(call: Call) -> list[tuple[str, str]]:
    """Whose journals the viewer may choose; nothing to choose for a single house."""
    ids: list[UUID] | None = None if call.viewer.scope == Scope.AUDIT else list(call.viewer.members)
    found = [(str(m.id), m.name) for m in await list_members(call.conn, ids)]
    return found if len(found) > 1 else []


def _files(j: Journal) -> dict[str, str]:
    asked = f"first={j.first}&last={j.last}&member={j.member_id}"
    return {form: f"/journals/file?{asked}&form={form}" for form in MEDIA}


async def download(call: Call) -> Response:
    """The journal as a file."""
    query = call.query(FileQuery)
    journal = await read_journal(call.conn, call.viewer, query.member, query.first, query.last)
    name = f"journal-{journal.first}-{journal.last}.{query.form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(
        write_journal(journal, query.form), media_type=MEDIA[query.form], headers=headers
    )


async def show_accounts(call: Call) -> Response:
    """Where the own house books each kind."""
    return await _accounts(call)


async def _accounts(call: Call, form: Form[Any] | None = None, status: int = 200) -> Response:
    house = call.viewer.member_id
    kept = accounts_by(await store.list_accounts(call.conn, house) if house else ())
    return await call.page(
        "journals/accounts.html", status=status, form=form, accounts=kept.values(),
        may_edit=call.viewer.may(P.INVOICE_ISSUE) and house is not None, **WORDS,
    )  # fmt: skip


async def keep_account(call: Call) -> Response:
    """Keep one kind's accounts."""
    form = call.form(AccountForm)
    if form.value is None:
        return await _accounts(call, form, 422)
    f = form.value
    account = Account(f.entry.value, f.account, f.contra, f.tax_key, f.row_version)
    await save_account(call.conn, call.viewer, account)
    return call.redirect(
        "/journals/accounts", _("„{kind}“ gespeichert.").format(kind=LABELS[f.entry])
    )


DOORS = (
    get("/journals", show_journal, permission=P.LEDGER_READ),
    get("/journals/file", download, permission=P.LEDGER_READ),
    get("/journals/accounts", show_accounts, permission=P.LEDGER_READ),
    post("/journals/accounts", keep_account, permission=P.INVOICE_ISSUE),
)
