"""The tax watch: what is urgent, a page a list, and the lists as files."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

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
from exchange.taxwatch.model import LAST_OLD_DAY, LIGHT_BADGES, LIGHT_LABELS, READY_FROM
from exchange.taxwatch.reading import WIDE, Watch, members_of, read_split, read_watch
from exchange.taxwatch.schemas import WatchQuery
from kdnx.db.conn import Conn
from kdnx.viewer import Permission
from kdnx.web.routing import Call, get

P = Permission
SHOWN = 50
URGENT = 5
YEARS_BACK = 2


async def code_words(conn: Conn) -> dict[str, str]:
    """The words of tax codes, old law and new."""
    old = await tax_rules(conn, date(READY_FROM.year - 1, 12, 31))
    new = await tax_rules(conn, READY_FROM)
    return {key: str(r.value["label"]) for key, r in {**old, **new}.items()}


async def _watch(call: Call, query: WatchQuery) -> Watch:
    """All that the viewer answers for; each page narrows it to the wanted house."""
    return await read_watch(call.conn, call.viewer, query.year or call.conn.today.year)


async def _page(call: Call, here: str, **more: Any) -> Response:
    """One of the pages with what all of them show: the tabs with their counts, the filters, the words."""
    query = call.query(WatchQuery)
    whole = more.pop("whole", None) or await _watch(call, query)
    watch, today = whole.of_house(query.house), call.conn.today
    suffix = _suffix(watch.year, query)
    return await call.page(
        f"taxwatch/{here or 'show'}.html", watch=watch, here=here, query=query, suffix=suffix, houses=whole.houses,
        words=await code_words(call.conn), years=range(today.year - YEARS_BACK, today.year + 2),
        lights=LIGHT_LABELS, light_badges=LIGHT_BADGES, is_wide=call.viewer.scope in WIDE,
        may_decide=call.viewer.may(P.ORDER_REVIEW_TAX), own=call.viewer.members,
        days_left=(LAST_OLD_DAY - today).days, **more, **_piece(here, watch, query, suffix),
    )  # fmt: skip


def _suffix(year: int, query: WatchQuery) -> str:
    return "?" + urlencode({"year": year} | ({"house": str(query.house)} if query.house else {}))


def _piece(here: str, watch: Watch, query: WatchQuery, suffix: str) -> dict[str, Any]:
    """The rows of a list on the wanted page and the addresses before and after it; none on the overview."""
    lists: dict[str, Sequence[Any]] = {
        "undecided": watch.undecided, "contracts": watch.crossing, "groups": watch.groups, "readiness": watch.ready,
    }  # fmt: skip
    rows = lists.get(here, ())
    first = (query.page - 1) * SHOWN
    url = f"/tax-watch/{here}{suffix}&page="
    return {
        "rows": rows[first : first + SHOWN], "first": first, "total": len(rows),
        "next_href": f"{url}{query.page + 1}" if len(rows) > first + SHOWN else "",
        "prev_href": f"{url}{query.page - 1}" if query.page > 1 else "",
    }  # fmt: skip


async def show_watch(call: Call) -> Response:
    """What is urgent: the largest undecided contracts, activities at the limit, the houses that are least ready."""
    query = call.query(WatchQuery)
    whole = await _watch(call, query)
    watch = whole.of_house(query.house)
    largest = sorted(watch.undecided, key=lambda x: (-x.yearly_cents, x.number, x.leg))
    return await _page(
        call, "", whole=whole, largest=largest[:URGENT], alarming=watch.alarming[:URGENT],
        least=[r for r in watch.ready if r.ready < r.legs][:URGENT],
    )  # fmt: skip


async def show_undecided(call: Call) -> Response:
    """Contracts that serve in 2027 and are not decided for it."""
    return await _page(call, "undecided")


async def show_contracts(call: Call) -> Response:
    """Contracts across the turn of 2026 with both codes and amounts."""
    return await _page(
        call, "contracts", split=await read_split(call.conn, members_of(call.viewer))
    )


async def show_groups(call: Call) -> Response:
    """Receipts of a year by activity group against the limit."""
    return await _page(call, "groups")


async def show_readiness(call: Call) -> Response:
    """How far each house is decided for 2027."""
    return await _page(call, "readiness")


async def download_groups(call: Call) -> Response:
    """Activity groups as a file."""
    rows = group_rows(await _narrowed(call))
    return download("taetigkeiten", GROUPS, rows, call.path_text("form"))


async def download_undecided(call: Call) -> Response:
    """Undecided contracts as a file."""
    return await _legs(call, "steuer-offen", only_open=True)


async def download_contracts(call: Call) -> Response:
    """Contracts across the turn of 2026 with both codes and amounts as a file."""
    return await _legs(call, "steuer-jahreswechsel", only_open=False)


async def _narrowed(call: Call) -> Watch:
    query = call.query(WatchQuery)
    return (await _watch(call, query)).of_house(query.house)


async def _legs(call: Call, name: str, *, only_open: bool) -> Response:
    watch = await _narrowed(call)
    split = await read_split(call.conn, members_of(call.viewer))
    legs = watch.undecided if only_open else watch.crossing
    rows = leg_rows(legs, await code_words(call.conn), split)
    return download(name, LEGS, rows, call.path_text("form"))


async def download_readiness(call: Call) -> Response:
    """Readiness of each house as a file."""
    rows = ready_rows(await _narrowed(call))
    return download("steuer-bereit", READY, rows, call.path_text("form"))


DOORS = (
    get("/tax-watch", show_watch, permission=P.ORDER_READ),
    get("/tax-watch/undecided", show_undecided, permission=P.ORDER_READ),
    get("/tax-watch/contracts", show_contracts, permission=P.ORDER_READ),
    get("/tax-watch/groups", show_groups, permission=P.ORDER_READ),
    get("/tax-watch/readiness", show_readiness, permission=P.ORDER_READ),
    get("/tax-watch/groups.{form}", download_groups, permission=P.ORDER_READ),
    get("/tax-watch/undecided.{form}", download_undecided, permission=P.ORDER_READ),
    get("/tax-watch/contracts.{form}", download_contracts, permission=P.ORDER_READ),
    get("/tax-watch/readiness.{form}", download_readiness, permission=P.ORDER_READ),
)
