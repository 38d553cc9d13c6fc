"""An identity provider and what its claims say about a person; pure rules of OpenID Connect."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

# signatures only a key pair can make: a shared secret or no signature proves nothing about the issuer
SIGNATURES = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
LOGOUT_AGE_SECONDS = 300
STATE_LABELS = {"active": "aktiv", "off": "aus"}


@dataclass(frozen=True)
class Provider:
    """One identity provider; `client_secret` is sealed. `member_id` limits it to that member's people."""

    id: UUID
    slug: str
    label: str
    issuer: str
    client_id: str
    client_secret: str
    state: str
    member_id: UUID | None = None
    member_name: str = ""
    row_version: int = 1


@dataclass(frozen=True)
class Claims:
    """What a provider says about the person who signed in."""

    subject: str
    name: str
    email: str
    email_verified: bool
    sid: str | None


def is_safe_issuer(issuer: str) -> bool:
    """https, or http on this machine alone; no query, no fragment."""
    parts = urlsplit(issuer)
    is_https = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    return is_https and bool(parts.hostname) and not parts.query and not parts.fragment


def read_claims(claims: Mapping[str, Any]) -> Claims:
    """The claims of id token and userinfo together; the name falls back to address and subject."""
    email = str(claims.get("email") or "")
    name = str(claims.get("name") or "").strip()
    if not name:
        parts = (str(claims.get("given_name") or ""), str(claims.get("family_name") or ""))
        name = " ".join(p for p in parts if p) or email or str(claims["sub"])
    return Claims(
        subject=str(claims["sub"]),
        name=name[:200],
        email=email[:320],
        email_verified=claims.get("email_verified") is True,
        sid=str(claims["sid"]) if claims.get("sid") else None,
    )


def logout_fault(claims: Mapping[str, Any], *, issuer: str, client_id: str, now: datetime) -> str:
    """Why a back-channel logout token is refused (OpenID Connect Back-Channel Logout 2.6), or ''."""
    audience = claims.get("aud")
    events = claims.get("events")
    issued = claims.get("iat")
    expires = claims.get("exp")
    at = now.timestamp()
    checks = (
        ("iss", claims.get("iss") == issuer),
        ("aud", client_id == audience or (isinstance(audience, list) and client_id in audience)),
        ("iat", isinstance(issued, int | float) and abs(at - issued) <= LOGOUT_AGE_SECONDS),
        ("exp", expires is None or (isinstance(expires, int | float) and expires > at - 60)),
        ("events", isinstance(events, dict) and LOGOUT_EVENT in events),
        ("nonce", "nonce" not in claims),
        ("sid", bool(claims.get("sid") or claims.get("sub"))),
        ("jti", bool(claims.get("jti"))),
    )
    return next((name for name, holds in checks if not holds), "")
