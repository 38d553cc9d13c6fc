"""The conversation with a provider, by Authlib: code flow with PKCE S256, state and nonce."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import StarletteIntegration, StarletteOAuth2App
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from starlette.requests import Request
from starlette.responses import Response

from kdnx.errors import Forbidden, KdnxError, Unavailable
from kdnx.http import TIMEOUT_SECONDS, HttpError
from kdnx.providers.model import SIGNATURES, Claims, Provider, read_claims
from kdnx.text import _

SCOPE = "openid profile email"
WELL_KNOWN = "/.well-known/openid-configuration"
PROMPT_GONE = {"access_denied", "login_required", "interaction_required", "consent_required"}


class NotSignedIn(KdnxError):
    """The person turned back at the provider."""

    code = "not_signed_in"


@dataclass(frozen=True)
class Answer:
    """What came back: who it is, the id token for the sign-out, and where to sign out ('' = nowhere)."""

    claims: Claims
    id_token: str
    sign_out_url: str


async def open_app(provider: Provider, secret: str) -> StarletteOAuth2App:
    """The client of a provider with its metadata; Unavailable when it does not answer or is another one."""
    app = StarletteOAuth2App(
        StarletteIntegration(provider.slug),
        name=provider.slug,
        client_id=provider.client_id,
        client_secret=secret,
        server_metadata_url=provider.issuer.rstrip("/") + WELL_KNOWN,
        client_kwargs={
            "scope": SCOPE,
            "code_challenge_method": "S256",
            "timeout": TIMEOUT_SECONDS,
        },
    )
    async with _spoken(provider):
        metadata = await app.load_server_metadata()
    if metadata.get("issuer") != provider.issuer:
        raise _unavailable(provider)
    # the provider may offer more; nothing weaker than a key pair counts here
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [a for a in offered if a in SIGNATURES]
    return app


async def begin(
    provider: Provider, secret: str, request: Request, redirect_uri: str
) -> tuple[Response, dict[str, Any]]:
    """Send the browser to the provider; the second value must come back with `finish`."""
    app = await open_app(provider, secret)
    request.scope["session"] = {}
    async with _spoken(provider):
        response: Response = await app.authorize_redirect(request, redirect_uri)
    return response, dict(request.scope["session"])


async def finish(
    provider: Provider, secret: str, request: Request, kept: Mapping[str, Any]
) -> Answer:
    """Check what the provider sent the browser back with, fetch and check the tokens.

    Raises NotSignedIn when the person turned back, Forbidden when anything does not fit.
    """
    given = request.query_params.get("iss")
    if given is not None and given != provider.issuer:
        raise _unfit()  # RFC 9207: the answer of another provider
    app = await open_app(provider, secret)
    request.scope["session"] = dict(kept)
    async with _spoken(provider):
        token = await app.authorize_access_token(request)
        claims = dict(token.get("userinfo") or {})
        if not claims.get("sub"):
            raise _unfit()
        if not claims.get("email") or not claims.get("name"):
            claims = await _with_userinfo(app, token, claims)
    metadata = app.server_metadata
    sign_out = str(metadata.get("end_session_endpoint") or "")
    return Answer(read_claims(claims), str(token.get("id_token", "")), sign_out)


async def _with_userinfo(
    app: StarletteOAuth2App, token: Mapping[str, Any], claims: dict[str, Any]
) -> dict[str, Any]:
    if not app.server_metadata.get("userinfo_endpoint"):
        return claims
    more = dict(await app.userinfo(token=token))
    if more.get("sub") != claims["sub"]:
        raise _unfit()  # OpenID Connect Core 5.3.2: a substituted answer
    return {**more, **claims}


async def read_logout_token(provider: Provider, secret: str, token: str) -> dict[str, Any]:
    """The claims of a back-channel logout token whose signature holds; Forbidden otherwise."""
    app = await open_app(provider, secret)
    async with _spoken(provider):
        keys = KeySet.import_key_set(await app.fetch_jwk_set())
        registry = JWSRegistry(algorithms=list(SIGNATURES), strict_check_header=False)
        return dict(jwt.decode(token, key=keys, registry=registry).claims)


@asynccontextmanager
async def _spoken(provider: Provider) -> AsyncIterator[None]:
    """Translate what can go wrong between two servers; details stay out of the answer."""
    try:
        yield
    except OAuthError as error:
        if error.error in PROMPT_GONE:
            raise NotSignedIn(_("Die Anmeldung wurde abgebrochen.")) from error
        raise _unfit() from error
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise _unfit() from error
    except (HttpError, RuntimeError) as error:
        raise _unavailable(provider) from error


def _unfit() -> Forbidden:
    return Forbidden(
        _("Die Antwort des Anmeldedienstes passt nicht zu dieser Anmeldung."),
        remedy=_("Bitte die Anmeldung neu beginnen."),
        remedy_url="/login",
        code="sign_in_unfit",
    )


def _unavailable(provider: Provider) -> Unavailable:
    return Unavailable(
        _("Der Anmeldedienst „{label}“ ist gerade nicht erreichbar.").format(label=provider.label),
        remedy=_("Bitte in einigen Minuten erneut versuchen."),
        remedy_url="/login",
    )
