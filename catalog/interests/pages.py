"""Interests for people: the list with what is overdue first, the thread, its moves and messages."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from catalog.contents.model import LEGAL_BASIS_LABELS, TAX_LABELS
from catalog.interests import actions, store
from catalog.interests.model import (
    BADGES,
    BILLING_LABELS,
    EVENT_LABELS,
    LABELS,
    NEEDS_REASON,
    PERIOD_LABELS,
    ROUTE_LABELS,
    STEP_LABELS,
    InterestEvent,
    InterestState,
)
from catalog.interests.offering import find_obstacle
from catalog.interests.reading import Piece, find_piece, next_step, turn_name
from catalog.interests.schemas import InterestFilter, MessageForm, MoveForm
from catalog.interests.store import Interest, Selection
from kdnx.documents.model import Kind, Visibility
from kdnx.documents.panel import Panel, panel_of
from kdnx.errors import Invalid, NotFound
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.form import Form
from kdnx.web.formats import day, eur
from kdnx.web.routing import Call, get, post
from kdnx.web.slots import render_slots

E, P = InterestEvent, Permission
CSV_LIMIT = 5000
FORMULA = ("=", "+", "-", "@", "\t")
WORDS: Mapping[str, Any] = {
    "labels": LABELS, "badges": BADGES, "event_labels": EVENT_LABELS, "step_labels": STEP_LABELS,
    "periods": PERIOD_LABELS,
    "billing": BILLING_LABELS, "routes": ROUTE_LABELS, "legal_bases": LEGAL_BASIS_LABELS, "tax_cases": TAX_LABELS,
}  # fmt: skip
PLAIN = (E.COORDINATE, E.RETURN, E.DECLINE, E.WITHDRAW)
DONE = {
    E.COORDINATE: "Die Abstimmung läuft; Ihr Haus gibt als Nächstes ein Angebot ab.",
    E.RETURN: "Der Bereitsteller ist um ein anderes Angebot gebeten.",
    E.DECLINE: "Abgelehnt; die andere Seite liest den Grund.",
    E.WITHDRAW: "Das Interesse ist zurückgezogen.",
}


async def list_interests(call: Call) -> Response:
    """What my house wants and what others want of it, overdue first."""
    query = call.query(InterestFilter)
    piece = await _piece(call, query)
    counts = await store.count_interests(
        call.conn, call.viewer.members, sees_all=call.viewer.scope in actions.ALL_SCOPES
    )
    address = {
        k: v
        for k, v in query.model_dump(mode="json").items()
        if v not in ("", None, False) and k not in {"cursor", "size"}
    }
    return await call.page(
        "interests/list.html", query=query, interests=piece.items, states=_states(counts, query),
        late=sum(int(str(r["late"])) for r in counts), address=urlencode(address),
        turns={i.id: turn_name(call.viewer, i) for i in piece.items},
        next_href="/interests?" + urlencode({**address, "cursor": piece.next}) if piece.next else "", **WORDS,
    )  # fmt: skip


def _states(rows: Sequence[Mapping[str, Any]], query: InterestFilter) -> list[tuple[str, str]]:
    """The states that occur on the chosen side, with how many interests."""
    found = []
    for state in InterestState:
        count = sum(
            r["interests"] for r in rows
            if r["state"] == state and query.side in {"", "recipient" if r["is_recipient"] else "provider"}
        )  # fmt: skip
        if count or state == query.state:
            found.append((state.value, f"{LABELS[state]} ({count})"))
    return found


async def _piece(call: Call, query: InterestFilter) -> Piece:
    state = query.state if query.state in set(InterestState) else None
    wanted = Selection(query.side or None, state, query.offering, query.late, query.q or None)
    return await find_piece(call, wanted, query.cursor, query.size)


async def export_interests(call: Call) -> Response:
    """The selection of the list as CSV."""
    query = call.query(InterestFilter).model_copy(update={"cursor": None, "size": CSV_LIMIT})
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([_("Nummer"), _("Leistung"), _("Abnehmer"), _("Bereitsteller"), _("Stand"), _("am Zug"), _("bis"),
                     _("überfällig"), _("Beginn"), _("Ende"), _("Jahreswert netto")])  # fmt: skip
    for i in (await _piece(call, query)).items:
        cells = [i.number, i.title, i.asker_name, i.provider_name, LABELS[InterestState(i.state)],
                 turn_name(call.viewer, i), day(i.due_on) if i.due_on else "",
                 _("ja") if i.is_late(call.conn.today) else _("nein"), day(i.starts_on),
                 day(i.ends_on) if i.ends_on else "", eur(i.yearly_net_cents).removesuffix("\u00a0€")]  # fmt: skip
        writer.writerow(["'" + c if c.startswith(FORMULA) else c for c in cells])
    headers = {
        "Content-Disposition": 'attachment; filename="interessen.csv"',
        "Cache-Control": "no-store",
    }
    return Response("\ufeff" + out.getvalue(), 200, headers, "text/csv; charset=utf-8")


async def show_interest(call: Call) -> Response:
    """The thread: who is to act and until when, offer, what was asked, steps and messages."""
    return await interest_page(call, None)


async def interest_page(call: Call, form: Form[Any] | None, status: int = 200) -> Response:
    """The page of an interest; `form` brings back what a refused form held."""
    conn, viewer = call.conn, call.viewer
    interest = await actions.read_interest(conn, viewer, call.path_id())
    moves = actions.possible(viewer, interest)
    sides = actions.sides_of(viewer, interest)
    offers = await store.list_offers(conn, interest)
    return await call.page(
        "interests/show.html", status=status, interest=interest, form=form,
        next_step=next_step(viewer, interest, conn.today), is_late=interest.is_late(conn.today),
        offers=offers, asked=(await store.list_lines(conn, interest)).get(0, []), feed=await _feed(call, interest),
        moves=[m for m in moves if m in PLAIN], may_offer=E.OFFER in moves or E.REVISE in moves,
        needs_reason=NEEDS_REASON, my_sides=sides,
        may_write=bool(sides) and interest.turn is not None and viewer.may(P.ORDER_EDIT),
        obstacle=await find_obstacle(conn, viewer, interest),
        slot_actions=await render_slots(call, "interest.actions", interest.id),
        slot_sections=await render_slots(call, "interest.sections", interest.id),
        panel=await _documents(call, interest), **WORDS,
    )  # fmt: skip


async def _feed(call: Call, interest: Interest) -> list[tuple[datetime, str, str, str, int, Any]]:
    """Steps and messages as one story, newest first: (when, what, text, who, offer, until when)."""
    steps = [
        (s.at, _(STEP_LABELS.get(s.event, s.event)), s.reason, s.by_name,
         s.offer_n if s.event in {E.OFFER, E.REVISE} else 0, s.due_on)
        for s in await store.list_steps(call.conn, interest)
    ]  # fmt: skip
    written = [
        (m.at, _("Nachricht"), m.body, m.by_name, 0, None)
        for m in await store.list_messages(call.conn, interest)
    ]
    return sorted([*steps, *written], key=lambda x: x[0], reverse=True)


async def _documents(call: Call, interest: Interest) -> Panel:
    """Annexes of both houses."""
    return await panel_of(
        call, "interest", interest.id, url=f"/interests/{interest.id}",
        party_ids=(interest.owner_id, interest.provider_id),
        visibilities=(Visibility.PARTIES, Visibility.OFFICE), kinds=(Kind.ANNEX, Kind.OTHER),
        may_add=bool(actions.sides_of(call.viewer, interest)),
    )  # fmt: skip


async def move_interest(call: Call) -> Response:
    """Make a plain move; a missing reason comes back at its field."""
    name = call.path_text("move")
    if name not in {m.value for m in PLAIN}:
        raise NotFound(_("Diese Adresse gibt es nicht."))
    event = InterestEvent(name)
    form = call.form(MoveForm)
    if form.value is None:
        return await interest_page(call, form, 422)
    try:
        await actions.make_move(
            call.conn, call.viewer, call.path_id(), event, reason=form.value.reason,
            expected=form.value.row_version,
        )  # fmt: skip
    except Invalid as error:
        return await interest_page(call, Form(raw=form.raw, errors=error.errors), 422)
    return call.redirect(f"/interests/{call.path_id()}", _(DONE[event]))


async def write_message(call: Call) -> Response:
    """Write to the other house."""
    form = call.form(MessageForm)
    if form.value is None:
        return await interest_page(call, form, 422)
    await actions.write_message(call.conn, call.viewer, call.path_id(), form.value.body)
    return call.redirect(f"/interests/{call.path_id()}#feed", _("Nachricht gesendet."))


DOORS = (
    get("/interests", list_interests, permission=P.ORDER_READ),
    get("/interests/export", export_interests, permission=P.ORDER_READ),
    get("/interests/{id}", show_interest, permission=P.ORDER_READ),
    post("/interests/{id}/moves/{move}", move_interest, permission=P.ORDER_EDIT),
    post("/interests/{id}/messages", write_message, permission=P.ORDER_EDIT),
)
