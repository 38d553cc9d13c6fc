"""Take over orders that run or ran before kdnx: approved as Altbestand, recorded one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from catalog.interface import OfferingRef, mark_uses
from exchange.approvals import store as approvals
from exchange.approvals.store import Approval
from exchange.orders import store as orders
from exchange.orders.model import Line, OrderState, Version, legs_of
from exchange.orders.store import Head, NewStep
from exchange.taxes import store as taxes
from exchange.taxes.model import TaxDecision
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.ids import new_id
from kdnx.members.model import Member
from kdnx.numbers.actions import assign_many, take_over
from kdnx.text import _
from kdnx.viewer import Permission, Viewer, require

S = OrderState


@dataclass(frozen=True)
class Known:
    """What the rows of a file refer to."""

    members: Mapping[str, Member]
    offerings: Mapping[tuple[UUID, str], UUID]
    refs: Mapping[UUID, OfferingRef]
    taxes: frozenset[str]
    hub: UUID


async def take_over_orders(
    conn: Conn, viewer: Viewer, rows: Sequence[Mapping[str, Any]], known: Known
) -> None:
    """Write checked rows set-based: heads, one version each, signatures and tax cases of origin legacy."""
    require(viewer, Permission.IMPORT_RUN)
    heads = [_head(v, known) for v in rows]
    versions = [_version(conn, viewer, v, h, known) for v, h in zip(rows, heads, strict=True)]
    await orders.insert_orders(conn, heads, versions)
    await orders.insert_steps(
        conn, [NewStep(h.owner_id, h.id, 1, "import", h.state, 1, viewer.member_id) for h in heads]
    )
    await approvals.insert_approvals(conn, [a for h in heads for a in _signatures(h)])
    await taxes.insert_decisions(
        conn, [d for v, h in zip(rows, heads, strict=True) for d in _decisions(v, h)]
    )
    await take_over(conn, [str(h.number) for h in heads])
    await assign_many(
        conn,
        "order",
        [(str(h.number), h.owner_id, h.id) for h in heads if h.state != S.TRANSFERRED],
    )
    uses = [
        (
            v.offering_id,
            h.recipient_id,
            v.starts_on,
            v.ends_on + timedelta(days=1) if v.ends_on else None,
        )
        for h, v in zip(heads, versions, strict=True)
    ]
    await mark_uses(conn, uses)
    for head in heads:
        record(
            conn, viewer, "order.import", object_kind="order", object_id=head.id, owner_id=head.owner_id,
            party_id=head.recipient_id,
            reason=_("Altbestand"), audience="parties", party_ids=(head.owner_id, head.recipient_id),
            after={"state": head.state, "version": 1},
        )  # fmt: skip


def _head(v: Mapping[str, Any], known: Known) -> Head:
    provider, recipient = known.members[v["provider"]].id, known.members[v["recipient"]].id
    hub = known.hub if v["route"] == "hub" else None
    ended = v["ends_on"] if v["state"] == S.NOTICE_GIVEN else None
    return Head(
        provider,
        new_id(),
        v["number"],
        recipient,
        v["route"],
        hub,
        v["state"],
        "legacy",
        terminated_on=ended,
    )


def _version(conn: Conn, viewer: Viewer, v: Mapping[str, Any], head: Head, known: Known) -> Version:
    ref = known.refs[v["offering_id"]]
    line = Line(
        1,
        _("Jährliches Entgelt"),
        _("pauschal je Jahr"),
        "year",
        Decimal(1),
        v["yearly_net"] * 10_000,
        v["yearly_net"],
    )
    return Version(
        version=1, offering_id=ref.id, offering_version=ref.version, category_id=ref.category_id, title=v["title"],
        starts_on=v["starts_on"], ends_on=v["ends_on"], valid_from=v["starts_on"],
        notice_months=v["notice_months"], billing=v["billing"],
        surcharge_pct=v["surcharge_pct"], surcharge_fee_cents=v["surcharge_fee"], silence=v["silence"],
        confirm_days=v["confirm_days"],
        authored_by=viewer.member_id or known.hub, authored_at=conn.now, author_id=viewer.principal,
        legal_route=v["legal_route"],
        legal_reason=v["legal_reason"], lines=(line,), legs=legs_of(head.route, head.owner_id,
        head.recipient_id, head.hub_id),
    )  # fmt: skip


def _signatures(head: Head) -> list[Approval]:
    sides = [
        ("legal", head.hub_id or head.owner_id),
        ("provider", head.owner_id),
        ("recipient", head.recipient_id),
    ]
    if head.hub_id:
        sides.append(("hub", head.hub_id))
    return [
        Approval(head.owner_id, head.id, 1, side, member, origin="legacy") for side, member in sides
    ]


def _decisions(v: Mapping[str, Any], head: Head) -> list[TaxDecision]:
    codes = (v["tax_code_1"], v["tax_code_2"])[: 2 if head.hub_id else 1]
    return [
        TaxDecision(head.owner_id, head.id, leg, v["starts_on"], 1, code, origin="legacy")
        for leg, code in enumerate(codes, 1)
    ]
