"""Proofs: shown with validity, warned of at 60 and 30 days, and suspending when a required one ends."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.availability.actions import resume_offering
from catalog.certificates import actions, store
from catalog.certificates.actions import warn_and_suspend
from catalog.certificates.model import (
    Certificate,
    Validity,
    certified_until,
    due_warning,
    expired_required,
)
from catalog.certificates.schemas import CertificateBody
from catalog.offerings.store import get_offering
from kdnx.db.conn import Conn
from kdnx.errors import Forbidden, NotFound, Refused, Stale
from kdnx.ids import new_id
from tests.cast import Cast
from tests.catalog.build import an_offering, only_for
from tests.client import Client
from tests.conftest import SYSTEM

TODAY = date(2026, 11, 22)


def a_proof(days: int, **over: Any) -> Certificate:
    return Certificate(
        new_id(), new_id(), over.pop("kind", "iso_27001"), TODAY + timedelta(days=days), **over
    )


def a_body(conn: Conn, days: int, **over: Any) -> CertificateBody:
    values = {
        "kind": "iso_27001",
        "issuer": "Prüfstelle",
        "valid_to": conn.today + timedelta(days=days),
        **over,
    }
    return CertificateBody.model_validate(values, strict=False)


@pytest.mark.parametrize(
    ("days", "stands"),
    [(-1, Validity.EXPIRED), (0, Validity.ENDING), (60, Validity.ENDING), (61, Validity.VALID)],
)
def test_how_a_proof_stands(days: int, stands: Validity):
    assert a_proof(days).validity(TODAY) == stands


@pytest.mark.parametrize(
    ("days", "warned", "stage"),
    [(61, None, None), (60, None, 60), (45, 60, None), (30, 60, 30), (30, None, 30), (10, 30, None), (-1, None, None)],
)  # fmt: skip
def test_warned_once_at_each_stage(days: int, warned: int | None, stage: int | None):
    assert due_warning(a_proof(days, warned_days=warned), TODAY) == stage


@given(st.lists(st.tuples(st.integers(-500, 500), st.booleans()), max_size=8))
def test_only_required_proofs_without_renewal_suspend(given_: list[tuple[int, bool]]):
    proofs = [a_proof(d, is_required=r) for d, r in given_]
    ended = expired_required(proofs, TODAY)
    assert all(c.is_required and c.valid_to < TODAY for c in ended)
    if any(d >= 0 for d, _r in given_):
        assert ended == []
    assert certified_until(proofs) == max((c.valid_to for c in proofs), default=None)


async def tasks_of(conn: Conn, id_: UUID) -> list[str]:
    rows = await conn.fetch(
        "SELECT kind FROM kdnx.task WHERE object_id = $1 AND state = 'open' ORDER BY kind", id_
    )
    return [r["kind"] for r in rows]


async def test_owner_enters_others_read_strangers_learn_nothing(conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord, audiences=[only_for(cast.sued.id)])
    await conn.act_as(cast.nord.viewer)
    proof = await actions.add_certificate(conn, cast.nord.viewer, head.id, a_body(conn, 400))
    assert (await get_offering(conn, cast.nord.viewer, head.id)).certified_until == proof.valid_to
    with pytest.raises(Stale):
        await actions.save_certificate(
            conn, cast.nord.viewer, head.id, proof.id, 7, a_body(conn, 1)
        )
    await conn.act_as(cast.sued.viewer)
    assert [c.id for c in await store.list_certificates(conn, head.id)] == [proof.id]
    with pytest.raises(Forbidden):
        await actions.add_certificate(conn, cast.sued.viewer, head.id, a_body(conn, 400))
    await conn.act_as(cast.fremd.viewer)
    assert await store.list_certificates(conn, head.id) == []
    with pytest.raises(NotFound):
        await actions.add_certificate(conn, cast.fremd.viewer, head.id, a_body(conn, 400))


async def test_time_warns_twice_then_suspends_and_renewal_brings_it_back(conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord)
    await conn.act_as(cast.nord.viewer)
    body = a_body(conn, 90, is_required=True)
    proof = await actions.add_certificate(conn, cast.nord.viewer, head.id, body)
    began = conn.now
    for days, touched in [(20, 0), (31, 1), (31, 0), (62, 1), (62, 0), (90, 0)]:
        conn.now = began + timedelta(days=days)
        await conn.act_as(SYSTEM)
        assert await warn_and_suspend(conn) == touched, days
    await conn.act_as(cast.nord.viewer)
    assert await tasks_of(conn, proof.id) == ["offering.certificate_ends"]
    conn.now = began + timedelta(days=91)
    await conn.act_as(SYSTEM)
    assert await warn_and_suspend(conn) == 1
    assert await warn_and_suspend(conn) == 0
    await conn.act_as(cast.nord.second)
    ended = await get_offering(conn, cast.nord.second, head.id)
    assert ended.state == "suspended"
    assert "ISO/IEC 27001" in ended.state_reason
    assert "offering.certificate" in await tasks_of(conn, head.id)
    with pytest.raises(Refused, match="abgelaufen"):
        await resume_offering(conn, cast.nord.second, head.id, ended.row_version)
    renewed = a_body(conn, 700, is_required=True)
    await actions.save_certificate(conn, cast.nord.viewer, head.id, proof.id, 1, renewed)
    assert "offering.certificate" not in await tasks_of(conn, head.id)
    assert (
        await resume_offering(conn, cast.nord.second, head.id, ended.row_version)
    ).state == "published"


async def test_a_required_proof_stays_while_the_offering_is_public(conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord)
    await conn.act_as(cast.nord.viewer)
    must = await actions.add_certificate(
        conn, cast.nord.viewer, head.id, a_body(conn, 90, is_required=True)
    )
    may = await actions.add_certificate(
        conn, cast.nord.viewer, head.id, a_body(conn, 90, kind="iso_9001")
    )
    with pytest.raises(Refused):
        await actions.drop_certificate(conn, cast.nord.viewer, head.id, must.id, 1)
    await actions.drop_certificate(conn, cast.nord.viewer, head.id, may.id, 1)
    assert len(await store.list_certificates(conn, head.id)) == 1


async def test_the_pages_and_json(conn: Conn, cast: Cast, client: Client):
    head = await an_offering(conn, cast.nord)
    nord = client.as_(cast.nord.viewer)
    base = f"/offerings/{head.id}/certificates"
    assert "Noch kein Nachweis" in (await nord.get(base)).text
    bad = await nord.post(base, {"kind": "other", "valid_to": "2030-01-01"})
    assert bad.status_code == 422
    assert "was für ein Nachweis" in bad.text
    until = str(conn.today + timedelta(days=200))
    assert (
        await nord.post(base, {"kind": "bsi_c5", "issuer": "Prüfer AG", "valid_to": until})
    ).status_code == 303
    shown = (await client.as_(cast.sued.viewer).get(f"/offerings/{head.id}")).text
    assert "BSI C5" in shown
    assert "gültig bis" in shown
    found = (await nord.get(f"/api/v1/offerings/{head.id}/certificates")).json()["items"]
    assert [(c["kind"], c["validity"]) for c in found] == [("bsi_c5", "valid")]
    fields = {"kind": "bsi_c5", "valid_to": until, "issuer": "Prüfer GmbH", "row_version": "1"}
    assert (await nord.post(f"{base}/{found[0]['id']}", fields)).status_code == 303
    assert (
        await nord.post(f"{base}/{found[0]['id']}/drop", {"row_version": "1"})
    ).status_code == 409
    assert (
        await nord.post(f"{base}/{found[0]['id']}/drop", {"row_version": "2"})
    ).status_code == 303
