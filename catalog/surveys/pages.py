"""Surveys at work: the list, the start from a search or a comparison, deciding, freezing."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.datastructures import FormData
from starlette.responses import Response

from catalog.finding.facets import Names, read_names
from catalog.prices.model import price_text
from catalog.searches.reading import address_of, from_address, from_json, search, sentence_of
from catalog.surveys import actions, store
from catalog.surveys.freezing import CHOSEN
from catalog.surveys.model import (
    DECISION_LABELS,
    LABELS,
    MOST_HITS,
    REASON_LABELS,
    STATE_KINDS,
    Choice,
    Decision,
    Hit,
    Survey,
    SurveyState,
    gaps,
    read_choice,
)
from catalog.surveys.schemas import (
    FromComparison,
    ListFrozenQuery,
    StartForm,
    StartQuery,
    VersionForm,
    WorkForm,
)
from catalog.watching.pages import read_cursor
from kdnx.db.conn import Conn
from kdnx.errors import FieldError, Invalid, Stale
from kdnx.module import Slot
from kdnx.text import _
from kdnx.viewer import Permission, Scope, Viewer
from kdnx.web.form import Form
from kdnx.web.paging import encode_cursor
from kdnx.web.routing import Call, get, post

PAGE = 50
CHOICES = [
    ("kept", "in die engere Wahl"),
    *((r.value, f"aus: {label}") for r, label in REASON_LABELS.items()),
]


def may_survey(viewer: Viewer) -> bool:
    """The viewer acts for a member, so that it can make surveys."""
    return bool(viewer.members) and viewer.scope in {Scope.MEMBER, Scope.OFFICE}


async def list_surveys(call: Call) -> Response:
    """What the house has at work and what it froze."""
    query = call.query(ListFrozenQuery)
    secret = call.house.settings.secret()
    after = read_cursor(secret, query.after)
    found = await store.list_frozen(call.conn, query.q.strip(), after=after, limit=PAGE + 1)
    more, frozen = len(found) > PAGE, found[:PAGE]
    next_href = ""
    if more:
        cursor = encode_cursor(secret, (frozen[-1].frozen_at.isoformat(), frozen[-1].id))
        next_href = "/searches/frozen?" + urlencode({"q": query.q, "after": cursor})
    return await call.page(
        "surveys/list.html",
        query=query,
        drafts=await store.list_drafts(call.conn) if not (after or query.q.strip()) else [],
        frozen=frozen,
        may=may_survey(call.viewer),
        next_href=next_href,
        first_href="/searches/frozen" if after else "",
    )


async def new_survey(call: Call) -> Response:
    """Before the start: what is searched and how many hits it has; without a search, the way to one."""
    actions.surveying_house(call.viewer)
    if "address" not in call.request.query_params:
        said = _(
            "Suchen Sie hier, was Sie brauchen, und wählen Sie über den Treffern „Als Markterkundung festhalten“."
        )
        return call.redirect("/offerings", said, "info")
    return await _new(call, call.query(StartQuery).address, Form())


async def _new(call: Call, address: str, form: Form[Any], status: int = 200) -> Response:
    actions.surveying_house(call.viewer)
    query = from_address(address)
    found = await search(call.conn, call.viewer, query)
    names = await read_names(call.conn)
    return await call.page(
        "surveys/new.html",
        status=status,
        form=form,
        address=address_of(query).partition("?")[2],
        back=address_of(query),
        sentence=await sentence_of(
            call.conn, query, names, stage=found.stage, corrected=found.corrected
        ),
        hits=found.total,
        most=MOST_HITS,
        suggestion=query.q,
    )


async def start_survey(call: Call) -> Response:
    """Take the hits of this moment."""
    form = call.form(StartForm)
    if form.value is None:
        return await _new(call, str(call.fields.get("address", ""))[:6000], form, 422)
    query = from_address(form.value.address)
    survey = await actions.start_survey(call.conn, call.viewer, query, form.value.title)
    return call.redirect(f"/searches/frozen/{survey.id}", _("Die Treffer sind übernommen."))


async def keep_comparison(call: Call) -> Response:
    """From the comparison: into a survey at work, or a new one with only these offerings."""
    v = call.form(FromComparison).valid()
    if v.survey is not None:
        survey = await actions.keep_comparison(call.conn, call.viewer, v.survey, v.id, v)
        said = _("Der Vergleich gehört nun zur Markterkundung.")
        return call.redirect(f"/searches/frozen/{survey.id}#comparison", said)
    query = from_address(v.search) if v.search else None
    survey = await actions.start_from_comparison(call.conn, call.viewer, v.id, v, query)
    if survey.query is None:
        said = _("Der Vergleich ist übernommen; eine Suche gehört nicht dazu.")
    else:
        said = _("Alle Treffer der Suche und der Vergleich sind übernommen.")
    return call.redirect(f"/searches/frozen/{survey.id}", said)


async def show_draft(
    call: Call,
    survey: Survey,
    *,
    form: Form[Any] | None = None,
    status: int = 200,
    choices: Mapping[UUID, tuple[str, str]] | None = None,
) -> Response:
    """The working page; `choices` is what was typed where it could not be saved."""
    hits = await store.list_hits(call.conn, survey)
    names = await read_names(call.conn)
    typed = choices or {}
    kept = [h.offering_id for h in hits if h.decision == Decision.KEPT and not h.is_stale]
    pairs = [("id", str(i)) for i in kept[:4]] + [("survey", str(survey.id))]
    pairs += list(survey.quantities.items())
    return await call.page(
        "surveys/work.html",
        status=status,
        survey=survey,
        form=form or Form(),
        rows=[(h, *typed.get(h.offering_id, (h.choice, h.note))) for h in hits],
        is_draft=survey.state == SurveyState.DRAFT,
        gaps=gaps(survey, hits),
        names=names,
        sentence=await _sentence(call.conn, survey, names),
        search_href=address_of(from_json(survey.query)) if survey.query is not None else "",
        counts={d: sum(h.decision == d for h in hits) for d in Decision},
        compared=[h for h in hits if h.offering_id in survey.compared],
        compare_href="/offerings/compare?" + urlencode(pairs) if kept else "",
        kept_total=len(kept),
        unit_of=price_text,
        choice_options=CHOICES,
        decision_labels=DECISION_LABELS,
        state_label=LABELS[SurveyState(survey.state)],
        state_kind=STATE_KINDS[SurveyState(survey.state)],
    )


async def _sentence(conn: Conn, survey: Survey, names: Names) -> str:
    if survey.query is None:
        return _(CHOSEN)[0].upper() + _(CHOSEN)[1:]
    query = from_json(survey.query)
    return await sentence_of(conn, query, names, stage=survey.stage, corrected=survey.corrected)


async def save_work(call: Call) -> Response:
    """Save what was decided; with `act` freeze it or take the hits of today afterwards."""
    survey = await store.get_survey(call.conn, call.path_id())
    hits = await store.list_hits(call.conn, survey)
    form = call.form(WorkForm)
    typed = read_rows(call.fields, hits)
    if form.value is None:
        return await show_draft(call, survey, form=form, status=422, choices=typed)
    v = form.value
    try:
        choices = _choices(typed, v.rest, v.rest_note)
        saved = await actions.decide_hits(
            call.conn, call.viewer, survey.id, v.row_version, choices, title=v.title, remark=v.remark
        )  # fmt: skip
    except Invalid as error:
        bad = Form[WorkForm](raw=form.raw, errors=error.errors)
        return await show_draft(call, survey, form=bad, status=422, choices=typed)
    except Stale:
        # what was typed stays on the page, on top of what the other person saved
        said = _(
            "Inzwischen hat jemand gespeichert. Ihre Eingaben stehen noch hier: bitte prüfen und erneut speichern."
        )
        bad = Form[WorkForm](raw=form.raw, errors=[FieldError("title", said, "stale")])
        return await show_draft(call, survey, form=bad, status=412, choices=typed)
    if v.act == "freeze":
        return call.redirect(f"/searches/frozen/{saved.id}/freeze")
    return call.redirect(f"/searches/frozen/{saved.id}", _("Gespeichert."))


def read_rows(fields: Mapping[str, Any], hits: list[Hit]) -> dict[UUID, tuple[str, str]]:
    """The posted word and note of every hit that the form named."""
    given = fields if isinstance(fields, FormData) else dict(fields)
    return {
        h.offering_id: (
            str(given.get(f"choice.{h.offering_id}", ""))[:20],
            str(given.get(f"note.{h.offering_id}", "")).replace("\x00", "")[:500],
        )
        for h in hits
        if f"choice.{h.offering_id}" in given
    }


def _choices(typed: Mapping[UUID, tuple[str, str]], rest: str, rest_note: str) -> list[Choice]:
    out = []
    for offering_id, (word, note) in typed.items():
        chosen, why = (rest, note or rest_note) if not word and rest else (word, note)
        try:
            out.append(read_choice(offering_id, chosen, why))
        except ValueError:
            raise Invalid(_("Bitte einen der angebotenen Gründe wählen.")) from None
    return out


async def ask_freeze(call: Call) -> Response:
    """The last look before the evidence: what is in it, what is missing."""
    survey = await store.get_survey(call.conn, call.path_id())
    if survey.state != SurveyState.DRAFT:
        return call.redirect(f"/searches/frozen/{survey.id}")
    hits = await store.list_hits(call.conn, survey)
    return await call.page(
        "surveys/freeze.html",
        survey=survey,
        hits=hits,
        gaps=gaps(survey, hits),
        counts={d: sum(h.decision == d for h in hits) for d in Decision},
        sentence=await _sentence(call.conn, survey, await read_names(call.conn)),
    )


async def freeze_survey(call: Call) -> Response:
    """Make the evidence."""
    version = call.form(VersionForm).valid().row_version
    frozen = await actions.freeze_survey(call.conn, call.viewer, call.path_id(), version)
    return call.redirect(
        f"/searches/frozen/{frozen.id}", _("Der Beleg {number} ist festgeschrieben.").format(number=frozen.number)
    )  # fmt: skip


async def refresh_hits(call: Call) -> Response:
    """Take the hits of today."""
    version = call.form(VersionForm).valid().row_version
    survey = await actions.refresh_hits(call.conn, call.viewer, call.path_id(), version)
    return call.redirect(f"/searches/frozen/{survey.id}", _("Die Treffer sind die von jetzt."))


async def discard_survey(call: Call) -> Response:
    """Give it up."""
    version = call.form(VersionForm).valid().row_version
    await actions.discard_survey(call.conn, call.viewer, call.path_id(), version)
    return call.redirect("/searches/frozen", _("Die Markterkundung ist verworfen."))


async def comparison_button(
    conn: Conn, viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """On the comparison: keep it as evidence in a survey at work or in a new one."""
    if not may_survey(viewer):
        return None
    drafts = await store.list_holding(conn, key["ids"])
    drafts.sort(key=lambda s: s.id != key["survey"])
    q = key["quantities"]
    return "surveys/comparison_button.html", {
        "ids": key["ids"],
        "drafts": drafts,
        "search": key["search"],
        "quantities": {n: f"{getattr(q, n):f}" for n in ("inhabitants", "workplaces", "quantity")},
    }


async def survey_button(
    _conn: Conn, viewer: Viewer, key: Any
) -> tuple[str, Mapping[str, Any]] | None:
    """On the catalogue's list: keep these hits as a market survey; key = its query string."""
    if not may_survey(viewer):
        return None
    address = address_of(from_address(str(key))).partition("?")[2]
    href = "/searches/frozen/new?" + urlencode({"address": address})
    return "surveys/button.html", {"new_href": href}


R = Permission.CATALOG_READ
SLOTS = (
    Slot("finding.actions", 30, survey_button),
    Slot("comparison.actions", 10, comparison_button),
)
DOORS = (
    get("/searches/frozen", list_surveys, permission=R),
    get("/searches/frozen/new", new_survey, permission=R),
    post("/searches/frozen", start_survey, permission=R),
    post("/searches/frozen/comparison", keep_comparison, permission=R),
    post("/searches/frozen/{id}", save_work, permission=R),
    get("/searches/frozen/{id}/freeze", ask_freeze, permission=R),
    post("/searches/frozen/{id}/freeze", freeze_survey, permission=R),
    post("/searches/frozen/{id}/refresh", refresh_hits, permission=R),
    post("/searches/frozen/{id}/discard", discard_survey, permission=R),
)
