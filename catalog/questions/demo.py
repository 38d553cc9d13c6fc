"""The demonstration: a saved search, a market survey as evidence, watches, questions and answers."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from catalog.comparison.schemas import QuantitiesIn
from catalog.contents.schemas import to_body
from catalog.contents.store import get_version, list_contacts
from catalog.finding.model import Found
from catalog.finding.store import list_found
from catalog.offerings.actions import publish_offering, save_draft, submit_offering
from catalog.offerings.store import get_offering
from catalog.questions.actions import answer_question, ask_question
from catalog.questions.schemas import AskForm
from catalog.searches.actions import save_search
from catalog.searches.model import Rhythm
from catalog.searches.reading import from_address, search
from catalog.surveys import actions, store
from catalog.surveys.model import MOST_HITS, Choice, Decision, Reason
from catalog.watching.actions import watch_offering
from kdnx.demo.scene import Scene
from kdnx.module import DemoStep
from kdnx.viewer import Viewer

# what may be looked for, the first that gives a list of a good length
WORDS = ("Backup", "Hosting", "Portal", "Druck", "Server", "Sicherheit")
FEW, MANY = 3, 12
REASONS = (Reason.SERVICE_LEVEL, Reason.CAPACITY, Reason.PRICE, Reason.SCOPE, Reason.TERMS)
NOTES = (
    "Der Rathausbetrieb braucht Samstagsdienst.",
    "Bereitstellung erst nach dem Umzug möglich.",
    "Bei unseren Mengen deutlich teurer als die engere Wahl.",
    "Deckt nur einen Teil der Aufgabe ab.",
    "Die Mindestlaufzeit reicht über das Ende der Förderung hinaus.",
)

APART = "Ist die Datenhaltung je Mitglied getrennt, und wer hat administrativen Zugriff?"
WHEN = "Lässt sich die Umstellung in die Sommerferien legen?"
KEPT = "Wie lange werden Daten aufbewahrt, und lässt sich die Dauer je Mandant einstellen?"
CHANGE = "Wir denken über einen Wechsel zum Jahresende nach. Reichen Ihre Kapazitäten dafür?"
TESTED = "Die Wiederherstellung wird zweimal im Jahr mit den Mitgliedern geübt."
# what every offering has to say before it is published
ASKED_OF_ALL = {"data_location": "nrw", "processing_agreement": "ready", "subcontractors": False}
ANSWERS = (
    "Ja, je Mitglied eine eigene Datenbank. Zugriff haben vier benannte Personen; jeder Zugriff wird protokolliert.",
    "Ja, mit acht Wochen Vorlauf. Wir schlagen die zweite und dritte Ferienwoche vor.",
)


async def _word(scene: Scene, viewer: Viewer) -> str:
    """A word whose hits make a list that people decide about in a quarter of an hour."""
    for word in WORDS:
        found = await search(scene.conn, viewer, from_address(f"q={word}"))
        if FEW <= found.total <= MANY:
            return word
    return WORDS[0]


async def saved_search(scene: Scene) -> None:
    """Birgit keeps a search and shares it; Bernd watches what came of it."""
    scene.at(40)
    birgit = await scene.act("birgit")
    word = await _word(scene, birgit)
    query = from_address(f"q={word}")
    await save_search(
        scene.conn, birgit, query, f"{word} für unser Haus", rhythm=Rhythm.WEEKLY, is_shared=True
    )
    everything = from_address("sort=newest")
    await save_search(
        scene.conn, birgit, everything, "Alles Neue im Katalog", rhythm=Rhythm.DAILY, is_shared=False
    )  # fmt: skip
    scene.at(39)
    for key in ("birgit", "bernd"):
        viewer = await scene.act(key)
        found = await search(scene.conn, viewer, query)
        for hit in await list_found(scene.conn, viewer, found.criteria, limit=3):
            await watch_offering(scene.conn, viewer, hit.id)


async def survey(scene: Scene) -> None:
    """Birgit decides about every hit and freezes; a second survey stays at work."""
    scene.at(20)
    birgit = await scene.act("birgit")
    word = await _word(scene, birgit)
    draft = await actions.start_survey(
        scene.conn, birgit, from_address(f"q={word}"), f"{word}: wer bietet es im Verbund an?"
    )
    hits = [h for h in await store.list_hits(scene.conn, draft) if h.provider_id != birgit.owner_id]
    kept = [h.offering_id for h in hits[:2]]
    choices = _choices([h.offering_id for h in await store.list_hits(scene.conn, draft)], kept)
    remark = "Für den Haushalt 2027: Ablösung des eigenen Betriebs, 260 Arbeitsplätze."
    saved = await actions.decide_hits(
        scene.conn, birgit, draft.id, draft.row_version, choices, title=draft.title, remark=remark
    )
    if kept:
        typed = QuantitiesIn.model_validate({"workplaces": 260, "quantity": 1200})
        saved = await actions.keep_comparison(scene.conn, birgit, draft.id, kept, typed)
    await actions.freeze_survey(scene.conn, birgit, saved.id, saved.row_version)
    scene.at(2)
    birgit = await scene.act("birgit")
    other = next(w for w in WORDS if w != word)
    found = await search(scene.conn, birgit, from_address(f"q={other}"))
    if 0 < found.total <= MOST_HITS:
        begun = await actions.start_survey(
            scene.conn, birgit, from_address(f"q={other}"), f"{other}: erster Überblick"
        )
        first = [h.offering_id for h in await store.list_hits(scene.conn, begun)][:2]
        liked = [Choice(one, Decision.KEPT, None, "") for one in first]
        await actions.decide_hits(
            scene.conn, birgit, begun.id, begun.row_version, liked, title=begun.title, remark=""
        )


def _choices(every: Sequence[UUID], kept: Sequence[UUID]) -> list[Choice]:
    out = []
    for n, one in enumerate(every):
        if one in kept:
            out.append(Choice(one, Decision.KEPT, None, "Mengen und Termin passen."))
        else:
            place = n % len(REASONS)
            out.append(Choice(one, Decision.EXCLUDED, REASONS[place], NOTES[place]))
    return out


async def _of(scene: Scene, viewer: Viewer, member: str) -> list[Found]:
    """Published offerings of a member that the viewer may see."""
    address = f"member={scene.members[member]}&sort=title"
    criteria: Any = from_address(address).criteria()
    return await list_found(scene.conn, viewer, criteria, limit=5)


async def questions(scene: Scene) -> None:
    """Two questions with answers, one that waits, one between two houses alone."""
    scene.at(15)
    birgit = await scene.act("birgit")
    offered = [h.id for h in await _of(scene, birgit, "M21")]
    if len(offered) < 2:
        return
    asked = [
        await ask_question(scene.conn, birgit, offered[0], AskForm(question=APART)),
        await ask_question(scene.conn, birgit, offered[1], AskForm(question=WHEN, is_named=True)),
    ]
    scene.at(12)
    petra = await scene.act("petra")
    for question, answer in zip(asked, ANSWERS, strict=True):
        await answer_question(scene.conn, petra, question.id, question.row_version, answer)
    scene.at(3)
    erwin = await scene.act("erwin")
    await ask_question(scene.conn, erwin, offered[0], AskForm(question=KEPT))
    alone = AskForm(question=CHANGE, visibility="private")
    await ask_question(scene.conn, erwin, offered[1], alone)


async def changed_offering(scene: Scene) -> None:
    """Köln publishes a new version of what Birgit watches: news in her search and on her list."""
    scene.at(5)
    birgit = await scene.act("birgit")
    found = await search(scene.conn, birgit, from_address(f"q={await _word(scene, birgit)}"))
    hits = await list_found(scene.conn, birgit, found.criteria, limit=MANY)
    mine = next((h for h in hits if h.owner_id == scene.members["M21"]), None)
    if mine is None:
        return
    petra = await scene.act("petra")
    head = await get_offering(scene.conn, petra, mine.id)
    if head.draft_version is not None:
        return
    contacts = (await list_contacts(scene.conn, [head.id])).get(head.id, [])
    version = await get_version(scene.conn, petra, head.id, head.published_version or 1)
    body = to_body(version, head.reference, contacts)
    more = f"{body.description} {TESTED}".strip()
    changed = {"description": more, "attributes": {**ASKED_OF_ALL, **body.attributes}}
    head = await save_draft(
        scene.conn, petra, head.id, head.row_version, body.model_copy(update=changed)
    )
    head = await submit_offering(scene.conn, petra, head.id, head.row_version)
    scene.at(4)
    paul = await scene.act("paul")
    await publish_offering(scene.conn, paul, head.id, head.row_version, head.draft_version or 1)


STEPS = (
    DemoStep("searches.saved", 140, "Gemerkte Suchen und Beobachtungen", saved_search),
    DemoStep("surveys.frozen", 141, "Markterkundung als Beleg", survey),
    DemoStep("surveys.news", 143, "Eine neue Fassung", changed_offering),
    DemoStep("questions.asked", 142, "Fragen zu Leistungen", questions),
)
