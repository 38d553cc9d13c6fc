"""Reports over HTTP: what each viewer reads, and that every grouping sums to the same total."""

from datetime import date

import pytest

from exchange.signing.actions import confirm_booking
from tests.exchange.build import a_booking, an_order


@pytest.fixture
async def year(conn, cast):
    ab = await an_order(conn, cast, cast.nord, cast.sued)
    ba = await an_order(conn, cast, cast.sued, cast.nord, route="direct", category="druck")
    fa = await an_order(conn, cast, cast.fremd, cast.nord)
    for provider, order, signer, cents in (
        (cast.nord, ab, cast.sued, 1_000_01),
        (cast.sued, ba, cast.nord, 500_50),
        (cast.fremd, fa, cast.nord, 77_77),
    ):
        row = await a_booking(conn, provider, order, cents, date(2026, 2, 1), date(2026, 5, 31))
        await conn.act_as(signer.viewer)
        await confirm_booking(conn, signer.viewer, row.id)
    await a_booking(conn, cast.nord, ab, 300_00)
    return 1_000_01 + 500_50 + 77_77


@pytest.mark.parametrize("by", ["provider", "recipient", "category", "offering", "month", "pair"])
async def test_rows_sum_to_the_total(client, cast, year, by):
    for who, total, opened in (
        (cast.office, year, 300_00),
        (cast.sued.viewer, 1_500_51, 300_00),
        (cast.fremd.viewer, 77_77, 0),
    ):
        for as_ in ("member", "successor"):
            data = (
                await client.as_(who).get(f"/api/v1/reports/volume?year=2026&by={by}&as={as_}")
            ).json()
            assert sum(r["cents"] for r in data["rows"]) == data["total_cents"] == total
            assert data["open_cents"] == opened and data["definition"] == "v1"
    page = await client.as_(cast.office).get(f"/reports?year=2026&by={by}")
    assert page.status_code == 200 and "Als Tabelle" in page.text


async def test_committee_reads_aggregates_only(client, cast, year):
    committee = client.as_(cast.committee)
    data = (await committee.get("/api/v1/reports/volume?year=2026&by=pair")).json()
    assert data["total_cents"] == year and data["rows"][0]["key"] == "NORD>SUED"
    for by in ("month", "offering"):
        refused = await committee.get(f"/api/v1/reports/volume?year=2026&by={by}")
        assert refused.status_code in {409, 422}
    page = await committee.get("/reports?year=2026")
    assert page.status_code == 200 and "/trail/cells?" not in page.text
    assert (await committee.get("/reports/matrix?year=2026")).status_code == 200


async def test_matrix_and_csv(client, cast, year):
    page = await client.as_(cast.office).get("/reports/matrix?year=2026&sort=name")
    assert (
        page.status_code == 200 and "Nordrechen" in page.text and "/trail/cells?year=" in page.text
    )
    csv = await client.as_(cast.office).get("/reports/volume.csv?year=2026&by=pair")
    assert "NORD>SUED" in csv.text and "1000,01" in csv.text.replace(".", "")


async def test_empty_year(client, cast):
    page = await client.as_(cast.nord.viewer).get("/reports?year=2021")
    assert page.status_code == 200 and "nichts gebucht" in page.text
