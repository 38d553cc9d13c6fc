"""Mandates, viewers and safe targets as pure rules."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kdnx.auth.model import (
    CLIENT_SCOPES,
    Grant,
    OpenSession,
    SessionRow,
    build_viewer,
    group_mandates,
)
from kdnx.auth.schemas import safe_target
from kdnx.auth.sealing import seal, unseal
from kdnx.viewer import ROLE_PERMISSIONS, Permission, Role, Scope

NORD, PERSON = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
ROLES = st.sets(st.sampled_from(list(Role)), min_size=1)


def a_row(
    roles: set[Role], scope: str, *, is_hub: bool = False, is_active: bool = True
) -> SessionRow:
    """A session of a person with these roles."""
    return SessionRow(
        id_hash=b"x", person_id=PERSON, client_id=None, member_id=NORD, scope=scope, csrf_token="t", seen_at=NOW,
        name="N", theme="", member_name="Nord", is_hub=is_hub, is_active=is_active, members=(NORD,),
        roles=[r.value for r in roles],
    )  # fmt: skip


@given(ROLES, st.booleans())
def test_every_role_lies_in_exactly_one_mandate(roles: set[Role], is_hub: bool) -> None:
    grants = [Grant(NORD, "Nord", r, date(2020, 1, 1), is_hub=is_hub) for r in roles]
    mandates = group_mandates(grants)
    assert sorted(r for m in mandates for r in m.roles) == sorted(roles)
    for mandate in mandates:
        alone = mandate.roles & {Role.COMMITTEE, Role.AUDITOR}
        assert not alone or mandate.roles == alone
        assert len(alone) <= 1


@given(ROLES, st.sampled_from(["member", "office", "committee", "audit"]), st.booleans())
def test_a_viewer_has_the_permissions_of_its_mandate_and_no_other(
    roles: set[Role], scope: str, is_hub: bool
) -> None:
    viewer = build_viewer(a_row(roles, scope, is_hub=is_hub))
    assert viewer.roles <= roles
    expected = {p for r in viewer.roles for p in ROLE_PERMISSIONS[r]} | {Permission.SIGNED_IN}
    assert viewer.permissions == expected
    assert (viewer.scope == Scope.NOBODY) == (not viewer.roles)
    if viewer.scope in {Scope.COMMITTEE, Scope.NOBODY}:
        assert viewer.members == ()
    if viewer.scope == Scope.AUDIT:
        assert viewer.roles == {Role.AUDITOR}
    if viewer.scope == Scope.OFFICE:
        assert is_hub


@given(ROLES, st.sampled_from(["member", "office", "committee", "audit"]))
def test_at_an_ended_member_nothing_is_left(roles: set[Role], scope: str) -> None:
    viewer = build_viewer(a_row(roles, scope, is_active=False))
    assert (viewer.members, viewer.roles, viewer.permissions) == (
        (),
        frozenset(),
        {Permission.SIGNED_IN},
    )


def test_machines_never_get_what_needs_a_second_person() -> None:
    approving = {
        p for p in Permission if p.value.endswith((".publish", ".release", ".approve", ".confirm"))
    }
    assert not approving & set(CLIENT_SCOPES)
    assert not {Permission.ROLE_GRANT, Permission.CLIENT_MANAGE, Permission.MEMBER_SUCCEED} & set(
        CLIENT_SCOPES
    )


@given(st.text())
def test_a_target_is_a_path_of_ours(text: str) -> None:
    target = safe_target(text)
    assert target.startswith("/")
    assert not target.startswith(("//", "/\\"))
    assert "\\" not in target
    assert "\n" not in target


@pytest.mark.parametrize("target", ["/orders/1?tab=2&x=%2F%2Fy", "/", "/tasks#a"])
def test_deep_links_stay_as_they_are(target: str) -> None:
    assert safe_target(target) == target


def test_what_is_sealed_opens_for_its_purpose_alone_and_in_time() -> None:
    text = seal("key", "cookie", {"a": 1}, until=NOW)
    assert unseal("key", "cookie", text, NOW) == {"a": 1}
    assert unseal("key", "other", text, NOW) is None
    assert unseal("other", "cookie", text, NOW) is None
    assert unseal("key", "cookie", text, NOW.replace(second=1)) is None
    assert unseal("key", "cookie", text[:-2] + ("AA" if text[-2:] != "AA" else "BB"), NOW) is None
    for junk in ("", "a.b.c.d.e", "ä", "....", text + "."):
        assert unseal("key", "cookie", junk, NOW) is None


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140",
            "Edge auf Windows",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox auf Linux",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari auf iPhone",
        ),
        ("curl/8", "unbekanntes Gerät"),
        ("", "unbekanntes Gerät"),
    ],
)
def test_a_device_is_named_in_words(agent: str, device: str) -> None:
    assert OpenSession("i", agent, "Nord", NOW, NOW, NOW).device == device
