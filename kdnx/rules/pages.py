"""Rules for people: by kind and day, history, entering with preview, approval."""

from datetime import date
from operator import itemgetter
from typing import Any

from starlette.responses import Response

from kdnx.errors import FieldError, Invalid, NotFound, Refused
from kdnx.members.store import get_member
from kdnx.rules import store
from kdnx.rules.actions import approve_rule, enter_rule, may_decide, may_enter, reject_rule
from kdnx.rules.fields import VALUE_FIELDS, ValueField
from kdnx.rules.labels import BANDS, KIND_LABELS, OPEN_KINDS, label_of
from kdnx.rules.model import Rule
from kdnx.rules.schemas import DecideForm, EnterForm, RuleFilter
from kdnx.rules.words import as_typed, effect_of, explain, read_value
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post


async def list_rules(call: Call) -> Response:
    """What holds on a day, by kind."""
    query = call.query(RuleFilter)
    on = query.on or call.conn.today
    kind = query.kind if query.kind in KIND_LABELS else None
    rules = await store.list_rules(call.conn, kind, on)
    groups: dict[str, list[tuple[Rule, list[tuple[str, str]]]]] = {}
    for rule in sorted(
        rules, key=lambda r: list(KIND_LABELS).index(r.kind) if r.kind in KIND_LABELS else 99
    ):
        groups.setdefault(rule.kind, []).append((rule, explain(rule.kind, rule.value)))
    own_bands = []
    if call.viewer.may(Permission.RULE_ENTER) and call.viewer.members:
        code = (await get_member(call.conn, call.viewer.owner_id)).code
        own_bands = [
            (label, f"/admin/rules/value_band/{code}:{band}") for band, label in BANDS.items()
        ]
    return await call.page(
        "rules/list.html", groups=groups, kind=kind or "", on=on, kind_labels=KIND_LABELS,
        kinds=sorted(((k, KIND_LABELS.get(k, k)) for k in await store.list_kinds(call.conn)), key=itemgetter(1)),
        waiting=await store.list_waiting(call.conn),
        own_bands=own_bands,
    )  # fmt: skip


async def show_rule(call: Call) -> Response:
    """One rule with all its versions."""
    kind, key = _path(call)
    history = await store.list_history(call.conn, kind, key)
    if not history and not await may_enter(call.conn, call.viewer, kind, key):
        raise NotFound(_("Diese Regel gibt es nicht, oder sie ist für Sie nicht sichtbar."))
    return await _show(call, kind, key, history)


def _path(call: Call) -> tuple[str, str]:
    kind, key = call.path_text("kind"), call.path_text("key")
    if "\0" in kind + key:  # PostgreSQL keeps none in text
        raise NotFound(_("Diese Regel gibt es nicht, oder sie ist für Sie nicht sichtbar."))
    return kind, key


async def _show(
    call: Call, kind: str, key: str, history: list[Rule], *, status: int = 200, error: str = ""
) -> Response:
    current = await store.find_rule(call.conn, kind, key, call.conn.today)
    waiting = next((r for r in history if r.state == "entered"), None)
    return await call.page(
        "rules/show.html", status=status, kind=kind, key=key, error=error,
        label=label_of(kind, key), kind_label=KIND_LABELS.get(kind, kind),
        current=current, current_words=explain(kind, current.value) if current else [],
        history=[(r, explain(kind, r.value)) for r in history],
        waiting=waiting, decides=waiting is not None and await may_decide(call.conn, call.viewer, waiting),
        waiting_lines=await _effect(call, waiting) if waiting else [],
        enters=await may_enter(call.conn, call.viewer, kind, key) and waiting is None,
    )  # fmt: skip


async def _effect(call: Call, rule: Rule) -> list[str]:
    value = None if rule.ended else rule.value
    return await _preview(call, rule.kind, rule.key, rule.valid_from, value)


async def _preview(call: Call, kind: str, key: str, valid_from: date, value: Any) -> list[str]:
    before = await store.find_rule(call.conn, kind, key, valid_from)
    later = [
        r.valid_from
        for r in await store.list_history(call.conn, kind, key)
        if r.state == "approved" and r.valid_from > valid_from
    ]
    return effect_of(
        before, value, kind, valid_from=valid_from, today=call.conn.today,
        until=min(later, default=None),
    )  # fmt: skip


async def new_version(call: Call) -> Response:
    """The form for a new version, filled with what holds today."""
    kind, key = await _enterable(call)
    return await _form(call, kind, key, Form(), lines=[])


async def enter_version(call: Call) -> Response:
    """Show what the new version would do, then enter it for approval."""
    kind, key = await _enterable(call)
    form = call.form(EnterForm)
    ends = bool(form.value and form.value.ends)
    names = {f.name for f in await _shown(call, kind, key)}
    value, faults = ({}, ()) if ends else read_value(kind, call.fields, names)
    value = {**await _carried(call, kind, key), **value}
    if form.value is None or faults:
        form.errors, form.value = (*form.errors, *faults), None
        return await _form(call, kind, key, form, lines=[], status=422)
    given, wanted = form.value, None if ends else value
    if given.step == "preview":
        lines = await _preview(call, kind, key, given.valid_from, wanted)
        return await _form(call, kind, key, form, lines=lines)
    try:
        await enter_rule(
            call.conn, call.viewer, kind=kind, key=key, valid_from=given.valid_from, value=wanted,
            source=given.source, note=given.note,
        )  # fmt: skip
    except (Refused, Invalid) as error:
        form.errors = error.errors or (FieldError("valid_from", error.detail),)
        return await _form(call, kind, key, form, lines=[], status=422)
    return call.redirect(
        f"/admin/rules/{kind}/{key}",
        _("Die Fassung wartet auf die Freigabe durch eine zweite Person."),
    )


async def _enterable(call: Call) -> tuple[str, str]:
    kind, key = _path(call)
    if kind not in VALUE_FIELDS or not await may_enter(call.conn, call.viewer, kind, key):
        raise NotFound(_("Diese Regel gibt es nicht, oder Ihr Haus pflegt sie nicht."))
    return kind, key


async def _form(
    call: Call, kind: str, key: str, form: Form[EnterForm], *, lines: list[str], status: int = 200
) -> Response:
    current = await store.find_rule(call.conn, kind, key, call.conn.today)
    if (
        current is None
        and kind not in OPEN_KINDS
        and not await store.list_history(call.conn, kind, key)
    ):
        raise NotFound(_("Diese Regel gibt es nicht, oder Ihr Haus pflegt sie nicht."))
    value = current.value if current else _suggested(kind, key)
    return await call.page(
        "rules/enter.html", status=status, kind=kind, key=key, form=form, lines=lines,
        label=label_of(kind, key), kind_label=KIND_LABELS.get(kind, kind),
        entries=[(f, as_typed(f, value.get(f.name))) for f in await _shown(call, kind, key)],
        source=current.source if current else "",
    )  # fmt: skip


async def _shown(call: Call, kind: str, key: str) -> list[ValueField]:
    """The entries a version of this rule has: those of its latest version, else all of its kind."""
    history = await store.list_history(call.conn, kind, key)
    names = next((set(r.value) for r in history if not r.ended), set())
    return [f for f in VALUE_FIELDS[kind] if not names or f.name in names]


def _suggested(kind: str, key: str) -> dict[str, Any]:
    band = key.partition(":")[2]
    return {"procedure": BANDS[band]} if kind == "value_band" and band in BANDS else {}


async def _carried(call: Call, kind: str, key: str) -> dict[str, Any]:
    """Entries without a field, which a new version keeps from the one that holds."""
    current = await store.find_rule(call.conn, kind, key, call.conn.today)
    known = {f.name for f in VALUE_FIELDS[kind]}
    return {n: v for n, v in current.value.items() if n not in known} if current else {}


async def approve_version(call: Call) -> Response:
    """Second person: in force."""
    given = call.form(DecideForm).valid()
    rule = await approve_rule(
        call.conn, call.viewer, call.path_id(), row_version=given.row_version, note=given.note
    )
    return call.redirect(f"/admin/rules/{rule.kind}/{rule.key}", _("Die Fassung ist freigegeben."))


async def reject_version(call: Call) -> Response:
    """Second person: not this one."""
    given = call.form(DecideForm).valid()
    rule = await store.read_rule(call.conn, call.path_id())
    try:
        await reject_rule(
            call.conn, call.viewer, rule.id, row_version=given.row_version, note=given.note
        )
    except Invalid as error:
        history = await store.list_history(call.conn, rule.kind, rule.key)
        return await _show(call, rule.kind, rule.key, history, status=422, error=error.detail)
    return call.redirect(
        f"/admin/rules/{rule.kind}/{rule.key}", _("Die Fassung ist abgelehnt."), "info"
    )


DOORS = (
    get("/admin/rules", list_rules, permission=Permission.RULE_READ),
    get("/admin/rules/{kind}/{key}", show_rule, permission=Permission.RULE_READ),
    get("/admin/rules/{kind}/{key}/enter", new_version, permission=Permission.RULE_ENTER),
    post("/admin/rules/{kind}/{key}/enter", enter_version, permission=Permission.RULE_ENTER),
    post("/admin/rules/versions/{id}/decide/approve", approve_version, permission=Permission.RULE_APPROVE),
    post("/admin/rules/versions/{id}/decide/reject", reject_version, permission=Permission.RULE_APPROVE),
)  # fmt: skip
