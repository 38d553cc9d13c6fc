"""A yearly maximum of an order: set with its terms, asked at every proposal, whoever makes it (peers X17)."""

from collections.abc import Sequence
from dataclasses import dataclass
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

NOTE = 2000  # characters


@dataclass(frozen=True)
class Use:
    """A maximum and what counts against it in a year, cents net, leg 1: confirmed, proposed and disputed.

    What takes back counts once it is confirmed; until then it frees nothing.
    """

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
    used = await store.used_cents(conn, order_id, year)
    return Use(year, cap.cap_cents, cap.policy, used)


@dataclass(frozen=True)
class Wanted:
    """A booking to be, for the year of its last day; cents net, negative takes back."""

    owner_id: UUID
    order_id: UUID
    year: int
    net_cents: int

    @property
    def key(self) -> tuple[UUID, UUID, int]:
        """Whose maximum counts."""
        return self.owner_id, self.order_id, self.year


@dataclass(frozen=True)
class Verdict:
    """What the maximum says of a wanted booking: nothing, a note where it only warns, or a refusal."""

    note: str = ""
    refusal: Refused | None = None


async def weigh(conn: Conn, wanted: Sequence[Wanted]) -> list[Verdict]:
    """One verdict each, in their order; what passes counts for those behind it.

    It stands until commit only once the orders' ordinals are drawn: that lock lets two proposals at once not both fit.
    """
    caps = await store.list_caps(conn, list(dict.fromkeys(w.key for w in wanted)))
    used = {key: u for key, (_cap, _policy, u) in caps.items()}
    found = []
    for w in wanted:
        verdict = Verdict()
        if w.key in caps:
            cap, policy, _used = caps[w.key]
            if w.net_cents > 0:
                verdict = _verdict(w, Use(w.year, cap, policy, used[w.key]))
            if verdict.refusal is None:  # what takes back frees nothing before both have signed
                used[w.key] += max(0, w.net_cents)
        found.append(verdict)
    return found


def _verdict(wanted: Wanted, use: Use) -> Verdict:
    if wanted.net_cents <= use.left_cents:
        return Verdict()
    if use.policy == "warn":
        said = _(
            "Jahreshöchstbetrag {year} überschritten: {used} von {cap} gebucht oder vorgeschlagen."
        )
        total = eur(use.used_cents + wanted.net_cents)
        return Verdict(said.format(year=use.year, used=total, cap=eur(use.cap_cents)))
    return Verdict(
        refusal=Refused(
            _("Damit wäre der Jahreshöchstbetrag {year} überschritten; frei sind noch {left}.").format(
                year=use.year, left=eur(max(0, use.left_cents))
            ),
            code="yearly_cap",
            rule=_("Der Leistungsschein vereinbart höchstens {cap} netto im Kalenderjahr.").format(
                cap=eur(use.cap_cents)
            ),
            remedy=_(
                "Einen höheren Betrag als Änderung des Leistungsscheins vereinbaren; "
                "ein Storno macht Platz, sobald es bestätigt ist."
            ),
            remedy_url=f"/orders/{wanted.order_id}/amend",
        )
    )  # fmt: skip


async def check_cap(conn: Conn, wanted: Wanted) -> str:
    """The note of a proposal that fits or is only warned of; Refused (code yearly_cap) beyond the maximum."""
    (verdict,) = await weigh(conn, [wanted])
    if verdict.refusal:
        raise verdict.refusal
    return verdict.note


def with_warning(note: str, warning: str) -> str:
    """A booking's note with what it is warned of, within the length a file takes back."""
    room = NOTE - len(warning) - 1 if warning else NOTE
    return f"{note.strip()[:room]} {warning}".strip()


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
