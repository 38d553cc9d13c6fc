"""Documents on the pages of demand calls and tenders."""

import re

from kdnx.viewer import Viewer
from tests.cast import Cast
from tests.client import Client
from tests.kdnx.documents.build import PDF
from tests.procurement.build import a_call, a_tender

MARK = "Zq-Leistungsbeschreibung"
PLACE = re.compile(r'name="place" value="([^"]+)"')


async def put(client: Client, viewer: Viewer, url: str, visibility: str) -> int:
    found = PLACE.search((await client.as_(viewer).get(url)).text)
    assert found
    fields = {"place": found.group(1), "title": MARK, "visibility": visibility}
    answer = await client.as_(viewer).post(
        "/documents", fields, files={"file": ("a.pdf", PDF, "application/pdf")}
    )
    return answer.status_code


async def test_a_call_to_all_members(client: Client, cast: Cast) -> None:
    url = f"/demands/{await a_call(client.conn, cast)}"
    assert await put(client, cast.office, url, "public") == 303
    for viewer in (cast.nord.viewer, cast.fremd.viewer):
        page = await client.as_(viewer).get(url)
        assert MARK in page.text
        assert not PLACE.search(page.text)


async def test_a_call_to_chosen_members(client: Client, cast: Cast) -> None:
    call_id = await a_call(client.conn, cast, members=[cast.nord.id])
    url = f"/demands/{call_id}"
    assert await put(client, cast.office, url, "public") == 422
    assert await put(client, cast.office, url, "parties") == 303
    assert MARK in (await client.as_(cast.nord.viewer).get(url)).text
    for viewer in (cast.fremd.viewer, cast.committee):
        listed = await client.as_(viewer).get(
            f"/api/v1/documents?object_kind=demand_call&object_id={call_id}"
        )
        assert listed.json()["items"] == []
        assert MARK not in (await client.as_(viewer).get(url)).text


async def test_documents_of_a_tender_stay_with_the_office(client: Client, cast: Cast) -> None:
    tender_id = await a_tender(client.conn, cast)
    url = f"/tenders/{tender_id}"
    assert await put(client, cast.office, url, "parties") == 422
    assert await put(client, cast.office, url, "office") == 303
    assert MARK in (await client.as_(cast.auditor).get(url)).text
    for viewer in (cast.nord.viewer, cast.fremd.viewer, cast.committee):
        assert MARK not in (await client.as_(viewer).get(url)).text
        listed = await client.as_(viewer).get(
            f"/api/v1/documents?object_kind=tender&object_id={tender_id}"
        )
        assert listed.json()["items"] == []
