"""Pages everybody may read: help, glossary, accessibility with its report form."""

from pydantic import BaseModel, Field
from starlette.responses import Response

from kdnx.frames import store
from kdnx.frames.glossary import TERMS
from kdnx.text import _
from kdnx.viewer import Permission, Scope
from kdnx.web.routing import Call, get, post


class BarrierForm(BaseModel):
    """A barrier somebody met; the contact is voluntary."""

    page: str = Field("", max_length=300)
    text: str = Field(min_length=5, max_length=4000)
    contact: str = Field("", max_length=200)


class GlossaryQuery(BaseModel):
    """`q` narrows the terms."""

    q: str = Field("", max_length=100)


async def show_help(call: Call) -> Response:
    """The first steps of each role."""
    return await call.page("frames/help.html")


async def show_glossary(call: Call) -> Response:
    """The words of the field with their source."""
    q = call.query(GlossaryQuery).q.strip().lower()
    terms = [t for t in TERMS if q in (t.term + t.meaning).lower()]
    return await call.page("frames/glossary.html", terms=terms, q=q)


async def show_accessibility(call: Call) -> Response:
    """The statement on accessibility (BITVNRW)."""
    is_office = call.viewer.scope in {Scope.OFFICE, Scope.AUDIT}
    reports = await store.list_barriers(call.conn) if is_office else []
    return await call.page("frames/accessibility.html", reports=reports, is_office=is_office)


async def new_barrier(call: Call) -> Response:
    """The form to report a barrier."""
    page = call.request.query_params.get("page", "")[:300]
    return await call.page("frames/barrier.html", form=None, page=page)


async def report_barrier(call: Call) -> Response:
    """Keep the report; nobody needs to sign in for it."""
    await call.house.hooks.limit(call.house, call.request)
    form = call.form(BarrierForm)
    if form.value is None:
        return await call.page("frames/barrier.html", status=422, form=form, page="")
    await store.insert_barrier(
        call.conn, page=form.value.page, text=form.value.text, contact=form.value.contact
    )
    thanks = _(
        "Danke, Ihre Meldung ist bei der Geschäftsstelle. Wer einen Kontakt nennt, erhält binnen vier Wochen Antwort."
    )
    return call.redirect("/accessibility", thanks)


P = Permission
DOORS = (
    get("/help", show_help, permission=P.PUBLIC),
    get("/glossary", show_glossary, permission=P.PUBLIC),
    get("/accessibility", show_accessibility, permission=P.PUBLIC),
    get("/accessibility/report", new_barrier, permission=P.PUBLIC),
    post("/accessibility/report", report_barrier, permission=P.PUBLIC, guarded=False),
)
