"""Facets, orders and excerpts: each facet under all others, every piece once, words shown in their place."""

import re
from datetime import timedelta

import pytest

from catalog.finding import store
from catalog.finding.excerpts import excerpt, marked
from catalog.finding.model import Criteria, Lead, Sort, lead_of
from catalog.indexing.actions import reindex
from catalog.offerings.actions import mark_uses
from kdnx.db.conn import Conn
from tests.cast import Cast
from tests.catalog.build import FLAT, HOSTING, PRINTING, WORKPLACE, an_offering
from tests.client import Client


async def counts(conn: Conn, cast: Cast, **over: object) -> store.Counts:
    return await store.count_facets(conn, cast.fremd.viewer, Criteria(**over))  # type: ignore[arg-type]  # short


async def test_each_facet_ignores_its_own_choice_alone(conn: Conn, cast: Cast):
    await an_offering(conn, cast.nord, "Erste", protection_level="normal", lead_time_days=5)
    await an_offering(
        conn, cast.nord, "Zweite", protection_level="high", lead_time_days=25, prices=[FLAT]
    )
    await an_offering(
        conn, cast.sued, "Dritte", protection_level="high", lead_time_days=400, category_id=PRINTING
    )
    await conn.act_as(cast.fremd.viewer)
    found = await counts(conn, cast)
    assert found.protections == {"normal": 1, "high": 2}
    assert found.leads == {"10": 1, "30": 1, "later": 1}
    assert found.routes == {"gwb_108_6": 3}
    found = await counts(conn, cast, protections=["high"])
    assert (found.total, found.protections, found.leads) == (
        2,
        {"normal": 1, "high": 2},
        {"30": 1, "later": 1},
    )
    found = await counts(conn, cast, protections=["high"], leads=["10"])
    assert (found.total, found.protections, found.leads, found.bases) == (
        0,
        {"normal": 1},
        {"30": 1, "later": 1},
        {},
    )
    found = await counts(
        conn,
        cast,
        categories=[PRINTING],
        members=[cast.sued.id],
        bases=["workplace"],
        routes=["gwb_108_6"],
    )
    assert (found.total, found.members, found.categories) == (1, {cast.sued.id: 1}, {PRINTING: 1})
    assert (await counts(conn, cast, routes=["tendered"])).total == 0


@pytest.mark.parametrize(("days", "lead"), [(None, Lead.UNKNOWN), (0, Lead.AT_ONCE), (10, Lead.AT_ONCE), (11, Lead.MONTH),
                                            (90, Lead.QUARTER), (91, Lead.LATER)])  # fmt: skip
async def test_classes_of_lead_time_are_those_of_the_statement(
    conn: Conn, cast: Cast, days: int | None, lead: Lead
):
    head = await an_offering(conn, cast.nord, "Leitung")
    await conn.execute(
        "UPDATE catalog.offering SET lead_time_days = $2 WHERE id = $1", head.id, days
    )
    await conn.act_as(cast.fremd.viewer)
    assert lead_of(days) == lead
    assert (await counts(conn, cast)).leads == {lead.value: 1}
    assert (await counts(conn, cast, leads=[lead.value])).total == 1


async def test_a_certificate_counts_until_its_last_day(conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord, "Leitung")
    for days, n in ((-1, 0), (0, 1), (30, 1)):
        await conn.execute(
            "UPDATE catalog.offering SET certified_until = $2 WHERE id = $1",
            head.id,
            conn.today + timedelta(days=days),
        )
        assert (await counts(conn, cast, certified=True)).total == n, days
        assert (await counts(conn, cast)).certified == n


async def test_attributes_are_facets_of_one_category(client: Client, conn: Conn, cast: Cast):
    first = await an_offering(conn, cast.nord, "Erste")
    second = await an_offering(conn, cast.nord, "Andere")
    for head, values in (
        (first, ["backup=daily", "second_site=yes"]),
        (second, ["backup=weekly", "second_site=yes"]),
    ):
        await conn.execute(
            "UPDATE catalog.offering SET facet_values = $2 WHERE id = $1", head.id, values
        )
    await conn.act_as(cast.fremd.viewer)
    assert (await counts(conn, cast)).attributes == {}
    found = await counts(conn, cast, categories=[HOSTING], attributes=["backup=daily"])
    assert (found.total, found.attributes) == (
        1,
        {"backup=daily": 1, "backup=weekly": 1, "second_site=yes": 1},
    )
    page = await client.as_(cast.fremd.viewer).get(
        f"/offerings?category={HOSTING}&attribute=backup%3Ddaily"
    )
    assert "<legend>Datensicherung</legend>" in page.text
    assert "Erste" in page.text
    assert "Andere" not in page.text
    # without the category the choice means nothing and is not carried on
    assert (
        "Andere"
        in (await client.as_(cast.fremd.viewer).get("/offerings?attribute=backup%3Ddaily")).text
    )


async def test_orders_and_their_pieces(conn: Conn, cast: Cast):
    made = []
    for n in range(12):
        price = {**(FLAT if n % 2 else WORKPLACE), "unit_price_micro": (n * 7 % 12 + 1) * 1_000_000}
        made.append(await an_offering(conn, cast.nord, f"Sicherung {n:02d}", prices=[price]))
    await mark_uses(conn, [(made[3].id, cast.sued.id, conn.today, None), (made[3].id, cast.fremd.id, conn.today, None),
                           (made[7].id, cast.sued.id, conn.today, None)])  # fmt: skip
    await conn.act_as(cast.fremd.viewer)
    for sort in Sort:
        criteria = Criteria(q="Sicherung" if sort == Sort.RELEVANCE else "", sort=sort)
        whole = [h.id for h in await store.list_found(conn, cast.fremd.viewer, criteria, limit=50)]
        pieces, after = [], None
        for _n in range(5):
            piece = await store.list_found(conn, cast.fremd.viewer, criteria, after=after, limit=5)
            pieces += [h.id for h in piece]
            after = (piece[-1].sort_text, str(piece[-1].id)) if piece else after
        assert pieces == whole, sort
        assert len(whole) == len(made)
    used = await store.list_found(conn, cast.fremd.viewer, Criteria(sort=Sort.USED), limit=3)
    assert [(h.title, h.users) for h in used[:2]] == [("Sicherung 03", 2), ("Sicherung 07", 1)]
    prices = [
        (h.price_base, h.price_micro)
        for h in await store.list_found(conn, cast.fremd.viewer, Criteria(sort=Sort.PRICE))
    ]
    assert prices == sorted(prices)  # type: ignore[type-var]  # all have a price


def test_words_are_marked_and_nothing_else_becomes_markup():
    assert marked("<b>Gebühren & mehr", ["gebuhr"]) == "&lt;b&gt;<mark>Gebühren</mark> &amp; mehr"
    assert marked("Einwohnermeldewesen", ["meldewesen"]) == "<mark>Einwohnermeldewesen</mark>"
    assert marked("E-Akte und eine elektronische Akte", ["e akte", "elektronische akte"]) == (
        "<mark>E-Akte</mark> und eine <mark>elektronische Akte</mark>"
    )
    assert marked("Kita und KI", ["ki"]) == "Kita und <mark>KI</mark>"
    text = "Anfang. " + "Wort " * 60 + "Einwohner <script> " + "Ende " * 60
    shown = excerpt(text, ["einwohner"])
    assert "<mark>Einwohner</mark> &lt;script&gt;" in shown
    assert shown.startswith("… ")
    assert len(re.sub("<[^>]+>", "", shown)) < 260
    assert excerpt(text, ["fehlt"]) == ""


async def test_the_page_says_what_was_searched(client: Client, conn: Conn, cast: Cast):
    await an_offering(
        conn,
        cast.nord,
        "Einwohnerwesen <i>",
        summary="Melderecht & Pässe",
        description="Nebenbei auch Quarz.",
    )
    fremd = client.as_(cast.fremd.viewer)
    page = await fremd.get("/offerings?q=EWO")
    assert "1 Leistung zu „EWO“" in page.text
    assert "Mitgesucht" in page.text
    assert "<mark>Einwohnerwesen</mark> &lt;i&gt;" in page.text
    page = await fremd.get("/offerings?q=EWO&exact=1")
    assert "Nichts gefunden" in page.text
    assert "Auch Synonyme suchen" in page.text
    page = await fremd.get("/offerings?q=Einwonerwesen")
    assert "Zu „Einwonerwesen“ gibt es nichts. 1 Leistung zu „Einwohnerwesen“." in page.text
    assert 'href="/offerings?q=Einwohnerwesen"' in page.text
    assert "<mark>Quarz</mark>" in (await fremd.get("/offerings?q=Quarz")).text
    assert '<option value="Einwohnerwesen">' in (await fremd.get("/offerings?q=Einwohnerw")).text
    answer = (await fremd.get("/api/v1/offerings?q=Einwonerwesen")).json()
    assert (answer["stage"], answer["corrected"], len(answer["items"])) == (
        "corrected",
        "Einwohnerwesen",
        1,
    )
    assert (await fremd.get("/api/v1/offerings/suggestions?q=Guter+Einwohnerw")).json() == {
        "items": ["Guter Einwohnerwesen"]
    }
    assert 'form="compare" name="id"' in page.text


async def test_the_index_can_be_written_again(conn: Conn, cast: Cast):
    head = await an_offering(conn, cast.nord, "Leitung")
    await conn.act_as(cast.nord.viewer)
    assert await reindex(conn, [head.id]) == 1
