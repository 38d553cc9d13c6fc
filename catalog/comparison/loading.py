"""Read what a comparison shows: published versions the viewer may see, priced for its house."""

from collections.abc import Sequence
from uuid import UUID

from catalog.attributes.model import Schema
from catalog.attributes.store import get_schemas
from catalog.attributes.texts import text_of
from catalog.categories.store import list_categories
from catalog.comparison.model import MOST, Column, Comparison
from catalog.comparison.schemas import (
    ColumnOut,
    ComparisonOut,
    RowOut,
)
from catalog.comparison.table import compare
from catalog.contents.model import Version
from catalog.contents.store import load_versions
from catalog.offerings import store as offerings
from catalog.offerings.model import Offering
from catalog.prices.model import Quantities, estimate
from kdnx.db.conn import Conn
from kdnx.errors import Invalid, NotFound
from kdnx.members.store import get_member, list_members
from kdnx.text import _
from kdnx.viewer import Viewer


async def own_inhabitants(conn: Conn, viewer: Viewer) -> int:
    """The people served by the viewer's house, from the register; 0 where none is known."""
    if viewer.member_id is None:
        return 0
    return (await get_member(conn, viewer.member_id)).inhabitants or 0


async def published_heads(
    conn: Conn, viewer: Viewer, ids: Sequence[UUID], *, back: str = "/offerings"
) -> list[Offering]:
    """The published offerings of these ids in their order; Invalid for more than four.

    `back` is the address of the list they were ticked in.
    NotFound with the same words for an unknown id, for one the viewer may not see and for a draft.
    """
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MOST:
        raise Invalid(
            _("Höchstens vier Leistungen lassen sich vergleichen; angekreuzt sind {n}.").format(n=len(wanted)),
            remedy=_("Gehen Sie zurück zu den Treffern und lassen Sie höchstens vier Kreuze stehen."),
            remedy_url=back,
        )  # fmt: skip
    found = []
    for one in wanted:
        try:
            head = await offerings.get_offering(conn, viewer, one)
        except NotFound:
            head = None
        if head is None or head.published_version is None:
            raise NotFound(
                _("Eine der Leistungen gibt es nicht, oder sie ist für Sie nicht sichtbar."),
                remedy=_("Wählen Sie die Leistungen im Katalog noch einmal aus."),
                remedy_url=back,
            )
        found.append(head)
    return found


async def load_comparison(
    conn: Conn,
    viewer: Viewer,
    ids: Sequence[UUID],
    quantities: Quantities,
    *,
    back: str = "/offerings",
) -> Comparison:
    """The table of up to four published offerings; errors as `published_heads`."""
    heads = await published_heads(conn, viewer, ids, back=back)
    versions = {
        (v.offering_id, v.version): v
        for v in await load_versions(conn, viewer, [h.id for h in heads])
    }
    users = await offerings.count_users(conn, [h.id for h in heads])
    members = {m.id: m.short_name or m.name for m in await list_members(conn)}
    categories = {c.id: c.name for c in await list_categories(conn)}
    shown = [versions[(h.id, h.published_version or 0)] for h in heads]
    schemas = await get_schemas(conn, [(v.category_id, v.schema_version) for v in shown])
    columns = []
    for head, version in zip(heads, shown, strict=True):
        columns.append(
            Column(
                offering_id=head.id,
                number=head.number,
                title=version.title,
                owner=members.get(head.owner_id, ""),
                category=categories.get(version.category_id, ""),
                state=head.state,
                users=users.get(head.id, 0),
                version=version,
                estimate=estimate(version.prices, quantities),
                attributes=answers_of(
                    version, schemas[(version.category_id, version.schema_version)]
                ),
            )
        )
    return compare(columns)


def answers_of(version: Version, schema: Schema) -> dict[str, str]:
    """What the category asks for comparison, by its German label; unanswered questions are left out."""
    found = {
        a.label: text_of(a, version.attributes.get(a.key)) for a in schema.attributes if a.compare
    }
    return {label: text for label, text in found.items() if text}


def as_json(comparison: Comparison, quantities: Quantities) -> ComparisonOut:
    """The table as others read it; also what is frozen as evidence."""
    return ComparisonOut(
        quantities={
            "inhabitants": f"{quantities.inhabitants:f}",
            "workplaces": f"{quantities.workplaces:f}",
            "quantity": f"{quantities.quantity:f}",
        },
        columns=[
            ColumnOut(
                offering_id=c.offering_id, number=c.number, title=c.title, owner=c.owner, category=c.category,
                version=c.version.version, yearly_cents=c.estimate.yearly_cents, once_cents=c.estimate.once_cents,
                is_complete=c.estimate.is_complete,
            )
            for c in comparison.columns
        ],
        rows=[
            RowOut(group=r.group, label=r.label, cells=[list(c) for c in r.cells], differs=r.differs)
            for r in comparison.rows
        ],
    )  # fmt: skip
