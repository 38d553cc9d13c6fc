"""Demands as files: one row a member, position and year; set-based in, the same rows out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.ids import new_id
from kdnx.imports.kinds import CellKind, Column, FileKind, Outcome, Row, RowError
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer
from procurement.demands.model import BINDING_LABELS, DemandCall, Position
from procurement.demands.store import find_call, find_call_ids, list_positions
from procurement.responses import store
from procurement.responses.model import Amount, Line, Response, amount, receipt
from procurement.responses.schemas import make_line

STATES = {"Entwurf": "draft", "abgegeben": "submitted"}
COLUMNS = (
    Column(
        "call", "Abfrage", required=True, example="B-2026-0001", note="Nummer der Bedarfsabfrage"
    ),
    Column("member", "Mitglied", required=True, example="M07", note="Kürzel des Mitglieds"),
    Column(
        "position",
        "Position",
        CellKind.INTEGER,
        required=True,
        example="1",
        note="Nummer der Position in der Abfrage",
    ),
    Column("year", "Jahr", CellKind.INTEGER, required=True, example="2027"),
    Column("qty_min", "mindestens", CellKind.DECIMAL, example="50"),
    Column("qty_expected", "erwartet", CellKind.DECIMAL, required=True, example="100"),
    Column("qty_max", "höchstens", CellKind.DECIMAL, example="150"),
    Column(
        "binding",
        "Verbindlichkeit",
        CellKind.CHOICE,
        choices={v: k.value for k, v in BINDING_LABELS.items()},
        example="unverbindlich",
    ),
    Column("needed_from", "benötigt ab", CellKind.DAY, example="01.01.2027"),
    Column("needed_to", "benötigt bis", CellKind.DAY, example="31.12.2027"),
    Column("place", "Ort", example="Köln", max_length=200),
    Column("price_today", "Preis heute", CellKind.MONEY, example="899,00", note="netto je Einheit"),
    Column(
        "contract_end",
        "Vertragsende",
        CellKind.DAY,
        example="31.12.2026",
        note="Ende des bestehenden Vertrags",
    ),
    Column("budget_confirmed", "Haushalt bestätigt", CellKind.FLAG, example="nein"),
    Column("deviation_reason", "Abweichung", max_length=1000),
    Column(
        "state",
        "Stand",
        CellKind.CHOICE,
        choices=STATES,
        example="Entwurf",
        hub_only=True,
        note="abgegeben trägt nur die Geschäftsstelle ein",
    ),
)
REST = (
    "binding",
    "needed_from",
    "needed_to",
    "place",
    "price_today",
    "contract_end",
    "budget_confirmed",
    "deviation_reason",
    "state",
)
Group = tuple[UUID, UUID]


class _Reading:
    """What the rows refer to, fetched once, and what is wrong in them."""

    def __init__(self, viewer: Viewer, calls: Mapping[str, DemandCall], positions: Mapping[tuple[UUID, int], Position],
                 members: Mapping[str, UUID], outcome: Outcome) -> None:  # fmt: skip
        self.viewer, self.calls, self.positions, self.members, self.outcome = (
            viewer,
            calls,
            positions,
            members,
            outcome,
        )

    def wrong(self, row: Row, field: str, expected: str, message: str) -> None:
        """Report a cell."""
        self.outcome.errors.append(
            RowError(row.number, field, str(row.values.get(field) or ""), expected, message)
        )

    def place(self, row: Row) -> tuple[DemandCall, UUID, Position] | None:
        """Call, member and position of a row, or None after reporting."""
        v = row.values
        call, member = self.calls.get(str(v["call"])), self.members.get(str(v["member"]).upper())
        if call is None or call.announced_at is None:
            self.wrong(
                row,
                "call",
                _("Nummer einer gestarteten Bedarfsabfrage"),
                _("Diese Abfrage gibt es nicht."),
            )
            return None
        office = self.viewer.scope in (Scope.OFFICE, Scope.SYSTEM)
        if member is None or not (office or self.viewer.acts_for(member)):
            self.wrong(
                row,
                "member",
                _("Kürzel des eigenen Mitglieds"),
                _("Für dieses Mitglied dürfen Sie keine Bedarfe melden."),
            )
            return None
        if not office and call.state != "open":
            self.wrong(
                row, "call", _("eine laufende Abfrage"), _("Die Antwortfrist ist abgelaufen.")
            )
            return None
        position = self.positions.get((call.id, int(v["position"])))
        if position is None:
            self.wrong(
                row,
                "position",
                _("Nummer einer Position der Abfrage"),
                _("Diese Position gibt es in der Abfrage nicht."),
            )
            return None
        if v["year"] not in call.years:
            self.wrong(
                row,
                "year",
                f"{call.first_year}–{call.last_year}",
                _("Dieses Jahr wird nicht abgefragt."),
            )
            return None
        return call, member, position

    def figures(self, row: Row) -> Amount | None:
        """The quantities of a row, or None after reporting."""
        v = row.values
        if any(
            q is not None and q < 0 for q in (v.get("qty_min"), v["qty_expected"], v.get("qty_max"))
        ):
            self.wrong(row, "qty_expected", _("Mengen ab 0"), _("Eine Menge ist negativ."))
            return None
        try:
            return amount(v.get("qty_min"), v["qty_expected"], v.get("qty_max"))
        except ValueError as error:
            self.wrong(row, "qty_expected", _("mindestens ≤ erwartet ≤ höchstens"), str(error))
            return None


async def _prepare(conn: Conn, viewer: Viewer, rows: Sequence[Row], outcome: Outcome) -> _Reading:
    ids = await find_call_ids(conn, sorted({str(r.values["call"]) for r in rows}))
    calls = {
        number: call for number, call_id in ids.items() if (call := await find_call(conn, call_id))
    }
    positions = {(p.call_id, p.ordinal): p for p in await list_positions(conn, list(ids.values()))}
    members = {m.code.upper(): m.id for m in await list_members(conn)}
    return _Reading(viewer, calls, positions, members, outcome)


def _rest(row: Row, call: DemandCall) -> dict[str, Any]:
    v = {n: row.values.get(n) for n in REST}
    return {
        "binding": v["binding"] or call.binding, "needed_from": v["needed_from"], "needed_to": v["needed_to"], "place": v["place"] or "",
        "price_today_cents": v["price_today"], "existing_contract_end": v["contract_end"], "budget_confirmed": bool(v["budget_confirmed"]),
        "deviation_reason": v["deviation_reason"] or "",
    }  # fmt: skip


async def write(conn: Conn, viewer: Viewer, rows: Sequence[Row]) -> Outcome:
    """Answers from rows: drafts for the own member; the office may enter submitted ones (Altbestand)."""
    outcome = Outcome()
    reading = await _prepare(conn, viewer, rows, outcome)
    groups: dict[Group, dict[int, Line]] = {}
    calls: dict[Group, DemandCall] = {}
    states: dict[Group, str] = {}
    numbers: dict[Group, list[Row]] = {}
    for row in rows:
        found, figures = reading.place(row), reading.figures(row)
        if found is None or figures is None:
            continue
        call, member, position = found
        key = (member, call.id)
        lines = groups.setdefault(key, {})
        line = lines.get(position.ordinal) or make_line(position, {}, _rest(row, call))
        state = row.values.get("state") or "draft"
        if (
            row.values["year"] in line.years
            or states.setdefault(key, state) != state
            or replace(line, **_rest(row, call)) != line
        ):
            reading.wrong(
                row,
                "year",
                _("jedes Jahr einmal, sonst gleiche Angaben"),
                _("Die Zeile widerspricht einer früheren Zeile derselben Position."),
            )
            continue
        lines[position.ordinal] = replace(line, years={**line.years, row.values["year"]: figures})
        calls[key] = call
        numbers.setdefault(key, []).append(row)
    await _store(conn, viewer, reading, groups, calls, states, numbers)
    return outcome


async def _store(
    conn: Conn, viewer: Viewer, reading: _Reading, groups: Mapping[Group, Mapping[int, Line]], calls: Mapping[Group, DemandCall],
    states: Mapping[Group, str], rows: Mapping[Group, Sequence[Row]],
) -> None:  # fmt: skip
    wanted = [k for k in groups if k in rows]
    there = await store.find_responses(conn, wanted)
    office = viewer.scope in (Scope.OFFICE, Scope.SYSTEM)
    versions = [
        (
            r.owner_id,
            r.id,
            (r.submitted_version or 0) if office and not viewer.acts_for(r.owner_id) else r.version,
        )
        for r in there.values()
    ]
    present = await store.list_lines_of(conn, versions)
    heads: list[tuple[UUID, UUID, UUID, UUID, str, str, int, bytes | None]] = []
    lines: list[tuple[UUID, UUID, int, Line]] = []
    for key in wanted:
        owner, _call_id = key
        call, found, content = (
            calls[key],
            there.get(key),
            [x for _n, x in sorted(groups[key].items()) if not x.total.is_zero],
        )
        if (
            found
            and _same(present.get(found.id, []), content)
            and (states[key] == "submitted") == (found.state == "submitted")
        ):
            reading.outcome.unchanged += len(rows[key])
            continue
        if found and not office and found.state != "draft":
            reading.wrong(
                rows[key][0],
                "call",
                _("eine Antwort im Entwurf"),
                _("Die Antwort ist abgegeben oder zur Freigabe gegeben."),
            )
            continue
        reading.outcome.changed += len(rows[key]) if found else 0
        reading.outcome.new += 0 if found else len(rows[key])
        response_id, version = (found.id, found.version + 1) if found else (new_id(), 1)
        heads.append((owner, response_id, call.id, call.lead_id, call.title, states[key], version,
                      _proof(conn, owner, response_id, call, version, content) if states[key] == "submitted" else None))  # fmt: skip
        lines += [(owner, response_id, version, x) for x in content]
        record(conn, viewer, "demand_response.import", object_kind="demand_response", object_id=response_id, owner_id=owner,
               party_id=call.lead_id, row_version=(found.row_version if found else 0) + 1, audience="parties")  # fmt: skip
    if heads:
        await store.upsert_imported(conn, heads, viewer.principal)
        await store.insert_lines(conn, lines)


def _proof(
    conn: Conn,
    owner: UUID,
    response_id: UUID,
    call: DemandCall,
    version: int,
    content: Sequence[Line],
) -> bytes:
    head = Response(
        owner_id=owner, id=response_id, call_id=call.id, lead_id=call.lead_id, title=call.title, state="submitted", version=version,
        submitted_version=version, edition=1, written_by=None, requested_by=None, submitted_at=conn.now, receipt_hash=None,
        return_reason=None, row_version=1, updated_at=conn.now,
    )  # fmt: skip
    return receipt(head, content, conn.now)


def _same(old: Sequence[Line], new: Sequence[Line]) -> bool:
    return [_facts(x) for x in old] == [_facts(x) for x in new]


def _facts(line: Line) -> tuple[object, ...]:
    years = tuple(
        (y, Decimal(a.low), Decimal(a.expected), Decimal(a.high))
        for y, a in sorted(line.years.items())
    )
    return (line.ordinal, years, line.binding, line.needed_from, line.needed_to, line.place, line.price_today_cents,
            line.existing_contract_end, line.budget_confirmed, line.deviation_reason)  # fmt: skip


async def read(conn: Conn, viewer: Viewer) -> Sequence[Mapping[str, Any]]:
    """What the viewer may see: own answers as they stand, others' only where submitted and as lead or office."""
    sees_all = viewer.scope in (Scope.OFFICE, Scope.AUDIT, Scope.SYSTEM)
    return [dict(r) for r in await store.list_export(conn, viewer.members, sees_all=sees_all)]


FILE_KIND = FileKind("demands", "Bedarfe", Permission.DEMAND_ANSWER, COLUMNS, write, read, order=30)
