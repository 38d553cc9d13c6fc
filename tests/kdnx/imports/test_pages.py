"""Upload, columns, check and commit by clicking; templates and exports; nothing of another house."""

import re

import pytest

from kdnx.demo.catalogue import read_rows
from kdnx.imports.reading import read_table
from kdnx.imports.writing import write_csv
from kdnx.members.files import COLUMNS, KIND
from tests.client import plain

NEW = "Kürzel;Name;Rechtsform;Ort\nN01;Neues Haus;Zweckverband;Neustadt\nN02;Zweites Haus;GmbH;Altstadt\n"
GOOD = NEW.replace("Ort", "Sitz")
BAD = GOOD.replace("GmbH", "AG")


async def upload(client, viewer, content, name="haeuser.csv", kind="members"):
    return await client.as_(viewer).post(
        "/imports/new", {"kind": kind}, files={"file": (name, content, "text/csv")}
    )


async def members(client, viewer):
    page = await client.as_(viewer).get("/exports/members/csv")
    assert page.status_code == 200
    return {row[0] for _n, row in read_table(page.content).rows}


async def test_from_the_file_to_the_register(client, cast):
    sent = await upload(client, cast.office, GOOD.encode("cp1252"))
    assert sent.status_code == 303
    url = sent.headers["location"]
    page = await client.as_(cast.office).get(url)
    assert "Spalten zuordnen" in page.text
    assert (await client.as_(cast.office).post(f"{url}/check")).status_code == 303
    page = await client.as_(cast.office).get(url)
    assert "Alle Zeilen sind in Ordnung" in page.text
    assert "N01" not in await members(client, cast.office)
    assert (await client.as_(cast.office).post(f"{url}/commit")).status_code == 303
    assert {"N01", "N02"} <= await members(client, cast.office)
    page = await client.as_(cast.office).get(url)
    assert "Übernommen" in page.text
    assert "Jetzt übernehmen" not in page.text
    again = await client.as_(cast.office).post(f"{url}/commit")
    assert again.status_code == 409
    assert "haeuser.csv" in (await client.as_(cast.office).get("/imports")).text


async def test_a_heading_nobody_knows_is_matched_by_hand(client, cast):
    url = (await upload(client, cast.office, NEW.encode())).headers["location"]
    page = await client.as_(cast.office).get(url)
    assert "Noch ohne Spalte: Sitz" in page.text
    await client.as_(cast.office).post(f"{url}/check")
    assert "Alle Zeilen sind in Ordnung" not in (await client.as_(cast.office).get(url)).text
    columns = {f"column.{n}": str(i) for i, n in enumerate(("code", "name", "legal_form", "seat"))}
    await client.as_(cast.office).post(f"{url}/check", columns)
    assert "Alle Zeilen sind in Ordnung" in (await client.as_(cast.office).get(url)).text


async def test_bad_rows_are_named_downloaded_and_left_out_on_request(client, cast):
    url = (await upload(client, cast.office, BAD.encode())).headers["location"]
    await client.as_(cast.office).post(f"{url}/check")
    page = await client.as_(cast.office).get(url)
    assert "Dieser Wert ist nicht vorgesehen." in page.text
    file = await client.as_(cast.office).get(f"{url}/refused")
    table = read_table(file.content)
    assert [row[0] for _n, row in table.rows] == ["N02"]
    assert "nicht vorgesehen" in str(table.rows[0][1][-1])
    await client.as_(cast.office).post(f"{url}/commit")
    assert not {"N01", "N02"} & await members(client, cast.office)
    await client.as_(cast.office).post(f"{url}/commit", {"partial": "true"})
    assert {"N01", "N02"} & await members(client, cast.office) == {"N01"}


async def test_discarded_is_forgotten(client, cast):
    url = (await upload(client, cast.office, GOOD.encode())).headers["location"]
    await client.as_(cast.office).post(f"{url}/discard")
    assert (await client.as_(cast.office).post(f"{url}/commit")).status_code == 409
    assert not {"N01"} & await members(client, cast.office)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\x00", b"PK\x03\x04nothing"])
async def test_what_is_no_table_is_said_on_the_page(client, cast, content):
    page = await upload(client, cast.office, content, "bericht.pdf")
    assert page.status_code == 422
    assert "Datei" in page.text


async def test_no_file_and_an_unknown_kind(client, cast):
    assert (
        await client.as_(cast.office).post("/imports/new", {"kind": "members"})
    ).status_code == 422
    assert (await upload(client, cast.office, GOOD.encode(), kind="widgets")).status_code in {
        404,
        409,
        422,
    }


async def test_another_house_sees_neither_the_file_nor_that_it_is_there(client, cast):
    url = (await upload(client, cast.office, GOOD.encode())).headers["location"]
    unknown = re.sub(r"[0-9a-f]{12}$", "0" * 12, url)
    for viewer in (cast.fremd.viewer, cast.nord.viewer):
        for tail in ("", "/refused"):
            theirs = await client.as_(viewer).get(url + tail)
            assert theirs.status_code == 404
            assert plain(theirs).replace(url, "") == plain(
                await client.as_(viewer).get(unknown + tail)
            ).replace(unknown, "")
        for move in ("check", "commit", "discard"):
            assert (await client.as_(viewer).post(f"{url}/{move}")).status_code == 404
        assert "haeuser.csv" not in (await client.as_(viewer).get("/imports")).text


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_the_template_of_the_page_reads_as_a_file(client, cast, form):
    file = await client.as_(cast.office).get(f"/imports/template/members/{form}")
    assert file.headers["content-disposition"].startswith("attachment")
    assert list(read_table(file.content).headings) == [c.title for c in COLUMNS]


async def test_an_export_of_the_page_is_the_import_of_the_page(client, cast):
    rows = read_rows("members.csv")
    content = write_csv(COLUMNS, [{c.name: None for c in COLUMNS}])
    assert content.startswith(b"\xef\xbb\xbf")
    source = "\n".join([",".join(rows[0]), *(",".join(f'"{v}"' for v in r.values()) for r in rows)])
    url = (await upload(client, cast.office, source.encode())).headers["location"]
    await client.as_(cast.office).post(f"{url}/check")
    await client.as_(cast.office).post(f"{url}/commit")
    first = await client.as_(cast.office).get("/exports/members/csv")
    url = (await upload(client, cast.office, first.content)).headers["location"]
    await client.as_(cast.office).post(f"{url}/check")
    page = await client.as_(cast.office).get(url)
    unchanged = len(await KIND.read(client.conn, cast.office))
    assert re.search(rf"Unverändert.*?{unchanged}", page.text, re.DOTALL)


async def test_an_unknown_form_is_not_found(client, cast):
    assert (await client.as_(cast.office).get("/exports/members/docx")).status_code == 404
