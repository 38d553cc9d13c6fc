"""Offerings as a file: a row or several an offering; what is exported comes in unchanged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from catalog.announcing.actions import tell
from catalog.attributes.store import list_schemas
from catalog.categories import store as categories
from catalog.contents import store as contents
from catalog.contents.model import Version, missing
from catalog.contents.schemas import OfferingBody, to_body, to_version
from catalog.filing.cells import RowProblem
from catalog.filing.columns import COLUMNS, answer_columns
from catalog.filing.rows import Around, Group, LineProblem, body_of, group_rows, rows_of
from catalog.offerings import store
from catalog.offerings.actions import SERIES, contact_list
from catalog.offerings.model import LABELS, RECONFIRM_MONTHS, Offering, State, add_months
from catalog.ubl.reading import UBL
from kdnx.clock import end_of_day
from kdnx.db.conn import Conn
from kdnx.ids import new_id
from kdnx.imports.kinds import Column, FileKind, Outcome, Row, RowError
from kdnx.members.store import list_members
from kdnx.numbers.actions import assign_many, draw
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer

IMPORTABLE = {State.DRAFT, State.PUBLISHED, State.SUSPENDED, State.RETIRED}


@dataclass(frozen=True)
class Item:
    """One row that can be written."""

    head: Offering
    version: Version
    body: OfferingBody
    state: State
    published_on: date | None
    is_new: bool


async def _read_around(conn: Conn, viewer: Viewer) -> Around:
    members = {m.code: m.id for m in await list_members(conn)}
    found = await categories.list_categories(conn)
    heads = await store.list_heads(conn, viewer)
    ids = [h.id for h in heads]
    latest = {h.id: h.latest_version for h in heads}
    versions = {
        v.offering_id: v
        for v in await contents.load_versions(conn, viewer, ids)
        if v.version == latest[v.offering_id]
    }
    contacts = await contents.list_contacts(conn, ids)
    return Around(
        members=members,
        categories={c.name.lower(): c.id for c in found} | {c.code: c.id for c in found},
        heads={(h.owner_id, h.reference): h for h in heads},
        versions=versions,
        bodies={
            h.id: to_body(versions[h.id], h.reference, contacts.get(h.id, []))
            for h in heads
            if h.id in versions
        },
        schemas=(schemas := await list_schemas(conn)),
        titles={c.name: c.title for c in (*COLUMNS, *answer_columns(schemas.values()))},
    )


async def columns_of_answers(conn: Conn) -> Sequence[Column]:
    """One column for each question that any category asks today."""
    return answer_columns((await list_schemas(conn)).values())


async def write(conn: Conn, viewer: Viewer, rows: Sequence[Row]) -> Outcome:
    """New rows become drafts (or, from the office, published history); changed ones a new draft version."""
    around = await _read_around(conn, viewer)
    groups, faults = group_rows(rows)
    outcome = Outcome(errors=[RowError(row.number, *p.parts) for row, p in faults])
    items: list[Item] = []
    for group in groups:
        try:
            item = _item(conn, viewer, around, group)
        except RowProblem as problem:
            row = problem.row if isinstance(problem, LineProblem) else group.main
            outcome.errors.append(RowError(row.number, *problem.parts))
            continue
        if item is None:
            outcome.unchanged += 1
            continue
        items.append(item)
        outcome.new += item.is_new
        outcome.changed += not item.is_new
    await _write_items(conn, viewer, items)
    return outcome


def _item(conn: Conn, viewer: Viewer, around: Around, group: Group) -> Item | None:
    values = group.main.values
    owner = around.members.get(values["member_code"].upper())
    is_office = viewer.scope in (Scope.OFFICE, Scope.SYSTEM)
    if owner is None or not (is_office or viewer.acts_for(owner)):
        raise RowProblem(
            _("Mitglied"),
            values["member_code"],
            _("Kennung Ihres Hauses"),
            _("Für dieses Mitglied können Sie nichts eintragen."),
        )
    head = around.heads.get((owner, values["reference"]))
    old = around.bodies.get(head.id) if head else None
    body = body_of(around, group, old)
    state = (
        State(values["state"]) if values["state"] else (State(head.state) if head else State.DRAFT)
    )
    if head and old and body.model_dump() == old.model_dump() and state == head.state:
        return None
    _check_state(head, state, is_office=is_office)
    # without a word about the state even the office only writes a draft
    publish = is_office and state != State.DRAFT and bool(values["state"])
    is_new = head is None
    if head is None:
        head = _new_head(conn, owner, values["reference"], body)
    elif head.draft_version is None:
        head = replace(head, draft_version=(head.published_version or 0) + 1)
    who = (viewer.principal,) if viewer.principal else ()
    before = around.versions.get(head.id)
    editors = tuple(before.editors) if before and before.version == head.draft_version else ()
    version = to_version(
        body,
        head.id,
        head.draft_version or 1,
        schema_version=around.schema(body.category_id).version,
        author=viewer.principal,
        editors=tuple(dict.fromkeys((*editors, *who))),
        origin="imported" if publish else "entered",
    )
    if publish and (gaps := missing(version, contact_list(body.contacts))):
        raise RowProblem(
            _("Stand"),
            LABELS[state],
            LABELS[State.DRAFT],
            _("Es fehlt noch: ") + ", ".join(w for _f, w in gaps),
        )
    return Item(
        head, version, body, state if publish else State.DRAFT, values["published_on"], is_new
    )


def _check_state(head: Offering | None, state: State, *, is_office: bool) -> None:
    if state not in IMPORTABLE or (
        state != State.DRAFT and not is_office and not (head and state == head.state)
    ):
        raise RowProblem(
            _("Stand"),
            LABELS[state],
            LABELS[State.DRAFT],
            _("Veröffentlicht wird nicht durch eine Datei, sondern durch eine zweite Person."),
        )
    if head and (head.draft_submitted or head.state == State.RETIRED):
        raise RowProblem(
            _("Stand"),
            LABELS[State(head.state)],
            LABELS[State.DRAFT],
            _("Diese Leistung ist geschlossen: sie liegt zur Prüfung oder ist eingestellt."),
        )


def _new_head(conn: Conn, owner_id: UUID, reference: str, body: OfferingBody) -> Offering:
    return Offering(
        id=new_id(),
        owner_id=owner_id,
        number="",
        reference=reference,
        state=State.DRAFT,
        category_id=body.category_id,
        title=body.title,
        row_version=1,
        updated_at=conn.now,
        draft_version=1,
    )


async def _write_items(conn: Conn, viewer: Viewer, items: Sequence[Item]) -> None:
    if not items:
        return
    new = [i for i in items if i.is_new]
    numbers = await draw(conn, SERIES, conn.today.year, len(new)) if new else []
    heads = {i.head.id: i.head for i in items}
    for item, number in zip(new, numbers, strict=True):
        heads[item.head.id] = replace(item.head, number=number)
    await store.insert_offerings(conn, [heads[i.head.id] for i in new])
    await assign_many(
        conn, "offering", [(heads[i.head.id].number, i.head.owner_id, i.head.id) for i in new]
    )
    await contents.write_versions(conn, [i.version for i in items])
    await contents.write_contacts(conn, [(i.head.id, contact_list(i.body.contacts)) for i in items])
    await contents.approve_imported(
        conn,
        [
            replace(
                i.version, approved_at=end_of_day(i.published_on) if i.published_on else conn.now
            )
            for i in items
            if i.state != State.DRAFT
        ],
    )
    for item in items:
        head = heads[item.head.id]
        if item.is_new and item.state == State.DRAFT:
            continue  # it stands as it was put in
        if item.state != State.DRAFT:
            at = (
                end_of_day(item.published_on)
                if item.published_on
                else head.published_at or conn.now
            )
            # history confirmed by the office counts from the day it comes in
            head = replace(
                head,
                state=item.state,
                published_version=item.version.version,
                draft_version=None,
                published_at=min(at, conn.now),
                reconfirm_due=add_months(conn.today, RECONFIRM_MONTHS),
            )
        heads[head.id] = await store.mark_offering(conn, head)
    await store.show_face(conn, list(heads))
    for item in items:
        shown = heads[item.head.id]
        keys = (
            sorted(set().union(*(a.keys() for a in item.version.audiences)))
            if item.state != State.DRAFT
            else ()
        )
        await tell(conn, viewer, "offering.import", replace(shown, audience_keys=keys))


async def read(conn: Conn, viewer: Viewer) -> Sequence[Mapping[str, Any]]:
    """The own house's offerings, for the office all; the latest version of each in the columns of the file."""
    around = await _read_around(conn, viewer)
    codes = around.names.codes
    names = {c.id: c.name for c in await categories.list_categories(conn)}
    heads = sorted(around.heads.values(), key=lambda h: (codes.get(h.owner_id, ""), h.reference))
    return [
        row for head in heads if head.id in around.versions for row in rows_of(around, head, names)
    ]


OFFERINGS = FileKind(
    "offerings",
    _("Leistungen"),
    Permission.OFFERING_EDIT,
    COLUMNS,
    write,
    read,
    order=20,
    documents={"ubl": UBL},
    more_columns=columns_of_answers,
    seen_at="/offerings/mine",
)
