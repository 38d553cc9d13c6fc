"""What a provider says about standards on its offering: conformity, or deviation with the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from catalog.announcing.actions import tell
from catalog.capabilities.store import list_offering_tasks, list_serving
from catalog.offerings.model import Offering
from catalog.offerings.store import get_offering
from catalog.standards import store
from catalog.standards.model import (
    LEAST_REASON,
    Adoption,
    Link,
    Standard,
    State,
    Version,
    adoption_of,
)
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Forbidden, Invalid, NotFound, Refused
from kdnx.text import _
from kdnx.viewer import Permission, Viewer, require


@dataclass(frozen=True)
class Statement:
    """What an offering says about a standard; `reason` only for a deviation."""

    standard_id: UUID
    conforms: bool = True
    reason: str = ""


@dataclass(frozen=True)
class Choice:
    """A standard a provider can say something about; `concerns` where it is about a task of the offering."""

    standard: Standard
    version: Version
    concerns: bool
    link: Link | None = None


async def state_conformity(
    conn: Conn, viewer: Viewer, offering_id: UUID, wanted: Sequence[Statement]
) -> None:
    """Replace all statements of an own offering; new ones are about the current version."""
    require(viewer, Permission.OFFERING_EDIT)
    head = await get_offering(conn, viewer, offering_id)
    if not viewer.acts_for(head.owner_id):
        raise Forbidden(
            _("Diese Leistung gehört einem anderen Mitglied."),
            rule=_("Ob eine Leistung einem Standard entspricht, sagt das anbietende Haus."),
        )
    known = {s.id: s for s in await store.list_standards(conn) if s.current_version}
    _check(wanted, known)
    before = {x.standard_id: x for x in await store.list_for_objects(conn, "offering", [head.id])}
    said = {s.standard_id: s for s in wanted}
    done = [await _drop(conn, head, old) for old in before if old not in said]
    for statement in said.values():
        number = known[statement.standard_id].current_version or 1
        done.append(await _say(conn, head, statement, number, before.get(statement.standard_id)))
    if any(done):
        await tell(conn, viewer, "offering.standards", head)


def _check(wanted: Sequence[Statement], known: Mapping[UUID, Standard]) -> None:
    errors = []
    for s in wanted:
        if s.standard_id not in known:
            raise NotFound(_("Diesen Standard gibt es nicht, oder er ist noch nicht beschlossen."))
        if not s.conforms and len(s.reason.strip()) < LEAST_REASON:
            text = _("Bitte die Abweichung begründen (mindestens zehn Zeichen): {title}")
            errors.append(
                FieldError(f"reason-{s.standard_id}", text.format(title=known[s.standard_id].title))
            )
    if errors:
        raise Invalid(errors[0].message, errors=errors)


async def _drop(conn: Conn, head: Offering, standard_id: UUID) -> bool:
    return await store.drop_link(conn, standard_id, "offering", head.id)


async def _say(
    conn: Conn, head: Offering, statement: Statement, number: int, before: Link | None
) -> bool:
    reason = "" if statement.conforms else statement.reason.strip()
    if before and (before.conforms, before.deviation_reason, before.version) == (
        statement.conforms, reason, number,
    ):  # fmt: skip
        return False
    await store.set_link(
        conn, statement.standard_id, number, "offering", head.id, head.owner_id,
        conforms=statement.conforms, reason=reason,
    )  # fmt: skip
    return True


async def list_choices(conn: Conn, offering_id: UUID) -> list[Choice]:
    """Every standard that holds, those for the offering's tasks first; withdrawn ones only where stated."""
    heads = [s for s in await store.list_standards(conn) if s.current_version]
    versions = await store.list_versions(conn, [s.id for s in heads])
    tasks = [t.capability_id for t in await list_offering_tasks(conn, [offering_id])]
    about = {x.standard_id for x in await store.list_for_objects(conn, "capability", tasks)}
    links = {
        x.standard_id: x for x in await store.list_for_objects(conn, "offering", [offering_id])
    }
    out = []
    for s in heads:
        version = next(v for v in versions[s.id] if v.version == s.current_version)
        if version.state == State.WITHDRAWN and s.id not in links:
            continue
        out.append(Choice(s, version, s.id in about, links.get(s.id)))
    return sorted(out, key=lambda c: (not c.concerns, c.link is None))


async def read_adoption(conn: Conn, standard_ids: Sequence[UUID]) -> dict[UUID, Adoption]:
    """The quota of each standard over the published offerings the viewer may see."""
    about = await store.list_for_objects(conn, "capability", None)
    said = await store.list_for_objects(conn, "offering", None)
    serving = await list_serving(conn)
    offers = await store.list_offers(conn, list({x.object_id for x in said}))
    published = {o.offering_id for o in offers}
    out = {}
    for one in standard_ids:
        tasks = {x.object_id for x in about if x.standard_id == one}
        concerned = {o.offering_id for o in serving if o.capability_id in tasks}
        links = [x for x in said if x.standard_id == one and x.object_id in published]
        out[one] = adoption_of(concerned, links)
    return out


async def state_object(
    conn: Conn, viewer: Viewer, *, standard_id: UUID, kind: str, object_id: UUID, conforms: bool = True,
    reason: str = "",
) -> None:  # fmt: skip
    """What a demand line or a lot says about a standard; called by the feature that owns the object.

    The owner of the statement is the viewer's member; the version is the one that holds today.
    Refused for a deviation without a reason of ten characters, NotFound for an unknown standard.
    """
    if kind not in {"demand_line", "lot"}:
        raise Refused(_("Dafür gibt es keinen Bezug zu Standards."))
    head = await store.get_standard(conn, standard_id)
    if head.current_version is None:
        raise NotFound(_("Dieser Standard ist noch nicht beschlossen."))
    _check([Statement(standard_id, conforms, reason)], {head.id: head})
    await store.set_link(
        conn, standard_id, head.current_version, kind, object_id, viewer.owner_id,
        conforms=conforms, reason="" if conforms else reason.strip(),
    )  # fmt: skip
