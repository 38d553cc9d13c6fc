"""A yearly maximum of an order: set with its terms, asked at every proposal by hand (peers X17)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from exchange.clearing import store
from exchange.clearing.store import Cap
from exchange.orders import store as orders
from exchange.orders.actions import read_order
from exchange.orders.model import OrderState
from exchange.orders.store import Order
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Refused
from kdnx.text import _
from kdnx.viewer import Permission, Viewer, require
from kdnx.web.formats import eur


@dataclass(frozen=True)
class Use:
    """A maximum and what counts against it in a year: confirmed, proposed and disputed; cents net, leg 1."""

    year: int
    cap_cents: int
    policy: str
    used_cents: int

    @property
    def left_cents(self) -> int:
        """What is left; below zero when it is exceeded."""
        return self.cap_cents - self.used_cents


async def use_of(conn: Conn, owner_id: UUID, order_id: UUID, version: int, year: int) -> Use | None:
    """How far the maximum of a version is used in a year; None without one."""
    cap = await store.find_cap(conn, owner_id, order_id, version)
    if cap is None or cap.cap_cents is None:
        return None
    used = await store.used_cents(conn, owner_id, order_id, year)
    return Use(year, cap.cap_cents, cap.policy, used)


async def check_cap(
    conn: Conn, owner_id: UUID, order_id: UUID, version: int, day: date, net_cents: int
) -> str:
    """What a proposal says of the maximum: empty within it, a note where it only warns; Refused (code yearly_cap).

    Call it after the order's ordinal is drawn: that lock lets two proposals at once not both fit.
    """
    use = await use_of(conn, owner_id, order_id, version, day.year)
    if use is None or net_cents <= use.left_cents:
        return ""
    said = _("Jahreshöchstbetrag {year} überschritten: {used} von {cap} gebucht oder vorgeschlagen.").format(
        year=use.year, used=eur(use.used_cents + net_cents), cap=eur(use.cap_cents)
    )  # fmt: skip
    if use.policy == "warn":
        return said
    raise Refused(
        _("Damit wäre der Jahreshöchstbetrag {year} überschritten; frei sind noch {left}.").format(
            year=use.year, left=eur(max(0, use.left_cents))
        ),
        code="yearly_cap",
        rule=_("Der Leistungsschein vereinbart höchstens {cap} netto im Kalenderjahr.").format(
            cap=eur(use.cap_cents)
        ),
        remedy=_("Einen höheren Betrag als Änderung des Leistungsscheins vereinbaren."),
        remedy_url=f"/orders/{order_id}/amend",
    )


async def cap_for_change(
    conn: Conn, owner_id: UUID, order_id: UUID, versions: tuple[int, int], wish: tuple[int | None, str | None]
) -> tuple[Cap | None, bool]:  # fmt: skip
    """The maximum of the new one of two versions, and whether it differs.

    `wish` is cents and policy; None stays as it is, 0 cents takes the maximum away.
    """
    old = await store.find_cap(conn, owner_id, order_id, versions[0])
    cents, policy = wish
    if cents is None:
        cents = old.cap_cents if old else None
    policy = policy or (old.policy if old else "block")
    before = (old.cap_cents, old.policy) if old and old.cap_cents else None
    after = (cents, policy) if cents else None
    kept = (
        None
        if after is None and old is None
        else Cap(owner_id, order_id, versions[1], cents or None, policy)
    )
    return kept, before != after


def may_set(viewer: Viewer, order: Order) -> bool:
    """The provider of an offer that nobody has reviewed yet; later it takes an amendment."""
    is_provider = viewer.acts_for(order.owner_id) and viewer.may(Permission.ORDER_EDIT)
    return is_provider and order.state == OrderState.OFFERED


async def set_cap(
    conn: Conn, viewer: Viewer, order_id: UUID, *, cap_cents: int | None, policy: str
) -> Order:
    """Set or take away the maximum of an offer, before its review; setting the same twice is once."""
    require(viewer, Permission.ORDER_EDIT)
    await orders.lock_order(conn, order_id)
    order = await read_order(conn, viewer, order_id)
    if not viewer.acts_for(order.owner_id):
        raise Forbidden(_("Den Jahreshöchstbetrag setzt der Bereitsteller mit seinem Angebot."))
    if order.state != OrderState.OFFERED:
        raise Refused(
            _("Der Jahreshöchstbetrag gehört zum Angebot, solange es niemand geprüft hat."),
            code="wrong_state",
            remedy=_("Danach ändert ihn eine Änderung des Leistungsscheins."),
        )
    cap = Cap(order.owner_id, order.id, order.current_version, cap_cents, policy)
    await store.save_cap(conn, cap, viewer.principal)
    record(
        conn, viewer, "order.cap", object_kind="order", object_id=order.id, owner_id=order.owner_id,
        party_id=order.recipient_id, row_version=order.row_version, audience="parties",
        party_ids=(order.owner_id, order.recipient_id), after={"version": order.current_version, "policy": policy},
    )  # fmt: skip
    return order
