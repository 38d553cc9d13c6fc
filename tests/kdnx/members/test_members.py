"""The register over HTTP: who edits what, stale forms, wrong identifiers, the hub by date."""

from datetime import timedelta

import pytest

FIELDS = {
    "name": "Nordrechen AöR",
    "short_name": "Nord",
    "seat": "Norden",
    "row_version": "1",
    "inhabitants": "250000",
}


async def test_everybody_reads_nobody_unknown(client, cast):
    page = await client.as_(cast.fremd.viewer).get("/members")
    assert "Nordrechen" in page.text
    assert (await client.get("/members")).status_code == 303


async def test_a_member_keeps_its_own_data(client, cast):
    nord = client.as_(cast.nord.viewer)
    r = await nord.post(f"/members/{cast.nord.id}/edit", FIELDS)
    assert r.status_code == 303
    shown = (await nord.get(f"/members/{cast.nord.id}")).text
    assert "Nordrechen AöR" in shown
    assert "250.000" in shown


async def test_a_stale_form_changes_nothing(client, cast):
    nord = client.as_(cast.nord.viewer)
    await nord.post(f"/members/{cast.nord.id}/edit", FIELDS)
    r = await nord.post(f"/members/{cast.nord.id}/edit", {**FIELDS, "name": "Später"})
    assert r.status_code == 412
    assert "inzwischen geändert" in r.text


async def test_a_stranger_edits_nothing(client, cast):
    r = await client.as_(cast.fremd.viewer).post(f"/members/{cast.nord.id}/edit", FIELDS)
    assert r.status_code == 403


@pytest.mark.parametrize(
    ("field", "value"), [("vat_id", "DE123456789"), ("iban", "DE00123"), ("lei", "X" * 20)]
)
async def test_wrong_check_digits_are_said_at_the_field(client, cast, field, value):
    r = await client.as_(cast.nord.viewer).post(
        f"/members/{cast.nord.id}/edit", {**FIELDS, field: value}
    )
    assert r.status_code == 422
    assert f'id="{field}-error"' in r.text
    assert value in r.text, "what was typed is kept"


async def test_the_iban_is_for_its_own(client, cast, conn):
    await conn.execute(
        "UPDATE kdnx.member SET iban = 'DE89370400440532013000' WHERE id = $1", cast.nord.id
    )
    assert (
        "DE89370400440532013000"
        in (await client.as_(cast.nord.viewer).get(f"/members/{cast.nord.id}")).text
    )
    assert (
        "DE89370400440532013000"
        not in (await client.as_(cast.fremd.viewer).get(f"/members/{cast.nord.id}")).text
    )
    assert (
        "DE8937"
        not in (await client.as_(cast.fremd.viewer).get(f"/api/v1/members/{cast.nord.id}")).text
    )


async def test_the_hub_changes_only_in_future_and_by_the_office(client, cast, conn):
    later = {"member_id": str(cast.nord.id), "valid_from": str(conn.today + timedelta(days=30))}
    today = {**later, "valid_from": str(conn.today)}
    assert (await client.as_(cast.nord.viewer).post("/members/alliance", later)).status_code == 403
    office = client.as_(cast.office)
    assert (await office.post("/members/alliance", today)).status_code == 409
    assert (await office.post("/members/alliance", later)).status_code == 303
    assert "Nordrechen" in (await office.get("/members/alliance")).text
