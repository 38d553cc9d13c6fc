"""Documents over HTTP: upload at a vouched place, download, versions, strangers."""

import base64
from dataclasses import replace
from hashlib import sha256
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest

from kdnx.documents.actions import Place, Upload, add_document
from kdnx.documents.model import Document, Visibility
from kdnx.documents.panel import panel_of
from kdnx.ids import new_id
from kdnx.viewer import Viewer
from kdnx.web.routing import Call
from kdnx.web.templating import Shell
from tests.cast import Cast
from tests.client import Client, plain
from tests.kdnx.documents.build import PDF, archive

OBJECT = UUID("00000000-0000-7000-8000-0000000000aa")


async def place_for(client: Client, viewer: Viewer, cast: Cast) -> str:
    """The signed word that a page of the object would carry for this viewer."""
    call = Call(client.house, SimpleNamespace(), client.conn, viewer)  # type: ignore[arg-type]  # no request needed
    panel = await panel_of(call, "service_order", OBJECT, url="/tasks", party_ids=[cast.sued.id])
    return panel.place


async def upload(client: Client, viewer: Viewer, cast: Cast, **over: str) -> object:
    fields = {
        "place": await place_for(client, viewer, cast),
        "visibility": "parties",
        "title": "",
        **over,
    }
    return await client.as_(viewer).post(
        "/documents", fields, files={"file": ("Prüfbericht.pdf", PDF, "text/html")}
    )


async def stored(client: Client, cast: Cast, **over: object) -> Document:
    await client.conn.act_as(cast.nord.viewer)
    return await add_document(
        client.conn, cast.nord.viewer, Place("service_order", OBJECT, (cast.sued.id,)),
        Upload("Prüf bericht.pdf", PDF), **{"visibility": Visibility.PARTIES, **over},  # type: ignore[arg-type]  # keywords of the action
    )  # fmt: skip


async def test_upload_and_download(client: Client, cast: Cast) -> None:
    nord = client.as_(cast.nord.viewer)
    answer = await upload(client, cast.nord.viewer, cast)
    assert (answer.status_code, answer.headers["location"]) == (303, "/tasks")
    query = f"/api/v1/documents?object_kind=service_order&object_id={OBJECT}"
    (found,) = (await client.as_(cast.sued.viewer).get(query)).json()["items"]
    assert (found["file_name"], found["media_type"]) == ("Prüfbericht.pdf", "application/pdf")
    assert found["sha256"] == sha256(PDF).hexdigest()
    page = await nord.get(f"/documents/{found['id']}")
    assert found["sha256"] in page.text
    body = await client.as_(cast.sued.viewer).get(f"/documents/{found['id']}/content")
    assert body.content == PDF
    assert (
        body.headers["content-disposition"] == "attachment; filename*=UTF-8''Pr%C3%BCfbericht.pdf"
    )
    assert body.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in body.headers["content-security-policy"]
    assert (await nord.get(f"/api/v1/documents/{found['id']}/content")).content == PDF


@pytest.mark.parametrize(
    "over", [{"place": "erfunden"}, {"visibility": "public"}, {"visibility": "x"}]
)
async def test_place_must_be_vouched_for(client: Client, cast: Cast, over: dict[str, str]) -> None:
    assert (await upload(client, cast.nord.viewer, cast, **over)).status_code == 422


async def test_place_of_another_person_is_refused(client: Client, cast: Cast) -> None:
    theirs = await place_for(client, cast.nord.viewer, cast)
    answer = await upload(client, cast.fremd.viewer, cast, place=theirs)
    assert answer.status_code == 422
    assert "abgelaufen" in answer.text


async def test_stranger_learns_nothing(client: Client, cast: Cast) -> None:
    document = await stored(client, cast)
    fremd, other = client.as_(cast.fremd.viewer), uuid4()
    for path in ("/documents/{}", "/documents/{}/content"):
        theirs, unknown = (
            await fremd.get(path.format(document.id)),
            await fremd.get(path.format(other)),
        )
        assert theirs.status_code == 404
        assert plain(theirs).replace(str(document.id), "") == plain(unknown).replace(str(other), "")
    for path in ("/api/v1/documents/{}", "/api/v1/documents/{}/content"):
        theirs, unknown = (
            await fremd.get(path.format(document.id)),
            await fremd.get(path.format(other)),
        )
        assert theirs.status_code == 404
        assert theirs.json() | {"request_id": ""} == unknown.json() | {"request_id": ""}
    listed = await fremd.get(f"/api/v1/documents?object_kind=service_order&object_id={OBJECT}")
    assert listed.json()["items"] == []
    for path in ("/documents/{}/versions", "/documents/{}/withdraw"):
        fields = {"row_version": "1", "reason": "fremd"}
        files = {"file": ("a.pdf", PDF + b"3", "application/pdf")}
        theirs = await fremd.post(path.format(document.id), fields, files=files)
        unknown = await fremd.post(path.format(other), fields, files=files)
        assert theirs.status_code == 404
        assert plain(theirs).replace(str(document.id), "") == plain(unknown).replace(str(other), "")


async def test_quarantine_and_withdrawal_close_the_download(client: Client, cast: Cast) -> None:
    nord = client.as_(cast.nord.viewer)
    waiting = await stored(client, cast, scanned=True)
    assert (await nord.get(f"/documents/{waiting.id}/content")).status_code == 409
    assert "Quarantäne" in (await nord.get(f"/documents/{waiting.id}")).text
    open_one = await stored(client, cast)
    bad = await nord.post(f"/documents/{open_one.id}/withdraw", {"row_version": "1", "reason": ""})
    assert bad.status_code == 422
    done = await nord.post(
        f"/documents/{open_one.id}/withdraw", {"row_version": "1", "reason": "veraltet"}
    )
    assert done.status_code == 303
    assert (await nord.get(f"/documents/{open_one.id}/content")).status_code == 409


async def test_new_version_by_page_and_machine(client: Client, cast: Cast) -> None:
    nord, document = client.as_(cast.nord.viewer), await stored(client, cast)
    url = f"/documents/{document.id}/versions"
    same = await nord.post(url, files={"file": ("a.pdf", PDF, "application/pdf")})
    assert same.status_code == 422
    assert "dieselbe" in same.text
    wrong = await nord.post(url, files={"file": ("a.pdf", b"MZ", "application/pdf")})
    assert wrong.status_code == 422
    done = await nord.post(url, files={"file": ("a.pdf", PDF + b"2", "application/pdf")})
    assert done.status_code == 303
    assert "Alle Fassungen" in (await nord.get(done.headers["location"])).text
    third = archive("a.txt")
    body = {
        "file_name": "paket.zip",
        "content": base64.b64encode(third).decode(),
        "sha256": "0" * 64,
    }
    bad = await nord.json_post(f"/api/v1{url}", body)
    assert bad.status_code == 422
    good = await nord.json_post(f"/api/v1{url}", body | {"sha256": sha256(third).hexdigest()})
    assert (good.status_code, good.json()["version"]) == (201, 3)


async def test_partial_shows_documents_and_form(client: Client, cast: Cast) -> None:
    document = await stored(client, cast, title="Betriebskonzept")
    call = Call(client.house, SimpleNamespace(), client.conn, cast.nord.viewer)  # type: ignore[arg-type]  # no request needed
    panel = await panel_of(call, document.object_kind, document.object_id, url="/tasks")
    template = client.house.env.get_template("documents/list_of.html")
    shown = template.render(panel=panel, shell=Shell(csrf_token="c", form_key="k"))
    assert "Betriebskonzept" in shown
    assert 'action="/documents"' in shown
    quiet = template.render(panel=replace(panel, place="", documents=()), shell=Shell())
    assert 'action="/documents"' not in quiet


async def test_unknown_object_has_no_documents(client: Client, cast: Cast) -> None:
    answer = await client.as_(cast.nord.viewer).get(
        f"/api/v1/documents?object_kind=x&object_id={new_id()}"
    )
    assert answer.json() == {"items": [], "next": None}
