"""Finding and taking along: filters with sums, search by number, PDF, the sections of order and booking, sender, files."""

import subprocess
import sys
from datetime import date

import pytest

from exchange.invoices import store
from exchange.invoices.actions import issue_invoices
from exchange.invoices.model import read_term
from exchange.unbilled.actions import KIND, run_unbilled
from exchange.unbilled.model import last_due_period, quarter_word
from tests.cast import make_cast
from tests.exchange.build import SYSTEM, committed
from tests.exchange.invoices.build import a_confirmed, a_taxed_order, make_billable
from tests.house.rooms import ROOT

Q3 = read_term("2026-Q3")
OPEN_TASKS = (
    "SELECT owner_id, title, url FROM kdnx.task WHERE state = 'open' AND kind = $1 ORDER BY title"
)


@pytest.fixture
async def order(conn, cast):
    await make_billable(conn, cast.nord, cast.sued, cast.hub)
    found = await a_taxed_order(conn, cast, cast.nord, cast.sued, number="L-2026-0001")
    await a_confirmed(conn, cast.nord, cast.sued, found, 1_000_00)
    return found


@pytest.fixture
async def bills(conn, cast, order):
    found = []
    for actor in (cast.nord, cast.hub):
        await conn.act_as(actor.viewer)
        found += (await issue_invoices(conn, actor.viewer, Q3)).issued
    return found


async def test_filters_and_their_sums(client, cast, bills):
    hub = client.as_(cast.hub.viewer)
    everything = (await hub.get("/invoices")).text
    assert "2 Belege" in everything and "2.409,75" in everything  # 1,190.00 + 1,219.75
    one = (await hub.get(f"/invoices?partner={cast.nord.id}")).text
    assert "1 Beleg" in one and "RE-NORD-" in one and "RE-HUB-" not in one
    assert "RE-HUB-" in (await hub.get("/invoices?number=hub-")).text
    for narrow in ("type=389", "state=settled", "period=2025", "number=RE-NIX"):
        assert "Filter aufheben" in (await hub.get(f"/invoices?{narrow}")).text
    rows = (await hub.get("/api/v1/invoices?type=380&number=RE-NORD")).json()["items"]
    assert [r["issuer_id"] for r in rows] == [str(cast.nord.id)]


async def test_the_selection_as_a_table(client, cast, bills):
    got = await client.as_(cast.hub.viewer).get(f"/invoices/export?partner={cast.nord.id}")
    heading, row = got.content.decode("utf-8-sig").splitlines()
    assert heading.startswith("Nummer;Art;Von") and row.startswith(
        f"{bills[0].number};Rechnung;Nordrechen;"
    )
    assert ";1000,00;190,00;1190,00;gestellt;" in row


async def test_search_finds_a_number_for_its_parties_alone(client, cast, bills):
    link = f"/invoices/{bills[0].id}"
    for actor, shown in ((cast.nord, True), (cast.fremd, False)):
        me = client.as_(actor.viewer)
        assert (link in (await me.get("/search?q=RE-NORD")).text) is shown
    jump = await client.as_(cast.nord.viewer).get(f"/search?q={bills[0].number}")
    assert (jump.status_code, jump.headers["location"]) == (303, link)


async def test_the_pdf_is_for_whoever_sees_the_document(client, cast, bills):
    bill = bills[0]
    done = await client.as_(cast.nord.viewer).get(f"/invoices/{bill.id}/pdf")
    assert done.content.startswith(b"%PDF") and bill.number in done.headers["content-disposition"]
    assert (await client.as_(cast.sued.viewer).get(f"/invoices/{bill.id}/pdf")).status_code == 404


async def test_order_and_booking_show_the_documents_of_the_viewer(client, conn, cast, order, bills):
    booking = (await store.list_lines(conn, bills[0]))[0].line.booking_id
    first, second = (i.number for i in bills)
    for address in (f"/orders/{order}", f"/bookings/{booking}"):
        nord = (await client.as_(cast.nord.viewer).get(address)).text
        sued = (await client.as_(cast.sued.viewer).get(address)).text
        assert first in nord and second not in nord
        assert second in sued and first not in sued


async def test_hindrances_lead_to_where_they_are_put_right(client, conn, cast):
    order = await a_taxed_order(conn, cast, cast.nord, cast.sued)
    await a_confirmed(conn, cast.nord, cast.sued, order)
    undecided = await a_taxed_order(conn, cast, cast.nord, cast.sued, ())
    await a_confirmed(conn, cast.nord, cast.sued, undecided)
    page = (await client.as_(cast.nord.viewer).get("/invoices/new?period=2026-Q3")).text
    for place in (
        f"/members/{cast.nord.id}",
        f"/members/{cast.hub.id}",
        "/invoices/sender",
        f"/orders/{undecided}",
    ):
        assert f'href="{place}"' in page


async def test_a_house_enters_its_own_leitweg_id(client, cast):
    me = client.as_(cast.fremd.viewer)
    wrong = await me.post("/invoices/sender/leitweg", {"leitweg_id": "04011000-1234512345-07"})
    assert wrong.status_code == 422 and "Prüfziffer" in wrong.text
    for _again in (1, 2):
        good = await me.post("/invoices/sender/leitweg", {"leitweg_id": "04011000-1234512345-06"})
        assert good.status_code == 303, good.text
    assert "04011000-1234512345-06" in (await me.get("/invoices/sender")).text


@pytest.mark.parametrize(
    ("today", "days", "found"),
    [
        (date(2026, 10, 30), 30, 202606), (date(2026, 10, 31), 30, 202609), (date(2026, 1, 1), 0, 202512),
        (date(2026, 3, 31), 30, 202512), (date(2026, 1, 30), 30, 202509), (date(2026, 1, 31), 30, 202512),
    ],
)  # fmt: skip
def test_until_when_a_quarter_has_to_be_billed(today, days, found):
    assert last_due_period(today, days) == found
    assert quarter_word(202607) == "2026-Q3" and quarter_word(202612) == "2026-Q4"


async def test_a_task_waits_until_the_backlog_is_billed(conn, cast, order):
    conn.now = conn.now.replace(year=2027, month=6, day=15)
    await conn.act_as(SYSTEM)
    assert await run_unbilled(conn) == 2
    assert await run_unbilled(conn) == 0
    await conn.act_as(SYSTEM)
    rows = await conn.fetch(OPEN_TASKS, KIND)
    assert {r["owner_id"] for r in rows} == {cast.nord.id, cast.hub.id}
    assert all(r["url"] == "/invoices/new?period=2026-Q3" and "2026-Q3" in r["title"] for r in rows)
    await conn.act_as(cast.nord.viewer)
    await issue_invoices(conn, cast.nord.viewer, Q3)
    await conn.act_as(SYSTEM)
    assert [r["owner_id"] for r in await conn.fetch(OPEN_TASKS, KIND)] == [cast.hub.id]


async def test_files_of_the_command_line_are_the_stored_bytes(fresh_database, tmp_path):
    async with committed(fresh_database.pool, SYSTEM) as conn:
        cast = await make_cast(conn)
        await make_billable(conn, cast.nord, cast.sued, cast.hub)
        order = await a_taxed_order(conn, cast, cast.nord, cast.sued)
        await a_confirmed(conn, cast.nord, cast.sued, order)
        await conn.act_as(cast.nord.viewer)
        (bill,) = (await issue_invoices(conn, cast.nord.viewer, Q3)).issued
        xml = await store.get_xml(conn, bill)

    def run(*words):
        around = {
            "KDNX_DATABASE_URL": fresh_database.app_dsn,
            "KDNX_DATA_DIR": str(tmp_path / "data"),
            "PATH": "/usr/bin:/bin",
        }
        command = [sys.executable, "-m", "kdnx", "export", *words]
        return subprocess.run(command, cwd=ROOT, env=around, capture_output=True, check=False)

    single = run("xrechnung", "--invoice", bill.number.lower())
    assert (single.returncode, single.stdout) == (0, xml), single.stderr
    many = run("xrechnung", "--period", "2026-Q3", "--out", str(tmp_path / "files"), "--json")
    assert b'"documents": 1' in many.stdout, many.stderr
    assert (tmp_path / "files" / f"{bill.number}.xml").read_bytes() == xml
    assert run("xrechnung", "--period", "2026-Q3").returncode == 2
    assert run("xrechnung", "--invoice", "RE-X-2026-00001").returncode == 1
    assert run("xrechnung", "--period", "2025", "--out", str(tmp_path)).returncode == 1
    members = run("--format", "json", "members")
    assert members.returncode == 0 and b"NORD" in members.stdout
