"""The tax watch on one page, its lists as files, and the word of it on the page of an order."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from starlette.responses import Response

from exchange.taxes.actions import tax_rules
from exchange.taxwatch.files import (
    GROUPS,
    LEGS,
    READY,
    download,
    group_rows,
    leg_rows,
    ready_rows,
)
from exchange.taxwatch.model import LIGHT_BADGES, LIGHT_LABELS, READY_FROM
from exchange.taxwatch.reading import WIDE, Watch, members_of, read_split, read_watch
from exchange.taxwatch.schemas import WatchQuery
from kdnx.db.conn import Conn
from kdnx.viewer import Permission
from kdnx.web.routing import Call, get

P = Permission
SHOWN = 100
YEARS_BACK = 2


async def code_words(conn: Conn) -> dict[str, str]:
    """The words of tax codes, old law and new."""
    old = await tax_rules(conn, date(READY_FROM.year - 1, 12, 31))
    new = await tax_rules(conn, READY_FROM)
    return {key: str(r.value["label"]) for key, r in {**old, **new}.items()}


async def _watch(call: Call) -> Watch:
    year = call.query(WatchQuery).year or call.conn.today.year
    return await read_watch(call.conn, call.viewer, year)


async def show_watch(call: Call) -> Response:
    """Groups against the limit, readiness for 2027, undecided contracts, and those across the turn of 2026."""
    watch = await _watch(call)
    split = await read_split(call.conn, members_of(call.viewer))
    today = call.conn.today
    more: Mapping[str, Any] = {
        "undecided": watch.undecided[:SHOWN], "crossing": watch.crossing[:SHOWN], "groups": watch.groups[:SHOWN],
        "bound": SHOWN, "lights": LIGHT_LABELS, "light_badges": LIGHT_BADGES,
    }  # fmt: skip
    return await call.page(
        "taxwatch/show.html", watch=watch, split=split, words=await code_words(call.conn),
        years=range(today.year - YEARS_BACK, today.year + 2), is_wide=call.viewer.scope in WIDE,
        may_decide=call.viewer.may(P.ORDER_REVIEW_TAX), own=call.viewer.members, **more,
    )  # fmt: skip


async def download_groups(call: Call) -> Response:
    """Activity groups as a file."""
    return download("taetigkeiten", GROUPS, group_rows(await _watch(call)), call.path_text("form"))


async def download_undecided(call: Call) -> Response:
    """Undecided contracts as a file."""
    return await _legs(call, "steuer-offen", only_open=True)


async def download_contracts(call: Call) -> Response:
    """Contracts across the turn of 2026 with both codes and amounts as a file."""
    return await _legs(call, "steuer-jahreswechsel", only_open=False)


async def _legs(call: Call, name: str, *, only_open: bool) -> Response:
    watch = await _watch(call)
    split = await read_split(call.conn, members_of(call.viewer))
    legs = watch.undecided if only_open else watch.crossing
    rows = leg_rows(legs, await code_words(call.conn), split)
    return download(name, LEGS, rows, call.path_text("form"))


async def download_readiness(call: Call) -> Response:
    """Readiness of each house as a file."""
    return download("steuer-bereit", READY, ready_rows(await _watch(call)), call.path_text("form"))


DOORS = (
    get("/tax-watch", show_watch, permission=P.ORDER_READ),
    get("/tax-watch/groups.{form}", download_groups, permission=P.ORDER_READ),
    get("/tax-watch/undecided.{form}", download_undecided, permission=P.ORDER_READ),
    get("/tax-watch/contracts.{form}", download_contracts, permission=P.ORDER_READ),
    get("/tax-watch/readiness.{form}", download_readiness, permission=P.ORDER_READ),
)
