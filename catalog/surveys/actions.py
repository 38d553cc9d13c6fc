"""Begin a survey, decide about its hits, keep a comparison, take the hits of today, discard, freeze."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from catalog.comparison.loading import published_heads
from catalog.comparison.schemas import QuantitiesIn
from catalog.finding.model import Found
from catalog.finding.schemas import ListQuery
from catalog.offerings.model import Offering
from catalog.searches.reading import address_of, from_json, list_hits, search, to_json
from catalog.surveys import store
from catalog.surveys.freezing import build_content
from catalog.surveys.model import (
    MOST_HITS,
    Choice,
    Decision,
    Frozen,
    Hit,
    Reason,
    Survey,
    SurveyEvent,
    SurveyState,
    advance,
    gaps,
)
from kdnx.audit.actions import record
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Forbidden, Invalid, Refused, Stale
from kdnx.ids import new_id
from kdnx.numbers.actions import assign, draw
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer, require

SERIES = "ME"
SHORTEST_TITLE = 3


def surveying_house(viewer: Viewer) -> UUID:
    """For which member a survey is made; Forbidden for audit and committee, which read only."""
    if not viewer.members or viewer.scope not in {Scope.MEMBER, Scope.OFFICE}:
        raise Forbidden(
            _("Markterkundungen legt nur an, wer für ein Mitglied handelt."),
            rule=_("Revision und Lenkungsausschuss lesen; sie erzeugen keine Belege."),
        )
    return viewer.owner_id


async def start_survey(conn: Conn, viewer: Viewer, query: ListQuery, title: str) -> Survey:
    """A draft with every hit of the search as this viewer sees it; Refused beyond two hundred hits."""
    require(viewer, Permission.CATALOG_READ)
    owner = surveying_house(viewer)
    survey = Survey(
        owner_id=owner, id=new_id(), title=title, state=SurveyState.DRAFT, searched_at=conn.now, row_version=1,
        created_at=conn.now, updated_at=conn.now, query=to_json(query), started_by=viewer.person_id,
    )  # fmt: skip
    survey, hits = await _found_now(conn, viewer, survey, [])
    await store.insert_survey(conn, survey)
    await store.write_hits(conn, survey, hits)
    _note(conn, viewer, "survey.start", survey)
    return await store.get_survey(conn, survey.id)


async def start_from_comparison(
    conn: Conn,
    viewer: Viewer,
    ids: Sequence[UUID],
    quantities: QuantitiesIn,
    query: ListQuery | None = None,
) -> Survey:
    """A draft from a comparison, the compared offerings on the short list.

    With the search they were ticked in, every other hit of it is open for a decision; Refused beyond
    two hundred hits, and where a compared offering is no hit. Without one, only the compared ones.
    """
    require(viewer, Permission.CATALOG_READ)
    owner = surveying_house(viewer)
    heads = await published_heads(conn, viewer, ids)
    if not heads:
        raise Invalid(_("Bitte zuerst Leistungen im Katalog auswählen."), remedy_url="/offerings")
    looked_for = query is not None and bool(to_json(query).keys() - {"sort"})
    title = _("Vergleich vom {day}").format(day=conn.today.strftime("%d.%m.%Y"))
    survey = Survey(
        owner_id=owner, id=new_id(), title=title, state=SurveyState.DRAFT, searched_at=conn.now, row_version=1,
        created_at=conn.now, updated_at=conn.now, started_by=viewer.person_id,
        compared=[h.id for h in heads], quantities=plain_quantities(quantities),
    )  # fmt: skip
    hits = [Hit(h.id, n, h.published_version or 0, Decision.KEPT) for n, h in enumerate(heads, start=1)]  # fmt: skip
    if query is not None and looked_for:
        subject = query.q if len(query.q) >= SHORTEST_TITLE else title
        survey = replace(survey, query=to_json(query), title=subject)
        survey, found = await _found_now(conn, viewer, survey, [])
        _among_hits(heads, found, address_of(query))
        kept = set(survey.compared)
        hits = [replace(h, decision=Decision.KEPT) if h.offering_id in kept else h for h in found]
    await store.insert_survey(conn, survey)
    await store.write_hits(conn, survey, hits)
    _note(conn, viewer, "survey.start", survey)
    return await store.get_survey(conn, survey.id)


def _among_hits(heads: Sequence[Offering], hits: Sequence[Hit], url: str) -> None:
    known = {h.offering_id for h in hits}
    if strangers := [h.title for h in heads if h.id not in known]:
        raise Refused(
            _("Nicht unter den Treffern dieser Markterkundung: {titles}").format(titles=", ".join(strangers)),
            rule=_("Verglichen wird, was die Suche gefunden hat."),
            remedy=_("Nehmen Sie die Leistung aus dem Vergleich, oder beginnen Sie mit einer weiteren Suche."),
            remedy_url=url,
        )  # fmt: skip


def plain_quantities(quantities: QuantitiesIn) -> Mapping[str, str]:
    """The quantities as they are kept."""
    found = {n: getattr(quantities, n) for n in QuantitiesIn.model_fields}
    return {k: f"{v:f}" for k, v in found.items() if v is not None}


async def decide_hits(
    conn: Conn,
    viewer: Viewer,
    survey_id: UUID,
    row_version: int,
    choices: Sequence[Choice],
    *,
    title: str,
    remark: str,
) -> Survey:
    """Keep what was decided; Invalid at the hit where the reason „anderer Grund“ has no words."""
    survey = await _draft(conn, viewer, survey_id, row_version)
    silent = [c for c in choices if c.reason == Reason.OTHER and len(c.note) < 3]
    if silent:
        message = _("Bitte den anderen Grund in Worten angeben.")
        errors = [FieldError(f"note.{c.offering_id}", message, "missing") for c in silent]
        raise Invalid(_("Bitte die markierten Felder prüfen."), errors=errors)
    await store.decide(conn, survey, choices)
    return await _save(conn, viewer, replace(survey, title=title, remark=remark), "survey.decide")


async def keep_comparison(
    conn: Conn, viewer: Viewer, survey_id: UUID, ids: Sequence[UUID], quantities: QuantitiesIn
) -> Survey:
    """The comparison chosen for this survey, with the quantities it is priced with; a later one replaces it."""
    survey = await _draft(conn, viewer, survey_id, None)
    heads = await published_heads(conn, viewer, ids)
    _among_hits(heads, await store.list_hits(conn, survey), f"/searches/frozen/{survey.id}")
    kept = replace(survey, compared=[h.id for h in heads], quantities=plain_quantities(quantities))
    return await _save(conn, viewer, kept, "survey.compare")


async def refresh_hits(conn: Conn, viewer: Viewer, survey_id: UUID, row_version: int) -> Survey:
    """The hits of today: what is unchanged keeps its decision, a new version is open again."""
    survey = await _draft(conn, viewer, survey_id, row_version)
    before = await store.list_hits(conn, survey)
    survey, hits = await _found_now(conn, viewer, survey, before)
    await store.write_hits(conn, survey, hits)
    there = {h.offering_id for h in hits}
    survey = replace(
        survey, searched_at=conn.now, compared=[i for i in survey.compared if i in there]
    )
    return await _save(conn, viewer, survey, "survey.refresh")


async def discard_survey(conn: Conn, viewer: Viewer, survey_id: UUID, row_version: int) -> None:
    """Give up a draft."""
    survey = await _draft(conn, viewer, survey_id, row_version)
    state = advance(survey.state, SurveyEvent.DISCARD)
    await _save(conn, viewer, replace(survey, state=state), "survey.discard")


async def freeze_survey(conn: Conn, viewer: Viewer, survey_id: UUID, row_version: int) -> Frozen:
    """Make the evidence: number, canonical content, hash. Refused names what is missing.

    The hits must be those of this moment, so that criteria, hits and time belong together.
    """
    survey = await _draft(conn, viewer, survey_id, row_version)
    state = advance(survey.state, SurveyEvent.FREEZE)
    hits = await store.list_hits(conn, survey)
    survey, now = await _found_now(conn, viewer, survey, hits)
    same = {(h.offering_id, h.version) for h in hits} == {(h.offering_id, h.version) for h in now}
    missing = gaps(survey, hits)
    if not same or missing:
        text = "; ".join(missing) or _("die Trefferliste ist nicht mehr die von heute")
        raise Refused(
            _("Noch nicht möglich: {gaps}.").format(gaps=text),
            rule=_("Ein Beleg nennt alle Treffer des Augenblicks und zu jedem ausgeschlossenen den Grund."),
            remedy=_("Aktualisieren Sie die Treffer und entscheiden Sie die offenen."),
            remedy_url=f"/searches/frozen/{survey.id}",
        )  # fmt: skip
    number = (await draw(conn, SERIES, conn.today.year, 1))[0]
    frozen = await build_content(conn, viewer, survey, hits, number)
    await store.mark_survey(conn, replace(survey, state=state, searched_at=conn.now))
    await store.insert_frozen(conn, frozen)
    await assign(conn, number, "frozen_search", survey.owner_id, survey.id)
    record(
        conn, viewer, "survey.freeze", object_kind="frozen_search", object_id=survey.id, owner_id=survey.owner_id,
        row_version=survey.row_version + 1, audience="owner", after={"sha256": frozen.sha256.hex()},
    )  # fmt: skip
    return frozen


async def _found_now(
    conn: Conn, viewer: Viewer, survey: Survey, before: Sequence[Hit]
) -> tuple[Survey, list[Hit]]:
    """What the survey's search finds now, with the decisions already taken about unchanged hits."""
    known = {(h.offering_id, h.version): h for h in before}
    notes = {h.offering_id: h.note for h in before}
    found: list[tuple[UUID, int | None]]
    if survey.query is None:
        found = [(h.offering_id, h.now_version) for h in before if h.now_version]
    else:
        query = from_json(survey.query)
        seen = await search(conn, viewer, query)
        survey = replace(survey, stage=seen.stage.value, corrected=seen.corrected)
        hits = await list_hits(conn, viewer, seen.criteria, MOST_HITS + 1)
        _bounded(hits, address_of(query))
        found = [(h.id, h.published_version) for h in hits]
    out = []
    for n, (offering_id, version) in enumerate(found, start=1):
        old = known.get((offering_id, version or 0))
        fresh = Hit(
            offering_id, n, version or 0, note=notes.get(offering_id, ""), now_version=version
        )
        out.append(replace(old, ordinal=n) if old else fresh)
    return survey, out


def _bounded(hits: Sequence[Found], url: str) -> None:
    if len(hits) > MOST_HITS:
        raise Refused(
            _("Die Suche hat mehr als {n} Treffer.").format(n=MOST_HITS),
            rule=_("Zu jedem ausgeschlossenen Treffer gehört ein Grund; das geht nur bei überschaubaren Listen."),
            remedy=_("Grenzen Sie die Suche im Katalog mit Filtern ein."),
            remedy_url=url,
        )  # fmt: skip


async def _draft(conn: Conn, viewer: Viewer, survey_id: UUID, row_version: int | None) -> Survey:
    require(viewer, Permission.CATALOG_READ)
    seen = await store.get_survey(conn, survey_id)
    surveying_house(viewer)
    locked = await store.lock_survey(conn, seen)
    survey = await store.get_survey(conn, survey_id)
    if survey.state != SurveyState.DRAFT:
        raise Refused(
            _("Diese Markterkundung ist festgeschrieben oder verworfen."),
            rule=_("Ein festgeschriebener Beleg wird nicht mehr geändert und nicht gelöscht."),
            remedy_url=f"/searches/frozen/{survey.id}",
        )
    if row_version is not None and locked != row_version:
        raise Stale(
            _("Diese Markterkundung wurde inzwischen geändert."),
            remedy=_("Lesen Sie den neuen Stand und wiederholen Sie die Änderung, wenn sie noch passt."),
            remedy_url=f"/searches/frozen/{survey.id}",
        )  # fmt: skip
    return survey


async def _save(conn: Conn, viewer: Viewer, survey: Survey, action: str) -> Survey:
    version = await store.mark_survey(conn, survey)
    saved = replace(survey, row_version=version, updated_at=conn.now)
    _note(conn, viewer, action, saved)
    return saved


def _note(conn: Conn, viewer: Viewer, action: str, survey: Survey) -> None:
    record(
        conn, viewer, action, object_kind="survey", object_id=survey.id, owner_id=survey.owner_id,
        row_version=survey.row_version,
    )  # fmt: skip
