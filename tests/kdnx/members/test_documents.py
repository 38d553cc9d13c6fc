"""Documents on a member's own page: the house and the office read them, others see no section."""

import re

from tests.cast import Cast
from tests.client import Client
from tests.kdnx.documents.build import PDF

MARK = "Zq-Satzung-Nordrechen"
PLACE = re.compile(r'name="place" value="([^"]+)"')


async def test_own_documents_on_the_own_page(client: Client, cast: Cast) -> None:
    url = f"/members/{cast.nord.id}"
    nord = client.as_(cast.nord.viewer)
    found = PLACE.search((await nord.get(url)).text)
    assert found
    fields = {"place": found.group(1), "title": MARK, "visibility": "office"}
    answer = await nord.post(
        "/documents", fields, files={"file": ("a.pdf", PDF, "application/pdf")}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, url)
    for viewer, sees in (
        (cast.nord.second, True), (cast.office, True), (cast.auditor, True), (cast.sued.viewer, False),
        (cast.committee, False),
    ):  # fmt: skip
        page = await client.as_(viewer).get(url)
        assert page.status_code == 200
        assert (MARK in page.text) is sees
        assert ('id="documents"' in page.text) is sees
    assert not PLACE.search((await client.as_(cast.office).get(url)).text)
