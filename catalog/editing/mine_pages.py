"""The offerings of my house: state, what is missing, when to confirm, who uses them; and acts on many at once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.responses import Response

from catalog.attributes.store import get_schema
from catalog.availability import actions as availability
from catalog.contents import store as contents
from catalog.contents.model import missing
from catalog.editing import actions, store
from catalog.offerings import actions as offering_actions
from catalog.offerings import store as offerings
from catalog.offerings.model import LABELS, STATE_KINDS, Offering, State
from kdnx.errors import Invalid, NotFound
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.paging import decode_cursor, encode_cursor
from kdnx.web.routing import Call, get, post

SIZE = 50
MOST_DUE = 500
ACTS = {
    "submit": "Zur Prüfung geben",
    "reconfirm": "Angaben bestätigen",
    "suspend": "Aussetzen",
}


class MineQuery(BaseModel):
    """Which of mine."""

    state: State | None = None
    due: bool = False
    after: str = Field("", max_length=400)


class ManyForm(BaseModel):
    """What to do with which."""

    ids: list[UUID] = Field(default_factory=list, max_length=SIZE)
    act: str = Field("", pattern="^(submit|reconfirm|suspend|reconfirm_due)$")
    reason: str = Field("", max_length=1000)


async def list_mine(call: Call) -> Response:
    """One page of the own offerings."""
    return await _show(call)


async def _show(call: Call, *, status: int = 200, problem: str = "") -> Response:
    query = call.query(MineQuery)
    secret = call.house.settings.secret()
    after = None
    if query.after:
        key, last = decode_cursor(secret, query.after, 2)
        after = (key, UUID(last))
    found = await store.list_mine(
        call.conn, call.viewer, state=query.state, is_due=query.due, after=after, limit=SIZE + 1
    )
    heads, more = found[:SIZE], len(found) > SIZE
    following = ""
    if more:
        keys = await store.title_keys(call.conn, [heads[-1].id])
        cursor = encode_cursor(secret, [keys[heads[-1].id], heads[-1].id])
        chosen = f"&state={query.state}" if query.state else ""
        following = f"/offerings/mine?after={cursor}{chosen}" + ("&due=1" if query.due else "")
    return await call.page(
        "editing/mine.html",
        status=status,
        problem=problem,
        heads=heads,
        gaps=await _gaps(call, heads),
        due=await store.count_due(call.conn, call.viewer),
        due_by=call.conn.today + timedelta(days=store.DUE_DAYS),
        users=await offerings.count_users(call.conn, [h.id for h in heads]),
        query=query,
        next_href=following,
        acts=ACTS,
        states=[(s.value, words) for s, words in LABELS.items()],
        state_labels=LABELS,
        state_kinds=STATE_KINDS,
    )


async def _gaps(call: Call, heads: list[Offering]) -> dict[UUID, int]:
    drafts = {h.id: h.draft_version for h in heads if h.draft_version}
    versions = await contents.load_versions(call.conn, call.viewer, list(drafts))
    contacts = await contents.list_contacts(call.conn, list(drafts))
    found: dict[UUID, int] = {}
    for v in versions:
        if drafts[v.offering_id] == v.version:
            schema = await get_schema(call.conn, v.category_id)
            found[v.offering_id] = len(missing(v, contacts.get(v.offering_id, []), schema))
    return found


async def act_on_mine(call: Call) -> Response:
    """Do one thing with every ticked offering; each is tried alone and its result shown."""
    form = call.form(ManyForm)
    all_due = form.value is not None and form.value.act == "reconfirm_due"
    if form.value is None or not (form.value.ids or all_due):
        problem = _("Bitte Leistungen ankreuzen und wählen, was geschehen soll.")
        return await _show(call, status=422, problem=problem)
    body = form.value
    if body.act == "suspend" and len(body.reason.strip()) < 3:
        return await _show(call, status=422, problem=_("Zum Aussetzen bitte einen Grund angeben."))
    heads = await (_due(call) if all_due else _ticked(call, body.ids))
    outcomes = await actions.act_on_many(call.conn, heads, _act(call, body))
    return await call.page(
        "editing/outcomes.html", outcomes=outcomes, label=ACTS[body.act.removesuffix("_due")],
        done=sum(1 for o in outcomes if not o.problem), state_labels=LABELS,
    )  # fmt: skip


async def _ticked(call: Call, ids: Sequence[UUID]) -> list[Offering]:
    heads = []
    for id_ in dict.fromkeys(ids):
        head = await offerings.get_offering(call.conn, call.viewer, id_)
        if not call.viewer.acts_for(head.owner_id):
            raise NotFound(_("Diese Leistung gibt es nicht, oder sie ist für Sie nicht sichtbar."))
        heads.append(head)
    return heads


async def _due(call: Call) -> list[Offering]:
    return await store.list_mine(
        call.conn, call.viewer, state=State.PUBLISHED, is_due=True, after=None, limit=MOST_DUE
    )


def _act(call: Call, body: ManyForm) -> Any:
    async def act(head: Offering) -> Offering:
        given = (call.conn, call.viewer, head.id, head.row_version)
        if body.act == "submit":
            return await offering_actions.submit_offering(*given)
        if body.act in {"reconfirm", "reconfirm_due"}:
            return await availability.reconfirm_offering(*given)
        if body.act == "suspend":
            return await availability.suspend_offering(*given, body.reason)
        raise Invalid(_("Bitte wählen, was geschehen soll."))

    return act


DOORS = (
    get("/offerings/mine", list_mine, permission=Permission.OFFERING_EDIT),
    post("/offerings/mine", act_on_mine, permission=Permission.OFFERING_EDIT),
)
