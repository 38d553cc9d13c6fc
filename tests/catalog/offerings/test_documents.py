"""Documents on the page of an offering: for its audience, attached by its owner."""

import re

from kdnx.viewer import Viewer
from tests.cast import Cast
from tests.catalog.build import an_offering, only_for
from tests.client import Client
from tests.kdnx.documents.build import PDF

MARK = "Zq-Datenblatt"
PLACE = re.compile(r'name="place" value="([^"]+)"')


async def put(client: Client, viewer: Viewer, url: str, visibility: str) -> int:
    found = PLACE.search((await client.as_(viewer).get(url)).text)
    assert found
    fields = {"place": found.group(1), "title": MARK, "visibility": visibility}
    answer = await client.as_(viewer).post(
        "/documents", fields, files={"file": ("a.pdf", PDF, "application/pdf")}
    )
    return answer.status_code


async def test_a_public_offering_has_public_documents(client: Client, cast: Cast) -> None:
    head = await an_offering(client.conn, cast.nord)
    url = f"/offerings/{head.id}"
    assert await put(client, cast.nord.viewer, url, "parties") == 422
    assert await put(client, cast.nord.viewer, url, "public") == 303
    for viewer in (cast.sued.viewer, cast.fremd.viewer, cast.committee):
        page = await client.as_(viewer).get(url)
        assert MARK in page.text
        assert not PLACE.search(page.text)


async def test_a_limited_offering_keeps_its_documents_to_its_audience(
    client: Client, cast: Cast
) -> None:
    head = await an_offering(client.conn, cast.nord, audiences=[only_for(cast.sued.id)])
    url = f"/offerings/{head.id}"
    assert await put(client, cast.nord.viewer, url, "public") == 422
    assert await put(client, cast.nord.viewer, url, "parties") == 303
    assert MARK in (await client.as_(cast.sued.viewer).get(url)).text
    for viewer in (cast.fremd.viewer, cast.committee):
        listed = await client.as_(viewer).get(
            f"/api/v1/documents?object_kind=offering&object_id={head.id}"
        )
        assert listed.json()["items"] == []
        assert MARK not in (await client.as_(viewer).get(url)).text
