"""Admin page of machine clients, and the address where they get their tokens."""

import base64
import binascii
from urllib.parse import unquote_plus
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kdnx.access.schemas import day_after
from kdnx.auth.actions import limit_sign_in, note_security
from kdnx.auth.errand import errand, public_url, read_small_form, writing
from kdnx.auth.model import CLIENT_SCOPES
from kdnx.auth.once import clear_once, read_once, set_once
from kdnx.auth.pages import PERMISSION_LABELS
from kdnx.clients import actions, store
from kdnx.clients.model import LABELS, TOKEN_SECONDS, Credentials
from kdnx.clients.schemas import ClientForm
from kdnx.errors import Invalid
from kdnx.text import _
from kdnx.viewer import Permission
from kdnx.web.house import House
from kdnx.web.routing import Call, get, post

SECRET = "kdnx_client"  # noqa: S105  # the name of a cookie
CLIENTS = "/admin/clients"
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


async def issue_token(house: House, request: Request) -> Response:
    """Client credentials against a token (RFC 6749 4.4), by HTTP Basic or in the form."""
    try:
        fields = await read_small_form(request)
        credentials = _credentials(request, fields)
    except Invalid as error:
        return _fault("invalid_request", error.detail)
    if fields.get("grant_type") != "client_credentials":
        kind = "unsupported_grant_type" if fields.get("grant_type") else "invalid_request"
        return _fault(kind, "grant_type=client_credentials")
    await limit_sign_in(house, request, str(credentials.client_id) if credentials else "")
    try:
        if credentials is None:
            raise actions.ClientUnknown(_("Kennung oder Geheimnis stimmen nicht."))
        async with writing(house, request) as conn:
            issued = await actions.issue_token(conn, credentials, fields.get("scope", ""))
    except actions.ClientUnknown as error:
        async with writing(house, request) as conn:
            await note_security(
                conn, "client.refused", str(credentials.client_id) if credentials else ""
            )
        return _fault(error.code, error.detail, 401, {"WWW-Authenticate": 'Basic realm="kdnx"'})
    except actions.ScopeUnknown as error:
        return _fault(error.code, error.detail)
    body = {
        "access_token": issued.token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS,
        "scope": " ".join(issued.scopes),
    }  # fmt: skip
    return JSONResponse(body, headers=NO_STORE)


def _fault(
    code: str, text: str, status: int = 400, headers: dict[str, str] | None = None
) -> Response:
    return JSONResponse(
        {"error": code, "error_description": text}, status, NO_STORE | (headers or {})
    )


def _credentials(request: Request, fields: dict[str, str]) -> Credentials | None:
    """Id and secret; None when they cannot be any. Both ways at once are refused (RFC 6749 2.3)."""
    kind, _space, value = request.headers.get("authorization", "").partition(" ")
    if kind and "client_secret" in fields:
        raise Invalid(_("Kennung und Geheimnis bitte nur auf einem Weg senden."))
    name, secret = fields.get("client_id", ""), fields.get("client_secret", "")
    if kind.lower() == "basic":
        try:
            name, _colon, secret = (
                base64.b64decode(value.strip(), validate=True).decode().partition(":")
            )
        except (binascii.Error, UnicodeDecodeError):
            return None
        name, secret = unquote_plus(name), unquote_plus(secret)
    try:
        return Credentials(UUID(name), secret)
    except ValueError:
        return None


async def list_clients(call: Call) -> Response:
    """The programs of the own member and the form for a new one."""
    return await _clients_page(call)


async def _clients_page(call: Call, status: int = 200, form: object = None) -> Response:
    made = read_once(call.house, call.request, SECRET)
    response = await call.page(
        "clients/list.html",
        status=status,
        form=form,
        made=made,
        clients=await store.list_clients(call.conn, call.viewer.members),
        scopes=[(s.value, PERMISSION_LABELS[s], s.value) for s in CLIENT_SCOPES],
        labels=LABELS,
        token_url=public_url(call.house, call.request, "/api/v1/token"),
    )
    return clear_once(call.house, response, SECRET, CLIENTS) if made else response


async def create_client(call: Call) -> Response:
    """Create a program; its secret is shown once on the next page."""
    form = call.form(ClientForm)
    if form.value is None:
        return await _clients_page(call, 422, form)
    value = form.value
    made = await actions.create_client(
        call.conn,
        call.viewer,
        label=value.label,
        scopes=value.scopes,
        valid_to=day_after(value.last_day),
    )
    response = call.redirect(
        CLIENTS,
        _("Der Maschinenzugang ist angelegt und wartet auf die Freigabe durch eine zweite Person."),
    )
    set_once(
        call.house,
        response,
        SECRET,
        CLIENTS,
        {"label": value.label, "id": str(made.client_id), "secret": made.secret},
    )
    return response


async def release_client(call: Call) -> Response:
    """Let a program in that somebody else created."""
    await actions.release_client(call.conn, call.viewer, call.path_id())
    return call.redirect(CLIENTS, _("Der Maschinenzugang ist freigegeben."))


async def revoke_client(call: Call) -> Response:
    """End a program and its tokens."""
    await actions.revoke_client(call.conn, call.viewer, call.path_id())
    return call.redirect(CLIENTS, _("Der Maschinenzugang und seine Tokens sind gesperrt."))


DOORS = (
    errand("POST", "/api/v1/token", issue_token),
    get(CLIENTS, list_clients, permission=Permission.CLIENT_MANAGE),
    post(CLIENTS, create_client, permission=Permission.CLIENT_MANAGE),
    post("/admin/clients/{id}/release", release_client, permission=Permission.CLIENT_MANAGE),
    post("/admin/clients/{id}/revoke", revoke_client, permission=Permission.CLIENT_MANAGE),
)
