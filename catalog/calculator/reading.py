"""Read what the calculator needs: price tables by day, the figures of my house, its tax case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from catalog.calculator import store
from catalog.calculator.model import Tables, Tax
from catalog.contents import store as contents
from catalog.contents.model import TAX_LABELS, Audience, AudienceKind, TaxCase, Version
from catalog.offerings import store as offerings
from catalog.offerings.model import Offering
from catalog.prices.model import PriceBase
from catalog.schedules.model import tables
from catalog.schedules.store import list_scheduled
from kdnx.db.conn import Conn
from kdnx.members.model import Member
from kdnx.members.store import get_member
from kdnx.rules.store import find_rule
from kdnx.viewer import Viewer

NARROW_FIRST = (AudienceKind.MEMBERS, AudienceKind.REGION, AudienceKind.LEVEL, AudienceKind.ALL)


@dataclass(frozen=True)
class Basis:
    """An offering as it is priced for a house; `is_draft`: the provider's preview of what is not public."""

    head: Offering
    version: Version
    tables: Tables
    member: Member | None
    is_draft: bool
    is_own: bool

    @property
    def known(self) -> dict[str, int]:
        """The register's figures by the name of the input."""
        if self.member is None or not self.member.inhabitants:
            return {}
        return {PriceBase.INHABITANT.value: self.member.inhabitants}


async def read_basis(
    conn: Conn, viewer: Viewer, offering_id: UUID, *, draft: bool = False
) -> Basis:
    """The offering with its prices by day; NotFound where the viewer may not see it.

    Owners get their draft when they ask for it, or when nothing is public yet.
    """
    head = await offerings.get_offering(conn, viewer, offering_id)
    is_own = viewer.acts_for(head.owner_id) or contents.sees_all(viewer)
    is_draft = is_own and head.draft_version is not None and (draft or not head.published_version)
    number = head.draft_version if is_draft else head.published_version
    version = await contents.get_version(conn, viewer, head.id, number or 0)
    announced = [] if is_draft else await list_scheduled(conn, [head.id])
    member = await get_member(conn, viewer.member_id) if viewer.member_id else None
    return Basis(
        head, version, tables(version.prices, announced, conn.today), member, is_draft, is_own
    )


def first_of_next_month(today: date) -> date:
    """The start that is proposed."""
    return date(today.year + today.month // 12, today.month % 12 + 1, 1)


async def tax_of(conn: Conn, basis: Basis, on: date) -> Tax | None:
    """How the offering is taxed towards my house on that day, or None where it is for nobody."""
    audience = await _audience(conn, basis.version.audiences, basis.member)
    if audience is None:
        return None
    label = TAX_LABELS[TaxCase(audience.tax_code)]
    rule = await find_rule(conn, "tax_code", audience.tax_code, on)
    if rule is None:
        return Tax(audience.tax_code, label, None)
    rate = Decimal(str(rule.value.get("rate_pct", 0)))
    return Tax(audience.tax_code, label, rate, str(rule.value.get("reason", "")))


async def _audience(
    conn: Conn, audiences: Sequence[Audience], member: Member | None
) -> Audience | None:
    keys = set(await store.keys_of(conn, member.id)) if member else {"all"}
    found = [a for a in audiences if a.kind in NARROW_FIRST and a.keys() & keys]
    ordered = sorted(found, key=lambda a: (NARROW_FIRST.index(AudienceKind(a.kind)), a.ordinal))
    return next(iter(ordered or audiences), None)
