"""Offerings side by side over HTTP: what is shown, priced, refused, and what stays hidden."""

from uuid import uuid4

from catalog.comparison.model import Comparison, Row
from kdnx.db.conn import Conn
from tests.cast import Cast
from tests.catalog.build import FLAT, a_draft, an_offering, only_for
from tests.client import Client, plain

PER_HEAD = {"kind": "recurring", "base": "inhabitant", "per": "year", "unit_price_micro": 500_000}
TIERED = {
    **FLAT,
    "base": "workplace",
    "per": "month",
    "unit_price_micro": 4_000_000,
    "tier_mode": "graduated",
    "tiers": [{"from_quantity": "101", "unit_price_micro": 3_000_000}],
    "frozen_until": "2027-12-31",
    "index_clause": "Verbraucherpreisindex, höchstens 2 %",
}


def address(*ids: object, **more: object) -> str:
    rest = "".join(f"&{k}={v}" for k, v in more.items())
    return "/offerings/compare?" + "&".join(f"id={i}" for i in ids) + rest


async def test_two_offerings_with_my_quantities(client: Client, cast: Cast, conn: Conn):
    one = await an_offering(conn, cast.nord, "Sicherung Nord", prices=[PER_HEAD], reference="A1")
    two = await an_offering(conn, cast.sued, "Sicherung Süd", prices=[TIERED], reference="A2")
    page = await client.as_(cast.fremd.viewer).get(address(one.id, two.id, workplaces="200"))
    assert page.status_code == 200, page.text
    # 100,000 inhabitants of the register at 0.50; 100 at 4.00 and 100 at 3.00 a month
    assert "50.000,00" in page.text
    assert "8.400,00" in page.text
    assert "niedrigster Preis" in page.text
    assert "Staffel: jede Stufe zu ihrem Preis: ab 101: 3,00" in page.text
    assert "fest bis 31.12.2027" in page.text
    assert "höchstens 2 %" in page.text
    assert f"/offerings/compare?id={two.id}&amp;workplaces=200" in page.text


async def test_only_differences(client: Client, cast: Cast, conn: Conn):
    one = await an_offering(conn, cast.nord, "Sicherung Nord", reference="B1")
    two = await an_offering(conn, cast.sued, "Sicherung Süd", reference="B2", notice_months=3)
    every = await client.as_(cast.fremd.viewer).get(address(one.id, two.id))
    some = await client.as_(cast.fremd.viewer).get(address(one.id, two.id, differences=1))
    assert "Schutzbedarf" in every.text
    assert "Schutzbedarf" not in some.text
    assert "Kündigungsfrist" in some.text
    assert "Alle Angaben zeigen" in some.text


async def test_invisible_unknown_and_draft_are_one_answer(client: Client, cast: Cast, conn: Conn):
    shown = await an_offering(conn, cast.nord, reference="C1")
    hidden = await an_offering(conn, cast.nord, reference="C2", audiences=[only_for(cast.sued.id)])
    draft = await a_draft(conn, cast.nord.viewer, reference="C3")
    fremd = client.as_(cast.fremd.viewer)
    answers = [await fremd.get(address(shown.id, i)) for i in (uuid4(), hidden.id, draft.id)]
    assert {a.status_code for a in answers} == {404}
    texts = {plain(a).replace(str(hidden.id), "") for a in answers}
    assert len(texts) == 1
    assert "nicht sichtbar" in answers[0].text
    # whom it is for compares it
    sued = await client.as_(cast.sued.viewer).get(address(shown.id, hidden.id))
    assert sued.status_code == 200


async def test_none_one_and_five(client: Client, cast: Cast, conn: Conn):
    fremd = client.as_(cast.fremd.viewer)
    assert "Nichts angekreuzt" in (await fremd.get("/offerings/compare")).text
    heads = [
        await an_offering(conn, cast.nord, f"Leistung {n}", reference=f"D{n}") for n in range(5)
    ]
    assert "Erst eine Leistung" in (await fremd.get(address(heads[0].id))).text
    # the same one twice counts once
    assert (await fremd.get(address(heads[0].id, heads[0].id, heads[1].id))).status_code == 200
    five = await fremd.get(address(*(h.id for h in heads)))
    assert five.status_code == 422
    assert "Höchstens vier" in five.text
    wrong = await fremd.get(address(heads[0].id, heads[1].id, workplaces="viele"))
    assert wrong.status_code == 200
    assert heads[0].title in wrong.text
    assert heads[1].title in wrong.text


async def test_the_same_as_json(client: Client, cast: Cast, conn: Conn):
    one = await an_offering(conn, cast.nord, prices=[PER_HEAD], reference="E1")
    two = await an_offering(conn, cast.sued, prices=[FLAT], reference="E2")
    r = await client.as_(cast.fremd.viewer).get(
        f"/api/v1/offerings/compare?id={one.id}&id={two.id}&inhabitants=1000"
    )
    assert r.status_code == 200, r.text
    assert [c["yearly_cents"] for c in r.json()["columns"]] == [50_000, 1_200_000]
    assert r.json()["quantities"]["inhabitants"] == "1000"


def test_a_row_differs_when_a_cell_does():
    same, other = Row("g", "l", [["a"], ["a"]]), Row("g", "m", [["a"], ["b"]])
    table = Comparison([], [same, other])
    assert table.shown(differences=True) == [("g", [other])]
    assert table.shown(differences=False) == [("g", [same, other])]
