"""A change of a running order before the law: § 132 GWB is measured, the in-house light asked again and kept."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from exchange.clearing import store
from exchange.clearing.actions import (
    SYSTEM,
    Finding,
    check_force,
    finding_in,
    finding_of,
    grey_effect,
    keep_finding,
    may_name,
    usable,
)
from exchange.clearing.change import (
    Claim,
    Measure,
    change_value,
    contract_value,
    is_tested_again,
    terms_of,
)
from exchange.clearing.model import COOPERATION, TESTED, needs_sign_off
from exchange.clearing.store import Law, Named
from exchange.inhouse.model import Light
from exchange.orders.model import LegalRoute, Version
from exchange.orders.store import Order
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Forbidden, Invalid, Refused
from kdnx.rules.store import find_rule, get_rule
from kdnx.text import _
from kdnx.viewer import Viewer

SHORTEST_REASON = 3


async def measure_change(
    conn: Conn, viewer: Viewer, order: Order, old: Version, new: Version, claim: Claim
) -> Law:
    """What the law says of a change today; nothing is written."""
    if claim.door and len(claim.reason.strip()) < SHORTEST_REASON:
        message = _("Bitte begründen, warum dieser Weg offen ist.")
        raise Invalid(message, errors=[FieldError("change_reason", message, "missing")])
    minor, each, horizon = [
        await get_rule(conn, kind, key, conn.today)
        for kind, key in (
            ("contract_change", "minor"), ("contract_change", "each"), ("value_estimate", "indefinite_term"),
        )
    ]  # fmt: skip
    threshold = await find_rule(conn, "eu_threshold", "supplies_services", conn.today)
    months = int(horizon.value["months"])
    sums = await _sums(conn, order, old, new, months)
    original, today, change, before = sums
    measure = Measure(
        old.legal_route, claim.door, claim.reason.strip(), claim.indexed, original,
        max(original, today) if claim.indexed else original,  # § 132 Abs. 4 GWB: the higher price
        change, before + change, int(threshold.value["cents"]) if threshold else None,
        Decimal(str(minor.value["pct"])), Decimal(str(each.value["pct"])), int(each.value["days"]),
    )  # fmt: skip
    used = [r.id for r in (minor, each, horizon, threshold) if r is not None]
    return Law(measure, await _light_asks(conn, viewer, order, old, new), used, conn.now)


async def _sums(
    conn: Conn, order: Order, old: Version, new: Version, months: int
) -> tuple[int, int, int, int]:
    """Original value, the same at today's prices, this change, and all agreed ones before it; cents.

    A succession makes no new contract: original value and changes of its predecessors count.
    """
    first, before = None, 0
    for owner_id, order_id, current in await store.list_chain(conn, order.id):
        steps = await store.list_steps(conn, owner_id, order_id)
        base = old.version if order_id == order.id else current
        numbers = sorted({base, *(n for s in steps for n in (s.base_version, s.version))})
        terms = await store.terms_by_version(conn, owner_id, order_id, numbers)
        first = first or terms[steps[0].base_version if steps else base]
        before += sum(change_value(terms[s.base_version], terms[s.version], months) for s in steps)
    first = first or terms_of(old)
    return (
        contract_value(first, first.lines, months),
        contract_value(first, old.lines, months),
        change_value(terms_of(old), terms_of(new), months),
        before,
    )


def as_changed(order: Order, new: Version) -> Order:
    """The order as it will be from the first day of the new terms on."""
    return replace(
        order, current_version=new.version, legal_route=new.legal_route, starts_on=new.valid_from
    )


async def find_named_for(conn: Conn, order: Order, old: Version, new: Version) -> Named | None:
    """The cooperation the new terms name, or the one the old terms rest on."""
    named = await store.find_named(conn, order.owner_id, order.id, new.version)
    if named is None and old.legal_route == COOPERATION:
        return await store.find_last_named(conn, order.owner_id, order.id, old.version)
    return named


async def finding_for(conn: Conn, order: Order, old: Version, new: Version) -> Finding | None:
    """The test of today the changed order rests on; None while no cooperation is named."""
    if new.legal_route in TESTED:
        return await finding_of(conn, as_changed(order, new))
    named = await find_named_for(conn, order, old, new)
    return None if named is None else await finding_in(conn, named)


def is_tested(old: Version, new: Version) -> bool:
    """The change asks the in-house light again."""
    return new.legal_route in {*TESTED, COOPERATION} and is_tested_again(old, new)


async def _light_asks(conn: Conn, viewer: Viewer, order: Order, old: Version, new: Version) -> bool:
    """The light demands a sign-off; read as the system, for whoever proposes reads no amounts of others."""
    if not is_tested(old, new):
        return False
    await conn.act_as(SYSTEM)
    found = await finding_for(conn, order, old, new)
    asks = found is None or needs_sign_off(found.light, await grey_effect(conn))
    await conn.act_as(viewer)
    return asks


async def clear_change(
    conn: Conn, viewer: Viewer, order: Order, old: Version, new: Version, *, reason: str, is_review: bool
) -> None:  # fmt: skip
    """At the legal review and at the provider's approval: the light of today is kept with the new version.

    The review answers for a red light with its reason. Without one, a light that turned red meanwhile stops the
    provider. Refused: no cooperation named, not in force, red (or grey, if the rule says so) without review.
    """
    if not is_tested(old, new):
        return
    await conn.act_as(SYSTEM)
    known = await store.find_signoff(conn, order.owner_id, order.id, new.version)
    named = await find_named_for(conn, order, old, new) if new.legal_route == COOPERATION else None
    found = None if known else await finding_for(conn, order, old, new)
    grey = await grey_effect(conn)
    await conn.act_as(viewer)
    if known:
        return
    later = as_changed(order, new)
    if found is None:
        raise _unnamed()
    check_force(later, found)
    asks = needs_sign_off(found.light, grey)
    if asks and not is_review:
        raise _turned(found)
    if named is not None and named.version != new.version:
        person = viewer.principal or named.named_by
        copied = replace(named, version=new.version, named_by=person, named_at=conn.now, light=None)
        await store.save_named(conn, copied)
    said = reason if found.light in (Light.RED, Light.GREY) and is_review else ""
    await keep_finding(conn, viewer, later, found, said)


def _unnamed() -> Refused:
    return Refused(
        _("Die Änderung nennt noch keine Zusammenarbeit."),
        rule=_("§ 108 Abs. 6 GWB: Grundlage ist eine gemeinsame Kooperationsvereinbarung."),
        remedy=_("Auf der Seite der Änderung unter „Recht der Änderung“ eine Zusammenarbeit nennen."),
        code="cooperation_missing",
    )  # fmt: skip


def _turned(found: Finding) -> Refused:
    state = _("rot") if found.light == Light.RED else _("grau")
    return Refused(
        _("Die Inhouse-Ampel ist inzwischen {state}.").format(state=state),
        rule=f"{found.limit.norm}: " + _("Mehr zu beauftragen, braucht dann eine begründete Rechtsprüfung."),
        remedy=_("Die Änderung zurückziehen und neu vorschlagen; dann prüft zuerst die Geschäftsstelle."),
        code="inhouse_red" if found.light == Light.RED else "inhouse_grey",
    )  # fmt: skip


async def choices_for(conn: Conn, order: Order, new: Version) -> list[tuple[str, str]]:
    """The cooperations a change may name, as (id, title)."""
    return [(str(c.id), c.title) for c in await usable(conn, as_changed(order, new))]


async def name_for_change(
    conn: Conn, viewer: Viewer, order: Order, new: Version, cooperation_id: UUID
) -> None:
    """The provider, or the legal officer of the office, says on which cooperation the changed order rests."""
    if viewer.principal is None or not may_name(viewer, order):
        raise Forbidden(_("Die Zusammenarbeit nennt der Bereitsteller oder die Geschäftsstelle."))
    if new.legal_route != LegalRoute.COOPERATION:
        raise Refused(_("Hier ist keine Zusammenarbeit zu nennen."), code="wrong_state")
    later = as_changed(order, new)
    c = next((c for c in await usable(conn, later) if c.id == cooperation_id), None)
    if c is None:
        raise Refused(
            _("Diese Zusammenarbeit trägt die Änderung nicht."),
            rule=_("Beide Seiten sind beteiligt, und sie ist am ersten Tag der Änderung in Kraft."),
            remedy=_("Eine passende Zusammenarbeit anlegen oder einen anderen Rechtsweg wählen."),
            remedy_url="/cooperations",
            code="cooperation_unfit",
        )
    await store.save_named(conn, Named(
        order.owner_id, order.id, new.version, order.recipient_id, c.owner_id, c.id, c.title,
        viewer.principal, conn.now,
    ))  # fmt: skip
    record(
        conn, viewer, "order.cooperation", object_kind="order", object_id=order.id, owner_id=order.owner_id,
        row_version=order.row_version, after={"cooperation": c.id, "version": new.version},
    )  # fmt: skip
