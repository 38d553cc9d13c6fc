"""Which content is accepted: the ending and the bytes must show the same format."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kdnx.documents.model import DOCX, ENDINGS, ODT, XLSX, Unfit, media_type_of, safe_name
from tests.kdnx.documents.build import PDF, PNG, archive

WORD = archive("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("name", "body", "media_type"),
    [
        ("Angebot.PDF", PDF, "application/pdf"),
        ("plan.png", PNG, "image/png"),
        ("brief.docx", WORD, DOCX),
        ("liste.xlsx", archive("[Content_Types].xml", "xl/workbook.xml"), XLSX),
        ("text.odt", archive("content.xml", mimetype=ODT), ODT),
        ("paket.zip", archive("a.txt"), "application/zip"),
        ("liste.csv", "Name;Wert\nKöln;1\n".encode(), "text/csv"),
        ("liste.csv", "Name;Wert\nKöln;1\n".encode("cp1252"), "text/csv"),
        ("notiz.txt", b"Guten Tag", "text/plain"),
        ("daten.xml", b"<?xml version='1.0'?><a/>", "application/xml"),
        ("daten.json", b'{"a": 1}', "application/json"),
    ],
)
def test_accepted(name: str, body: bytes, media_type: str) -> None:
    assert media_type_of(body, name) == media_type


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("angebot.pdf", b"MZ\x90\0"),
        ("angebot.pdf", PNG),
        ("programm.exe", b"MZ\x90\0"),
        ("seite.html", b"<html></html>"),
        ("bild.svg", b"<svg/>"),
        ("notiz.txt", b"<!DOCTYPE html><script>1</script>"),
        ("notiz.txt", b"\0\1\2"),
        ("daten.xml", b"<svg onload='x'/>"),
        ("daten.json", b"kein JSON"),
        ("brief.docx", archive("a.txt")),
        ("paket.zip", b"PK\x03\x04kaputt"),
        ("brief.docx", archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")),
        ("ohneendung", PDF),
        ("liste.xlsm", archive("[Content_Types].xml", "xl/workbook.xml")),
    ],
)
def test_refused(name: str, body: bytes) -> None:
    with pytest.raises(Unfit):
        media_type_of(body, name)


@given(st.text(max_size=300))
def test_names_are_harmless(name: str) -> None:
    kept = safe_name(name)
    assert kept
    assert len(kept) <= 120
    assert not set(kept) & set('/\\"<>\r\n\0')
    assert kept not in {".", ".."}


@given(st.binary(max_size=300), st.sampled_from(sorted(ENDINGS)))
def test_no_bytes_crash_the_check(body: bytes, ending: str) -> None:
    with contextlib.suppress(Unfit):
        assert media_type_of(body, "datei" + ending) == ENDINGS[ending]
