"""Requests of the demonstration: one open with two sealed answers, one decided, one without a fitting answer."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from catalog.answers.actions import save_answer, submit_answer
from catalog.answers.schemas import AnswerBody
from catalog.answers.store import list_own_offerings
from catalog.categories.store import list_categories
from catalog.choosing import actions
from catalog.choosing.model import Score
from catalog.choosing.schemas import MarkBody
from catalog.requests import actions as requests
from catalog.requests.model import CriterionKind
from catalog.requests.schemas import RequestBody
from catalog.requests.store import get_request
from kdnx.clock import berlin_day
from kdnx.demo.scene import Scene
from kdnx.module import DemoStep
from kdnx.viewer import Scope, Viewer

SYSTEM = Viewer(scope=Scope.SYSTEM)
PRICE = {"kind": "price", "name": "Preis", "weight": 40}
CHAT: dict[str, Any] = {
    "title": "Chatbot für Bürgeranfragen",
    "need": "Gesucht ist ein Auskunftsdienst auf der Internetseite, der Fragen zu Leistungen der "
    "Verwaltung beantwortet.\n"
    "Er soll eigene Inhalte verwenden, Quellen nennen und an Menschen übergeben können.",
    "category": "ai",
    "items": [{"label": "Anfragen im Jahr", "base": "case", "quantity": 60_000}],
    "criteria": [
        {"kind": "must", "name": "Betrieb in der Europäischen Union"},
        {"kind": "points", "name": "Güte der Antworten", "weight": 60, "description": "Probelauf mit 50 Fragen"},
        PRICE,
    ],
}  # fmt: skip
ARCHIVE: dict[str, Any] = {
    "title": "Digitales Langzeitarchiv mit Betrieb",
    "need": "Akten sollen nach Ende der Aufbewahrung beweissicher archiviert werden, mit Übergabe an das Stadtarchiv.",
    "category": "hosting",
    "items": [
        {"label": "Speicher in GB", "base": "gb", "quantity": 4_000},
        {"label": "Arbeitsplätze", "base": "workplace", "quantity": 150},
    ],
    "criteria": [
        {"kind": "must", "name": "Beweiswerterhalt nach TR-03125"},
        {"kind": "points", "name": "Übernahme der Altbestände", "weight": 35},
        {"kind": "points", "name": "Betreuung und Reaktionszeiten", "weight": 25},
        PRICE,
    ],
}  # fmt: skip
QUANTUM: dict[str, Any] = {
    "title": "Sprachassistenz für Gebärdensprache",
    "need": "Gesucht ist eine Lösung, die Termine im Bürgerbüro in Deutscher Gebärdensprache begleitet.",
    "category": "portals",
    "items": [{"label": "Termine im Jahr", "base": "case", "quantity": 900}],
    "criteria": [
        {"kind": "must", "name": "Gebärdensprache ohne Voranmeldung"},
        {"kind": "points", "name": "Verständlichkeit", "weight": 60},
        PRICE,
    ],
}


async def _request(
    scene: Scene, who: str, script: Mapping[str, Any], ago: int, open_days: int
) -> UUID:
    """Somebody posts a request so many days ago."""
    scene.at(ago)
    viewer = await scene.act(who)
    categories = {c.code: c.id for c in await list_categories(scene.conn)}
    values = {k: v for k, v in script.items() if k != "category"}
    closes = berlin_day(scene.conn.now) + timedelta(days=open_days)
    body = RequestBody.model_validate(
        {**values, "category_id": categories[script["category"]], "closes_on": closes,
         "starts_on": closes + timedelta(days=90), "place": "Nordrhein-Westfalen", "protection_level": "high"},
        strict=False,
    )  # fmt: skip
    request_id = await requests.create_request(scene.conn, viewer, body)
    await requests.announce_request(scene.conn, viewer, request_id)
    return request_id


async def _answer(
    scene: Scene, who: str, request_id: UUID, ago: int, summary: str, *, met: bool,
    said: Sequence[str], euros: Sequence[tuple[int, str, int]], names: str = "",
) -> None:  # fmt: skip
    """Somebody answers: replies to the points in their order, prices as (quantity, per, micro-euro)."""
    scene.at(ago)
    viewer = await scene.act(who)
    request = await get_request(scene.conn, request_id, viewer.members)
    replies = [{"criterion": 1, "is_met": met, "said": "" if met else "nur nach Voranmeldung"}]
    replies += [{"criterion": n, "said": text} for n, text in enumerate(said, start=2)]
    body = AnswerBody.model_validate(
        {
            "offering_id": await _offering(scene, viewer, names), "summary": summary,
            "valid_until": berlin_day(request.closes_at) + timedelta(days=120), "replies": replies,
            "conditions": "Mindestlaufzeit zwei Jahre, Kündigung mit sechs Monaten Frist.",
            "prices": [{"item": item, "per": per, "unit_price_micro": micro} for item, per, micro in euros],
        },
        strict=False,
    )  # fmt: skip
    await save_answer(scene.conn, viewer, request_id, body.read())
    await submit_answer(scene.conn, viewer, request_id)


async def _offering(scene: Scene, viewer: Viewer, word: str) -> UUID | None:
    """The own published offering whose title holds the word, or None."""
    own = await list_own_offerings(scene.conn, viewer.members) if word else []
    return next((o[0] for o in own if word in o[2].casefold()), None)


async def _close(scene: Scene, ago: int) -> None:
    scene.at(ago)
    await scene.conn.act_as(SYSTEM)
    await requests.close_due_requests(scene.conn)


async def open_request(scene: Scene) -> None:
    """Birgit looks for a chatbot; two houses have answered, and nobody sees with what."""
    request_id = await _request(scene, "birgit", CHAT, 6, 20)
    await _answer(scene, "petra", request_id, 3,
                  "Unser Auskunftsdienst auf der gemeinsamen KI-Plattform, mit Redaktion.",
                  met=True,
                  said=["94 Prozent richtige Antworten im eigenen Betrieb"],
                  euros=[(0, "once", 9_500_000_000), (1, "use", 180_000)])  # fmt: skip
    await _answer(scene, "erwin", request_id, 2, "Auskunftsdienst mit Übergabe an das Servicetelefon 115.",
                  met=True, said=["91 Prozent, mit menschlicher Nachbearbeitung"],
                  euros=[(1, "use", 240_000)])  # fmt: skip


async def decided_request(scene: Scene) -> None:
    """Birgit's archive request is decided: two offers, one chosen by the published criteria."""
    request_id = await _request(scene, "birgit", ARCHIVE, 60, 24)
    await _answer(scene, "petra", request_id, 45,
                  "Langzeitarchiv im eigenen Rechenzentrum, Übernahme in drei Wellen.",
                  met=True, said=["Drei Wellen mit Prüflauf, Bericht je Welle",
                                  "Mo–Fr 7–18 Uhr, Reaktion in 4 Stunden"],
                  euros=[(0, "once", 12_000_000_000), (1, "month", 350_000), (2, "month", 1_900_000)],
                  names="archiv")  # fmt: skip
    await _answer(scene, "erwin", request_id, 42,
                  "Archiv als Mandant unserer Plattform, Übernahme über Schnittstelle.",
                  met=True, said=["Über Schnittstelle, Altbestände nach Absprache",
                                  "Mo–Fr 8–16 Uhr, Reaktion am nächsten Tag"],
                  euros=[(0, "once", 8_000_000_000), (1, "month", 390_000), (2, "month", 2_100_000)])  # fmt: skip
    await _close(scene, 35)
    marks = {"M21": [(2, "9", "Übernahme erprobt und belegt"), (3, "8", "Servicezeiten decken den Bedarf")],
             "M23": [(2, "6", "Altbestände nur nach Absprache"),
                     (3, "5", "Reaktion erst am nächsten Tag")]}  # fmt: skip
    await _decide(scene, request_id, 30, marks, "Die meisten Punkte; die Übernahme der Altbestände ist belegt.",
                  "Bei Übernahme und Betreuung weniger Punkte als das gewählte Angebot.")  # fmt: skip


async def unfit_request(scene: Scene) -> None:
    """Birgit finds nothing that fits: the outcome is "none" (procurement carries it into a demand)."""
    request_id = await _request(scene, "birgit", QUANTUM, 50, 20)
    await _answer(scene, "erwin", request_id, 40,
                  "Vermittlung von Dolmetscherinnen und Dolmetschern über das Servicetelefon.",
                  met=False, said=["Menschliche Dolmetschung"], euros=[(1, "use", 95_000_000)])  # fmt: skip
    await _close(scene, 28)
    await _decide(scene, request_id, 25, {}, "Kein Angebot kommt ohne Voranmeldung aus.",
                  "Das Muss „ohne Voranmeldung“ ist nicht erfüllt.")  # fmt: skip


async def _decide(
    scene: Scene, request_id: UUID, ago: int, marks: Mapping[str, Sequence[tuple[int, str, str]]],
    reason: str, told: str,
) -> None:  # fmt: skip
    scene.at(ago)
    viewer = await scene.act("birgit")
    request = await get_request(scene.conn, request_id, viewer.members)
    criteria, _items, entries = await actions.read_comparison(scene.conn, viewer, request)
    codes = {scene.members[code]: code for code in marks}
    scores: list[Score] = []
    for e in entries:
        for n, points, why in marks.get(codes.get(e.answer.owner_id, ""), []):
            scores.append(_mark(e.answer.id, n, why, points=points))
        if e.answer.owner_id in codes:
            musts = [c.ordinal for c in criteria if c.kind == CriterionKind.MUST]
            scores += [_mark(e.answer.id, n, "Nachweis lag bei", is_met=True) for n in musts]
    if scores:
        await actions.save_scores(scene.conn, viewer, request_id, request.row_version, scores)
    request = await get_request(scene.conn, request_id, viewer.members)
    _criteria, _items, entries = await actions.read_comparison(scene.conn, viewer, request)
    best = next((e.answer.id for e in entries if e.rank == 1), None)
    reasons = {e.answer.id: told for e in entries if e.answer.id != best}
    await actions.decide_request(
        scene.conn, viewer, request_id, request.row_version, answer_id=best, reason=reason, reasons=reasons,
    )  # fmt: skip


def _mark(answer_id: UUID, criterion: int, why: str, **value: object) -> Score:
    body = {"answer_id": answer_id, "criterion": criterion, "reason": why, **value}
    return MarkBody.model_validate(body, strict=False).read()


STEPS = (
    DemoStep("requests.decided", 104, "Gesuch entschieden", decided_request),
    DemoStep("requests.unfit", 105, "Gesuch ohne passendes Angebot", unfit_request),
    DemoStep("requests.open", 106, "Offenes Gesuch mit verschlossenen Angeboten", open_request),
)
