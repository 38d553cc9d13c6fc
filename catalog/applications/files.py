"""Declarations as a file: one row a member, task and product; what is exported comes in unchanged."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from catalog.applications import store
from catalog.applications.actions import write_checked
from catalog.applications.model import ENDED, MODE_LABELS, Mode, Use, changes, fault_of
from catalog.capabilities.actions import add_product
from catalog.capabilities.model import Product, alike, find_product, folded
from catalog.capabilities.store import list_capabilities, list_products
from kdnx.db.conn import Conn
from kdnx.imports.kinds import CellKind, Column, FileKind, Outcome, Row, RowError
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer

MODES = {label: mode.value for mode, label in MODE_LABELS.items()} | {
    _("nicht mehr genutzt"): ENDED
}
MOST_USERS = 10_000_000
MOST_CENTS = 100_000_000_000
ALIKE_TEXT = _(
    "Ähnlich heißt schon ein anderes Produkt. Bitte dessen Namen übernehmen oder „Neues Produkt“ auf ja setzen."
)
COST_NOTE = _(
    "sieht nur das eigene Haus, die Geschäftsstelle und die Revision; alle anderen erst Summen aus drei Häusern"
)
COLUMNS = (
    Column(
        "member_code", _("Mitglied"), required=True, example="M07", aliases=("member", "Haus"),
        note=_("Kennung des Hauses, das die Anwendung nutzt"),
    ),
    Column(
        "capability", _("Aufgabe"), required=True, example="Einwohnermeldewesen", max_length=120,
        note=_("Name oder Kennung der Aufgabe"), aliases=("Fähigkeit", "Fachverfahren"),
    ),
    Column(
        "product", _("Produkt"), required=True, example="Meldewerk", max_length=120,
        aliases=("Anwendung",),
    ),
    Column("vendor", _("Hersteller"), example="Musterhaus Software", max_length=120),
    Column(
        "mode", _("Betrieb"), CellKind.CHOICE, required=True, choices=MODES,
        example="eigener Betrieb", aliases=("Bezug",),
    ),
    Column(
        "from_member", _("Von Mitglied"), note=_("Kennung; nur bei „von einem Mitglied“"),
        aliases=("Lieferant",),
    ),
    Column("users", _("Benutzer"), CellKind.INTEGER, example="120"),
    Column(
        "yearly_cost", _("Kosten im Jahr netto"), CellKind.MONEY, example="48.000,00",
        note=COST_NOTE, aliases=("Kosten",),
    ),
    Column("used_since", _("Im Einsatz seit"), CellKind.DAY, example="01.01.2019", aliases=("seit",)),
    Column(
        "contract_end", _("Vertragsende"), CellKind.DAY, example="31.12.2027", note=_("letzter Tag")
    ),
    Column(
        "is_new_product", _("Neues Produkt"), CellKind.FLAG,
        note=_("„ja“, wenn ein Produkt mit ähnlichem Namen doch ein anderes ist"),
    ),
)  # fmt: skip


@dataclass
class Around:
    """What rows are understood with."""

    members: Mapping[str, UUID]
    tasks: Mapping[str, UUID]
    products: list[Product]
    now: Mapping[UUID, list[Use]]
    outcome: Outcome = field(default_factory=Outcome)
    seen: set[tuple[UUID, UUID, UUID]] = field(default_factory=set)


class RowProblem(Exception):
    """Why a row cannot be written: field, found, expected, message."""

    def __init__(self, field: str, found: str, expected: str, message: str) -> None:
        super().__init__()
        self.parts = (field, found[:80], expected, message)


async def write(conn: Conn, viewer: Viewer, rows: Sequence[Row]) -> Outcome:
    """New and changed declarations hold from today on; rows that say what holds already change nothing."""
    around = await _read_around(conn, viewer)
    wanted: dict[UUID, list[Use]] = defaultdict(list)
    for row in rows:
        try:
            use = await _use_of(conn, viewer, around, row)
        except RowProblem as problem:
            around.outcome.errors.append(RowError(row.number, *problem.parts))
            continue
        wanted[use.owner_id].append(use)
    for owner, uses in wanted.items():
        before = {u.key for u in around.now.get(owner, [])}
        new = changes(around.now.get(owner, []), uses)
        if new:
            await write_checked(conn, viewer, owner, new)
        around.outcome.new += sum(u.key not in before for u in new)
        around.outcome.changed += sum(u.key in before for u in new)
        around.outcome.unchanged += len(uses) - len(new)
    return around.outcome


async def _read_around(conn: Conn, viewer: Viewer) -> Around:
    members = {m.code: m.id for m in await list_members(conn)}
    tasks: dict[str, UUID] = {}
    for c in await list_capabilities(conn):
        if c.parent_id:
            tasks |= {c.code: c.id, folded(c.name): c.id}
    is_office = viewer.scope in (Scope.OFFICE, Scope.SYSTEM)
    houses = list(members.values()) if is_office else list(viewer.members)
    now: dict[UUID, list[Use]] = defaultdict(list)
    for use in await store.list_own(conn, houses):
        now[use.owner_id].append(use)
    return Around(members, tasks, await list_products(conn), now)


async def _use_of(conn: Conn, viewer: Viewer, around: Around, row: Row) -> Use:
    values = row.values
    owner = around.members.get(values["member_code"].upper())
    is_office = viewer.scope in (Scope.OFFICE, Scope.SYSTEM)
    if owner is None or not (is_office or viewer.acts_for(owner)):
        raise RowProblem(
            _("Mitglied"), values["member_code"], _("Kennung Ihres Hauses"),
            _("Für dieses Mitglied können Sie nichts eintragen."),
        )  # fmt: skip
    task = around.tasks.get(values["capability"]) or around.tasks.get(folded(values["capability"]))
    if task is None:
        raise RowProblem(
            _("Aufgabe"), values["capability"], _("Name oder Kennung aus der Liste der Aufgaben"),
            _("Diese Aufgabe gibt es nicht."),
        )  # fmt: skip
    _check_numbers(values)
    product = await _product_of(conn, viewer, around, values)
    # a double that the house declared under its old name keeps it; everything new goes to the product that stays
    declared = {u.key for u in around.now.get(owner, [])}
    kept = product.merged_into_id or product.id
    product_id = product.id if (owner, task, product.id) in declared else kept
    use = _as_use(around, values, owner, task, product_id)
    if use.key in around.seen:
        raise RowProblem(
            _("Produkt"), values["product"], _("jede Aufgabe mit jedem Produkt einmal"),
            _("Diese Angabe steht mehrfach in der Datei."),
        )  # fmt: skip
    if use.mode is not None and (fault := fault_of(use)):
        name = {"from_member_id": "from_member"}.get(fault[0], fault[0])
        title = next(c.title for c in COLUMNS if c.name == name)
        raise RowProblem(title, str(values[name] or ""), "", _(fault[1]))
    around.seen.add(use.key)
    return use


def _check_numbers(values: Mapping[str, Any]) -> None:
    for name, most, expected in (
        ("users", MOST_USERS, _("0 bis 10.000.000")),
        ("yearly_cost", MOST_CENTS, _("0 bis 1.000.000.000,00")),
    ):
        if values[name] is not None and not 0 <= values[name] <= most:
            title = next(c.title for c in COLUMNS if c.name == name)
            raise RowProblem(
                title, str(values[name]), expected, _("Der Wert liegt außerhalb des Möglichen.")
            )


async def _product_of(
    conn: Conn, viewer: Viewer, around: Around, values: Mapping[str, Any]
) -> Product:
    name, vendor = values["product"], values["vendor"] or ""
    typed = f"{name} ({vendor})" if vendor else name
    found = find_product(typed, around.products)
    if found is None:
        near = [] if values["is_new_product"] else alike(typed, around.products)
        if near:
            raise RowProblem(
                _("Produkt"), typed, " / ".join(p.label for p in near),
                ALIKE_TEXT,
            )  # fmt: skip
        if len(name) < 2:
            raise RowProblem(
                _("Produkt"), name, _("mindestens 2 Zeichen"), _("Der Name ist zu kurz.")
            )
        found = await add_product(conn, viewer, name, vendor)
        around.products.append(found)
    return found


def _as_use(
    around: Around, values: Mapping[str, Any], owner: UUID, task: UUID, product: UUID
) -> Use:
    if values["mode"] == ENDED:
        return Use(owner, task, product)
    source = None
    if values["from_member"]:
        source = around.members.get(values["from_member"].upper())
        if source is None:
            raise RowProblem(
                _("Von Mitglied"), values["from_member"], _("Kennung eines Mitglieds"),
                _("Dieses Mitglied gibt es nicht."),
            )  # fmt: skip
    return Use(
        owner, task, product, Mode(values["mode"]).value, source, values["users"],
        values["yearly_cost"], values["used_since"], values["contract_end"],
    )  # fmt: skip


async def read(conn: Conn, viewer: Viewer) -> list[Mapping[str, Any]]:
    """What is used today: of the own house, for office and audit of every house."""
    members = {m.id: m.code for m in await list_members(conn)}
    sees_all = viewer.scope in (Scope.OFFICE, Scope.AUDIT, Scope.SYSTEM)
    tasks = {c.id: c.name for c in await list_capabilities(conn)}
    products = {p.id: p for p in await list_products(conn)}
    uses = await store.list_own(conn, list(members) if sees_all else list(viewer.members))
    rows = []
    for u in uses:
        product = products[u.product_id]
        rows.append({
            "member_code": members[u.owner_id], "capability": tasks[u.capability_id], "product": product.name,
            "vendor": product.vendor or None, "mode": u.mode, "users": u.users, "yearly_cost": u.yearly_cents,
            "from_member": members[u.from_member_id] if u.from_member_id else None,
            "used_since": u.used_since, "contract_end": u.contract_end, "is_new_product": None,
        })  # fmt: skip
    return sorted(rows, key=lambda r: (r["member_code"], r["capability"], r["product"]))


APPLICATIONS = FileKind(
    name="applications", title=_("Anwendungen"), permission=Permission.DEMAND_ANSWER, columns=COLUMNS,
    write=write, read=read, order=15, seen_at="/landscape/mine",
)  # fmt: skip
