"""Sign-in, sign-out and the account page."""

from collections.abc import Sequence
from itertools import groupby
from urllib.parse import urlencode

from starlette.responses import Response

from kdnx.auth import actions, store
from kdnx.auth.errand import public_url
from kdnx.auth.model import Mandate, Persona
from kdnx.auth.once import clear_once, read_once, set_once
from kdnx.auth.schemas import (
    LoginQuery,
    LooksForm,
    MandateForm,
    PersonaForm,
    SessionForm,
    safe_target,
)
from kdnx.auth.sealing import unseal
from kdnx.errors import Forbidden
from kdnx.text import _, ngettext
from kdnx.viewer import ROLE_LABELS, ROLE_PERMISSIONS, Permission, Scope
from kdnx.web.house import House
from kdnx.web.routing import Call, get, post

SIGNED_OUT = "kdnx_signed_out"
SIGN_OUT_PURPOSE = "kdnx.sign_out"
PERMISSION_LABELS = {
    Permission.CATALOG_READ: "Katalog lesen",
    Permission.OFFERING_EDIT: "Leistungen bearbeiten",
    Permission.OFFERING_PUBLISH: "Leistungen freigeben",
    Permission.DEMAND_READ: "Bedarfsabfragen lesen",
    Permission.DEMAND_ANSWER: "Bedarf melden",
    Permission.DEMAND_RELEASE: "Bedarf freigeben",
    Permission.DEMAND_CALL: "Bedarf abfragen und bündeln",
    Permission.TENDER_READ: "Vergaben lesen",
    Permission.TENDER_EDIT: "Vergaben bearbeiten",
    Permission.TENDER_RELEASE: "Vergaben freigeben",
    Permission.ORDER_READ: "Leistungsscheine lesen",
    Permission.ORDER_EDIT: "Leistungsscheine bearbeiten",
    Permission.ORDER_APPROVE: "Leistungsscheine freigeben",
    Permission.ORDER_REVIEW_LEGAL: "Leistungsscheine rechtlich prüfen",
    Permission.ORDER_REVIEW_TAX: "Leistungsscheine steuerlich prüfen",
    Permission.BOOKING_READ: "Buchungen lesen",
    Permission.BOOKING_PROPOSE: "Buchungen vorschlagen",
    Permission.BOOKING_CONFIRM: "Buchungen bestätigen",
    Permission.LEDGER_READ: "Konten lesen",
    Permission.PERIOD_CLOSE: "Perioden abschließen",
    Permission.REPORT_READ: "Berichte lesen",
    Permission.MEMBER_READ: "Mitglieder lesen",
    Permission.MEMBER_EDIT: "Stammdaten pflegen",
    Permission.MEMBER_SUCCEED: "Rechtsnachfolge vorbereiten",
    Permission.ROLE_GRANT: "Rollen vergeben und einladen",
    Permission.RULE_READ: "Regeln lesen",
    Permission.RULE_ENTER: "Regeln eintragen",
    Permission.RULE_APPROVE: "Regeln freigeben",
    Permission.AUDIT_READ: "Prüfspur lesen",
    Permission.IMPORT_RUN: "Daten einlesen",
    Permission.DOCUMENT_WRITE: "Dokumente hochladen",
    Permission.CLIENT_MANAGE: "Maschinenzugänge verwalten",
    Permission.FEED_READ: "Änderungsstrom lesen",
}
SCOPE_LABELS = {
    Scope.MEMBER: "eigenes Mitglied",
    Scope.OFFICE: "Geschäftsstelle der Drehscheibe",
    Scope.COMMITTEE: "Lenkungsausschuss: Summen, keine Einzelvorgänge",
    Scope.AUDIT: "Revision: lesend über alle Mitglieder",
}


def set_session_cookie(house: House, response: Response, token: str) -> Response:
    """Hand the token to the browser; no script ever reads it."""
    secure = house.settings.secure_cookies
    name = actions.SECURE_COOKIE if secure else actions.COOKIE
    response.set_cookie(
        name,
        token,
        max_age=house.settings.session_hours * 3600,
        path="/",
        httponly=True,
        samesite="lax",
        secure=secure,
    )
    return response


def clear_session_cookie(response: Response) -> Response:
    """Take the token back."""
    response.delete_cookie(actions.COOKIE, path="/", httponly=True, samesite="lax")
    response.delete_cookie(
        actions.SECURE_COOKIE, path="/", httponly=True, samesite="lax", secure=True
    )
    return response


def user_agent(call: Call) -> str:
    """What the browser calls itself."""
    return call.request.headers.get("user-agent", "")


def by_member(personas: Sequence[Persona]) -> list[tuple[str, list[tuple[Persona, Mandate]]]]:
    """Personas with their mandates, grouped by member; the hub's office stands first."""
    pairs = [(p, m) for p in personas for m in p.mandates]
    pairs.sort(
        key=lambda x: (
            x[1].scope == Scope.MEMBER,
            x[1].member_name,
            x[1].scope.value,
            x[0].display_name,
        )
    )
    return [(name, list(group)) for name, group in groupby(pairs, key=lambda x: x[1].member_name)]


async def show_login(call: Call) -> Response:
    """The ways to sign in: providers, and in a demonstration the personas to click."""
    target = safe_target(call.query(LoginQuery).next)
    personas = await actions.list_personas(call.conn)
    left = read_once(call.house, call.request, SIGNED_OUT)
    response = await call.page(
        "auth/login.html", target=target, groups=by_member(personas), role_labels=ROLE_LABELS,
        providers=await store.list_sign_in_ways(call.conn), sign_out=left,
    )  # fmt: skip
    return clear_once(call.house, response, SIGNED_OUT, "/login") if left else response


async def sign_in_persona(call: Call) -> Response:
    """Be one of the personas of the demonstration."""
    await actions.limit_sign_in(call.house, call.request)
    form = call.form(PersonaForm).valid()
    token = await actions.sign_in_persona(
        call.conn,
        call.viewer,
        form.person_id,
        form.mandate,
        user_agent(call),
        hours=call.house.settings.session_hours,
    )
    return set_session_cookie(call.house, call.redirect(safe_target(form.next)), token)


async def sign_out(call: Call) -> Response:
    """End this session; the next page offers to end the provider's session too.

    It is a link there, for browsers keep a form from leading to another site (form-action).
    """
    hint = await _sign_out_link(call)
    await actions.end_session(call.conn, call.viewer)
    response = clear_session_cookie(call.redirect("/login", _("Sie sind abgemeldet.")))
    if hint:
        set_once(call.house, response, SIGNED_OUT, "/login", hint)
    return response


async def _sign_out_link(call: Call) -> dict[str, str] | None:
    if call.viewer.session_id is None:
        return None
    sealed = (await store.get_session_origin(call.conn, call.viewer.session_id)).get(
        "sign_out_hint"
    )
    found = (
        unseal(call.house.settings.secret(), SIGN_OUT_PURPOSE, sealed, call.conn.now)
        if sealed
        else None
    )
    if not found:
        return None
    fields = {
        "client_id": found["client_id"],
        "post_logout_redirect_uri": public_url(call.house, call.request, "/login"),
    }
    if found["id_token"]:
        fields["id_token_hint"] = found["id_token"]
    joint = "&" if "?" in found["url"] else "?"
    return {"label": found["label"], "url": found["url"] + joint + urlencode(fields)}


async def show_account(call: Call) -> Response:
    """Who I am here, for whom I act, what I may do and why, where I am signed in."""
    if call.viewer.person_id is None or call.viewer.session_id is None:
        raise Forbidden(_("Diese Seite gibt es nur für Personen."))
    viewer = call.viewer
    person_id = call.viewer.person_id
    mandates = await actions.list_mandates(call.conn, person_id)
    rights = [
        (label, ", ".join(sorted(ROLE_LABELS[r] for r in viewer.roles if p in ROLE_PERMISSIONS[r])))
        for p, label in PERMISSION_LABELS.items()
        if viewer.may(p)
    ]
    return await call.page(
        "auth/account.html",
        mandates=mandates,
        current=_current_key(call, mandates),
        rights=rights,
        role_labels=ROLE_LABELS,
        scope_labels=SCOPE_LABELS,
        sessions=await store.list_sessions(call.conn, person_id, call.viewer.session_id),
        language=await store.read_language(call.conn, person_id),
    )


def _current_key(call: Call, mandates: Sequence[Mandate]) -> str:
    viewer = call.viewer
    return next(
        (m.key for m in mandates
         if (m.member_id, m.scope, m.on_behalf_of) == (viewer.member_id, viewer.scope, viewer.on_behalf_of)), "",
    )  # fmt: skip


async def switch_mandate(call: Call) -> Response:
    """Act for another member or role."""
    key = call.form(MandateForm).valid().mandate
    token = await actions.switch_mandate(call.conn, call.viewer, key, user_agent(call))
    response = call.redirect("/", _("Sie handeln jetzt unter dem gewählten Mandat."))
    return set_session_cookie(call.house, response, token)


async def set_looks(call: Call) -> Response:
    """Light, dark or as the device wants."""
    form = call.form(LooksForm).valid()
    await actions.set_looks(call.conn, call.viewer, form.theme, form.language)
    return call.redirect("/account", _("Die Darstellung ist gespeichert."))


async def revoke_session(call: Call) -> Response:
    """End one of my sessions, or all but this one."""
    chosen = call.form(SessionForm).valid().session
    viewer = call.viewer
    if viewer.person_id is None or viewer.session_id is None:
        raise Forbidden(_("Diese Seite gibt es nur für Personen."))
    if chosen == "others":
        count = await store.revoke_others(call.conn, viewer.person_id, viewer.session_id)
    else:
        count = await store.revoke_own(call.conn, viewer.person_id, chosen)
    text = ngettext("Eine Sitzung ist beendet.", "{n} Sitzungen sind beendet.", count).format(
        n=count
    )
    return call.redirect(
        "/account",
        text if count else _("Es war keine Sitzung zu beenden."),
        "success" if count else "info",
    )


DOORS = (
    get("/login", show_login, permission=Permission.PUBLIC),
    post("/login/persona", sign_in_persona, permission=Permission.PUBLIC, guarded=False),
    post("/logout", sign_out, permission=Permission.SIGNED_IN),
    get("/account", show_account, permission=Permission.SIGNED_IN),
    post("/account/mandate", switch_mandate, permission=Permission.SIGNED_IN),
    post("/account/looks", set_looks, permission=Permission.SIGNED_IN),
    post("/account/sessions/revoke", revoke_session, permission=Permission.SIGNED_IN),
)
