"""The register of members for people."""

from starlette.responses import Response

from kdnx.documents.model import Visibility
from kdnx.documents.panel import panel_of
from kdnx.errors import Invalid, Refused
from kdnx.members import store
from kdnx.members.actions import edit_member, name_hub
from kdnx.members.model import LEGAL_FORM_LABELS, LEVEL_LABELS, TAX_CASE_LABELS, Member
from kdnx.members.schemas import HubForm, MemberFilter, MemberForm
from kdnx.text import _
from kdnx.viewer import Permission, Scope
from kdnx.web.form import Form
from kdnx.web.routing import Call, get, post
from kdnx.web.slots import render_slots

KIND_OF_TERM = {
    "membership": "Mitgliedschaft", "unit": "Einheit", "leitweg": "Leitweg-ID", "level": "Rolle",
    "tax": "Steuerstatus", "hub": "Drehscheibe", "owner": "Träger",
}  # fmt: skip
REGIMES = {
    "business": "Unternehmer (Regelbesteuerung)", "small_business": "Kleinunternehmer (§ 19 UStG)",
    "ustg_2_3_old": "§ 2 Abs. 3 UStG a. F.", "ustg_2b": "§ 2b UStG",
}  # fmt: skip


async def list_members(call: Call) -> Response:
    """All members with filters."""
    query = call.query(MemberFilter)
    members = [m for m in await store.list_members(call.conn) if _fits(m, query)]
    return await call.page(
        "members/list.html",
        members=members,
        query=query,
        levels=list(LEVEL_LABELS.items()),
        forms=[(f.value, label) for f, label in LEGAL_FORM_LABELS.items()],
        links=await store.list_successions(call.conn),
    )


def _fits(member: Member, query: MemberFilter) -> bool:
    text = query.q.strip().lower()
    return (
        (not query.state or member.state == query.state)
        and (not query.level or member.provider_level == query.level)
        and (not query.legal_form or member.legal_form == query.legal_form)
        and (
            not text
            or text in f"{member.code} {member.name} {member.short_name} {member.seat}".lower()
        )
    )


async def show_member(call: Call) -> Response:
    """One member: master data, dated facts, history; other modules add their sections."""
    member = await store.get_member(call.conn, call.path_id())
    own = call.viewer.acts_for(member.id) or call.viewer.scope in {Scope.OFFICE, Scope.AUDIT}
    terms = [
        (
            KIND_OF_TERM[t.label],
            LEVEL_LABELS.get(t.note, REGIMES.get(t.note, t.note)),
            t.valid_from,
            t.valid_to,
        )
        for t in await store.list_terms(call.conn, member.id)
    ]
    return await call.page(
        "members/show.html",
        member=member,
        own=own,
        may_edit=own and call.viewer.may(Permission.MEMBER_EDIT),
        terms=terms,
        links=await store.list_successions(call.conn, member.id),
        sections=await render_slots(call, "member.sections", member),
        tax_cases=TAX_CASE_LABELS,
        panel=await panel_of(
            call, "member", member.id, url=f"/members/{member.id}", visibilities=(Visibility.OFFICE,),
            may_add=call.viewer.acts_for(member.id),
        ) if own else None,
    )  # fmt: skip


async def edit(call: Call) -> Response:
    """The form of the master data."""
    member = await store.get_member(call.conn, call.path_id())
    return await _edit_page(call, member, None)


async def save(call: Call) -> Response:
    """Write the master data."""
    member_id = call.path_id()
    form = call.form(MemberForm)
    if form.value is None:
        return await _edit_page(call, await store.get_member(call.conn, member_id), form, 422)
    try:
        await edit_member(call.conn, call.viewer, member_id, form.value)
    except Invalid as error:
        form.errors = error.errors
        return await _edit_page(call, await store.get_member(call.conn, member_id), form, 422)
    return call.redirect(f"/members/{member_id}", _("Die Stammdaten sind gespeichert."))


async def _edit_page(
    call: Call, member: Member, form: Form[MemberForm] | None, status: int = 200
) -> Response:
    return await call.page(
        "members/edit.html",
        status=status,
        member=member,
        form=form,
        tax_cases=list(TAX_CASE_LABELS.items()),
    )


async def show_alliance(call: Call) -> Response:
    """The alliance: its name and who is the hub from when."""
    return await _alliance_page(call, None)


async def change_hub(call: Call) -> Response:
    """A new hub from a day on."""
    form = call.form(HubForm)
    if form.value is None:
        return await _alliance_page(call, form, 422)
    await name_hub(call.conn, call.viewer, form.value)
    return call.redirect("/members/alliance", _("Die neue Drehscheibe ist mit Datum festgelegt."))


async def _alliance_page(call: Call, form: Form[HubForm] | None, status: int = 200) -> Response:
    alliance = await store.read_alliance(call.conn)
    if alliance is None:
        raise Refused(
            _("Der Verbund ist noch nicht eingerichtet."), remedy=_("„kdnx setup“ ausführen.")
        )
    members = [
        (m.id, m.name)
        for m in await store.list_members(call.conn)
        if m.state == "active" and m.legal_personality
    ]
    may_change = call.viewer.scope == Scope.OFFICE and call.viewer.may(Permission.MEMBER_SUCCEED)
    return await call.page(
        "members/alliance.html", status=status, alliance=alliance, hubs=await store.list_hubs(call.conn),
        members=members, form=form, may_change=may_change,
    )  # fmt: skip


P = Permission
DOORS = (
    get("/members", list_members, permission=P.MEMBER_READ),
    get("/members/alliance", show_alliance, permission=P.MEMBER_READ),
    post("/members/alliance", change_hub, permission=P.MEMBER_SUCCEED),
    get("/members/{id}", show_member, permission=P.MEMBER_READ),
    get("/members/{id}/edit", edit, permission=P.MEMBER_EDIT),
    post("/members/{id}/edit", save, permission=P.MEMBER_EDIT),
)
