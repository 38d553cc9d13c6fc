"""Journals as JSON."""

from exchange.journals.actions import after_of, read_page
from exchange.journals.schemas import JournalOut, JournalPageQuery, LineOut
from kdnx.viewer import Permission
from kdnx.web.api import Api
from kdnx.web.paging import encode_cursor
from kdnx.web.routing import Call

api = Api("journals")


@api.get("/api/v1/journals", permission=Permission.LEDGER_READ)
async def read_journal_json(call: Call, *, query: JournalPageQuery) -> JournalOut:
    """A house's journal of a period of at most a year, page by page; without days the last full quarter."""
    secret = call.house.settings.secret()
    j = await read_page(
        call.conn, call.viewer, query.member, query.first, query.last,
        after=after_of(secret, query.cursor), limit=query.limit,
    )  # fmt: skip
    items = [
        LineOut(
            id=x.id, day=x.day, entry=x.entry, document=x.document, text=x.text, partner=x.partner,
            account=x.account.account, contra=x.account.contra, tax_key=x.account.tax_key, rate_pct=x.rate_pct,
            net_cents=x.net_cents, vat_cents=x.vat_cents, gross_cents=x.gross_cents,
        )
        for x in j.lines
    ]  # fmt: skip
    return JournalOut(
        member_id=j.member_id, first=j.first, last=j.last, net_cents=j.net_cents, vat_cents=j.vat_cents,
        gross_cents=j.gross_cents, count=j.count, missing=[e.value for e in j.missing], items=items,
        next=encode_cursor(secret, j.next) if j.next else None,
    )  # fmt: skip
