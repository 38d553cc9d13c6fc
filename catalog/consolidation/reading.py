"""Assumptions from the dated rules and the reader, and the candidates under them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from catalog.consolidation.model import Assumptions, Candidate, candidates
from catalog.landscape.model import Cost
from catalog.landscape.reading import Landscape, read_landscape
from catalog.landscape.store import list_costs
from kdnx.db.conn import Conn
from kdnx.rules.model import Rule
from kdnx.rules.store import get_rule
from kdnx.viewer import Scope, Viewer

KEYS = ("saving_share", "comparable", "migration", "process", "horizon")


@dataclass(frozen=True)
class Basis:
    """Assumptions with the rules they come from."""

    assumptions: Assumptions
    rules: Mapping[str, Rule]


@dataclass(frozen=True)
class Found:
    """Candidates with what they rest on."""

    basis: Basis
    items: Sequence[Candidate]
    costs: Sequence[Cost]
    landscape: Landscape


def sees_all(viewer: Viewer) -> bool:
    """The viewer reads every single cost anyway."""
    return viewer.scope in (Scope.OFFICE, Scope.AUDIT, Scope.SYSTEM)


async def read_basis(conn: Conn, viewer: Viewer, own: Mapping[str, Any]) -> Basis:
    """The rules of today, with the values the reader set instead (`own`: fields of Assumptions, None = not set)."""
    rules = {key: await get_rule(conn, "consolidation", key, conn.today) for key in KEYS}
    share, process = rules["saving_share"].value, rules["process"].value
    base = Assumptions(
        Decimal(str(share.get("low_pct", "0"))), Decimal(str(share.get("high_pct", "0"))),
        int(rules["migration"].value.get("cents", 0)), int(process.get("procedures", 0)), int(process.get("cents", 0)),
        max(1, int(rules["horizon"].value.get("years", 1))), int(rules["comparable"].value.get("users", 0)),
    )  # fmt: skip
    given = {k: v for k, v in own.items() if v is not None}
    if not sees_all(viewer):
        # by trying numbers of users the sums of the cheapest houses would give away single ones
        given.pop("least_users", None)
    changed = tuple(k for k, v in given.items() if getattr(base, k) != v)
    return Basis(replace(base, **given, changed=changed), rules)


async def read_candidates(
    conn: Conn, viewer: Viewer, own: Mapping[str, Any], *, group: str = ""
) -> Found:
    """Every candidate under these assumptions, as of today."""
    basis = await read_basis(conn, viewer, own)
    landscape = await read_landscape(conn, group=group)
    least = basis.assumptions.least_users if sees_all(viewer) else None
    costs = await list_costs(conn, least)
    items = candidates(landscape.rows, landscape.uses, costs, basis.assumptions, conn.today)
    return Found(basis, items, costs, landscape)
