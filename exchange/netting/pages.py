"""Settlement for people: runs, what each member gets and pays, the steps of the office, statements, bank file."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import Response

from exchange.ledger.model import TRANSFER_LABELS
from exchange.netting import actions, store
from exchange.netting.files import write_lines, write_statement
from exchange.netting.model import BADGES, LABELS, MODE_LABELS, MODE_WORDS, Mode, RunState
from exchange.netting.paper import print_statement
from exchange.netting.reading import (
    MOST,
    Shown,
    pain_of,
    payer_of,
    read_run,
    read_runs,
    read_statement,
)
from exchange.netting.schemas import (
    DiscardForm,
    MoveForm,
    PrepareForm,
    RunQuery,
    SettleForm,
    TermsForm,
)
from kdnx.errors import Conflict, FieldError, Invalid, Refused, Stale
from kdnx.members.store import list_members
from kdnx.text import _
from kdnx.viewer import Permission, Scope
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post

P = Permission
WORDS: dict[str, Any] = {
    "labels": LABELS, "badges": BADGES, "mode_words": MODE_WORDS,
    "modes": [(m.value, t) for m, t in MODE_LABELS.items()],
}  # fmt: skip
WAITING = {RunState.FROZEN, RunState.APPROVED}
CSV = "text/csv; charset=utf-8"


def _is_office(call: Call) -> bool:
    return call.viewer.scope == Scope.OFFICE and call.viewer.may(P.PERIOD_CLOSE)


async def list_runs(call: Call) -> Response:
    """All runs the viewer has a part in, newest first."""
    query = call.query(RunQuery)
    secret = call.house.settings.secret()
    rows, more = await read_runs(call.conn, query.cursor, limit=query.limit, secret=secret)
    is_office = _is_office(call)
    return await call.page(
        "netting/list.html",
        rows=rows,
        running=await store.find_open(call.conn) if is_office else None,
        may_prepare=is_office,
        sees_all=call.viewer.scope in {Scope.OFFICE, Scope.AUDIT},
        next_href=f"/settlements?cursor={more}" if more else "",
        first_href="/settlements" if query.cursor else "",
        default=Mode.MULTILATERAL.value,
        **WORDS,
    )


async def prepare(call: Call) -> Response:
    """Open a preview."""
    form = call.form(PrepareForm).valid()
    run = await actions.prepare_run(call.conn, call.viewer, form.mode)
    return call.redirect(
        f"/settlements/{run.id}", _("Vorschau {n} angelegt. Noch ist nichts gebucht.").format(n=run.number)
    )  # fmt: skip


async def show_run(call: Call) -> Response:
    """Gross beside net, payments, and the next step."""
    return await _show(call)


async def _show(call: Call, form: Form[Any] | None = None, status: int = 200) -> Response:
    shown = await read_run(call.conn, call.viewer, call.path_id())
    run, is_office = shown.run, _is_office(call)
    members = {m.id: m for m in await list_members(call.conn)}
    payer = payer_of(call.viewer, shown)
    return await call.page(
        "netting/show.html",
        status=status,
        form=form,
        run=run,
        shown=shown,
        names={i: m.short_name for i, m in members.items()},
        steps=_steps(run.state, is_paying=run.mode != Mode.OPENING),
        is_office=is_office,
        sees_all=call.viewer.scope in {Scope.OFFICE, Scope.AUDIT},
        changed=await actions.changed_ibans(call.conn, shown.payments) if run.state in WAITING else (),
        own_lines=any(call.viewer.acts_for(x.final_id) for x in shown.lines),
        may_approve=is_office and call.viewer.person_id != run.frozen_by,
        may_pay=run.state in {RunState.APPROVED, RunState.SETTLED} and any(p.payer_id == payer for p in shown.payments),
        gross_payments=sum((x.payable_cents > 0) + (x.receivable_cents > 0) for x in shown.lines),
        before=await _altbestand(call, run) if is_office else 0,
        today=call.conn.today,
        **WORDS,
    )  # fmt: skip


async def _altbestand(call: Call, run: store.Run) -> int:
    """Cents of Altbestand in a preview that would pay it, before kdnx has paid anything; 0 otherwise."""
    if (
        run.state != RunState.PREVIEW
        or run.mode == Mode.OPENING
        or await store.first_paid(call.conn)
    ):
        return 0
    found = await store.read_balances(call.conn, run.owner_id, None, legacy=True)
    return sum(b.payable for b in found)


STEPS = (
    (RunState.PREVIEW, "Vorschau", "Beträge wie jetzt gebucht"),
    (RunState.FROZEN, "Eingefroren", "Stichtag steht, Beträge stehen"),
    (RunState.APPROVED, "Freigegeben", "zweite Person, Bankdatei"),
    (RunState.SETTLED, "Ausgeglichen", "gezahlt und gebucht"),
)


def _steps(state: str, *, is_paying: bool) -> list[tuple[str, str, str]]:
    if state == RunState.DISCARDED:
        return []
    at = [s for s, _name, _text in STEPS].index(RunState(state))
    is_over = state == RunState.SETTLED
    return [
        (
            name,
            text if is_paying else "",
            "done" if n < at or is_over else "now" if n == at else "todo",
        )
        for n, (_state, name, text) in enumerate(STEPS)
    ]


async def _step(
    call: Call, form: Form[Any], field: str, act: Callable[[], Awaitable[object]], flash: str
) -> Response:
    if form.value is None:
        return await _show(call, form, 422)
    try:
        async with call.conn.savepoint():
            await act()
    except Stale:
        raise
    except (Conflict, Invalid, Refused) as error:
        said = " ".join(t for t in (error.detail, error.rule, error.remedy) if t)
        return await _show(call, Form(form.raw, None, [FieldError(field, said, error.code)]), 422)
    return call.redirect(f"/settlements/{call.path_id()}", flash)


async def freeze(call: Call) -> Response:
    """Take the cut and keep the amounts."""
    form, id_ = call.form(MoveForm), call.path_id()
    return await _step(
        call, form, "row_version",
        lambda: actions.freeze_run(call.conn, call.viewer, id_, expected=form.valid().row_version),
        _("Eingefroren. Eine zweite Person gibt die Zahlungen frei."),
    )  # fmt: skip


async def approve(call: Call) -> Response:
    """Release the payments."""
    form, id_ = call.form(MoveForm), call.path_id()
    return await _step(
        call, form, "row_version",
        lambda: actions.approve_run(call.conn, call.viewer, id_, expected=form.valid().row_version),
        _("Freigegeben."),
    )  # fmt: skip


async def settle(call: Call) -> Response:
    """The bank moved the money."""
    form, id_ = call.form(SettleForm), call.path_id()
    return await _step(
        call, form, "bank_day",
        lambda: actions.settle_run(
            call.conn, call.viewer, id_, bank_day=form.valid().bank_day, expected=form.valid().row_version
        ),
        _("Ausgeglichen und gebucht."),
    )  # fmt: skip


async def discard(call: Call) -> Response:
    """Drop the run."""
    form, id_ = call.form(DiscardForm), call.path_id()
    return await _step(
        call, form, "reason",
        lambda: actions.discard_run(
            call.conn, call.viewer, id_, reason=form.valid().reason, expected=form.valid().row_version
        ),
        _("Verworfen. Gebucht wurde nichts."),
    )  # fmt: skip


async def show_statement(call: Call) -> Response:
    """A member's accounts up to the cut, and what the run does with them."""
    run, member = await store.get_run(call.conn, call.path_id()), call.path_id("member_id")
    found = await read_statement(call.conn, call.viewer, run, member)
    (house,) = await list_members(call.conn, [member])
    return await call.page(
        "netting/statement.html", run=run, house=house, found=found,
        kinds={k.value: t for k, t in TRANSFER_LABELS.items()},
        hrefs={"booking": "/bookings/", "invoice": "/invoices/", "settlement": "/settlements/"}, **WORDS,
    )  # fmt: skip


async def download_statement(call: Call) -> Response:
    """The same as CSV, amounts in euro."""
    run, member = await store.get_run(call.conn, call.path_id()), call.path_id("member_id")
    found = await read_statement(call.conn, call.viewer, run, member, MOST)
    (house,) = await list_members(call.conn, [member])
    name = f"kontoauszug-{run.number}-{house.code}.csv"
    return _file(write_statement(run, found), name, CSV)


async def print_statement_pdf(call: Call) -> Response:
    """The same on paper, tagged."""
    run, member = await store.get_run(call.conn, call.path_id()), call.path_id("member_id")
    found = await read_statement(call.conn, call.viewer, run, member)
    (house,) = await list_members(call.conn, [member])
    made = await print_statement(run, house, found)
    return _file(made, f"kontoauszug-{run.number}-{house.code}.pdf", "application/pdf")


async def download_lines(call: Call) -> Response:
    """The lines the viewer sees as CSV."""
    shown = await read_run(call.conn, call.viewer, call.path_id())
    names = {m.id: m.name for m in await list_members(call.conn)}
    name = f"ausgleich-{shown.run.number}.csv"
    return _file(write_lines(shown, names), name, CSV)


async def download_pain(call: Call) -> Response:
    """The SEPA file of the viewer's payments."""
    shown: Shown = await read_run(call.conn, call.viewer, call.path_id())
    made = await pain_of(call.conn, call.viewer, shown)
    return _file(made, f"pain001-{shown.run.number}.xml", "application/xml")


def _file(content: bytes, name: str, media: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media, headers=headers)


async def show_terms(call: Call) -> Response:
    """Who offsets and who pays gross."""
    return await _terms(call)


async def _terms(call: Call, form: Form[Any] | None = None, status: int = 200) -> Response:
    kept = {t.owner_id: t for t in await store.list_terms(call.conn)}
    members = [m for m in await list_members(call.conn) if m.state == "active" and not m.is_hub]
    own = [
        m
        for m in members
        if _is_office(call) or call.viewer.scope == Scope.AUDIT or call.viewer.acts_for(m.id)
    ]
    return await call.page(
        "netting/terms.html", status=status, form=form, kept=kept, members=own, may_edit=_is_office(call),
        member_options=[(str(m.id), m.name) for m in own], **WORDS,
    )  # fmt: skip


async def save_terms(call: Call) -> Response:
    """Keep whether a member offsets."""
    form = call.form(TermsForm)
    if form.value is None:
        return await _terms(call, form, 422)
    f = form.value
    kept = {t.owner_id: t.row_version for t in await store.list_terms(call.conn)}
    expected = f.row_version or kept.get(f.member_id, 0)
    await actions.save_terms(
        call.conn, call.viewer, f.member_id, offsets=f.offsets == "yes", reason=f.reason, expected=expected
    )  # fmt: skip
    return call.redirect("/settlements/terms", _("Gespeichert; es gilt ab der nächsten Vorschau."))


DOORS = (
    get("/settlements", list_runs, permission=P.LEDGER_READ),
    post("/settlements", prepare, permission=P.PERIOD_CLOSE),
    get("/settlements/terms", show_terms, permission=P.LEDGER_READ),
    post("/settlements/terms", save_terms, permission=P.PERIOD_CLOSE),
    get("/settlements/{id}", show_run, permission=P.LEDGER_READ),
    post("/settlements/{id}/freeze", freeze, permission=P.PERIOD_CLOSE),
    post("/settlements/{id}/approve", approve, permission=P.PERIOD_CLOSE),
    post("/settlements/{id}/settle", settle, permission=P.PERIOD_CLOSE),
    post("/settlements/{id}/discard", discard, permission=P.PERIOD_CLOSE),
    get("/settlements/{id}/lines.csv", download_lines, permission=P.LEDGER_READ),
    get("/settlements/{id}/pain001.xml", download_pain, permission=P.LEDGER_READ),
    get("/settlements/{id}/members/{member_id}", show_statement, permission=P.LEDGER_READ),
    get(
        "/settlements/{id}/members/{member_id}/statement.csv",
        download_statement,
        permission=P.LEDGER_READ,
    ),
    get(
        "/settlements/{id}/members/{member_id}/statement.pdf",
        print_statement_pdf,
        permission=P.LEDGER_READ,
    ),
)
