"""Tender drafts: value, regime by date, procedures, splitting, trace, who sees what."""

from datetime import date
from decimal import Decimal

import pytest

from kdnx.db.conn import Conn
from kdnx.errors import NotFound, Refused, Stale
from procurement.bundles.store import get_bundle, list_lines
from procurement.tenders import actions, checks, store
from procurement.tenders.schemas import TenderIn
from tests.cast import Cast
from tests.client import Client, plain
from tests.procurement.build import a_tender


def form_of(tender, **over) -> TenderIn:
    kept = {n: getattr(tender, n) for n in TenderIn.model_fields}
    return TenderIn.model_validate(kept | over)


async def test_a_draft_copies_lots_and_traces_every_quantity(conn: Conn, cast: Cast):
    tender_id = await a_tender(conn, cast)
    tender = await store.get_tender(conn, tender_id)
    assert tender.number.startswith("V-")
    assert (await get_bundle(conn, tender.bundle_id)).state == "tendered"
    taken = [x for x in await list_lines(conn, tender.bundle_id) if x.decision == "taken"]
    positions = await store.list_positions(conn, tender_id)
    for name in ("qty_min", "qty_expected", "qty_max"):
        assert sum(getattr(p, name) for p in positions) == sum(
            (getattr(x, name) for x in taken), Decimal()
        )
    trace = await conn.fetchval(
        "SELECT sum(qty_max) FROM procurement.lot_trace WHERE tender_id = $1", tender_id
    )
    assert trace == sum(p.qty_max for p in positions)
    for check in checks.CHECKS:
        assert await conn.fetch(check.sql) == [], check.name


@pytest.mark.parametrize(("starts_on", "threshold"), [
    (date(2025, 12, 31), 22_100_000), (date(2026, 1, 1), 21_600_000), (date(2027, 12, 31), 21_600_000)])  # fmt: skip
async def test_the_threshold_of_the_day_the_procedure_begins(
    conn: Conn, cast: Cast, starts_on: date, threshold: int
):
    tender_id = await a_tender(conn, cast, starts_on=starts_on)
    newest = (await store.list_estimates(conn, tender_id))[0]
    assert newest.threshold_cents == threshold
    assert len(newest.rule_ids) == 3


async def test_the_same_value_is_national_in_2025_and_eu_in_2026(conn: Conn, cast: Cast):
    tender_id = await a_tender(
        conn,
        cast,
        starts_on=date(2025, 12, 31),
        contract_kind="no_total",
        term_months=48,
        monthly_cents="4.550,00",
    )
    before = await store.get_tender(conn, tender_id)
    assert (before.total_cents, before.regime) == (21_840_000, "national")
    await actions.change_tender(
        conn, cast.office, tender_id, form_of(before, starts_on=date(2026, 1, 1))
    )
    after = await store.get_tender(conn, tender_id)
    assert (after.total_cents, after.regime, after.estimate_version) == (21_840_000, "eu", 2)


async def test_without_a_rule_for_the_day_the_estimate_is_refused(conn: Conn, cast: Cast):
    with pytest.raises(Refused, match="keine Regel"):
        await a_tender(conn, cast, starts_on=date(2028, 1, 1))


async def test_the_value_and_its_steps(conn: Conn, cast: Cast):
    tender_id = await a_tender(conn, cast, options_cents="10.000,00")
    newest = (await store.list_estimates(conn, tender_id))[0]
    # 400 + 400 notebooks and 200 + 200 docks at most, 1,000 EUR each, and the option
    assert newest.total_cents == 120_000_000 + 1_000_000
    assert [s["cents"] for s in newest.calculation["steps"]] == [120_000_000, 1_000_000]


async def test_changing_the_regime_forgets_the_procedure(conn: Conn, cast: Cast):
    tender_id = await a_tender(conn, cast)
    await actions.choose_procedure(conn, cast.office, tender_id, "open", "")
    tender = await store.get_tender(conn, tender_id)
    assert tender.procedure == "open"
    small = form_of(tender, contract_kind="no_total", monthly_cents=1000)
    await actions.change_tender(conn, cast.office, tender_id, small)
    after = await store.get_tender(conn, tender_id)
    assert (after.regime, after.procedure) == ("national", None)
    with pytest.raises(Refused):
        await actions.choose_procedure(conn, cast.office, tender_id, "open", "")
    await actions.choose_procedure(conn, cast.office, tender_id, "negotiated_award", "")


async def test_splitting_is_seen_between_two_drafts_of_one_buyer(conn: Conn, cast: Cast):
    small = {"contract_kind": "no_total", "term_months": 12, "monthly_cents": "10.000,00"}
    first = await a_tender(conn, cast, **small)
    second = await a_tender(conn, cast, starts_on=date(2027, 3, 1), **small)
    found = await actions.compute(conn, await store.get_tender(conn, second))
    assert [o.number for o in found.splitting] == [(await store.get_tender(conn, first)).number]
    await actions.cancel_tender(conn, cast.office, first, "wird zusammengelegt")
    assert (await actions.compute(conn, await store.get_tender(conn, second))).splitting == []


async def test_cancelling_frees_the_bundle_and_ends_all_changes(conn: Conn, cast: Cast):
    tender_id = await a_tender(conn, cast)
    tender = await store.get_tender(conn, tender_id)
    await actions.cancel_tender(conn, cast.office, tender_id, "Bedarf entfallen")
    assert (await get_bundle(conn, tender.bundle_id)).state == "frozen"
    with pytest.raises(Refused):
        await actions.change_tender(conn, cast.office, tender_id, form_of(tender))
    with pytest.raises(Refused):
        await actions.cancel_tender(conn, cast.office, tender_id, "noch einmal")


async def test_a_stale_change_is_refused(conn: Conn, cast: Cast):
    tender_id = await a_tender(conn, cast)
    tender = await store.get_tender(conn, tender_id)
    await actions.change_tender(
        conn, cast.office, tender_id, form_of(tender), row_version=tender.row_version
    )
    with pytest.raises(Stale):
        await actions.change_tender(
            conn, cast.office, tender_id, form_of(tender), row_version=tender.row_version
        )


async def test_nobody_else_learns_of_a_draft(client: Client, conn: Conn, cast: Cast):
    tender_id = await a_tender(conn, cast, title="Markierung Xylophon")
    await conn.act_as(cast.nord.viewer)
    with pytest.raises(NotFound):
        await store.get_tender(conn, tender_id)
    nord, unknown = client.as_(cast.nord.viewer), "01890000-0000-7000-8000-000000000000"
    for path in ("/tenders/{}", "/tenders/{}/edit", "/tenders/{}/estimate", "/api/v1/tenders/{}"):
        one, two = await nord.get(path.format(tender_id)), await nord.get(path.format(unknown))
        assert one.status_code == two.status_code == 404, path
        assert plain(one).replace(str(tender_id), "#") == plain(two).replace(unknown, "#"), path
    for path in ("/tenders", "/tenders?q=Xylophon", "/search?q=Xylophon", "/api/v1/tenders", "/"):
        text = (await nord.get(path)).text.replace('value="Xylophon"', "").replace("„Xylophon“", "")
        assert "Markierung" not in text, path
    auditor = await client.as_(cast.auditor).get(f"/tenders/{tender_id}")
    assert "Markierung Xylophon" in auditor.text
    assert "Einrichten" not in auditor.text


async def test_without_own_value_bands_the_page_says_so(client: Client, conn: Conn, cast: Cast):
    tender_id = await a_tender(conn, cast, contract_kind="no_total", monthly_cents="100,00")
    page = await client.as_(cast.office).get(f"/tenders/{tender_id}")
    assert "§ 75a GO NRW" in page.text
    assert "Keine eigenen Wertgrenzen hinterlegt" in page.text


async def test_json_of_a_tender(client: Client, conn: Conn, cast: Cast):
    tender_id = await a_tender(conn, cast)
    office, url = client.as_(cast.office), f"/api/v1/tenders/{tender_id}"
    shown = await office.get(url)
    body = shown.json()
    assert (body["regime"], body["estimate"]["threshold_cents"]) == ("eu", 21_600_000)
    assert next(o for o in body["options"] if o["key"] == "open")["offer_end"] == "2026-12-23"
    chosen = await office.json_post(
        f"{url}/procedure", {"procedure": "restricted"}, if_match=shown.headers["etag"]
    )
    assert chosen.json()["procedure"] == "restricted", chosen.text
    stale = await office.json_post(
        f"{url}/cancel", {"reason": "überholt"}, if_match=shown.headers["etag"]
    )
    assert stale.status_code == 412
    change = {
        "title": "Neu",
        "starts_on": "2026-11-23",
        "contract_kind": "recurring",
        "previous_year_cents": 1_000_000,
    }
    wrong = await office.json_post(
        f"{url}/change", change | {"title": ""}, if_match=chosen.headers["etag"]
    )
    assert wrong.status_code == 422
    changed = await office.json_post(
        f"{url}/change", change | {"title": "Neu gefasst"}, if_match=chosen.headers["etag"]
    )
    assert (changed.json()["estimate"]["total_cents"], changed.json()["procedure"]) == (
        1_000_000,
        None,
    ), changed.text
    assert [t["id"] for t in (await office.get("/api/v1/tenders?state=draft")).json()["items"]] == [
        str(tender_id)
    ]
