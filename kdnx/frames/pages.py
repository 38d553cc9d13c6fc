"""Start, tasks, search over everything, activity of the audit trail, health."""

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, RedirectResponse, Response

from kdnx.audit import store as audit
from kdnx.db.migrate import find_folder, load
from kdnx.errors import Invalid
from kdnx.frames import store
from kdnx.members.store import list_members
from kdnx.module import Check, Hit, Module, TileData
from kdnx.tasks.actions import gather_my_tasks, list_my_tasks
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web import styleguide
from kdnx.web.paging import decode_cursor, encode_cursor
from kdnx.web.routing import Call, get

CHECKS = (Check("audit_chain", "Die Prüfspur ist lückenlos und unverändert.", audit.BROKEN_CHAIN),)
PER_KIND = 8
AUDIT_PAGE = 100
NUMBER = re.compile(r"[A-Z]{1,3}-\d{4}-\d{4,}(-\d+)?(/\d+)?")


class SearchQuery(BaseModel):
    """`q` is what the person typed."""

    q: str = Field("", max_length=200)


class AuditQuery(SearchQuery):
    """`member` narrows to the chain of a member."""

    member: UUID | None = None
    cursor: str | None = Field(None, max_length=600)


MOST_TASKS = 200


class TaskQuery(BaseModel):
    """`kind` narrows to a kind prefix such as 'booking'."""

    kind: str | None = Field(None, max_length=40)


def _modules(call: Call) -> Sequence[Module]:
    return call.house.modules


async def tiles_of(call: Call, place: str) -> list[TileData]:
    """The figures all modules give for a place, in order."""
    wanted = sorted(
        (t for m in _modules(call) for t in m.tiles if t.place == place), key=lambda t: t.order
    )
    return [data for tile in wanted for data in await tile.load(call.conn, call.viewer)]


async def show_start(call: Call) -> Response:
    """Where the day begins: what waits for me, and the figures of my modules."""
    if not call.viewer.is_known:
        return RedirectResponse("/login", 303)
    groups = await gather_my_tasks(call.conn, call.viewer)
    return await call.page("frames/start.html", groups=groups, tiles=await tiles_of(call, "start"))


async def show_tasks(call: Call) -> Response:
    """Everything that waits for me."""
    query = call.query(TaskQuery)
    tasks = await list_my_tasks(call.conn, call.viewer, kind=query.kind, limit=MOST_TASKS)
    return await call.page("frames/tasks.html", tasks=tasks, kind=query.kind, most=MOST_TASKS)


async def search_everything(call: Call) -> Response:
    """One field over all modules; hits grouped by kind, a number jumps straight to its object."""
    text = call.query(SearchQuery).q.strip()
    groups: list[tuple[str, Sequence[Hit]]] = []
    if text:
        for provider in (p for m in _modules(call) for p in m.search):
            hits = await provider.find(call.conn, call.viewer, text, PER_KIND)
            if hits:
                groups.append((provider.label, hits))
        hits = [h for _label, some in groups for h in some]
        named = [h for h in hits if text.upper() in h.title.upper().split()]
        # L-2026-0001 is also a part of KL-2026-0001: the whole word counts; a common word lists its hits
        if len(named) == 1 and (len(hits) == 1 or NUMBER.fullmatch(text.upper())):
            return RedirectResponse(named[0].url, 303)
    return await call.page("frames/search.html", q=text, groups=groups)


async def show_live(_call: Call) -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


async def show_ready(call: Call) -> Response:
    """The process and its database can work; counts the migrations it expects."""
    await store.ping(call.conn)
    return JSONResponse({"status": "ok", "migrations": len(load(find_folder()))})


async def show_audit(call: Call) -> Response:
    """The audit trail in German words, newest first; `q` finds words and codes alike."""
    query = call.query(AuditQuery)
    labels = {code: label for m in _modules(call) for code, label in m.action_labels.items()}
    text = query.q.strip() or None
    named = [c for c, label in labels.items() if text and text.lower() in label.lower()]
    secret = call.house.settings.secret()
    before, place = _audit_place(secret, query.cursor)
    events = await audit.list_events(
        call.conn, before=before, text=text, limit=AUDIT_PAGE + 1, place=place, actions=named,
        owner_id=query.member,
    )  # fmt: skip
    more, events = len(events) > AUDIT_PAGE, events[:AUDIT_PAGE]
    last = events[-1] if more else None
    kept = {"q": query.q, "member": query.member or ""}
    cursor = encode_cursor(secret, [last["at"], last["owner_id"], last["seq"]]) if last else ""
    members = await list_members(call.conn)
    return await call.page(
        "frames/audit.html", events=events, q=text or "", labels=labels, member=query.member or "",
        members=sorted(((str(m.id), m.short_name) for m in members), key=lambda m: m[1].lower()),
        next_href="/admin/audit?" + urlencode({**kept, "cursor": cursor}) if cursor else "",
        first_href="/admin/audit?" + urlencode(kept) if query.cursor else "",
    )  # fmt: skip


def _audit_place(
    secret: str, cursor: str | None
) -> tuple[datetime | None, tuple[UUID, int] | None]:
    if not cursor:
        return None, None
    at, owner, seq = decode_cursor(secret, cursor, 3)
    try:
        return datetime.fromisoformat(at), (UUID(owner), int(seq))
    except ValueError:
        raise Invalid(_("Diese Fortsetzung ist ungültig."), code="bad_cursor") from None


async def show_styleguide(call: Call) -> Response:
    """Every part of the shell in every state."""
    return await call.page("shell/styleguide.html", **styleguide.values())


DOORS = (
    get("/", show_start, permission=Permission.PUBLIC),
    get("/tasks", show_tasks, permission=Permission.SIGNED_IN),
    get("/search", search_everything, permission=Permission.SIGNED_IN),
    get("/admin/audit", show_audit, permission=Permission.AUDIT_READ),
    get("/health/live", show_live, permission=Permission.PUBLIC),
    get("/health/ready", show_ready, permission=Permission.PUBLIC),
    get("/styleguide", show_styleguide, permission=Permission.PUBLIC),
)
