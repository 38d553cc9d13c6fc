"""The admin page of providers: secrets go in and never come out."""

import pytest

from kdnx.db.conn import Conn
from kdnx.providers.actions import open_secret
from kdnx.providers.store import list_providers
from kdnx.viewer import Scope, Viewer
from tests.cast import Cast
from tests.client import Client

FIELDS = {
    "slug": "nord", "label": "Nordrechen", "issuer": "https://login.nord.example", "client_id": "kdnx",
    "client_secret": "geheim-4711-geheim",
}  # fmt: skip
URL = "/admin/providers"


async def test_a_secret_goes_in_and_never_comes_out(client: Client, conn: Conn, cast: Cast) -> None:
    office = await client.sign_in(cast.office)
    assert (await office.post(URL, FIELDS)).status_code == 303
    page = (await office.get(URL)).text
    assert "https://login.nord.example" in page
    assert "geheim-4711" not in page
    await conn.act_as(Viewer(scope=Scope.SYSTEM))
    provider = (await list_providers(conn))[0]
    assert "geheim" not in provider.client_secret
    assert open_secret(client.house.settings.secret(), provider, conn) == "geheim-4711-geheim"
    tables = ("kdnx.idempotency", "kdnx.audit_event", "kdnx.change", "kdnx.security_event")
    for table in tables:
        rows = await conn.fetch(f"SELECT t::text AS line FROM {table} t")
        assert not [r for r in rows if "geheim-4711" in r["line"]]
    wrong = await office.post(URL, {**FIELDS, "slug": "Ä", "label": ""})
    assert wrong.status_code == 422
    assert "geheim-4711" not in wrong.text


async def test_changing_keeps_an_empty_secret_and_names_the_version(
    client: Client, conn: Conn, cast: Cast
) -> None:
    office = await client.sign_in(cast.office)
    await office.post(URL, FIELDS)
    change = {"label": "Neu", "client_id": "kdnx-2", "state": "active", "row_version": "1"}
    assert (await office.post(f"{URL}/nord", change)).status_code == 303
    stale = await office.post(f"{URL}/nord", change)
    assert stale.status_code == 412
    await conn.act_as(Viewer(scope=Scope.SYSTEM))
    provider = (await list_providers(conn))[0]
    assert (provider.label, provider.client_id, provider.row_version) == ("Neu", "kdnx-2", 2)
    assert open_secret(client.house.settings.secret(), provider, conn) == "geheim-4711-geheim"
    assert (await office.post(f"{URL}/unbekannt", change)).status_code == 404
    assert (await office.post(f"{URL}/nord", {**change, "state": "x"})).status_code == 422


@pytest.mark.parametrize(
    "over", [{"issuer": "http://login.nord.example"}, {"issuer": "https://x.example/?a=1"}]
)
async def test_an_unsafe_issuer_is_refused(
    client: Client, cast: Cast, over: dict[str, str]
) -> None:
    answer = await client.as_(cast.office).post(URL, {**FIELDS, **over})
    assert answer.status_code == 409
    assert "nicht sicher" in answer.text


async def test_the_same_provider_twice_is_refused(client: Client, cast: Cast) -> None:
    office = await client.sign_in(cast.office)
    await office.post(URL, FIELDS)
    for over in ({"slug": "anders"}, {"issuer": "https://other.example"}):
        assert (await office.post(URL, {**FIELDS, **over})).status_code == 409


async def test_a_members_administration_enters_none(client: Client, cast: Cast) -> None:
    nord = await client.sign_in(cast.nord.viewer)
    assert (await nord.post(URL, FIELDS)).status_code == 403
    assert (await nord.post(f"{URL}/nord", {"label": "x"})).status_code == 403
