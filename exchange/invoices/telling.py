"""Whom an invoice concerns: the side that receives it is told, the side that wrote it hears of an objection."""

from uuid import UUID

from exchange.invoices.store import Invoice
from kdnx.db.conn import Conn
from kdnx.notices.actions import notify
from kdnx.text import _
from kdnx.viewer import Role, Viewer
from kdnx.web.formats import eur

ROLES = (Role.BOOKING_APPROVER, Role.CONTRACT_MANAGER)


async def tell_issued(conn: Conn, viewer: Viewer, i: Invoice) -> None:
    """The other side of a new document: the buyer, self-billed the seller."""
    to = i.seller_id if i.issuer_id == i.buyer_id else i.buyer_id
    kind = "invoice.corrected" if i.is_correction or i.type == "381" else "invoice.issued"
    title = _("{label} {number} über {amount}").format(
        label=i.label, number=i.number, amount=eur(i.gross_cents)
    )
    await _tell(conn, viewer, i, to=to, kind=kind, title=title)


async def tell_objected(conn: Conn, viewer: Viewer, i: Invoice) -> None:
    """The buyer who wrote a self-billed invoice."""
    title = _("Widerspruch gegen {label} {number}").format(label=i.label, number=i.number)
    await _tell(conn, viewer, i, to=i.issuer_id, kind="invoice.objected", title=title)


async def _tell(conn: Conn, viewer: Viewer, i: Invoice, *, to: UUID, kind: str, title: str) -> None:
    await notify(
        conn, viewer, kind=kind, owner_id=to, object_kind="invoice", object_id=i.id,
        url=f"/invoices/{i.id}", title=title, roles=ROLES,
    )  # fmt: skip
