"""The UBL catalogue: valid by the published schema, complete, and blind to what a viewer may not see."""

import subprocess
import sys
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.ubl.document import CAC, CBC, Header, Party, split_tiers, write_catalogue
from catalog.ubl.reading import write_ubl
from kdnx.db.conn import Conn
from kdnx.errors import NotFound
from tests.cast import Cast
from tests.catalog.build import WORKPLACE, an_offering, only_for
from tests.client import Client

CHECKER = Path(__file__).resolve().parents[4] / "shared/checks/xsd_check.py"
NEEDS_CHECKER = pytest.mark.skipif(
    not CHECKER.is_file(), reason="der Ordner ../shared mit den Prüfprogrammen fehlt"
)
TIERS = [
    {"from_quantity": 1001, "unit_price_micro": 4_000_000},
    {"from_quantity": 5001, "unit_price_micro": 3_250_000},
]


def numbers(xml: bytes) -> list[str]:
    root = ET.fromstring(xml)  # noqa: S314  # our own document
    return [e.text or "" for e in root.iterfind(f"{{{CAC}}}CatalogueLine/{{{CBC}}}ID")]


def accepts(xml: bytes, folder: Path) -> str:
    file = folder / "catalogue.xml"
    file.write_bytes(xml)
    done = subprocess.run(  # the checker is a program beside the checkout
        [sys.executable, str(CHECKER), str(file)], capture_output=True, text=True, check=False
    )
    return done.stdout if done.returncode else ""


@NEEDS_CHECKER
async def test_it_is_valid_and_names_every_tier(conn: Conn, cast: Cast, tmp_path: Path):
    await cast_up(conn, cast)
    xml = await write_ubl(conn, cast.fremd.viewer)
    assert accepts(xml, tmp_path) == ""
    text = xml.decode()
    assert text.count("<cac:RequiredItemLocationQuantity>") == 4  # three tiers and a plain price
    for words in (
        'unitCode="C62">5000<',
        ">3.25<",
        "alles zum Preis der erreichten Stufe",
        ">72000000-5<",
        "§ 2b UStG",
        "Team &amp; Söhne",
    ):
        assert words in text, words


async def cast_up(conn: Conn, cast: Cast) -> None:
    tiered = {**WORKPLACE, "tier_mode": "slab", "tiers": TIERS, "label": "Team & Söhne"}
    await an_offering(conn, cast.nord, prices=[tiered], cpv=["72000000-5"])
    await an_offering(conn, cast.nord, "Rechenzentrum für alle")
    await conn.act_as(cast.fremd.viewer)


async def test_what_is_not_for_me_is_not_in_it(client: Client, conn: Conn, cast: Cast):
    mine = await an_offering(conn, cast.nord, "Nur für Süd", audiences=[only_for(cast.sued.id)])
    every = await an_offering(conn, cast.nord, "Für jeden")
    for viewer, seen in (
        (cast.fremd.viewer, [every.number]),
        (cast.sued.viewer, [mine.number, every.number]),
        (cast.nord.viewer, [mine.number, every.number]),
    ):
        answer = await client.as_(viewer).get("/exports/offerings/ubl")
        assert answer.status_code == 200
        assert numbers(answer.content) == sorted(seen)


async def test_an_empty_catalogue_says_so(conn: Conn, cast: Cast):
    await conn.act_as(cast.fremd.viewer)
    with pytest.raises(NotFound, match="noch keine"):
        await write_ubl(conn, cast.fremd.viewer)


def test_a_document_has_a_line():
    header = Header("1", "K", date(2026, 1, 1), Party("A", "A"), Party("B", "B"))
    with pytest.raises(ValueError, match="at least one"):
        write_catalogue(header)


@given(st.lists(st.integers(2, 10**6), min_size=1, max_size=8, unique=True))
def test_tiers_cover_every_quantity_once(starts: list[int]):
    tiers = [(Decimal(s), Decimal(n)) for n, s in enumerate(starts)]
    parts = list(split_tiers(Decimal(99), tiers))
    assert parts[0][1] is None
    assert parts[-1][2] is None
    for (_a, _b, end), (_c, start, _d) in pairwise(parts):
        assert end is not None
        assert start == end + 1
