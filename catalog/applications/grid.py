"""The grid of a group of tasks: what stands in it, what was typed, and what that says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from catalog.applications.model import Mode, Proposal, Use, ended, fault_of
from catalog.applications.schemas import UseForm
from catalog.capabilities.actions import resolve_product
from catalog.capabilities.model import Capability, Product
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Invalid
from kdnx.text import _
from kdnx.viewer import Viewer
from kdnx.web.form import read_form

MOST_LINES = 300
FIELDS = ("product", "source", "users", "yearly_cents", "used_since", "contract_end")
# one choice says from where: a word for own operation and market, else the id of the member
WORDS = (Mode.OWN.value, Mode.MARKET.value)


@dataclass(frozen=True)
class Line:
    """One row of the grid: `typed` as it stands in the fields, `old` the product and state it began with."""

    number: int
    task: Capability
    typed: Mapping[str, str] = field(default_factory=dict)
    old_product: UUID | None = None
    seen: str = ""
    is_gone: bool = False
    is_new: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)
    proposal: Proposal | None = None


def lines_of(
    tasks: Sequence[Capability], uses: Sequence[Use], proposals: Sequence[Proposal],
    labels: Mapping[UUID, str],
) -> list[Line]:  # fmt: skip
    """For every task what is used, what the exchange proposes, and where nothing stands one empty row."""
    out: list[Line] = []
    for task in tasks:
        rows = [
            Line(0, task, _typed(u, labels), u.product_id, u.seen)
            for u in uses
            if u.capability_id == task.id
        ]
        rows += [
            Line(0, task, _proposed(p, labels), proposal=p)
            for p in proposals
            if p.capability_id == task.id
        ]
        out += rows or [Line(0, task)]
    return [replace(line, number=n) for n, line in enumerate(out)]


def _typed(use: Use, labels: Mapping[UUID, str]) -> dict[str, str]:
    euros = "" if use.yearly_cents is None else _euros(use.yearly_cents)
    return {
        "product": labels.get(use.product_id, ""),
        "source": str(use.from_member_id or use.mode or ""),
        "users": "" if use.users is None else str(use.users),
        "yearly_cents": euros,
        "used_since": use.used_since.isoformat() if use.used_since else "",
        "contract_end": use.contract_end.isoformat() if use.contract_end else "",
    }


def _euros(cents: int) -> str:
    whole, part = divmod(cents, 100)
    return f"{whole:,}".replace(",", ".") + (f",{part:02d}" if part else "")


def _proposed(proposal: Proposal, labels: Mapping[UUID, str]) -> dict[str, str]:
    return {
        "product": labels.get(proposal.product_id, "") if proposal.product_id else "",
        "source": str(proposal.provider_id),
        "used_since": proposal.valid_from.isoformat(),
    }


def read_lines(fields: Mapping[str, Any], tasks: Sequence[Capability]) -> list[Line]:
    """The rows as they were posted (`row-<n>-<field>`); rows of other tasks are left out."""
    known = {str(t.id): t for t in tasks}
    return [
        line
        for n in range(MOST_LINES)
        if (task := known.get(_text(fields, n, "capability_id"))) is not None
        for line in [_posted(fields, n, task)]
    ]


def _posted(fields: Mapping[str, Any], n: int, task: Capability) -> Line:
    old = _text(fields, n, "old_product")
    try:
        product = UUID(old) if old else None
    except ValueError:
        product = None
    return Line(
        n, task, {name: _text(fields, n, name) for name in FIELDS}, product, _text(fields, n, "seen"),
        is_gone=f"row-{n}-gone" in fields, is_new=f"row-{n}-is_new" in fields,
    )  # fmt: skip


def _text(fields: Mapping[str, Any], n: int, name: str) -> str:
    return str(fields.get(f"row-{n}-{name}", "")).replace("\0", "").strip()[:400]


@dataclass
class Said:
    """What the rows say: declarations, the states they began with, and the rows with their errors."""

    uses: list[Use] = field(default_factory=list)
    seen: dict[tuple[UUID, UUID, UUID], str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    @property
    def errors(self) -> list[FieldError]:
        """Every error with the id of its field."""
        return list(_errors_of(self.lines))


def _errors_of(lines: Sequence[Line]) -> Iterator[FieldError]:
    for line in lines:
        for name, message in line.errors.items():
            yield FieldError(f"row-{line.number}-{name}", f"{line.task.name}: {message}")


async def understand(
    conn: Conn, viewer: Viewer, lines: Sequence[Line], products: Sequence[Product]
) -> Said:
    """From rows to declarations of the viewer's house; unknown products are added."""
    said = Said()
    labels = {p.id: p for p in products}
    for line in lines:
        checked = line
        if line.is_gone and line.old_product:
            said.uses.append(Use(viewer.owner_id, line.task.id, line.old_product))
        elif line.typed["product"] or line.old_product:
            try:
                said.uses += await _uses_of(conn, viewer, line, products, labels)
            except Invalid as error:
                checked = replace(
                    line, errors={e.field.rpartition("-")[2]: e.message for e in error.errors}
                )
        if line.old_product:
            said.seen[viewer.owner_id, line.task.id, line.old_product] = line.seen
        said.lines.append(checked)
    return said


async def _uses_of(
    conn: Conn, viewer: Viewer, line: Line, products: Sequence[Product],
    by_id: Mapping[UUID, Product],
) -> list[Use]:  # fmt: skip
    form = read_form(UseForm, _split_source(line.typed))
    if form.value is None:
        raise Invalid(errors=[replace(e, field=AT.get(e.field, e.field)) for e in form.errors])
    value = form.value
    old = by_id.get(line.old_product) if line.old_product else None
    shown = by_id.get(old.merged_into_id, old) if old and old.merged_into_id else old
    if old and shown and value.product == shown.label:
        product_id = old.id
    else:
        found = await resolve_product(
            conn, viewer, value.product, products, is_new=line.is_new, field="product"
        )
        product_id = found.id
    use = Use(
        viewer.owner_id, line.task.id, product_id, value.mode, value.from_member_id, value.users,
        value.yearly_cents, value.used_since, value.contract_end,
    )  # fmt: skip
    if fault := fault_of(use):
        raise Invalid(errors=[FieldError(AT.get(fault[0], fault[0]), _(fault[1]))])
    if old and product_id != old.id:
        return [ended(Use(viewer.owner_id, line.task.id, old.id)), use]
    return [use]


def _split_source(typed: Mapping[str, str]) -> dict[str, str]:
    source = typed["source"]
    if not source or source in WORDS:
        return {**typed, "mode": source}
    return {**typed, "mode": Mode.FROM_MEMBER.value, "from_member_id": source}


AT = {"mode": "source", "from_member_id": "source"}
MODES = [(Mode.OWN.value, _("selbst")), (Mode.MARKET.value, _("vom Markt"))]
