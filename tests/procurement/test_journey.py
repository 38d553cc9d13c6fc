"""Over HTTP from a demand call to a tender draft, with two members answering and two people each."""

import re

from kdnx.db.conn import Conn
from tests.cast import Actor, Cast
from tests.client import Client


def found(pattern: str, text: str) -> str:
    """The first group, or a failing test."""
    match = re.search(pattern, text)
    assert match, (pattern, text[-3000:])
    return match[1]


async def _answer(client: Client, actor: Actor, url: str, quantity: str) -> None:
    first, second = client.as_(actor.viewer), client.as_(actor.second)
    page = await first.get(f"{url}/response")
    assert page.status_code == 200, page.text
    fields = {f"q_1_{year}_exp": quantity for year in (2027, 2028)} | {
        "price_1": "1.000,00",
        "move": "request_release",
    }
    saved = await first.post(f"{url}/response", fields)
    assert saved.status_code == 303, saved.text
    assert "Wartet auf Freigabe" in (await first.get(f"{url}/response")).text
    page = await second.get(f"{url}/response")
    version = found(r'name="row_version" value="(\d+)"', page.text)
    released = await second.post(f"{url}/response/release", {"row_version": version})
    assert released.status_code == 303, released.text
    assert "Quittung" in (await first.get(f"{url}/response")).text


async def test_from_demand_call_to_tender_draft(client: Client, cast: Cast, conn: Conn):
    office = client.as_(cast.office)
    created = await office.post("/demands/new", {
        "title": "Notebooks 2027", "first_year": "2027", "last_year": "2028", "closes_on": "2099-03-31", "audience": "all",
        "binding": "non_binding"})  # fmt: skip
    assert created.status_code == 303, created.text
    url = created.headers["location"]
    wrong = await office.post(
        f"{url}/positions", {"title": "Notebook", "cpv": "30213100-1", "unit": "Stück"}
    )
    assert wrong.status_code == 422
    assert "30213100-6" in wrong.text
    added = await office.post(
        f"{url}/positions", {"title": "Notebook", "cpv": "30213100-6", "unit": "Stück"}
    )
    assert added.status_code == 303, added.text
    assert (await office.post(f"{url}/announce")).status_code == 303
    assert "B-" in (await office.get(url)).text
    for actor in (cast.nord, cast.sued):
        await _answer(client, actor, url, "150")
    assert (await office.get(f"{url}/answers")).text.count("300") >= 2
    assert (await office.post(f"{url}/close")).status_code == 303
    made = await office.post(f"{url}/bundle", {"title": "Notebooks", "starts_on": "2026-11-23"})
    assert made.status_code == 303, made.text
    bundle = made.headers["location"]
    assert (await office.post(f"{bundle}/lots", {"title": "Geräte"})).status_code == 303
    page = await office.get(bundle)
    keys = re.findall(r'name="line" value="([^"]+)"', page.text)
    assert len(keys) == 2
    for key in keys:
        moved = await office.post(
            f"{bundle}/decide", {"line": key, "decision": "taken", "lot_no": "1"}
        )
        assert moved.status_code == 303, moved.text
    assert "600.000,00" in (await office.get(bundle)).text
    assert (await office.post(f"{bundle}/freeze")).status_code == 303
    assert (await office.get(f"{bundle}/tender")).status_code == 200
    tender = await office.post(f"{bundle}/tender", {
        "title": "Notebooks", "starts_on": "2026-11-23", "term_months": "48", "is_electronic": "on", "documents_online": "on"})  # fmt: skip
    assert tender.status_code == 303, tender.text
    address = tender.headers["location"]
    page = await office.get(address)
    assert page.status_code == 200, page.text
    for text in (
        "600.000,00",
        "216.000,00",
        "EU-weites Verfahren",
        "Offenes Verfahren",
        "23.12.2026",
        "V-",
    ):
        assert text in page.text, text
    chosen = await office.post(f"{address}/procedure", {"procedure": "open"})
    assert chosen.status_code == 303, chosen.text
    for path in (
        "/demands",
        "/bundles",
        "/tenders",
        f"{address}/edit",
        f"{address}/estimate",
        "/codes/cpv?q=notebook",
        "/demands/free",
    ):
        seen = await office.get(path)
        assert seen.status_code == 200, (path, seen.text)
