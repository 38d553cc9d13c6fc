"""Name the cooperation of an order, test it at the review, sign it off where the light is red."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from exchange.clearing import store
from exchange.clearing.asking import NAME_TASK
from exchange.clearing.model import COOPERATION, TESTED, GreyEffect, needs_sign_off
from exchange.clearing.store import Named, Signoff
from exchange.cooperations import store as cooperations
from exchange.cooperations.actions import parties_of
from exchange.cooperations.amounts import joint_today
from exchange.cooperations.model import Cooperation, Part
from exchange.inhouse.actions import standing_today
from exchange.inhouse.model import Light, Limit
from exchange.orders import store as orders
from exchange.orders.actions import read_order
from exchange.orders.model import OrderState
from exchange.orders.store import Order
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, Refused
from kdnx.rules.store import get_rule
from kdnx.tasks.actions import close_tasks
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer, require

SYSTEM = Viewer(scope=Scope.SYSTEM)


@dataclass(frozen=True)
class Finding:
    """The test an order rests on; cents. `missing` are years of the provider, or None for a cooperation."""

    award_year: int
    entrusted_cents: int
    total_cents: int
    light: Light
    limit: Limit
    missing: Sequence[int]
    cooperation: Cooperation | None = None
    worst: Part | None = None


async def finding_of(conn: Conn, order: Order) -> Finding | None:
    """The test of today for an order that rests on one; None while its cooperation is not named."""
    if order.legal_route in TESTED:
        now, limit = await standing_today(conn, order.owner_id)
        return Finding(
            now.award_year, now.entrusted_cents, now.total_cents, now.light, limit, now.missing
        )
    named = await store.find_named(conn, order.owner_id, order.id, order.current_version)
    if named is None:
        return None
    return await finding_in(conn, named)


async def finding_in(conn: Conn, named: Named) -> Finding:
    """The test of today of the cooperation an order names."""
    c = await cooperations.get_cooperation(conn, named.cooperation_id)
    joint, limit = await joint_today(conn, c)
    gone = sorted({y for years in joint.missing.values() for y in years})
    return Finding(
        joint.award_year, joint.total_cents - joint.market_cents, joint.total_cents, joint.light, limit, gone, c,
        joint.worst,
    )  # fmt: skip


async def grey_effect(conn: Conn) -> GreyEffect:
    """What a grey light means for a new order today."""
    rule = await get_rule(conn, "inhouse_policy", "grey_light", conn.today)
    return GreyEffect(str(rule.value.get("effect", "warn")))


async def usable(conn: Conn, order: Order) -> list[Cooperation]:
    """Agreements the viewer sees that bind both sides of the order and are in force on its first day."""
    found = []
    for c in await cooperations.list_active(conn):
        parties = await parties_of(conn, c)
        if {order.owner_id, order.recipient_id} <= set(parties) and c.is_in_force(order.starts_on):
            found.append(c)
    return found


async def name_cooperation(
    conn: Conn, viewer: Viewer, order_id: UUID, cooperation_id: UUID
) -> Order:
    """The provider, or the legal officer of the office, says on which cooperation an offered order rests."""
    await orders.lock_order(conn, order_id)
    order = await read_order(conn, viewer, order_id)
    if not may_name(viewer, order):
        require(viewer, Permission.ORDER_EDIT)
        raise Forbidden(_("Die Zusammenarbeit nennt der Bereitsteller oder die Geschäftsstelle."))
    if order.state != OrderState.OFFERED or order.legal_route != COOPERATION:
        raise Refused(_("Hier ist keine Zusammenarbeit zu nennen."), code="wrong_state")
    known = await store.find_named(conn, order.owner_id, order.id, order.current_version)
    if known is not None and known.light is not None:
        raise Refused(_("Diese Fassung ist schon freigezeichnet."), code="signed_already")
    c = next((c for c in await usable(conn, order) if c.id == cooperation_id), None)
    if c is None:
        raise Refused(
            _("Diese Zusammenarbeit trägt den Leistungsschein nicht."),
            rule=_("Beide Seiten sind beteiligt, und sie ist am ersten Tag der Leistung in Kraft."),
            remedy=_("Eine passende Zusammenarbeit anlegen oder einen anderen Rechtsweg wählen."),
            remedy_url="/cooperations",
            code="cooperation_unfit",
        )
    if viewer.principal is None:
        raise Forbidden(_("Das tut eine Person des Bereitstellers."))
    await store.save_named(conn, Named(
        order.owner_id, order.id, order.current_version, order.recipient_id, c.owner_id, c.id, c.title,
        viewer.principal, conn.now,
    ))  # fmt: skip
    await close_tasks(conn, order.id, [NAME_TASK])
    record(
        conn, viewer, "order.cooperation", object_kind="order", object_id=order.id, owner_id=order.owner_id,
        row_version=order.row_version, after={"cooperation": c.id},
    )  # fmt: skip
    return order


def is_lawyer(viewer: Viewer) -> bool:
    """A legal officer of the office."""
    return viewer.scope == Scope.OFFICE and viewer.may(Permission.ORDER_REVIEW_LEGAL)


def may_name(viewer: Viewer, order: Order) -> bool:
    """The viewer may say on which cooperation the order rests."""
    is_provider = viewer.acts_for(order.owner_id) and viewer.may(Permission.ORDER_EDIT)
    return is_provider or is_lawyer(viewer)


async def clear_order(conn: Conn, viewer: Viewer, order: Order, *, reason: str) -> None:
    """Called by the legal review: refuse where a sign-off is missing, else keep the figures with the order.

    A grey light is kept with the reviewer's reason. Refused: no cooperation named, no longer in force, red
    (or grey, if the rule says so) without sign-off.
    """
    if order.legal_route not in {*TESTED, COOPERATION}:
        return
    if await store.find_signoff(conn, order.owner_id, order.id, order.current_version):
        return
    found = await finding_of(conn, order)
    if found is None:
        raise Refused(
            _("Der Leistungsschein nennt noch keine Zusammenarbeit."),
            rule=_("§ 108 Abs. 6 GWB: Grundlage ist eine gemeinsame Kooperationsvereinbarung."),
            remedy=_("Auf der Seite des Leistungsscheins unter „Inhouse-Prüfung“ eine Zusammenarbeit nennen."),
            remedy_url=f"/orders/{order.id}",
            code="cooperation_missing",
        )  # fmt: skip
    check_force(order, found)
    if needs_sign_off(found.light, await grey_effect(conn)):
        what = _("der Zusammenarbeit") if found.cooperation else _("des Bereitstellers")
        state = _("rot") if found.light == Light.RED else _("grau")
        raise Refused(
            _("Die Inhouse-Ampel {what} ist {state}.").format(what=what, state=state),
            rule=f"{found.limit.norm}: "
            + _("Ein neuer Leistungsschein braucht eine begründete juristische Freizeichnung."),
            remedy=_("Auf der Seite des Leistungsscheins unter „Inhouse-Prüfung“ freizeichnen."),
            remedy_url=f"/orders/{order.id}",
            code="inhouse_red" if found.light == Light.RED else "inhouse_grey",
        )  # fmt: skip
    await keep_finding(conn, viewer, order, found, reason if found.light == Light.GREY else "")


def check_force(order: Order, found: Finding) -> None:
    """Refused when the cooperation does not hold on the first day."""
    c = found.cooperation
    if c is not None and not c.is_in_force(order.starts_on):
        raise Refused(
            _("Die genannte Zusammenarbeit ist am ersten Tag der Leistung nicht in Kraft."),
            remedy=_("Eine andere Zusammenarbeit nennen oder den Beginn ändern."),
            code="cooperation_unfit",
        )


async def sign_off(conn: Conn, viewer: Viewer, order_id: UUID, *, reason: str) -> Order:
    """A legal officer of the office answers for an order although the light is red; once a version."""
    require(viewer, Permission.ORDER_REVIEW_LEGAL)
    if viewer.scope != Scope.OFFICE:
        raise Forbidden(_("Freizeichnen kann nur die Geschäftsstelle."))
    await orders.lock_order(conn, order_id)
    order = await read_order(conn, viewer, order_id)
    if viewer.person_id is not None and viewer.person_id == order.author_id:
        raise Refused(_("Wer das Angebot verfasst hat, zeichnet es nicht frei."), code="four_eyes")
    known = await store.find_signoff(conn, order.owner_id, order.id, order.current_version)
    found = await finding_of(conn, order) if order.legal_route in {*TESTED, COOPERATION} else None
    if order.state != OrderState.OFFERED or known or found is None:
        raise Refused(_("Hier ist nichts freizuzeichnen."), code="nothing_to_sign")
    if not needs_sign_off(found.light, await grey_effect(conn)):
        raise Refused(_("Die Ampel ist nicht rot; eine Freizeichnung ist nicht nötig."), code="not_red")  # fmt: skip
    await keep_finding(conn, viewer, order, found, reason)
    return order


async def keep_finding(
    conn: Conn, viewer: Viewer, order: Order, found: Finding, reason: str
) -> None:
    """Keep the test with the order's version; where a provider approves, the system writes what it may not read."""
    if viewer.person_id is None:
        raise Forbidden(_("Freigaben erteilen Menschen, keine Maschinenzugänge."))
    kept = Signoff(
        order.owner_id, order.id, order.current_version, found.award_year, found.entrusted_cents, found.total_cents,
        found.light.value, [found.limit.rule_id], reason.strip(), viewer.person_id, conn.now,
    )  # fmt: skip
    if found.cooperation is not None:
        kept = replace(
            kept, cooperation_id=found.cooperation.id,
            worst_market_cents=found.worst.market_cents if found.worst else None,
            worst_total_cents=found.worst.total_cents if found.worst else None,
        )  # fmt: skip
        named = await store.find_named(conn, order.owner_id, order.id, order.current_version)
        if named is not None:
            await store.keep_light(conn, named, found.light.value)
    if viewer.scope == Scope.OFFICE:
        await store.insert_signoff(conn, kept)
    else:
        await conn.act_as(SYSTEM)
        await store.insert_signoff(conn, kept)
        await conn.act_as(viewer)
    record(
        conn, viewer, "order.inhouse", object_kind="order", object_id=order.id, owner_id=order.owner_id,
        reason=reason or None, row_version=order.row_version, rule_ids=[found.limit.rule_id],
        after={"light": found.light.value},
    )  # fmt: skip
