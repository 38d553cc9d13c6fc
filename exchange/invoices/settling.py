"""What is paid: documents a settlement run paid, and direct ones their seller notes."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from exchange.invoices import store
from exchange.invoices.model import InvoiceEvent, InvoiceState, advance
from exchange.invoices.store import Invoice
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Invalid, Refused
from kdnx.text import _
from kdnx.viewer import Permission, Viewer, require
from kdnx.web.formats import day


async def settle_invoices(
    conn: Conn, viewer: Viewer, ids: Sequence[UUID], on: date
) -> list[Invoice]:
    """Documents a settlement run paid or netted on a bank day not in the future; all of them or none.

    A document settled on the same day already is left alone, so a retry changes nothing; Refused when one cannot
    be settled. Who may run a settlement is asked there.
    """
    if on > conn.today:
        raise Invalid(_("Der Zahlungstag liegt in der Zukunft."), code="day_in_future")
    found = await store.lock_invoices(conn, sorted(set(ids)))
    if len(found) != len(set(ids)):
        raise Refused(_("Eine dieser Rechnungen gibt es nicht."), code="unknown_invoice")
    kept = (InvoiceState.SETTLED, InvoiceState.CREDITED)
    for i in (x for x in found if not (x.settled_on == on and x.state in kept)):
        after = advance(InvoiceState.SETTLED if i.settled_on else i.state, InvoiceEvent.SETTLE)
        await store.mark_state(conn, i, after.value, settled_on=on)
        record(
            conn, viewer, "invoice.settle", object_kind="invoice", object_id=i.id, owner_id=i.owner_id,
            party_id=i.buyer_id, row_version=i.row_version + 1, audience="parties",
            party_ids=(i.seller_id, i.buyer_id), after={"state": after.value, "settled_on": on.isoformat()},
        )  # fmt: skip
    return found


async def settle_direct(conn: Conn, viewer: Viewer, invoice_id: UUID, on: date) -> Invoice:
    """The seller was paid a direct invoice on a bank day, not before it was issued; once."""
    require(viewer, Permission.INVOICE_ISSUE)
    seen = await store.get_invoice(conn, invoice_id)
    if not seen.direct or not viewer.acts_for(seen.seller_id):
        raise Forbidden(
            _("Was über die Drehscheibe läuft, begleicht deren Abrechnungslauf."),
            remedy=_("Selbst vermerkt der Verkäufer nur direkte Rechnungen."),
        )
    if on < seen.issued_on:
        raise Invalid(
            _("Der Zahlungstag liegt vor dem Tag der Rechnung ({day}).").format(day=day(seen.issued_on)),
            code="day_before_issue",
        )  # fmt: skip
    (invoice,) = await settle_invoices(conn, viewer, [invoice_id], on)
    return invoice
