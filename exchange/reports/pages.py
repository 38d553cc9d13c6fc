"""Reports for people: the year at a glance by every dimension, and who delivers to whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.responses import Response

from exchange.reports.model import (
    AS_LABELS,
    BASIS_LABELS,
    BY_LABELS,
    DEFINITION_TEXT,
    By,
    Volume,
    VolumeRow,
    growth,
)
from exchange.reports.reading import Years, admitted, read_volume, read_years
from exchange.reports.schemas import ReportPageQuery
from kdnx.clock import berlin_day
from kdnx.frames.pages import tiles_of
from kdnx.imports.kinds import CellKind, Column
from kdnx.imports.writing import write_csv
from kdnx.money import half_up
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer
from kdnx.web import charts
from kdnx.web.formats import day, eur, eur_short, num, pct
from kdnx.web.routing import Call, get

TOP = 12
CSV_COLUMNS = (
    Column("key", "Schlüssel"),
    Column("label", "Bezeichnung"),
    Column("cents", "Volumen netto", CellKind.MONEY),
)


@dataclass(frozen=True)
class Matrix:
    """Who delivered to whom, as the heat table takes it: (text, colour class, address) a cell."""

    row_names: Sequence[str]
    column_names: Sequence[str]
    cells: Sequence[Sequence[tuple[str, str, str]]]
    row_sums: Sequence[str]
    column_sums: Sequence[str]
    total: str


def _address(path: str, query: ReportPageQuery, year: int, **over: object) -> str:
    values = {
        "year": year,
        "by": query.by.value,
        "basis": query.basis.value,
        "as": query.as_.value,
        **over,
    }
    return f"{path}?{urlencode(values)}"


def _switches(
    query: ReportPageQuery, year: int, years: Sequence[int], dims: Sequence[By], path: str
) -> dict[str, Any]:
    return {
        "year_tabs": [(str(y), _address(path, query, y), y == year) for y in reversed(years)],
        "by_tabs": [
            (BY_LABELS[b], _address(path, query, year, by=b.value), b == query.by) for b in dims
        ],
        "basis_tabs": [
            (t, _address(path, query, year, basis=b.value), b == query.basis)
            for b, t in BASIS_LABELS.items()
        ],
        "as_tabs": [
            (t, _address(path, query, year, **{"as": a.value}), a == query.as_)
            for a, t in AS_LABELS.items()
        ],
    }


async def show_reports(call: Call) -> Response:
    """Tiles, the years as columns, one year by one dimension."""
    query = call.query(ReportPageQuery)
    years = await read_years(call.conn, call.viewer, query.basis)
    year = query.year or max(years.cents)
    dims = await admitted(call.conn, call.viewer, year)
    by = query.by if query.by in dims else dims[0]
    query = query.model_copy(update={"by": by})
    found = await read_volume(call.conn, call.viewer, year, by=by, basis=query.basis, as_=query.as_)
    pairs = await _pairs(call, query, year, dims)
    return await call.page(
        "reports/show.html", query=query, year=year, found=found, years=years, definition=_definition(found),
        as_of=day(found.as_of), tiles=_tiles(call.viewer, found, years, pairs),
        more_tiles=await tiles_of(call, "reports"),
        chart=_years_chart(years, found), bars=_bars(found), rows=_shown(call.viewer, found),
        csv_href=_address("/reports/volume.csv", query, year),
        matrix_href=_address("/reports/matrix", query, year) if By.PAIR in dims else "",
        by_label=BY_LABELS[by], basis_label=BASIS_LABELS[query.basis], own=call.viewer.scope == Scope.MEMBER,
        **_switches(query, year, list(years.cents), dims, "/reports"),
    )  # fmt: skip


def _definition(found: Volume) -> str:
    """How the volume is counted; of a closed year by which rule, and since when its figures stand."""
    if found.freeze is None:
        return DEFINITION_TEXT
    f = found.freeze
    said = _("Volumen {v}: {text}. ") + _(
        "Definition von {year}: Fassung {n}, gültig ab {since} ({source}); festgeschrieben am {at}."
    )
    return said.format(
        v=f.definition, text=f.wording.rstrip("."), year=f.year, n=f.rule_version, since=day(f.rule_valid_from),
        source=f.source, at=day(berlin_day(f.frozen_at)),
    )  # fmt: skip


async def _pairs(
    call: Call, query: ReportPageQuery, year: int, dims: Sequence[By]
) -> Volume | None:
    if By.PAIR not in dims:
        return None
    return await read_volume(
        call.conn, call.viewer, year, by=By.PAIR, basis=query.basis, as_=query.as_
    )


def _tiles(
    viewer: Viewer, found: Volume, years: Years, pairs: Volume | None
) -> list[tuple[str, str, str]]:
    before = years.of(found.year - 1)
    running = " " + _("(das Jahr läuft noch)") if found.year == found.as_of.year else ""
    change = growth(found.total_cents, before)
    tiles = [
        (
            _("Volumen {year}").format(year=found.year),
            eur_short(found.total_cents),
            eur(found.total_cents),
        ),
        (
            _("Veränderung zum Vorjahr"),
            "–" if change is None else ("+" if change > 0 else "") + pct(change),
            _("{year}: {amount}").format(year=found.year - 1, amount=eur_short(before)) + running,
        ),
        (
            _("Bestätigt"),
            pct(found.confirmed_share),
            _("noch offen: {amount}").format(amount=eur(found.open_cents))
            if found.open_cents
            else _("nichts ist offen"),
        ),
    ]
    if pairs is not None and viewer.scope == Scope.MEMBER:
        given = sum(r.cents for r in pairs.rows if r.provider_id in viewer.members)
        taken = sum(r.cents for r in pairs.rows if r.recipient_id in viewer.members)
        tiles.append(
            (_("Geliefert"), eur_short(given), _("bezogen: {t}").format(t=eur_short(taken)))
        )
    elif pairs is not None:
        givers = {r.provider_id for r in pairs.rows}
        takers = {r.recipient_id for r in pairs.rows}
        text = _("{p} liefern, {r} beziehen").format(p=len(givers), r=len(takers))
        tiles.append((_("Beteiligte Mitglieder"), str(len(givers | takers)), text))
    return tiles


def _years_chart(years: Years, found: Volume) -> Mapping[str, Any]:
    items = [(str(y), c) for y, c in years.cents.items()]
    best = max(years.cents, key=lambda y: years.cents[y])
    finding = _("Am höchsten war das Volumen {year} mit {amount}.").format(
        year=best, amount=eur_short(years.of(best))
    )
    running = 1 if items and int(items[-1][0]) == found.as_of.year else 0
    svg = charts.column_chart(
        items,
        title=_("Volumen je Jahr"),
        finding=finding,
        show=lambda v: eur_short(int(v)),
        forecast=running,
    )
    return {"svg": svg, "finding": finding, "rows": [[label, eur(int(c))] for label, c in items]}


def _bars(found: Volume) -> Mapping[str, Any] | None:
    if not found.rows:
        return None
    title = _("Volumen {year} nach {by}").format(year=found.year, by=BY_LABELS[found.by])
    if found.by == By.MONTH:
        items = [(r.label[:2], r.cents) for r in found.rows]
        finding = _("Im Mittel {amount} je Monat.").format(
            amount=eur_short(found.total_cents // len(items))
        )
        return {
            "title": title,
            "finding": finding,
            "svg": charts.column_chart(
                items, title=title, finding=finding, show=lambda v: eur_short(int(v))
            ),
        }
    first = found.rows[0]
    part = first.cents / found.total_cents if found.total_cents > 0 else 0
    finding = _("An der Spitze: {label} mit {share} des Volumens.").format(
        label=first.label, share=pct(part)
    )
    items = [(r.label, r.cents) for r in found.rows[:TOP]]
    svg = charts.bar_chart(items, title=title, finding=finding, show=lambda v: eur_short(int(v)))
    return {"title": title, "finding": finding, "svg": svg}


def _shown(viewer: Viewer, found: Volume) -> list[tuple[VolumeRow, float, str]]:
    total = found.total_cents
    return [
        (r, r.cents / total if total > 0 else 0.0, _drill(viewer, r, found)) for r in found.rows
    ]


def _drill(viewer: Viewer, row: VolumeRow, found: Volume) -> str:
    """Where the transfers of a row are, for those who may read them."""
    ids = {
        "provider": row.provider_id, "recipient": row.recipient_id, "category": row.category_id,
        "offering": row.offering_id, "month": row.month,
    }  # fmt: skip
    wanted: dict[str, object] = {k: v for k, v in ids.items() if v}
    if not viewer.may(Permission.LEDGER_READ) or not wanted:
        return ""
    cell = {"year": found.year, "basis": found.basis.value, "as": found.as_.value, **wanted}
    return "/trail/cells?" + urlencode(cell)


async def download_volume(call: Call) -> Response:
    """The rows of the report as CSV."""
    query = call.query(ReportPageQuery)
    year = query.year or call.conn.today.year
    found = await read_volume(
        call.conn, call.viewer, year, by=query.by, basis=query.basis, as_=query.as_
    )
    rows = [{"key": r.key, "label": r.label, "cents": r.cents} for r in found.rows]
    rows.append(
        {
            "key": "",
            "label": f"Summe {year}, {BASIS_LABELS[found.basis]}, Definition {found.definition}, "
            f"Stand {day(found.as_of)}"
            + (
                f", festgeschrieben am {day(berlin_day(found.freeze.frozen_at))}"
                if found.freeze
                else ""
            ),
            "cents": found.total_cents,
        }
    )
    return Response(
        write_csv(CSV_COLUMNS, rows),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="volumen-{year}-{query.by.value}.csv"'
        },
    )


async def show_matrix(call: Call) -> Response:
    """Providers down, recipients across; colour by the share of the largest cell."""
    query = call.query(ReportPageQuery)
    years = await read_years(call.conn, call.viewer, query.basis)
    year = query.year or max(years.cents)
    found = await read_volume(
        call.conn, call.viewer, year, by=By.PAIR, basis=query.basis, as_=query.as_
    )
    labels = _labels(found.rows)
    inside = [r for r in found.rows if r.provider_id != r.recipient_id]
    merged = [r for r in found.rows if r.provider_id == r.recipient_id]
    switches = _switches(query, year, list(years.cents), [], "/reports/matrix")
    switches["sort_tabs"] = [
        (t, _address("/reports/matrix", query, year, sort=s), s == query.sort)
        for s, t in (("volume", _("Volumen")), ("name", _("Name")))
    ]
    matrix = _matrix(call.viewer, inside, labels, found, by_name=query.sort == "name")
    return await call.page(
        "reports/matrix.html", found=found, year=year, merged=merged, **vars(matrix), definition=_definition(found),
        as_of=day(found.as_of), csv_href=_address("/reports/volume.csv", query, year, by="pair"),
        report_href=_address("/reports", query, year), **switches,
    )  # fmt: skip


def _labels(rows: Sequence[VolumeRow]) -> dict[UUID, str]:
    """Names of members out of the labels 'A → B'."""
    names: dict[UUID, str] = {}
    for r in rows:
        one, arrow, other = r.label.partition(" → ")
        if arrow and r.provider_id and r.recipient_id:
            names[r.provider_id], names[r.recipient_id] = one, other
    return names


def _thousands(cents: int) -> str:
    return num(half_up(Decimal(cents) / 100_000))


def _matrix(
    viewer: Viewer,
    rows: Sequence[VolumeRow],
    names: Mapping[UUID, str],
    found: Volume,
    *,
    by_name: bool,
) -> Matrix:
    pairs = {(r.provider_id, r.recipient_id): r for r in rows}
    given: dict[UUID, int] = {}
    taken: dict[UUID, int] = {}
    for r in rows:
        if r.provider_id and r.recipient_id:
            given[r.provider_id] = given.get(r.provider_id, 0) + r.cents
            taken[r.recipient_id] = taken.get(r.recipient_id, 0) + r.cents
    top = max((r.cents for r in rows), default=0)

    def order(sums: Mapping[UUID, int]) -> list[UUID]:
        return sorted(sums, key=lambda m: (names[m],) if by_name else (-sums[m], names[m]))

    def cell(provider: UUID, recipient: UUID) -> tuple[str, str, str]:
        if provider == recipient:
            return "", "kx-none", ""
        row = pairs.get((provider, recipient))
        return (
            (_thousands(row.cents), charts.heat_class(row.cents, top), _drill(viewer, row, found))
            if row
            else ("", "", "")
        )

    down, across = order(given), order(taken)
    return Matrix(
        [names[m] for m in down], [names[m] for m in across], [[cell(p, r) for r in across] for p in down],
        [_thousands(given[m]) for m in down], [_thousands(taken[m]) for m in across], _thousands(sum(given.values())),
    )  # fmt: skip


DOORS = (
    get("/reports", show_reports, permission=Permission.REPORT_READ),
    get("/reports/matrix", show_matrix, permission=Permission.REPORT_READ),
    get("/reports/volume.csv", download_volume, permission=Permission.REPORT_READ),
)
