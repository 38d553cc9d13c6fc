"""The evidence: its page, its check, its files. Everything is read from the frozen content, nothing from today."""

from decimal import Decimal
from uuid import UUID

from starlette.responses import Response

from catalog.comparison.pages import short_names
from catalog.contents.store import load_versions
from catalog.surveys import store
from catalog.surveys.content import Finding, check, read
from catalog.surveys.files import MEDIA, write
from catalog.surveys.model import Frozen
from catalog.surveys.pages import show_draft
from catalog.surveys.schemas import SurveyQuery
from kdnx.db.conn import Conn
from kdnx.errors import NotFound
from kdnx.text import _
from kdnx.viewer import Permission, Viewer
from kdnx.web.formats import num
from kdnx.web.routing import Call, get

FORMS = (("pdf", "PDF"), ("xlsx", "Excel"), ("csv", "CSV"), ("json", "JSON"))


async def check_evidence(conn: Conn, viewer: Viewer, frozen: Frozen) -> list[Finding]:
    """Recompute hash, head and counts, and compare the named versions with those that are there."""
    ids = [UUID(h["offering_id"]) for h in read(frozen)["hits"]]
    return check(frozen, await load_versions(conn, viewer, ids) if ids else [])


async def show_survey(call: Call) -> Response:
    """The evidence, or before it is frozen the working page."""
    frozen = await store.find_frozen(call.conn, call.path_id())
    if frozen is None:
        return await show_draft(call, await store.get_survey(call.conn, call.path_id()))
    query = call.query(SurveyQuery)
    values = read(frozen)
    hits = values["hits"]
    return await call.page(
        "surveys/show.html",
        frozen=frozen,
        values=values,
        kept=[h for h in hits if h["decision"] == "kept"],
        excluded=[h for h in hits if h["decision"] != "kept"],
        visible={
            str(i)
            for i in await store.still_visible(call.conn, [UUID(h["offering_id"]) for h in hits])
        },
        findings=await check_evidence(call.conn, call.viewer, frozen) if query.check else [],
        forms=FORMS,
        counted={
            k: num(Decimal(v))
            for k, v in (values["comparison"] or {}).get("quantities", {}).items()
        },
        short=short_names(
            [(c["owner"], c["title"]) for c in (values["comparison"] or {}).get("columns", [])]
        ),
    )


async def download(call: Call) -> Response:
    """The evidence as PDF, XLSX, CSV, or as the JSON whose bytes are hashed."""
    form = call.path_text("form")
    frozen = await store.get_frozen(call.conn, call.path_id())
    if form not in MEDIA:
        raise NotFound(_("Diese Adresse gibt es nicht."))
    headers = {
        "Content-Disposition": f'attachment; filename="markterkundung-{frozen.number}.{form}"',
        "Cache-Control": "no-store",
    }
    return Response(await write(frozen, form), 200, headers, MEDIA[form])


DOORS = (
    get("/searches/frozen/{id}", show_survey, permission=Permission.CATALOG_READ),
    get("/searches/frozen/{id}/file.{form}", download, permission=Permission.CATALOG_READ),
)
