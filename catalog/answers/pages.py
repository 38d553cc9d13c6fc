"""The page of the own answer: what is asked beside what we say, prices, receipt, and the outcome."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from starlette.responses import Response

from catalog.answers import actions, store
from catalog.answers.model import (
    EVENT_LABELS,
    STATE_KINDS,
    STATE_LABELS,
    Answer,
    Content,
    Total,
    possible,
    total_of,
)
from catalog.answers.schemas import MOST_PRICES, PRICE_ROWS, MoveIn, read_answer
from catalog.prices.model import PER_LABELS
from catalog.requests.model import Request
from catalog.requests.pages import WORDS as REQUEST_WORDS
from catalog.requests.pages import clock
from catalog.requests.store import get_request, list_criteria, list_items
from kdnx.clock import berlin_day
from kdnx.db.conn import Conn
from kdnx.documents.model import Visibility
from kdnx.documents.panel import Panel, panel_of
from kdnx.errors import FieldError, Forbidden, Invalid
from kdnx.money import MICRO
from kdnx.text import _
from kdnx.viewer import Permission, Viewer
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post

WORDS: dict[str, Any] = {**REQUEST_WORDS, "ANSWER_LABELS": STATE_LABELS, "ANSWER_KINDS": STATE_KINDS,
                         "ANSWER_EVENTS": EVENT_LABELS, "PER_LABELS": PER_LABELS}  # fmt: skip
USUAL_VALIDITY = timedelta(days=60)


async def read_own(
    conn: Conn, viewer: Viewer, request: Request
) -> tuple[Answer | None, Content | None, Total]:
    """The own house's answer with its newest content and what it costs; Forbidden when it is not asked."""
    answer = await store.find_answer(conn, request.id, viewer.members)
    if answer is None and not request.is_asked:
        raise Forbidden(
            _("Ihr Haus ist mit diesem Gesuch nicht gefragt."),
            rule=_("Ein Angebot geben nur Mitglieder ab, an die sich das Gesuch richtet, und nicht das suchende Haus."),
        )  # fmt: skip
    if answer is None or not answer.version:
        return answer, None, Total()
    content = await store.get_content(conn, answer.owner_id, answer.id, answer.version)
    items = await list_items(conn, request.id)
    return answer, content, total_of(content.prices, items, request.compare_years)


async def show_answer(call: Call) -> Response:
    """Our answer: a form while the request is open, a record afterwards."""
    return await _show(call, {}, ())


async def _show(
    call: Call, posted: Mapping[str, Any], errors: tuple[FieldError, ...] | list[FieldError]
) -> Response:
    request = await get_request(call.conn, call.path_id(), call.viewer.members)
    answer, content, total = await read_own(call.conn, call.viewer, request)
    values = dict(posted) if posted else cells(request, content)
    used = max(
        [
            0,
            *(
                int(k.rpartition("_")[2])
                for k, v in values.items()
                if v and k.startswith("price_euro_")
            ),
        ]
    )
    items = await list_items(call.conn, request.id)
    return await call.page(
        "answers/form.html", status=422 if errors else 200, request=request,
        answer=answer, content=content, total=total,
        values=values, form=Form(raw=posted, errors=errors), error_at={e.field: e.message for e in errors},
        criteria=await list_criteria(call.conn, request.id), items=items,
        item_names={i.ordinal: i.label for i in items},
        clock=clock(call, request), events=possible(request, answer, call.viewer, call.conn.now),
        offerings=await store.list_own_offerings(call.conn, call.viewer.members),
        price_rows=range(1, min(MOST_PRICES, max(PRICE_ROWS, used + 2)) + 1),
        panel=await _documents(call, request, answer), **WORDS,
    )  # fmt: skip


async def _documents(call: Call, request: Request, answer: Answer | None) -> Panel | None:
    """Its documents, sealed as the answer is; they open with it."""
    if answer is None:
        return None
    return await panel_of(
        call, "request_answer", answer.id, url=f"/requests/{request.id}/answer",
        visibilities=(Visibility.SEALED,), may_add=request.takes_answers(call.conn.now),
    )  # fmt: skip


def cells(request: Request, content: Content | None) -> dict[str, Any]:
    """A saved version as the fields of the form; an empty one is valid two months past the deadline."""
    if content is None:
        return {"valid_until": (berlin_day(request.closes_at) + USUAL_VALIDITY).isoformat()}
    out: dict[str, Any] = {
        "summary": content.summary, "conditions": content.conditions, "valid_until": content.valid_until.isoformat(),
        "offering_id": str(content.offering_id or ""),
    }  # fmt: skip
    for r in content.replies:
        out[f"said_{r.criterion}"] = r.said
        out[f"met_{r.criterion}"] = {True: "yes", False: "no", None: ""}[r.is_met]
    for p in content.prices:
        n = p.ordinal
        euro = f"{Decimal(p.unit_price_micro) / MICRO:f}".replace(".", ",")
        out |= {
            f"price_label_{n}": p.label,
            f"price_item_{n}": str(p.item),
            f"price_per_{n}": p.per,
        }
        out[f"price_euro_{n}"] = euro
    return out


async def save_answer(call: Call) -> Response:
    """Save the form; with the second button it also counts from now on."""
    request = await get_request(call.conn, call.path_id(), call.viewer.members)
    form = read_answer(call.fields, await list_criteria(call.conn, request.id))
    pressed = call.form(MoveIn).valid()
    if form.value is None:
        return await _show(call, form.raw, list(form.errors))
    here = f"/requests/{request.id}/answer"
    try:
        await actions.save_answer(
            call.conn, call.viewer, request.id, form.value.read(), row_version=pressed.row_version
        )
        if pressed.move != "submit":
            return call.redirect(
                here, _("Entwurf gespeichert. Er zählt erst, wenn Sie ihn abgeben.")
            )
        proof = await actions.submit_answer(call.conn, call.viewer, request.id)
    except Invalid as problem:
        return await _show(
            call, form.raw, list(problem.errors) or [FieldError("summary", problem.detail)]
        )
    said = _("Abgegeben und verschlossen bis zum Fristende. Prüfsumme der Quittung: {hash}")
    return call.redirect(here, said.format(hash=proof.hex()[:16]))


async def withdraw_answer(call: Call) -> Response:
    """Take it back."""
    version = call.form(MoveIn).valid().row_version
    await actions.withdraw_answer(call.conn, call.viewer, call.path_id(), row_version=version)
    return call.redirect(f"/requests/{call.path_id()}/answer", _("Angebot zurückgezogen."), "info")


READ, EDIT = Permission.CATALOG_READ, Permission.OFFERING_EDIT
DOORS = (
    get("/requests/{id}/answer", show_answer, permission=READ),
    post("/requests/{id}/answer", save_answer, permission=EDIT),
    post("/requests/{id}/answer/withdraw", withdraw_answer, permission=EDIT),
)
