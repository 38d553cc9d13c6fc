"""The way to a provider and back, and the admin page of all providers."""

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from kdnx.auth import actions as auth
from kdnx.auth.errand import errand, public_url, read_small_form, reading, writing
from kdnx.auth.once import LONGEST
from kdnx.auth.pages import SIGN_OUT_PURPOSE, set_session_cookie
from kdnx.auth.schemas import safe_target
from kdnx.auth.sealing import in_minutes, seal, unseal
from kdnx.errors import KdnxError, NotFound, Refused, Unavailable
from kdnx.members.store import list_members
from kdnx.providers import actions, oidc, store
from kdnx.providers.model import STATE_LABELS, Provider, logout_fault
from kdnx.providers.schemas import ProviderChange, ProviderForm
from kdnx.text import _
from kdnx.viewer import NOBODY, Permission
from kdnx.web.house import House
from kdnx.web.page import redirect, render_page
from kdnx.web.routing import Call, get, post

COOKIE = "kdnx_oidc"
COOKIE_PATH = "/login"
MINUTES = 10
LONG_HINT = 1800


async def begin_sign_in(house: House, request: Request) -> Response:
    """Go to the provider; where to come back to travels in an encrypted cookie of ten minutes."""
    await auth.limit_sign_in(house, request)
    provider, secret = await _provider(house, request)
    back = public_url(house, request, f"/login/{provider.slug}/callback")
    response, kept = await oidc.begin(provider, secret, request, back)
    state = {
        "slug": provider.slug,
        "kept": kept,
        "next": safe_target(request.query_params.get("next", "/")[:2000]),
        "invitation": request.query_params.get("invitation", "")[:100],
    }
    text = seal(house.settings.secret(), COOKIE, state, until=in_minutes(house.clock(), MINUTES))
    if (
        len(text) > LONGEST
    ):  # a deep link too long for a cookie: better the start page than no sign-in
        text = seal(
            house.settings.secret(),
            COOKIE,
            {**state, "next": "/"},
            until=in_minutes(house.clock(), MINUTES),
        )
    response.set_cookie(
        COOKIE, text, max_age=MINUTES * 60, path=COOKIE_PATH, httponly=True, samesite="lax",
        secure=house.settings.secure_cookies,
    )  # fmt: skip
    response.headers["Cache-Control"] = "no-store"
    return response


async def finish_sign_in(house: House, request: Request) -> Response:
    """Back from the provider: check everything, begin a session, go to exactly the page that was asked for."""
    provider, secret = await _provider(house, request)
    text = request.cookies.get(COOKIE, "")
    state = unseal(house.settings.secret(), COOKIE, text, house.clock()) if text else None
    if state is None or state["slug"] != provider.slug:
        raise Refused(
            _("Diese Anmeldung ist abgelaufen oder wurde in einem anderen Fenster begonnen."),
            remedy=_("Bitte die Anmeldung neu beginnen."),
            remedy_url="/login",
        )
    try:
        answer = await oidc.finish(provider, secret, request, state["kept"])
    except oidc.NotSignedIn as error:
        return _forget(house, redirect(house, "/login", error.detail, "info"))
    async with writing(house, request) as conn:
        old = await auth.identify(conn, request)
        token = await actions.sign_in(
            conn, provider, answer.claims, invitation=state["invitation"], sign_out_hint=_hint(house, provider, answer),
            user_agent=request.headers.get("user-agent", ""), hours=house.settings.session_hours,
        )  # fmt: skip
        if token is not None:
            await auth.end_session(conn, old)
    if token is None:
        return _forget(house, await _show_pending(house, request, provider, answer.claims.email))
    response = RedirectResponse(safe_target(state["next"]), 303)
    return _forget(house, set_session_cookie(house, response, token))


async def back_channel(house: House, request: Request) -> Response:
    """The provider tells that somebody signed out there (OpenID Connect Back-Channel Logout)."""
    await auth.count_hit(house, request, "back_channel", house.settings.api_rate_per_minute)
    try:
        provider, secret = await _provider(house, request)
        token = (await read_small_form(request)).get("logout_token", "")
        claims = await oidc.read_logout_token(provider, secret, token)
        fault = logout_fault(
            claims, issuer=provider.issuer, client_id=provider.client_id, now=house.clock()
        )
    except Unavailable:
        raise
    except KdnxError:
        fault = "token"
    if fault:
        body = {"error": "invalid_request", "error_description": f"logout_token: {fault}"}
        return JSONResponse(body, 400, {"Cache-Control": "no-store"})
    async with writing(house, request) as conn:
        await actions.sign_out_by_provider(conn, provider, claims.get("sid"), claims.get("sub"))
    return Response(b"", 200, {"Cache-Control": "no-store"})


async def _provider(house: House, request: Request) -> tuple[Provider, str]:
    async with reading(house, request) as conn:
        provider = await store.find_provider(conn, request.path_params["slug"])
        if provider is None:
            raise NotFound(_("Diesen Anmeldedienst gibt es nicht."), remedy_url="/login")
        return provider, actions.open_secret(house.settings.secret(), provider, conn)


def _hint(house: House, provider: Provider, answer: oidc.Answer) -> str | None:
    if not answer.sign_out_url:
        return None
    # the hint travels in a cookie once: a long token stays away, the provider then asks the person
    id_token = answer.id_token if len(answer.id_token) <= LONG_HINT else ""
    value = {
        "url": answer.sign_out_url,
        "client_id": provider.client_id,
        "label": provider.label,
        "id_token": id_token,
    }
    return seal(house.settings.secret(), SIGN_OUT_PURPOSE, value)


def _forget(house: House, response: Response) -> Response:
    response.delete_cookie(
        COOKIE,
        path=COOKIE_PATH,
        httponly=True,
        samesite="lax",
        secure=house.settings.secure_cookies,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


async def _show_pending(house: House, request: Request, provider: Provider, email: str) -> Response:
    async with reading(house, request) as conn:
        values = {"provider": provider, "email": email}
        return await render_page(
            house, request, conn, NOBODY, "providers/pending.html", status=403, values=values
        )


async def list_providers(call: Call) -> Response:
    """All identity providers and the form for a new one."""
    actions.check_provider_right(call.viewer)
    return await _list_page(call)


async def _list_page(call: Call, status: int = 200, **values: object) -> Response:
    providers = await store.list_providers(call.conn)
    members = [(m.id, m.name) for m in await list_members(call.conn)]
    back = public_url(call.house, call.request, "/login/…/callback")
    return await call.page(
        "providers/list.html", status=status, providers=providers, members=members, labels=STATE_LABELS, back=back,
        **{"form": None, "changed": "", **values},
    )  # fmt: skip


async def add_provider(call: Call) -> Response:
    """Enter a provider."""
    form = call.form(ProviderForm)
    if form.value is None:
        return await _list_page(call, 422, form=form)
    value = form.value
    await actions.add_provider(
        call.conn, call.viewer, slug=value.slug, label=value.label, issuer=value.issuer, client_id=value.client_id,
        sealed_secret=actions.seal_secret(call.house.settings.secret(), value.client_secret), member_id=value.member_id,
    )  # fmt: skip
    return call.redirect("/admin/providers", _("Der Anmeldedienst ist eingetragen."))


async def change_provider(call: Call) -> Response:
    """Change one."""
    actions.check_provider_right(call.viewer)
    provider = await store.find_provider(call.conn, call.path_text("slug"), state=None)
    if provider is None:
        raise NotFound(_("Diesen Anmeldedienst gibt es nicht."))
    form = call.form(ProviderChange)
    if form.value is None:
        return await _list_page(call, 422, form=form, changed=provider.slug)
    value = form.value
    sealed = (
        actions.seal_secret(call.house.settings.secret(), value.client_secret)
        if value.client_secret
        else None
    )
    current = Provider(**{**vars(provider), "row_version": value.row_version})
    await actions.change_provider(
        call.conn,
        call.viewer,
        current,
        label=value.label,
        client_id=value.client_id,
        sealed_secret=sealed,
        state=value.state,
    )
    return call.redirect("/admin/providers", _("Der Anmeldedienst ist geändert."))


DOORS = (
    errand("GET", "/login/{slug}", begin_sign_in),
    errand("GET", "/login/{slug}/callback", finish_sign_in),
    errand("POST", "/login/{slug}/backchannel", back_channel),
    get("/admin/providers", list_providers, permission=Permission.ROLE_GRANT),
    post("/admin/providers", add_provider, permission=Permission.ROLE_GRANT),
    post("/admin/providers/{slug}", change_provider, permission=Permission.ROLE_GRANT),
)
