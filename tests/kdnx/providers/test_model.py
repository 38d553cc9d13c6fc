"""What makes a logout token, claims and an issuer acceptable."""

from datetime import UTC, datetime
from typing import Any

import pytest

from kdnx.providers.model import LOGOUT_EVENT, is_safe_issuer, logout_fault, read_claims

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "iss": "https://a.example", "aud": "kdnx", "iat": NOW.timestamp(), "exp": NOW.timestamp() + 60,
    "events": {LOGOUT_EVENT: {}}, "sid": "s", "jti": "j",
}  # fmt: skip


def fault(**over: Any) -> str:
    """The fault of a token with other claims; None takes a claim away."""
    claims = {k: v for k, v in {**GOOD, **over}.items() if v is not None}
    return logout_fault(claims, issuer="https://a.example", client_id="kdnx", now=NOW)


def test_a_good_logout_token_passes() -> None:
    assert fault() == ""
    assert fault(aud=["other", "kdnx"], exp=None) == ""
    assert fault(sid=None, sub="nora") == ""


@pytest.mark.parametrize(
    ("over", "name"),
    [
        ({"iss": "https://b.example"}, "iss"),
        ({"aud": "other"}, "aud"),
        ({"aud": ["other"]}, "aud"),
        ({"iat": NOW.timestamp() - 301}, "iat"),
        ({"iat": "now"}, "iat"),
        ({"exp": NOW.timestamp() - 61}, "exp"),
        ({"events": {}}, "events"),
        ({"events": None}, "events"),
        ({"nonce": "n"}, "nonce"),
        ({"sid": None}, "sid"),
        ({"jti": None}, "jti"),
    ],
)
def test_a_logout_token_that_is_not_one_is_refused(over: dict[str, Any], name: str) -> None:
    assert fault(**over) == name


@pytest.mark.parametrize(
    ("issuer", "is_safe"),
    [
        ("https://login.example", True), ("https://login.example/realms/kdn", True), ("http://127.0.0.1:3000", True),
        ("http://login.example", False), ("ftp://login.example", False), ("https://", False),
        ("https://login.example/?x=1", False), ("https://login.example/#x", False), ("http://localhost.evil.example", False),
    ],
)  # fmt: skip
def test_issuers_are_https_or_this_machine(issuer: str, is_safe: bool) -> None:
    assert is_safe_issuer(issuer) is is_safe


def test_claims_fall_back_from_name_to_parts_to_address_to_subject() -> None:
    assert read_claims({"sub": "1", "name": " Nora Neu "}).name == "Nora Neu"
    assert read_claims({"sub": "1", "given_name": "Nora", "family_name": "Neu"}).name == "Nora Neu"
    assert read_claims({"sub": "1", "email": "n@x.example"}).name == "n@x.example"
    assert read_claims({"sub": "1"}).name == "1"
    assert (
        read_claims({"sub": "1", "email": "n@x.example", "email_verified": "true"}).email_verified
        is False
    )
