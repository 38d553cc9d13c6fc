"""The list of synonyms; whoever keeps them enters, changes and removes groups in place."""

from starlette.responses import Response

from catalog.indexing.model import fold
from catalog.synonyms import actions, store
from catalog.synonyms.model import Synonym
from catalog.synonyms.schemas import DropForm, ListQuery, SynonymForm, read_cursor
from kdnx.errors import Invalid, Refused, Stale
from kdnx.ids import new_id
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.form import Form
from kdnx.web.paging import encode_cursor
from kdnx.web.routing import Call, get, post

SIZE = 50


async def list_synonyms(call: Call) -> Response:
    """All groups, or those with a word."""
    return await _show(call, None)


async def add_synonym(call: Call) -> Response:
    """A new group."""
    actions.require_office(call.viewer)
    form = call.form(SynonymForm)
    if form.value is None:
        return await _show(call, form, status=422)
    value = form.value
    group = Synonym(new_id(), value.one_way, value.term_list(), value.find_list(), value.note)
    try:
        await actions.add_synonym(call.conn, call.viewer, group)
    except (Invalid, Refused) as error:
        form.errors = error.errors
        status = 422 if isinstance(error, Invalid) else 409
        return await _show(call, form, status=status, problem=_said(error))
    return call.redirect("/synonyms", _("Die Wortgruppe ist angelegt; die Suche kennt sie sofort."))


async def change_synonym(call: Call) -> Response:
    """New content for a group."""
    actions.require_office(call.viewer)
    form = call.form(SynonymForm)
    if form.value is None:
        return await _show(call, None, status=422, problem=form.errors[0].message)
    value = form.value
    group = Synonym(
        call.path_id(), value.one_way, value.term_list(), value.find_list(), value.note, value.row_version
    )  # fmt: skip
    try:
        await actions.change_synonym(call.conn, call.viewer, group)
    except (Invalid, Refused, Stale) as error:
        status = 422 if isinstance(error, Invalid) else 409
        return await _show(call, None, status=status, problem=_said(error))
    return call.redirect("/synonyms", _("Die Wortgruppe ist geändert; die Suche kennt sie sofort."))


async def drop_synonym(call: Call) -> Response:
    """Take a group away."""
    actions.require_office(call.viewer)
    value = call.form(DropForm).valid()
    try:
        gone = await actions.drop_synonym(call.conn, call.viewer, call.path_id(), value.row_version)
    except Stale as error:
        return await _show(call, None, status=409, problem=_said(error))
    done = _("Die Wortgruppe „{terms}“ ist entfernt.").format(terms=", ".join(gone.terms))
    return call.redirect("/synonyms", done)


def _said(error: Invalid | Refused | Stale) -> str:
    return " ".join(x for x in (error.detail, error.rule, error.remedy) if x)


async def _show(
    call: Call, form: Form[SynonymForm] | None, *, status: int = 200, problem: str = ""
) -> Response:
    query = call.query(ListQuery)
    secret = call.house.settings.secret()
    after = read_cursor(secret, query.after)
    groups = await store.list_synonyms(call.conn, fold(query.q), after=after, limit=SIZE + 1)
    more, groups = len(groups) > SIZE, groups[:SIZE]
    cursor = (
        encode_cursor(secret, (await store.sort_key(call.conn, groups[-1]), groups[-1].id))
        if more
        else ""
    )
    return await call.page(
        "synonyms/list.html", status=status, groups=groups, query=query, next_cursor=cursor,
        may_edit=actions.may_edit(call.viewer), form=form, problem=problem,
    )  # fmt: skip


DOORS = (
    get("/synonyms", list_synonyms, permission=Permission.CATALOG_READ),
    post("/synonyms", add_synonym, permission=Permission.MEMBER_EDIT),
    post("/synonyms/{id}", change_synonym, permission=Permission.MEMBER_EDIT),
    post("/synonyms/{id}/remove", drop_synonym, permission=Permission.MEMBER_EDIT),
)
