"""Demands as files: one row a member, position and year; set-based in, the same rows out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from procurement.filing import store
from procurement.responses.model import Amount, Line, Response, amount, receipt
from procurement.responses.schemas import make_line
from procurement.responses.store import insert_lines

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
        "binding": v["binding"] or call.binding,
        "needed_from": v["needed_from"],
        "needed_to": v["needed_to"],
        "place": v["place"] or "",
        "price_today_cents": v["price_today"],
        "existing_contract_end": v["contract_end"],
        "budget_confirmed": bool(v["budget_confirmed"]),
        "deviation_reason": v["deviation_reason"] or "",
    }


async def write(conn: Conn, viewer: Viewer, rows: Sequence[Row]) -> Outcome:
    """Answers from rows: drafts for the own member; the office may enter submitted ones (Altbestand)."""
    outcome = Outcome()
    reading = await _prepare(conn, viewer, rows, outcome)
    answers: dict[Group, _Answer] = {}
    for row in rows:
        found, figures = reading.place(row), reading.figures(row)
        if found is None or figures is None:
            continue
        call, member, position = found
        state = str(row.values.get("state") or "draft")
        answer = answers.setdefault((member, call.id), _Answer(member, call, state))
        line = answer.lines.get(position.ordinal) or make_line(position, {}, _rest(row, call))
        year = row.values["year"]
        if year in line.years or answer.state != state or replace(line, **_rest(row, call)) != line:
            expected = _("jedes Jahr einmal, sonst gleiche Angaben")
            reading.wrong(
                row,
                "year",
                expected,
                _("Die Zeile widerspricht einer früheren derselben Position."),
            )
            continue
        answer.lines[position.ordinal] = replace(line, years={**line.years, year: figures})
        answer.rows.append(row)
    await _store(conn, viewer, reading, answers)
    return outcome


@dataclass
class _Answer:
    """One member's answer as the rows give it."""

    owner_id: UUID
    call: DemandCall
    state: str
    rows: list[Row] = field(default_factory=list)
    lines: dict[int, Line] = field(default_factory=dict)

    @property
    def content(self) -> list[Line]:
        """Lines that say something, by position."""
        return [x for _n, x in sorted(self.lines.items()) if not x.total.is_zero]


async def _store(
    conn: Conn, viewer: Viewer, reading: _Reading, answers: Mapping[Group, _Answer]
) -> None:
    wanted = {k: a for k, a in answers.items() if a.rows}
    there = await store.find_responses(conn, list(wanted))
    seen = [(r.owner_id, r.id, _version_seen(viewer, r)) for r in there.values()]
    present = await store.list_lines_of(conn, seen)
    heads: list[store.Head] = []
    lines: list[tuple[UUID, UUID, int, Line]] = []
    for key, answer in wanted.items():
        found = there.get(key)
        if found and _is_same(answer, found, present.get(found.id, [])):
            reading.outcome.unchanged += len(answer.rows)
        elif refusal := _refusal(viewer, answer, found):
            reading.wrong(answer.rows[0], "call", _("eine Antwort, die sich ändern lässt"), refusal)
        else:
            reading.outcome.changed += len(answer.rows) if found else 0
            reading.outcome.new += 0 if found else len(answer.rows)
            head = _head(conn, answer, found)
            heads.append(head)
            lines += [(head.owner_id, head.id, head.version, x) for x in answer.content]
            _note(conn, viewer, head, found)
    if heads:
        await store.upsert_imported(conn, heads, viewer.principal)
        await insert_lines(conn, lines)


def _refusal(viewer: Viewer, answer: _Answer, found: Response | None) -> str:
    """Why this answer cannot be written, or ''."""
    if answer.call.state in ("bundled", "cancelled"):
        return _("Die Abfrage ist gebündelt oder abgebrochen; ihre Mengen stehen fest.")
    if found is None:
        return ""
    if viewer.acts_for(answer.owner_id) and not _is_office(viewer):
        return (
            ""
            if found.state == "draft"
            else _("Die Antwort ist abgegeben oder zur Freigabe gegeben.")
        )
    # what the member's own people wrote is theirs: the office enters history, it answers for nobody
    written = found.written_by is not None and found.written_by != viewer.principal
    return _("Das Mitglied hat selbst geantwortet.") if written else ""


def _is_office(viewer: Viewer) -> bool:
    return viewer.scope in (Scope.OFFICE, Scope.SYSTEM)


def _version_seen(viewer: Viewer, found: Response) -> int:
    # the office sees of others only what was submitted
    others = _is_office(viewer) and not viewer.acts_for(found.owner_id)
    return (found.submitted_version or 0) if others else found.version


def _is_same(answer: _Answer, found: Response, present: Sequence[Line]) -> bool:
    return _same(present, answer.content) and (answer.state == "submitted") == (
        found.state == "submitted"
    )


def _head(conn: Conn, answer: _Answer, found: Response | None) -> store.Head:
    call, is_submitted = answer.call, answer.state == "submitted"
    head = store.Head(
        answer.owner_id, found.id if found else new_id(), call.id, call.lead_id, call.title, answer.state,
        found.version + 1 if found else 1, None,
    )  # fmt: skip
    if not is_submitted:
        return head
    proof = receipt(head.owner_id, head.id, head.call_id, head.version, answer.content, conn.now)
    return replace(head, receipt_hash=proof)


def _note(conn: Conn, viewer: Viewer, head: store.Head, found: Response | None) -> None:
    record(
        conn,
        viewer,
        "demand_response.import",
        object_kind="demand_response",
        object_id=head.id,
        owner_id=head.owner_id,
        party_id=head.lead_id,
        row_version=(found.row_version if found else 0) + 1,
        audience="parties",
    )


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


FILE_KIND = FileKind(
    "demands", "Bedarfe", Permission.DEMAND_ANSWER, COLUMNS, write, read, order=30, seen_at="/demands"
)  # fmt: skip
