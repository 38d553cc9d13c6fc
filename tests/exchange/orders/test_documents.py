"""Contract and annexes on the page of an order: its two sides and the office, and nobody else."""

import re
from typing import Any
from uuid import UUID

from kdnx.documents.actions import Place, Upload, add_document
from kdnx.documents.model import Visibility
from kdnx.viewer import Role, Scope, Viewer
from tests.cast import Cast, make_person
from tests.client import Client, plain
from tests.exchange.order_build import an_order_at
from tests.kdnx.documents.build import PDF

MARK = "Zq-Rahmenvertrag-Nord-Sued"
PLACE = re.compile(r'name="place" value="([^"]+)"')
UNKNOWN = UUID("0b5f0000-0000-7000-8000-00000000dead")


async def place_on(client: Client, viewer: Viewer, url: str) -> str:
    """The signed place of the form on a page, '' where there is none."""
    page = await client.as_(viewer).get(url)
    assert page.status_code == 200, url
    found = PLACE.search(page.text)
    return found.group(1) if found else ""


async def put(client: Client, viewer: Viewer, url: str, **over: Any) -> Any:
    """Attach a document through the form of a page."""
    fields = {
        "place": await place_on(client, viewer, url), "title": MARK, "kind": "contract",
        "visibility": "parties", **over,
    }  # fmt: skip
    return await client.as_(viewer).post(
        "/documents", fields, files={"file": (f"{MARK}.pdf", PDF, "application/pdf")}
    )


async def test_each_side_reads_what_the_other_attached(client: Client, cast: Cast) -> None:
    order = await an_order_at(client.conn, cast, "offered")
    url = f"/orders/{order.id}"
    answer = await put(client, cast.sued.viewer, url)
    assert (answer.status_code, answer.headers["location"]) == (303, url)
    for viewer in (cast.sued.second, cast.nord.viewer, cast.office, cast.auditor):
        page = await client.as_(viewer).get(url)
        assert MARK in page.text
        assert "Vertrag" in page.text
    (found,) = (
        await client.as_(cast.nord.viewer).get(
            f"/api/v1/documents?object_kind=order&object_id={order.id}"
        )
    ).json()["items"]
    assert (found["kind"], found["visibility"], found["owner_id"]) == (
        "contract", "parties", str(cast.sued.id),
    )  # fmt: skip


async def test_strangers_learn_nothing(client: Client, cast: Cast) -> None:
    order = await an_order_at(client.conn, cast, "offered")
    await client.conn.act_as(cast.nord.viewer)
    paper = await add_document(
        client.conn, cast.nord.viewer, Place("order", order.id, (cast.nord.id, cast.sued.id)),
        Upload(f"{MARK}.pdf", PDF), title=MARK, visibility=Visibility.PARTIES,
    )  # fmt: skip
    for viewer in (cast.fremd.viewer, cast.committee):
        stranger = client.as_(viewer)
        for path in (
            f"/orders/{order.id}",
            f"/documents/{paper.id}",
            f"/documents/{paper.id}/content",
        ):
            answer = await stranger.get(path)
            assert answer.status_code in {403, 404}, path
            assert MARK not in answer.text + str(answer.headers), path
            known = path.replace(str(paper.id), str(UNKNOWN)).replace(str(order.id), str(UNKNOWN))
            unknown = plain(await stranger.get(known)).replace(str(UNKNOWN), "ID")
            asked = plain(answer).replace(str(paper.id), "ID").replace(str(order.id), "ID")
            assert asked == unknown, path
        listed = await stranger.get(f"/api/v1/documents?object_kind=order&object_id={order.id}")
        assert MARK not in listed.text
        assert MARK not in (await stranger.get("/search?q=Zq-Rahmen")).text


async def test_only_roles_that_write_documents_get_the_form(client: Client, cast: Cast) -> None:
    order = await an_order_at(client.conn, cast, "offered")
    url = f"/orders/{order.id}"
    reader = await make_person(
        client.conn, "Leserin", cast.sued.id, "Suedrechen", roles=frozenset({Role.EVALUATOR}),
        scope=Scope.MEMBER,
    )  # fmt: skip
    assert await place_on(client, cast.sued.viewer, url)
    assert not await place_on(client, reader, url)
    assert not await place_on(client, cast.auditor, url)
    place = await place_on(client, cast.sued.viewer, url)
    assert (await put(client, reader, url, place=place)).status_code == 403
    assert (await put(client, cast.fremd.viewer, "/orders", place=place)).status_code == 422


async def test_the_form_decides_kind_and_readers(client: Client, cast: Cast) -> None:
    order = await an_order_at(client.conn, cast, "offered")
    url = f"/orders/{order.id}"
    assert (await put(client, cast.nord.viewer, url, kind="other")).status_code == 422
    assert (await put(client, cast.nord.viewer, url, visibility="public")).status_code == 422
    assert (await put(client, cast.nord.viewer, url, visibility="office")).status_code == 303
    assert MARK not in (await client.as_(cast.sued.viewer).get(url)).text
    assert MARK in (await client.as_(cast.nord.viewer).get(url)).text


async def test_documents_of_a_draft_stay_in_the_house(client: Client, cast: Cast) -> None:
    order = await an_order_at(client.conn, cast, "draft")
    url = f"/orders/{order.id}"
    assert (await put(client, cast.sued.viewer, url)).status_code == 422
    assert (await put(client, cast.sued.viewer, url, visibility="office")).status_code == 303
    listed = await client.as_(cast.nord.viewer).get(
        f"/api/v1/documents?object_kind=order&object_id={order.id}"
    )
    assert listed.json()["items"] == []
