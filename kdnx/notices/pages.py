"""Notices for people: the list, marking read, how to be mailed, the figure on the start page."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from starlette.responses import Response

from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Invalid
from kdnx.module import Tile, TileData
from kdnx.notices import store
from kdnx.notices.actions import mark_read, person_of, set_mail
from kdnx.notices.model import MAIL_LABELS, TOPICS, Mail, Notice
from kdnx.notices.schemas import ActivityQuery, ReadForm
from kdnx.text import _
from kdnx.viewer import Permission, Viewer
from kdnx.web.paging import Page, decode_cursor, encode_cursor
from kdnx.web.routing import Call, get, post

PAGE = 50


async def list_page(call: Call, *, read: bool, after: str, limit: int) -> Page[Notice]:
    """A piece of the caller's notices; Invalid for a cursor that is not ours."""
    secret = call.house.settings.secret()
    before = None
    if after:
        at, last = decode_cursor(secret, after, 2)
        try:
            before = (datetime.fromisoformat(at), UUID(last))
        except ValueError:
            raise Invalid(_("Diese Fortsetzung ist ungültig."), code="bad_cursor") from None
    found = await store.list_mine(
        call.conn, person_of(call.viewer), read=read, before=before, limit=limit + 1
    )
    items = found[:limit]
    more = len(found) > limit
    cursor = (
        encode_cursor(secret, (items[-1].created_at.isoformat(), items[-1].id)) if more else None
    )
    return Page(items, cursor)


async def list_activity(call: Call) -> Response:
    """What I was told, newest first."""
    query = call.query(ActivityQuery)
    page = await list_page(call, read=query.all, after=query.after, limit=PAGE)
    return await call.page(
        "notices/list.html",
        notices=page.items,
        next=page.next,
        query=query,
        unread=await store.count_unread(call.conn, person_of(call.viewer)),
    )


async def mark_as_read(call: Call) -> Response:
    """Mark one or all as read."""
    notice = call.form(ReadForm).valid().notice
    count = await mark_read(call.conn, call.viewer, notice)
    return call.redirect(
        "/activity", "" if notice else _("{n} Meldungen als gelesen markiert.").format(n=count)
    )


async def show_settings(call: Call) -> Response:
    """How I am mailed, by topic."""
    return await _settings(call, await store.list_settings(call.conn, person_of(call.viewer)))


async def _settings(
    call: Call, chosen: dict[str, str], *, status: int = 200, errors: Sequence[FieldError] = ()
) -> Response:
    rows = [
        (name, _(topic.label), _(topic.hint), chosen.get(name, topic.mail.value))
        for name, topic in TOPICS.items()
    ]
    return await call.page(
        "notices/settings.html", status=status, rows=rows, errors=errors,
        modes=[(m.value, _(label)) for m, label in MAIL_LABELS.items()],
        sends_mail=bool(call.house.settings.smtp_url),
    )  # fmt: skip


async def save_settings(call: Call) -> Response:
    """Keep how I want to be mailed."""
    posted = {t: str(call.fields[t]) for t in TOPICS if t in call.fields}
    wrong = [t for t, mail in posted.items() if mail not in {m.value for m in Mail}]
    if wrong:
        message = _("Bitte einen der angebotenen Werte wählen.")
        kept = {t: m for t, m in posted.items() if t not in wrong}
        return await _settings(
            call, kept, status=422, errors=[FieldError(t, message) for t in wrong]
        )
    await set_mail(call.conn, call.viewer, {t: Mail(m) for t, m in posted.items()})
    return call.redirect("/account/notices", _("Gespeichert."))


async def load_tiles(conn: Conn, viewer: Viewer) -> list[TileData]:
    """How many notices are unread; nothing when none is."""
    unread = await store.count_unread(conn, viewer.person_id) if viewer.person_id else 0
    if not unread:
        return []
    return [TileData(_("Meldungen"), str(unread), _("ungelesen"), "/activity")]


TILES = (Tile("start", 90, load_tiles),)
DOORS = (
    get("/activity", list_activity, permission=Permission.SIGNED_IN),
    post("/activity/read", mark_as_read, permission=Permission.SIGNED_IN),
    get("/account/notices", show_settings, permission=Permission.SIGNED_IN),
    post("/account/notices", save_settings, permission=Permission.SIGNED_IN),
)
