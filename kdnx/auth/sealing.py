"""Encrypted values under the key of this installation: cookies of a few minutes, secrets of providers."""

import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

HEADER = {"alg": "dir", "enc": "A256GCM"}


def _key(secret: str, purpose: str) -> OctKey:
    # one key a purpose: what was sealed for a cookie never opens as a provider's secret
    return OctKey.import_key(hmac.digest(secret.encode(), b"kdnx.seal|" + purpose.encode(), sha256))


def seal(
    secret: str, purpose: str, value: Mapping[str, Any], *, until: datetime | None = None
) -> str:
    """The value as compact JWE (AES-256-GCM); with `until` it does not open after that instant."""
    body = {"v": value, "exp": until.timestamp() if until else None}
    return jwe.encrypt_compact(HEADER, json.dumps(body).encode(), _key(secret, purpose))


def unseal(secret: str, purpose: str, text: str, now: datetime) -> dict[str, Any] | None:
    """The value, or None when it was altered, sealed for something else or is too old."""
    try:
        plain = jwe.decrypt_compact(text, _key(secret, purpose)).plaintext
    except (JoseError, ValueError):
        return None
    body = json.loads(plain or b"{}")
    if body.get("exp") is not None and body["exp"] < now.timestamp():
        return None
    value: dict[str, Any] | None = body.get("v")
    return value


def in_minutes(now: datetime, minutes: int) -> datetime:
    """That many minutes from now."""
    return now + timedelta(minutes=minutes)
