"""Check the content of an offering against what there is: category, members, and what the category asks."""

from uuid import UUID

from catalog.attributes.model import Schema, check, clean
from catalog.attributes.store import get_schema
from catalog.categories import store as categories
from catalog.classification.model import wrong_cpv
from catalog.contents.schemas import OfferingBody
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Invalid
from kdnx.members.store import list_members
from kdnx.text import _


async def check_body(conn: Conn, body: OfferingBody) -> tuple[OfferingBody, Schema]:
    """The body with its answers as they are stored, and the schema they answer.

    Invalid with the fields when a named category or member is unknown, or an answer is none to its question.
    Missing answers are no error here: a draft may have gaps.
    """
    errors: list[FieldError] = []
    if body.category_id not in {c.id for c in await categories.list_categories(conn)}:
        errors.append(FieldError("category_id", _("Diese Kategorie gibt es nicht."), "unknown"))
    named: set[UUID] = {m for a in body.audiences for m in a.member_ids}
    if named - {m.id for m in await list_members(conn, sorted(named))}:
        errors.append(
            FieldError("audiences.0.member_ids", _("Dieses Mitglied gibt es nicht."), "unknown")
        )
    schema = await get_schema(conn, body.category_id)
    errors += check(body.attributes, schema)
    errors += [FieldError("cpv", words, "cpv") for c in body.cpv if (words := wrong_cpv(c))]
    if errors:
        raise Invalid(_("Bitte die markierten Felder prüfen."), errors=errors)
    return with_answers(body, schema), schema


def with_answers(body: OfferingBody, schema: Schema) -> OfferingBody:
    """The body with its checked answers in one writing."""
    return body.model_copy(update={"attributes": clean(body.attributes, schema)})
