"""Contract dates by month, as a file, and as a feed with a secret address of its own."""

from datetime import date
from hashlib import sha256

from starlette.responses import Response

from exchange.planning import store
from exchange.planning.actions import make_feed, revoke_feed
from exchange.planning.calendar import (
    EVENT_BADGES,
    EVENT_LABELS,
    Event,
    months_of,
    write_calendar,
)
from exchange.planning.dates import read_events
from exchange.planning.files import EVENTS, event_rows, file_of
from exchange.planning.reading import WIDE
from exchange.planning.schemas import CalendarQuery
from exchange.running.model import add_months
from kdnx.errors import NotFound
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer
from kdnx.web.routing import Call, get, post

P = Permission
MONTHS = 18
LONGEST_TOKEN = 100


def span_of(call: Call, month: str = "") -> tuple[date, date]:
    """First and last day that are shown: a month, or eighteen from the present one on."""
    first = date.fromisoformat(f"{month}-01") if month else call.conn.today.replace(day=1)
    after = add_months(first, 1 if month else MONTHS)
    return first, date.fromordinal(after.toordinal() - 1)


async def own_events(call: Call, first: date, last: date) -> list[Event]:
    """The dates of the own house; all of them for office and audit."""
    everything = call.viewer.scope in WIDE
    members = None if everything else call.viewer.members
    return await read_events(call.conn, members, first, last)


async def show_calendar(call: Call) -> Response:
    """The dates grouped by month."""
    query = call.query(CalendarQuery)
    first, last = span_of(call, query.month)
    found = [e for e in await own_events(call, first, last) if query.kind in ("", e.kind)]
    feed = None
    if call.viewer.person_id is not None and call.viewer.members:
        feed = await store.find_feed(call.conn, call.viewer.owner_id, call.viewer.person_id)
    start = call.conn.today.replace(day=1)
    return await call.page(
        "planning/calendar.html", months=months_of(found), query=query, first=first, last=last, feed=feed,
        labels=EVENT_LABELS, badges=EVENT_BADGES, count=len(found), has_house=bool(call.viewer.members),
        choices=[add_months(start, n) for n in range(MONTHS)],
        before=add_months(first, -1) if query.month else None, after=add_months(first, 1) if query.month else None,
    )  # fmt: skip


async def download_calendar(call: Call) -> Response:
    """The dates of the coming eighteen months as CSV, Excel or iCalendar."""
    form = call.path_text("form")
    found = await own_events(call, *span_of(call))
    if form == "ics":
        return _calendar(call, found, call.viewer.member_name)
    if form not in ("csv", "xlsx"):
        raise NotFound(_("Diese Datei gibt es nicht."))
    return file_of("vertragskalender", _("Vertragskalender"), EVENTS, event_rows(found), form)


def _base(call: Call) -> str:
    """The address of this installation as others reach it."""
    return call.house.settings.base_url or str(call.request.base_url).rstrip("/")


def _calendar(call: Call, events: list[Event], house: str) -> Response:
    content = write_calendar(
        events, name=_("Verträge {house}").format(house=house), base_url=_base(call)
    )  # fmt: skip
    return Response(
        content, media_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": 'inline; filename="vertragskalender.ics"',
            "Cache-Control": "private, no-store",
        },
    )  # fmt: skip


async def create_feed(call: Call) -> Response:
    """A new address; the former one stops working. It is shown once, on this page's message."""
    token = await make_feed(call.conn, call.viewer)
    url = f"{_base(call)}/feeds/{token}/contracts.ics"
    said = _("Kalenderadresse, nur jetzt sichtbar, bitte gleich in Ihren Kalender übernehmen: {url}")  # fmt: skip
    return call.redirect("/planning/calendar", said.format(url=url))


async def end_feed(call: Call) -> Response:
    """Revoke the own address."""
    was = await revoke_feed(call.conn, call.viewer)
    said = _("Die Kalenderadresse ist widerrufen.") if was else _("Es gab keine Kalenderadresse.")
    return call.redirect("/planning/calendar", said)


async def read_feed(call: Call) -> Response:
    """What a calendar program fetches: the dates of one house, without amounts, as a reader of that house."""
    token = call.path_text("token")
    found = None
    if len(token) <= LONGEST_TOKEN:
        found = await store.feed_reader(call.conn, sha256(token.encode()).digest(), call.conn.today)
    if found is None:
        raise NotFound(_("Diese Kalenderadresse gibt es nicht oder nicht mehr."))
    owner, members = found
    reader = Viewer(member_id=owner, members=tuple(members), scope=Scope.MEMBER)
    await call.conn.act_as(reader, read_only=True)
    names = dict(await store.active_members(call.conn))
    events = await read_events(call.conn, members, *span_of(call))
    return _calendar(call, events, names.get(owner, ""))


DOORS = (
    get("/planning/calendar", show_calendar, permission=P.ORDER_READ),
    get("/planning/calendar.{form}", download_calendar, permission=P.ORDER_READ),
    post("/planning/calendar/feed", create_feed, permission=P.ORDER_READ),
    post("/planning/calendar/feed/revoke", end_feed, permission=P.ORDER_READ),
    get("/feeds/{token}/contracts.ics", read_feed, permission=P.PUBLIC),
)
