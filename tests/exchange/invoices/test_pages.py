"""Invoices over HTTP: sender, preview, issue, view, download, credit, JSON, and who may not."""

import io
import zipfile

import pytest

from exchange.invoices.actions import issue_invoices
from exchange.invoices.model import read_term
from tests.exchange.invoices.build import a_confirmed, a_taxed_order, make_billable

Q3 = read_term("2026-Q3")


@pytest.fixture
async def billable(conn, cast):
    await make_billable(conn, cast.nord, cast.sued, cast.hub)
    order = await a_taxed_order(conn, cast, cast.nord, cast.sued, number="L-2026-0001")
    await a_confirmed(conn, cast.nord, cast.sued, order, 1_000_00)
    return order


@pytest.fixture
async def invoice(conn, cast, billable):
    await conn.act_as(cast.nord.viewer)
    (found,) = (await issue_invoices(conn, cast.nord.viewer, Q3)).issued
    return found


async def test_from_preview_to_credit_in_the_browser(client, cast, billable):
    me = client.as_(cast.nord.viewer)
    page = await me.get("/invoices/new?period=2026-Q3")
    assert page.status_code == 200 and "1.190,00" in page.text
    token = page.text.split('name="draft" value="')[1].split('"')[0]
    done = await me.post("/invoices/new", {"period": "2026-Q3", "draft": token})
    assert done.status_code == 303, done.text
    listed = await me.get("/invoices?direction=out&period=2026-Q3")
    assert "RE-NORD-" in listed.text and "1.190,00" in listed.text
    (row,) = (await me.get("/api/v1/invoices")).json()["items"]
    shown = await me.get(f"/invoices/{row['id']}")
    assert "L-2026-0001/1" in shown.text and "Rechnungskorrektur stellen" in shown.text
    short = await me.post(f"/invoices/{row['id']}/credit", {"row_version": 1, "reason": ""})
    assert short.status_code == 422
    back = await me.post(
        f"/invoices/{row['id']}/credit", {"row_version": 1, "reason": "Falscher Monat", "line": "1"}
    )
    assert back.status_code == 303, back.text
    assert "berichtigt" in (await me.get(f"/invoices/{row['id']}")).text
    nothing = await me.get("/invoices/new?period=2025")
    assert "Nichts abzurechnen" in nothing.text


async def test_downloads_are_the_stored_bytes(client, cast, invoice):
    me = client.as_(cast.hub.viewer)
    xml = await me.get(f"/invoices/{invoice.id}/xml")
    assert xml.content.startswith(b"<?xml") and invoice.number.encode() in xml.content
    assert (await me.get(f"/api/v1/invoices/{invoice.id}/xml")).content == xml.content
    packed = await me.get("/invoices/download?period=2026-Q3")
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert archive.namelist() == [f"{invoice.number}.xml"]
        assert archive.read(archive.namelist()[0]) == xml.content


async def test_who_sees_an_invoice(client, cast, invoice):
    for viewer, status in (
        (cast.nord.viewer, 200), (cast.hub.viewer, 200), (cast.auditor, 200), (cast.sued.viewer, 404), (cast.fremd.viewer, 404), (cast.committee, 403),
    ):  # fmt: skip
        assert (await client.as_(viewer).get(f"/invoices/{invoice.id}")).status_code == status
    assert invoice.number not in (await client.as_(cast.sued.viewer).get("/invoices")).text


async def test_json_issue_is_safe_to_repeat_and_names_refusals(client, cast, conn, billable):
    me = client.as_(cast.nord.viewer)
    drafts = (await me.get("/api/v1/invoices/drafts?period=2026-Q3")).json()["items"]
    assert [d["gross_cents"] for d in drafts] == [1_190_00]
    first = await me.json_post("/api/v1/invoices/issue", {"period": "2026-Q3"})
    assert len(first.json()["issued"]) == 1, first.text
    again = await me.json_post("/api/v1/invoices/issue", {"period": "2026-Q3"})
    assert again.json() == {"issued": [], "refused": []}
    assert (await me.json_post("/api/v1/invoices/issue", {"period": "2026-Q9"})).status_code == 422


async def test_sender_form(client, cast):
    me = client.as_(cast.fremd.viewer)
    assert "IBAN" in (await me.get("/invoices/sender")).text
    wrong = await me.post(
        "/invoices/sender", {"row_version": 0, "contact": "Kasse", "phone": "x", "email": "a"}
    )
    assert wrong.status_code == 422
    good = {
        "row_version": 0,
        "contact": "Kasse",
        "phone": "0211 1234",
        "email": "kasse@example.org",
    }
    assert (await me.post("/invoices/sender", good)).status_code == 303
    assert "kasse@example.org" in (await me.get("/invoices/sender")).text
