"""Procurement's part of the demonstration: demand calls in every state, answers by two persons each, a tender draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from kdnx.demo.scene import Scene
from kdnx.module import DemoStep
from kdnx.viewer import Scope, Viewer
from procurement.bundles import actions as bundles
from procurement.bundles import store as bundle_store
from procurement.bundles.model import Decision
from procurement.demands import actions as demands
from procurement.demands import store as demand_store
from procurement.demands.model import DemandCall
from procurement.demands.schemas import CallIn, PositionIn
from procurement.responses import actions as responses
from procurement.responses import store as response_store
from procurement.responses.model import Amount, Line
from procurement.responses.schemas import make_line
from procurement.tenders import actions as tenders
from procurement.tenders.schemas import TenderIn

SYSTEM = Viewer(scope=Scope.SYSTEM)
# the thresholds known today end with 2027; a demonstration loaded later still has a tender
LAST_THRESHOLD = date(2027, 12, 1)


@dataclass(frozen=True)
class Wanted:
    """A position of a call: what members pay today for a unit, and how many a middle house needs a year."""

    form: PositionIn
    euro: int
    each: int


@dataclass(frozen=True)
class Script:
    """A demand call of the demonstration; days count back from loading, `closes` may lie ahead (negative)."""

    title: str
    description: str
    years: tuple[int, int]
    announced: int
    closes: int
    positions: Sequence[Wanted]
    answering: Sequence[str]


def _wanted(title: str, cpv: str, unit: str, spec: str, euro: int, each: int) -> Wanted:
    return Wanted(PositionIn(title=title, cpv=cpv, unit=unit, spec=spec), euro, each)


VIDEO = Script(
    "Videokonferenztechnik für Sitzungsräume",
    "Ausstattung von Sitzungsräumen und Ratssälen; Rahmenvertrag mit Lieferung, Einbau und Wartung.",
    (2027, 2028),
    52,
    20,
    (
        _wanted(
            "Raumsystem für bis zu zwölf Plätze",
            "32232000-8",
            "Stück",
            "Kamera, Mikrofone, Bildschirm 75 Zoll, Einbau",
            2100,
            2,
        ),
        _wanted(
            "Anlage für Ratssaal",
            "32232000-8",
            "Stück",
            "Mehrere Kameras, Konferenzmikrofone, Übertragung",
            8700,
            0,
        ),
        _wanted(
            "Mobiles Konferenzset",
            "32232000-8",
            "Stück",
            "Tragbar, für Besprechungen außer Haus",
            340,
            3,
        ),
    ),
    ("M21", "M23", "M28", "M13", "M03", "M07", "M26", "M24", "M17", "M01", "M05"),
)
PRINTERS = Script(
    "Multifunktionsgeräte mit Wartung",
    "Geräte zum Drucken, Kopieren und Scannen, je Seite abgerechnet.",
    (2027, 2029),
    38,
    4,
    (
        _wanted(
            "Gerät A4 mit Wartung",
            "30121200-5",
            "Stück",
            "Bis 40 Seiten je Minute, Toner und Wartung enthalten",
            890,
            40,
        ),
        _wanted(
            "Gerät A3 mit Finisher",
            "30121200-5",
            "Stück",
            "Bis 60 Seiten je Minute, Heften und Lochen",
            3450,
            8,
        ),
    ),
    ("M21", "M08", "M14", "M02", "M10", "M20", "M06", "M27"),
)
BACKUP = Script(
    "Datensicherung und Wiederanlauf",
    "Sicherung außer Haus mit unveränderbarer Kopie; zuerst wird geprüft, was Mitglieder selbst anbieten.",
    (2027, 2029),
    16,
    -19,
    (
        _wanted(
            "Datensicherung",
            "72910000-2",
            "Terabyte",
            "Zweiter Standort, unveränderbare Kopie, Rücksicherungstest",
            210,
            30,
        ),
        _wanted(
            "Schwachstellenprüfung der Sicherungsumgebung",
            "72222000-7",
            "Tag",
            "Jährlich, mit Bericht",
            1150,
            4,
        ),
    ),
    ("M21", "M13", "M03", "M17", "M27"),
)
LAPTOPS = Script(
    "Notebooks und Zubehör",
    "Ersatzbeschaffung; die Mengen bestimmen, ob einzelne Lose gebildet werden.",
    (2027, 2030),
    3,
    -32,
    (
        _wanted(
            "Notebook 14 Zoll",
            "30213100-6",
            "Stück",
            "16 GB Arbeitsspeicher, 512 GB, Dockinganschluss, fünf Jahre Vor-Ort-Dienst",
            1120,
            60,
        ),
        _wanted(
            "Notebook 16 Zoll für Planung",
            "30213100-6",
            "Stück",
            "32 GB Arbeitsspeicher, Grafikbeschleunigung",
            2150,
            6,
        ),
    ),
    ("M08", "M26"),
)
DRAFT = Script(
    "Sensibilisierung für Informationssicherheit",
    "Entwurf: Lernreihe für alle Beschäftigten.",
    (2027, 2028),
    1,
    -60,
    (_wanted("Lernplatz", "80533100-0", "Person", "Kurze Einheiten, Übungsnachrichten", 7, 900),),
    (),
)


async def _start(scene: Scene, script: Script) -> UUID:
    """The call as draft with its positions, and announced unless nobody answers it."""
    scene.at(script.announced, 8)
    viewer = await scene.act("vera")
    form = CallIn(
        title=f"{script.title} {script.years[0]}–{script.years[1]}",
        description=script.description,
        first_year=script.years[0],
        last_year=script.years[1],
        closes_on=(scene.began - timedelta(days=script.closes)).date(),
    )
    call_id = await demands.create_call(scene.conn, viewer, form)
    for wanted in script.positions:
        await demands.add_position(scene.conn, viewer, call_id, wanted.form)
    if script.answering:
        await demands.announce_call(scene.conn, viewer, call_id)
    return call_id


async def _answer(
    scene: Scene, script: Script, call_id: UUID, place: int, *, release: bool = True
) -> None:
    """One member's answer: written by one person, looked up in-house, released by another."""
    code = script.answering[place]
    days = script.announced - 3 - place % 9
    scene.at(max(days, script.closes + 1, 1), 9)
    viewer = await scene.act(f"{code}.a")
    call = await demand_store.get_call(
        scene.conn, call_id, members=viewer.members, member_id=viewer.member_id
    )
    lines = await _lines(scene, script, call, place)
    saved = await responses.save_response(scene.conn, viewer, call_id, lines)
    matches = await response_store.list_matches(scene.conn, saved, lines)
    if matches:
        said = [(m.ordinal, m.offering_id, *_opinion(n + place)) for n, m in enumerate(matches)]
        saved = await responses.save_response(scene.conn, viewer, call_id, lines, said)
    await responses.request_release(scene.conn, viewer, saved)
    if release:
        scene.at(max(days, script.closes + 1, 1), 14)
        await responses.release_response(scene.conn, await scene.act(f"{code}.b"), saved)


async def _lines(scene: Scene, script: Script, call: DemandCall, place: int) -> list[Line]:
    lines = []
    for position, wanted in zip(
        await demand_store.list_positions(scene.conn, [call.id]), script.positions, strict=True
    ):
        each = wanted.each + (place % 3 if wanted.each > 1 else int(place % 5 == 0))
        if not each:
            continue
        years = {
            y: _amount(each if y == call.first_year or wanted.each else 0, place)
            for y in call.years
        }
        rest: dict[str, Any] = {
            "binding": ("non_binding", "binding", "interest")[place % 3],
            "needed_from": date(call.first_year, 3, 1),
            "price_today_cents": int(wanted.euro * (100 + (place * 7) % 13 - 6)),
            "budget_confirmed": place % 3 == 1 or place % 2 == 0,
        }
        lines.append(make_line(position, years, rest))
    return lines


def _amount(each: int, place: int) -> Amount:
    return Amount(
        Decimal(each * 6 // 10), Decimal(each), Decimal(each + (each * (1 + place % 2) + 2) // 6)
    )


def _opinion(n: int) -> tuple[str, str]:
    return (
        ("suits", ""),
        ("partly", "Deckt nur einen Teil der Mengen, der Rest bleibt offen."),
        ("not_suitable", "Der geforderte zweite Standort in eigener Hand fehlt."),
    )[n % 3]


async def video_call(scene: Scene) -> None:
    """A call that ran its course: answered, ended by its deadline, bundled, and now a tender in preparation."""
    call_id = await _start(scene, VIDEO)
    for place in range(len(VIDEO.answering)):
        await _answer(scene, VIDEO, call_id, place)
    scene.at(VIDEO.closes - 1, 6)
    await scene.conn.act_as(SYSTEM)
    await demands.close_due_calls(scene.conn)
    scene.at(12, 9)
    vera = await scene.act("vera")
    starts_on = min((scene.began + timedelta(days=21)).date(), LAST_THRESHOLD)
    bundle_id = await bundles.create_bundle(
        scene.conn, vera, [call_id], title=f"{VIDEO.title} – Bündelung", starts_on=starts_on
    )
    lots = {x.lot_no for x in await bundle_store.list_lots(scene.conn, bundle_id)}
    while len(lots) < 2:
        lots.add(
            await bundles.add_lot(
                scene.conn,
                vera,
                bundle_id,
                "Mobile Konferenzsets" if lots else "Räume und Ratssäle",
            )
        )
    first, second = sorted(lots)[:2]
    mobile = {
        p.ordinal
        for p in await bundle_store.list_positions(scene.conn, bundle_id)
        if p.title.startswith("Mobil")
    }
    lines = await bundle_store.list_lines(scene.conn, bundle_id)
    for lot, wanted in ((second, True), (first, False)):
        keys = [x.key for x in lines if (x.position in mobile) == wanted]
        await bundles.decide_lines(scene.conn, vera, bundle_id, keys, Decision.TAKEN, lot_no=lot)
    scene.at(9, 11)
    await bundles.freeze_bundle(scene.conn, vera, bundle_id)
    form = TenderIn(
        title=f"Rahmenvertrag {VIDEO.title}",
        contract_kind="framework",
        starts_on=starts_on,
        term_months=24,
        is_electronic=True,
        documents_online=True,
    )
    await tenders.create_tender(scene.conn, vera, bundle_id, form)


async def printer_call(scene: Scene) -> None:
    """A call that has just ended and waits to be bundled."""
    call_id = await _start(scene, PRINTERS)
    for place in range(len(PRINTERS.answering)):
        await _answer(scene, PRINTERS, call_id, place)
    scene.at(PRINTERS.closes - 1, 6)
    await scene.conn.act_as(SYSTEM)
    await demands.close_due_calls(scene.conn)


async def backup_call(scene: Scene) -> None:
    """A running call with in-house matches; one house waits for its second person."""
    call_id = await _start(scene, BACKUP)
    for place in range(len(BACKUP.answering)):
        await _answer(scene, BACKUP, call_id, place)
    waiting = Script(
        BACKUP.title, "", BACKUP.years, BACKUP.announced, BACKUP.closes, BACKUP.positions, ("M24",)
    )
    await _answer(scene, waiting, call_id, 0, release=False)


async def laptop_call(scene: Scene) -> None:
    """A call that has just begun, so that most tasks are open; and a draft."""
    call_id = await _start(scene, LAPTOPS)
    for place in range(len(LAPTOPS.answering)):
        await _answer(scene, LAPTOPS, call_id, place)
    await _start(scene, DRAFT)


STEPS = (
    DemoStep(
        "demands.video", 110, "Bedarfsabfrage, Bündelung, Vergabe in Vorbereitung", video_call
    ),
    DemoStep("demands.printers", 111, "Beendete Bedarfsabfrage", printer_call),
    DemoStep(
        "demands.backup", 112, "Laufende Bedarfsabfrage mit Leistungen der Mitglieder", backup_call
    ),
    DemoStep("demands.laptops", 113, "Neue Bedarfsabfrage und ein Entwurf", laptop_call),
)
