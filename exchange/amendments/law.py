"""The law of a change: which cooperation it rests on, and what its page says of § 132 GWB and the in-house light."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from exchange.amendments.actions import lock_amendment, versions_of
from exchange.amendments.changes import Change, cap_changes, changes
from exchange.amendments.model import Amendment, AmendmentState
from exchange.clearing.actions import is_lawyer, may_name
from exchange.clearing.asking import NAME_TASK
from exchange.clearing.change import DOOR_LABELS, Door
from exchange.clearing.changing import (
    choices_for,
    find_named_for,
    finding_for,
    is_tested,
    name_for_change,
)
from exchange.clearing.doors import explain_doors, what_follows
from exchange.clearing.model import COOPERATION
from exchange.clearing.store import find_cap, find_law, find_signoff
from exchange.cooperations.model import LIGHT_LABELS as MARKET_LIGHTS
from exchange.inhouse.model import LIGHT_BADGES, LIGHT_LABELS
from exchange.orders.model import Version
from exchange.orders.store import Order
from kdnx.db.conn import Conn
from kdnx.errors import Refused
from kdnx.rules.store import read_rule
from kdnx.tasks.actions import close_tasks
from kdnx.text import _
from kdnx.viewer import Scope, Viewer


async def name_in_amendment(
    conn: Conn, viewer: Viewer, amendment_id: UUID, cooperation_id: UUID
) -> Amendment:
    """Say on which cooperation the changed order rests, before anybody has reviewed or signed it."""
    a = await lock_amendment(conn, amendment_id, None)
    if a.state != AmendmentState.PROPOSED:
        raise Refused(
            _("Die Änderung ist schon geprüft oder freigegeben."),
            code="wrong_state",
            remedy=_("Eine andere Zusammenarbeit nennt eine neue Änderung."),
        )
    order, _old, new = await versions_of(conn, viewer, a)
    await name_for_change(conn, viewer, order, new, cooperation_id)
    await close_tasks(conn, a.id, [NAME_TASK])
    return a


async def all_changes(conn: Conn, a: Amendment, old: Version, new: Version) -> list[Change]:
    """What differs between two versions, the yearly maximum included."""
    before, after = [
        await find_cap(conn, a.owner_id, a.order_id, v) for v in (old.version, new.version)
    ]
    return [*changes(old, new), *cap_changes(before, after)]


async def law_view(
    conn: Conn, viewer: Viewer, a: Amendment, order: Order, old: Version, new: Version
) -> Mapping[str, Any]:
    """What the page of a change says of the law.

    The light's amounts stay where they are: a provider reads its own light, the legal officer and audit every
    one, the parties of a cooperation the light once it is kept.
    """
    law = await find_law(conn, a.owner_id, a.id)
    rules = [await read_rule(conn, r) for r in law.rule_ids] if law else []
    named = await find_named_for(conn, order, old, new) if new.legal_route == COOPERATION else None
    may = a.state == AmendmentState.PROPOSED and new.legal_route == COOPERATION and may_name(viewer, order)  # fmt: skip
    tested = is_tested(old, new)
    return {
        "law": law, "measure": law.measure if law else None, "doors": explain_doors(law.measure) if law else [],
        "follows": what_follows(law.measure) if law else "", "door_label": DOOR_LABELS[law.measure.door] if law else "",
        "no_door": law is not None and law.measure.door == Door.NONE, "law_rules": rules,
        "tested": tested, "named": named,
        "choices": await choices_for(conn, order, new) if may else [], "may_name": may,
        "light": await _light(conn, viewer, a, order, old, new) if tested else None,
        "lights": MARKET_LIGHTS if new.legal_route == COOPERATION else LIGHT_LABELS, "light_badges": LIGHT_BADGES,
    }  # fmt: skip


async def _light(
    conn: Conn, viewer: Viewer, a: Amendment, order: Order, old: Version, new: Version
) -> str | None:
    """The light kept with the version or, while it is open, of today; None where the viewer may not read it."""
    kept = await find_signoff(conn, a.owner_id, a.order_id, a.version)
    if kept is not None:
        return kept.light
    reads_all = viewer.scope == Scope.AUDIT or is_lawyer(viewer)
    if new.legal_route == COOPERATION:
        named = await find_named_for(conn, order, old, new)
        if named is not None and named.version == a.version and named.light is not None:
            return named.light
        may = reads_all
    else:
        may = reads_all or viewer.acts_for(a.owner_id)
    if not may or a.state != AmendmentState.PROPOSED:
        return None
    found = await finding_for(conn, order, old, new)
    return found.light.value if found else None
