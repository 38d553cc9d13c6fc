"""The position for people: choose a house and a moment, compare two, take it along as CSV."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import Response

from exchange.ledger.reading import SEES_ALL
from exchange.positions.model import WHAT_LABELS, Moment, What
from exchange.positions.reading import Piece, Reading, house_of, read_position, read_rows
from exchange.positions.schemas import PositionQuery
from kdnx.errors import Invalid
from kdnx.imports.kinds import CellKind, Column
from kdnx.imports.writing import write_csv
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.routing import Call, get

P = Permission
MONEY = CellKind.MONEY
COLUMNS = (
    Column("house", "Haus"),
    Column("other", "Gegenüber"),
    Column("moment", "Stand"),
    Column("claim", "Forderungen", MONEY),
    Column("debt", "Verbindlichkeiten", MONEY),
    Column("net", "Saldo", MONEY),
    *(Column(w.value, WHAT_LABELS[w], MONEY) for w in What),
    Column("entries", "Zeilen", CellKind.INTEGER),
)


def words_of(moment: Moment, names: Mapping[UUID, str]) -> str:
    """A moment in plain words."""
    parts = []
    if moment.chain is not None:
        name = names.get(moment.chain, "?")
        parts.append(
            _("nach Zeile Nr. {seq} der Kette von {house}").format(seq=moment.seq, house=name)
        )
    if moment.day is not None:
        parts.append(_("gebucht bis {day}").format(day=f"{moment.day:%d.%m.%Y}"))
    if moment.service is not None:
        parts.append(_("Leistungen bis {month}").format(month=f"{moment.service:%m/%Y}"))
    return ", ".join(parts) or _("alles, was jetzt gebucht ist")


async def show_position(call: Call) -> Response:
    """The position with its counterparties, the rows behind it and the places in the chains."""
    query = call.query(PositionQuery)
    house = house_of(call.viewer, query.member)
    names = {m.id: m.short_name for m in await list_members(call.conn)}
    reading: Reading | None = None
    piece: Piece | None = None
    fault: Invalid | None = None
    if house is not None:
        try:
            reading, piece = await _read(call, query, house)
        except Invalid as error:
            fault = error
    sees_all = call.viewer.scope in SEES_ALL
    choices = {m: n for m, n in names.items() if sees_all or m in call.viewer.members}
    return await call.page(
        "positions/show.html", status=422 if fault else 200, query=query, house=house, reading=reading, piece=piece,
        fault=fault, names=names, houses=[(str(i), n) for i, n in choices.items()],
        others=[(str(i), n) for i, n in names.items() if i != house], whats=[(w.value, WHAT_LABELS[w]) for w in What],
        labels={w.value: t for w, t in WHAT_LABELS.items()},
        words=words_of(reading.moment, names) if reading else "",
        earlier_words=words_of(reading.earlier, names) if reading and reading.earlier else "",
        is_final=bool(reading and reading.moment.is_final(call.conn.today)),
        csv_href="/positions.csv?" + _address(query), next_href=_next(query, piece),
        first_href="/positions?" + _address(query) if query.cursor else "",
    )  # fmt: skip


async def _read(call: Call, query: PositionQuery, house: UUID) -> tuple[Reading, Piece]:
    reading = await read_position(
        call.conn, call.viewer, house, query.moment(house), other=query.other, earlier=query.earlier(house)
    )  # fmt: skip
    secret = call.house.settings.secret()
    piece = await read_rows(
        call.conn, reading, cursor=query.cursor, limit=query.limit, secret=secret
    )
    return reading, piece


def _address(query: PositionQuery) -> str:
    return urlencode(query.model_dump(exclude={"cursor"}, exclude_none=True, exclude_defaults=True))


def _next(query: PositionQuery, piece: Piece | None) -> str:
    if piece is None or piece.next is None:
        return ""
    return f"/positions?{_address(query)}&{urlencode({'cursor': piece.next})}"


async def download_position(call: Call) -> Response:
    """The position by counterparty as CSV, amounts in euro; the last row is their sum."""
    query = call.query(PositionQuery)
    house = house_of(call.viewer, query.member)
    if house is None:
        raise Invalid(_("Bitte ein Haus wählen."), code="member_needed")
    names = {m.id: m.short_name for m in await list_members(call.conn)}
    reading = await read_position(
        call.conn, call.viewer, house, query.moment(house), other=query.other
    )
    rows: list[dict[str, Any]] = [
        {"house": names[house], "other": label, "moment": words_of(reading.moment, names), "claim": p.claim_cents,
         "debt": p.debt_cents, "net": p.net_cents, **p.by, "entries": p.entries}
        for label, p in [
            *((names.get(p.other_id, "") if p.other_id else "", p) for p in reading.positions),
            (_("Summe"), reading.all),
        ]
    ]  # fmt: skip
    return Response(
        write_csv(COLUMNS, rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="kontostand.csv"'},
    )


DOORS = (
    get("/positions", show_position, permission=P.LEDGER_READ),
    get("/positions.csv", download_position, permission=P.LEDGER_READ),
)
