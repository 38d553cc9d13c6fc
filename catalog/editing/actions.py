"""Save one section of an offering, copy an offering, take an older version as the new draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from catalog.attributes.store import get_schema
from catalog.contents import store as contents
from catalog.contents.model import Version
from catalog.contents.schemas import OfferingBody, to_body
from catalog.editing import store
from catalog.editing.model import Pieces, Section, join, pieces_of, put_pieces
from catalog.offerings import actions
from catalog.offerings import store as offerings
from catalog.offerings.actions import contact_list
from catalog.offerings.model import Offering, State
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Forbidden, Invalid, KdnxError, Refused
from kdnx.text import _
from kdnx.viewer import Permission, Viewer, require
from kdnx.web.form import field_errors


@dataclass(frozen=True)
class Opened:
    """An offering of one's own house as its form shows it."""

    head: Offering
    version: Version
    body: OfferingBody

    @property
    def json(self) -> dict[str, Any]:
        """The body as JSON gives it."""
        return self.body.model_dump(mode="json")


@dataclass(frozen=True)
class Clash:
    """Somebody else changed the same fields: what stands there now, and both hands joined (mine where they clash)."""

    fields: Sequence[str]
    theirs: Pieces
    joined: Pieces


async def open_offering(conn: Conn, viewer: Viewer, offering_id: UUID) -> Opened:
    """The draft, or what is published as the beginning of a new version; Forbidden for another's."""
    require(viewer, Permission.OFFERING_EDIT)
    head = await offerings.get_offering(conn, viewer, offering_id)
    if not viewer.acts_for(head.owner_id):
        raise Forbidden(
            _("Diese Leistung gehört einem anderen Mitglied."),
            rule=_("Eine Leistung ändert nur das Mitglied, das sie anbietet."),
        )
    version = await contents.get_version(conn, viewer, head.id, head.latest_version)
    contacts = (await contents.list_contacts(conn, [head.id])).get(head.id, [])
    return Opened(head, version, to_body(version, head.reference, contacts))


async def save_section(
    conn: Conn,
    viewer: Viewer,
    offering_id: UUID,
    section: Section,
    *,
    was: Pieces,
    mine: Pieces,
    form_id: str = "",
) -> Offering | Clash:
    """Save what I changed in a section, joined with what others saved meanwhile.

    `was` is what the form showed when it was opened, `mine` what it shows now. Fields that only one
    side changed are joined; a field both changed differently is not saved and comes back as a Clash.
    Saving the same again changes nothing, so a repeated or late request does no harm.
    """
    await open_offering(conn, viewer, offering_id)
    await offerings.lock_offering(conn, viewer, offering_id)
    opened = await open_offering(conn, viewer, offering_id)
    last = await store.find_last_form(conn, offering_id, opened.version.version)
    if form_id and (last.get("form"), last.get("section")) == (form_id, section.key):
        was = last["was"]  # this form saved last, its answer may have been lost on the way
    theirs = pieces_of(section, opened.json)
    joined, clashing = join(was, theirs, mine)
    if clashing:
        return Clash(clashing, theirs, joined)
    if joined == theirs:
        return opened.head
    head = await _write(conn, viewer, opened, section, joined)
    if form_id and head.draft_version:
        kept = {"form": form_id, "section": section.key, "was": dict(mine)}
        await store.keep_last_form(conn, head.id, head.draft_version, kept)
    return head


async def _write(
    conn: Conn, viewer: Viewer, opened: Opened, section: Section, joined: Pieces
) -> Offering:
    body = await body_of(conn, put_pieces(section, opened.json, joined), opened.version.category_id)
    head = opened.head
    if section.key == "contacts" and head.draft_version is None:
        return await _save_contacts(conn, viewer, head, body)
    return await actions.save_draft(conn, viewer, head.id, head.row_version, body)


async def _save_contacts(
    conn: Conn, viewer: Viewer, head: Offering, body: OfferingBody
) -> Offering:
    # contacts are not part of a version: they count at once and need no second person
    if head.state == State.RETIRED:
        raise Refused(_("Eine eingestellte Leistung wird nicht mehr geändert."))
    await contents.write_contacts(conn, [(head.id, contact_list(body.contacts))])
    head = await offerings.mark_offering(conn, head)
    record(
        conn, viewer, "offering.contacts", object_kind="offering", object_id=head.id,
        owner_id=head.owner_id, row_version=head.row_version, audience="owner",
    )  # fmt: skip
    return head


async def body_of(conn: Conn, values: Mapping[str, Any], category_before: UUID) -> OfferingBody:
    """A body from JSON; answers that a newly chosen category does not ask for are left out. Invalid with its fields."""
    try:
        body = OfferingBody.model_validate(dict(values), strict=False)
    except ValidationError as error:
        raise Invalid(
            _("Bitte die markierten Felder prüfen."), errors=field_errors(error)
        ) from None
    if body.category_id == category_before:
        return body
    asked = {a.key for a in (await get_schema(conn, body.category_id)).attributes}
    kept = {k: v for k, v in body.attributes.items() if k in asked}
    return body.model_copy(update={"attributes": kept})


async def patch_offering(
    conn: Conn, viewer: Viewer, offering_id: UUID, row_version: int, patch: Mapping[str, Any]
) -> Offering:
    """Change only what a merge patch (RFC 7396) names; null takes a value away, lists are replaced whole."""
    opened = await open_offering(conn, viewer, offering_id)
    body = await body_of(conn, merge_patch(opened.json, patch), opened.version.category_id)
    return await actions.save_draft(conn, viewer, offering_id, row_version, body)


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7396: null removes a key, objects are merged, everything else replaces."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


async def copy_offering(conn: Conn, viewer: Viewer, offering_id: UUID, title: str) -> Offering:
    """A new draft that says what an own offering says, under a new title and number; terms of validity stay behind."""
    opened = await open_offering(conn, viewer, offering_id)
    over = {"title": title, "reference": "", "valid_from": None, "valid_to": None}
    body = await body_of(conn, {**opened.json, **over}, opened.version.category_id)
    return await actions.create_offering(conn, viewer, body)


async def revert_offering(
    conn: Conn, viewer: Viewer, offering_id: UUID, row_version: int, version_number: int
) -> Offering:
    """A new draft that says what an older version said; what is published stays until the second person approves.

    Answers that the category no longer asks for are left out; what it asks now and the old version
    does not say is missing in the draft and listed there. Refused while another draft is open.
    """
    opened = await open_offering(conn, viewer, offering_id)
    head = opened.head
    if head.draft_version is not None:
        raise Refused(
            _("Es gibt schon einen offenen Entwurf."),
            remedy=_("Veröffentlichen oder verwerfen Sie ihn zuerst."),
            remedy_url=f"/offerings/{head.id}",
        )
    old = await contents.get_version(conn, viewer, head.id, version_number)
    contacts = (await contents.list_contacts(conn, [head.id])).get(head.id, [])
    schema = await get_schema(conn, old.category_id)
    asked = {a.key for a in schema.attributes if a.retired_in is None}
    body = to_body(
        replace(old, attributes={k: v for k, v in old.attributes.items() if k in asked}),
        head.reference, contacts,
    )  # fmt: skip
    return await actions.save_draft(conn, viewer, head.id, row_version, body)


@dataclass(frozen=True)
class Outcome:
    """What became of one offering in an act on many: '' is done, else why not."""

    offering: Offering
    problem: str = ""


async def act_on_many(conn: Conn, heads: Sequence[Offering], act: Any) -> list[Outcome]:
    """`act(head)` for each, each alone: what is refused leaves the others as they are."""
    done: list[Outcome] = []
    for head in heads:
        try:
            async with conn.savepoint():
                done.append(Outcome(await act(head)))
        except KdnxError as error:
            done.append(Outcome(head, error.detail))
    return done


def title_error(title: str) -> list[FieldError]:
    """What is wrong with the title of a copy."""
    if len(title.strip()) < 3:
        return [FieldError("title", _("Bitte mindestens 3 Zeichen eingeben."), "string_too_short")]
    return []
