"""Record that a payment of a settled run did not arrive."""

from datetime import date
from uuid import UUID

from exchange.ledger.actions import post_transfers
from exchange.ledger.model import AccountKind, NewTransfer, book_period
from exchange.ledger.store import closed_through
from exchange.netting import store as netting
from exchange.netting.actions import require_office
from exchange.netting.model import RunState
from exchange.netting.store import Paid, Run
from exchange.returns import store
from exchange.returns.model import Returned, postings_of
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Invalid, NotFound, Refused
from kdnx.ids import digest, new_id
from kdnx.notices.actions import notify_members
from kdnx.text import _
from kdnx.viewer import Role, Viewer
from kdnx.web.formats import day, eur


async def find_payment(conn: Conn, run: Run, n: int) -> Paid:
    """One payment of a run by its number; NotFound otherwise."""
    found = next((p for p in await netting.list_payments(conn, run) if p.n == n), None)
    if found is None:
        raise NotFound(_("Diese Zahlung gibt es nicht, oder sie ist für Sie nicht sichtbar."))
    return found


def check_returnable(run: Run, known: Returned | None) -> None:
    """Refused before the run is settled (code wrong_state) or the second time (code returned_once)."""
    if run.state != RunState.SETTLED:
        raise Refused(
            _("Der Ausgleich {n} ist noch nicht als gezahlt gebucht.").format(n=run.number),
            code="wrong_state",
            remedy=_(
                "Erst den Banktag eintragen; was nicht angekommen ist, danach hier festhalten."
            ),
            remedy_url=f"/settlements/{run.id}",
        )
    if known is not None:
        raise Refused(
            _("Diese Zahlung ist schon als zurückgekommen gebucht, am {day}.").format(
                day=day(known.returned_on)
            ),
            code="returned_once",
            rule=_("Jede Zahlung kommt höchstens einmal zurück."),
        )


async def return_payment(
    conn: Conn, viewer: Viewer, run_id: UUID, n: int, *, returned_on: date, reason: str
) -> Returned:
    """Take one payment back: the payer owes and the payee is owed again, from the next run on.

    Invalid for a day before the bank day or in the future; Refused before the settlement or the second time; Conflict
    (code period_closed) when the books of that day shut meanwhile.
    """
    require_office(viewer)
    run = await netting.lock_run(conn, run_id)
    paid = await find_payment(conn, run, n)
    check_returnable(run, (await store.list_returns(conn, run.id)).get(n))
    if returned_on > conn.today:
        raise Invalid(_("Der Tag liegt in der Zukunft."), code="day_in_future")
    if run.bank_day is not None and returned_on < run.bank_day:
        raise Invalid(
            _("Der Tag liegt vor dem Banktag {day}.").format(day=day(run.bank_day)), code="day_before_bank_day"
        )  # fmt: skip
    back = Returned(
        run.owner_id, run.id, n, paid.payer_id, paid.payee_id, paid.cents, returned_on, reason.strip(), conn.now,
        viewer.principal,
    )  # fmt: skip
    await store.insert_return(conn, back)
    record(
        conn, viewer, "settlement.return", object_kind="settlement", object_id=run.id, owner_id=run.owner_id,
        reason=back.reason, row_version=run.row_version, after={"payment": n, "returned_on": returned_on},
    )  # fmt: skip
    await notify_members(
        conn, viewer, kind="settlement.returned", owner_ids=sorted({paid.payer_id, paid.payee_id}),
        object_kind="settlement", object_id=run.id, url=f"/settlements/{run.id}",
        title=_("Ausgleich {n}: eine Zahlung über {amount} ist zurückgekommen").format(
            n=run.number, amount=eur(paid.cents)
        ),
        roles=(Role.BOOKING_APPROVER, Role.BOOKING_CLERK),
    )  # fmt: skip
    await _post(conn, run, back)
    return back


async def _post(conn: Conn, run: Run, back: Returned) -> None:
    book = book_period(back.returned_on, await closed_through(conn))
    evidence = digest("kdnx.payment_return.v1", run.number, back.n, back.cents, back.returned_on)
    accounts = {(AccountKind.CLEARING, back.owner_id)}
    rows = []
    for member_id, posting in postings_of(back):
        kind = AccountKind.RECEIVABLE if member_id == back.payer_id else AccountKind.PAYABLE
        accounts.add((kind, member_id))
        rows.append(NewTransfer(
            back.owner_id, new_id(), posting, book, member_id, None, None, "settlement", run.id, evidence
        ))  # fmt: skip
    await post_transfers(conn, rows, sorted(accounts))
