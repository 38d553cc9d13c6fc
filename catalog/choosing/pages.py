"""Pages after the deadline: answers side by side with their marks, the decision, the record and its PDF."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from starlette.responses import Response

from catalog.answers.pages import WORDS as ANSWER_WORDS
from catalog.answers.store import offering_titles
from catalog.choosing import actions, store
from catalog.choosing.evidence import thaw
from catalog.choosing.model import Score, Standing, open_marks
from catalog.choosing.paper import print_evidence, values_of
from catalog.choosing.schemas import DecideIn
from catalog.requests.model import Criterion, CriterionKind, may_ask
from catalog.requests.schemas import VersionIn
from catalog.requests.store import find_budget, get_request
from kdnx.errors import FieldError, Invalid, Refused
from kdnx.money import plain_number
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.routing import Call, get, post
from kdnx.web.slots import render_slots


async def compare_answers(call: Call) -> Response:
    """Criteria × answers with price, points and reasons."""
    return await _compare(call)


async def _compare(
    call: Call, *, posted: Mapping[str, Any] | None = None, problem: Invalid | Refused | None = None
) -> Response:
    request = await get_request(call.conn, call.path_id(), call.viewer.members)
    criteria, items, entries = await actions.read_comparison(call.conn, call.viewer, request)
    values = dict(posted) if posted else cells(entries)
    errors = list(problem.errors) if problem else []
    asks = may_ask(request, call.viewer) and request.state == "closed"
    ids = [e.content.offering_id for e in entries if e.content.offering_id]
    return await call.page(
        "choosing/compare.html", status=422 if problem else 200, request=request, criteria=criteria, items=items,
        entries=entries, values=values, problem=problem, errors=errors, error_at={e.field: e.message for e in errors},
        asks=asks, missing=open_marks(criteria, entries),
        budget=await find_budget(call.conn, request.id, call.viewer.members),
        best=[e for e in entries if e.rank == 1], offerings=await offering_titles(call.conn, ids),
        said={e.answer.id: {r.criterion: r for r in e.content.replies} for e in entries}, **ANSWER_WORDS,
    )  # fmt: skip


def cells(entries: list[Standing]) -> dict[str, Any]:
    """Saved marks as the fields of the table."""
    out: dict[str, Any] = {}
    for e in entries:
        for n, s in e.scores.items():
            key = f"{e.answer.id}_{n}"
            if s.points is not None:
                out[f"points_{key}"] = f"{s.points.normalize():f}".replace(".", ",")
            if s.is_met is not None:
                out[f"met_{key}"] = "yes" if s.is_met else "no"
            out[f"why_{key}"] = s.reason
    return out


def read_scores(
    fields: Mapping[str, Any], criteria: list[Criterion], entries: list[Standing]
) -> list[Score]:
    """The marks that were filled in; Invalid with every wrong cell."""
    errors: list[FieldError] = []
    found = []
    for e in entries:
        for c in criteria:
            score = None if c.kind == CriterionKind.PRICE else _cell(fields, e.answer.id, c, errors)
            if score is not None:
                found.append(score)
    if errors:
        raise Invalid(_("Bitte die markierten Felder prüfen."), errors=errors)
    return found


def _cell(
    fields: Mapping[str, Any], answer_id: UUID, criterion: Criterion, errors: list[FieldError]
) -> Score | None:
    key = f"{answer_id}_{criterion.ordinal}"
    why = str(fields.get(f"why_{key}", "")).replace("\x00", "").strip()[:1000]
    is_must = criterion.kind == CriterionKind.MUST
    text = str(fields.get(f"met_{key}" if is_must else f"points_{key}", "")).strip()
    if not text:
        return None
    points = None if is_must else _points(text)
    if not is_must and points is None:
        errors.append(
            FieldError(
                f"points_{key}",
                _("Bitte Punkte von 0 bis 10 eingeben, höchstens zwei Nachkommastellen."),
            )
        )
    if len(why) < 5:
        errors.append(
            FieldError(f"why_{key}", _("{name}: Bitte kurz begründen.").format(name=criterion.name))
        )
    return Score(answer_id, criterion.ordinal, points, text == "yes" if is_must else None, why)


def _points(text: str) -> Decimal | None:
    try:
        value = Decimal(plain_number(text))
        return value if 0 <= value <= 10 and value == value.quantize(Decimal("0.01")) else None
    except ArithmeticError:
        return None


async def save_scores(call: Call) -> Response:
    """Keep the marks."""
    request = await get_request(call.conn, call.path_id(), call.viewer.members)
    criteria, _items, entries = await actions.read_comparison(call.conn, call.viewer, request)
    version = call.form(VersionIn).valid().row_version
    try:
        scores = read_scores(call.fields, criteria, entries)
        await actions.save_scores(call.conn, call.viewer, request.id, version, scores)
    except Invalid as problem:
        return await _compare(call, posted=call.fields, problem=problem)
    return call.redirect(f"/requests/{request.id}/answers", _("Bewertung gespeichert."))


async def decide_request(call: Call) -> Response:
    """Choose one or none."""
    request = await get_request(call.conn, call.path_id(), call.viewer.members)
    form = call.form(DecideIn)
    version = call.form(VersionIn).valid().row_version
    try:
        value = form.valid()
        await actions.decide_request(
            call.conn, call.viewer, request.id, version, answer_id=value.chosen(), reason=value.reason,
            reasons=_reasons(call.fields),
        )  # fmt: skip
    except (Invalid, Refused) as problem:
        return await _compare(call, posted=call.fields, problem=problem)
    return call.redirect(
        f"/requests/{request.id}/evidence",
        _("Entschieden. Jedes antwortende Mitglied hat seinen eigenen Grund erhalten."),
    )


def _reasons(fields: Mapping[str, Any]) -> dict[UUID, str]:
    out: dict[UUID, str] = {}
    for name, value in fields.items():
        if name.startswith("told_"):
            try:
                out[UUID(name.removeprefix("told_"))] = str(value).strip()[:1000]
            except ValueError:
                continue
    return out


async def show_evidence(call: Call) -> Response:
    """The frozen record, for reading and for print."""
    request = await get_request(call.conn, call.path_id(), call.viewer.members)
    evidence = await store.get_evidence(call.conn, request.id)
    return await call.page(
        "choosing/evidence.html", request=request, evidence=evidence, paper=thaw(evidence.body),
        sheet=values_of(evidence),
        slot_actions=await render_slots(call, "request.actions", request.id), **ANSWER_WORDS,
    )  # fmt: skip


async def download_evidence(call: Call) -> Response:
    """The frozen record as PDF, the same bytes every time."""
    request = await get_request(call.conn, call.path_id(), call.viewer.members)
    evidence = await store.get_evidence(call.conn, request.id)
    body = await print_evidence(evidence)
    headers = {
        "Content-Disposition": f'attachment; filename="niederschrift-{request.number}.pdf"',
        "Cache-Control": "no-store",
    }
    return Response(body, 200, headers, "application/pdf")


READ, ASK = Permission.CATALOG_READ, Permission.DEMAND_ANSWER
DOORS = (
    get("/requests/{id}/answers", compare_answers, permission=READ),
    post("/requests/{id}/scores", save_scores, permission=ASK),
    post("/requests/{id}/decide", decide_request, permission=ASK),
    get("/requests/{id}/evidence", show_evidence, permission=READ),
    get("/requests/{id}/evidence.pdf", download_evidence, permission=READ),
)
