"""Propose tax codes and check that they exist; who reviews them is decided with the order's approvals."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from exchange.taxes import store
from exchange.taxes.model import UNDECIDED, TaxDecision
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Invalid
from kdnx.rules.model import Rule
from kdnx.rules.store import list_rules
from kdnx.tasks.actions import open_tasks
from kdnx.tasks.model import NewTask
from kdnx.text import _
from kdnx.viewer import Role, Viewer

REVIEW_TASK = "order.review_tax"


async def tax_rules(conn: Conn, day: date) -> dict[str, Rule]:
    """The tax codes that hold on a day, by code."""
    return {r.key: r for r in await list_rules(conn, "tax_code", day)}


async def tax_options(conn: Conn, day: date) -> list[tuple[str, str]]:
    """(code, label) for a choice, undecided first."""
    rules = await tax_rules(conn, day)
    found = [(key, str(rule.value["label"])) for key, rule in rules.items()]
    return sorted(found, key=lambda o: (o[0] != UNDECIDED, o[1]))


async def check_codes(conn: Conn, codes: Sequence[str], day: date) -> None:
    """Every code holds on that day; Invalid at the field otherwise."""
    known = await tax_rules(conn, day)
    message = _("Diesen Steuerfall gibt es zu diesem Tag nicht.")
    wrong = [
        FieldError(f"tax_code_{n}", message) for n, code in enumerate(codes, 1) if code not in known
    ]
    if wrong:
        raise Invalid(message, errors=wrong)


async def propose_codes(
    conn: Conn,
    viewer: Viewer,
    owner_id: UUID,
    order_id: UUID,
    valid_from: date,
    version: int,
    codes: Sequence[str],
) -> None:
    """Append a proposal for each leg (codes in the order of the legs); it counts once somebody else reviewed it."""
    rules = await tax_rules(conn, valid_from)
    await store.insert_decisions(
        conn,
        [
            TaxDecision(
                owner_id, order_id, leg, valid_from, version, code,
                norm=str(rules[code].value.get("norm") or ""), author_id=viewer.principal
            )
            for leg, code in enumerate(codes, 1)
        ],
    )  # fmt: skip


async def ask_reviewer(
    conn: Conn, viewer: Viewer, *, hub_id: UUID, order_id: UUID, number: str
) -> None:
    """The task of the hub's tax officer to review what was proposed; its author is left out."""
    task = NewTask(
        owner_id=hub_id, kind=REVIEW_TASK, title=_("Leistungsschein {number}: Steuerfall prüfen").format(number=number),
        object_kind="order", object_id=order_id, url=f"/orders/{order_id}", assignee_role=Role.TAX_OFFICER,
        not_person_id=viewer.person_id, dedup=f"{REVIEW_TASK}:{order_id}",
    )  # fmt: skip
    await open_tasks(conn, [task])
