"""The landscape over HTTP: map, matrix, file, grid, candidates, and what nobody learns."""

from catalog.applications import store
from kdnx.db.conn import Conn
from kdnx.ids import named_id
from tests.cast import Cast
from tests.catalog.build import an_offering
from tests.catalog.landscape.build import REGISTER, a_product, declared
from tests.catalog.landscape.test_cost import told
from tests.client import Client

SECRET = "12.345,67"


async def test_the_map_shows_coverage_and_index_with_its_formula(client: Client, conn: Conn, cast: Cast):  # fmt: skip
    await told(conn, cast, 3)
    page = await client.as_(cast.fremd.viewer).get("/landscape")
    assert page.status_code == 200
    assert "Einwohnermeldewesen" in page.text
    assert "1 − (verschiedene Produkte − 1) / (nutzende Häuser − 1)" in page.text
    matrix = await client.as_(cast.fremd.viewer).get("/landscape/matrix?group=citizens")
    assert ">E</a>" in matrix.text
    assert "Personalabrechnung" not in matrix.text


async def test_the_file_holds_the_selection(client: Client, conn: Conn, cast: Cast):
    await told(conn, cast, 3)
    answer = await client.as_(cast.committee).get("/landscape/map/csv?q=melde")
    text = answer.content.decode("utf-8-sig")
    assert text.splitlines()[1].startswith("Einwohnermeldewesen;;3;3;0;0;1;0;300;1")
    assert "Personalabrechnung" not in text
    assert (await client.as_(cast.committee).get("/landscape/map/xlsx")).status_code == 200
    assert (await client.as_(cast.committee).get("/landscape/map/exe")).status_code == 404


async def test_a_single_cost_stands_on_no_page_of_others(client: Client, conn: Conn, cast: Cast):
    product = await a_product(conn, cast.nord.viewer)
    await declared(conn, cast.nord.viewer, product.id, yearly_cents=1_234_567)
    await declared(conn, cast.sued.viewer, product.id)
    urls = (
        "/landscape", f"/landscape/{REGISTER}", "/landscape/candidates", f"/landscape/candidates/{REGISTER}",
        "/api/v1/applications", "/api/v1/landscape/candidates", "/landscape/map/csv",
    )  # fmt: skip
    for viewer in (cast.fremd.viewer, cast.committee):
        for url in urls:
            answer = await client.as_(viewer).get(url)
            assert answer.status_code == 200, url
            assert SECRET not in answer.text
            assert "1234567" not in answer.text
    own = await client.as_(cast.nord.viewer).get(f"/landscape/{REGISTER}")
    assert SECRET in own.text


async def test_candidates_say_so_where_too_few_told_their_cost(client: Client, conn: Conn, cast: Cast):  # fmt: skip
    await told(conn, cast, 2)
    page = await client.as_(cast.committee).get("/landscape/candidates")
    assert "zu wenige Angaben" in page.text
    one = await client.as_(cast.committee).get(f"/landscape/candidates/{REGISTER}")
    assert "Weniger als drei Häuser" in one.text


async def test_assumptions_stand_in_the_address(client: Client, conn: Conn, cast: Cast):
    await told(conn, cast, 6)
    viewer = client.as_(cast.committee)
    page = await viewer.get(f"/landscape/candidates/{REGISTER}?low=10&high=20,5&unit=30,00&years=2")
    assert "weicht von der Vorgabe ab" in page.text
    assert "20,5" in page.text
    assert "3.000,00" in page.text  # 600 users × 30.00 below 21,000.00
    assert (await viewer.get("/landscape/candidates?low=viel&years=0")).status_code == 200
    answer = await viewer.get("/api/v1/landscape/candidates?low_pct=10&high_pct=20&least_users=1")
    body = answer.json()
    assert body["assumptions"]["least_users"] == 100
    assert body["items"][0]["estimate"]["yearly_high"] <= 2_100_000 * 20 // 100
    assert "Quelle" in body["assumptions"]["sources"]["migration"]


def grid(n: int, **over: str) -> dict[str, str]:
    """A row of the grid as the page posts it."""
    values = {
        "capability_id": str(REGISTER), "product": "Melde-Kompass (Musterhaus)", "source": "own",
        "users": "1.200", "yearly_cents": "48.000,00", **over,
    }  # fmt: skip
    return {f"row-{n}-{k}": v for k, v in values.items()}


async def test_the_grid_saves_and_keeps_what_was_typed(client: Client, conn: Conn, cast: Cast):
    nord = await client.sign_in(cast.nord.viewer)
    done = await nord.post("/landscape/mine", {"group": "citizens", **grid(0)})
    assert done.status_code == 303
    await conn.act_as(cast.nord.viewer)
    use = (await store.list_own(conn, [cast.nord.id]))[0]
    assert (use.mode, use.users, use.yearly_cents) == ("own", 1200, 4_800_000)
    page = await nord.get("/landscape/mine?group=citizens")
    assert "Melde-Kompass (Musterhaus)" in page.text
    wrong = await nord.post("/landscape/mine", {"group": "citizens", **grid(0, users="viele", source="")})  # fmt: skip
    assert wrong.status_code == 422
    assert "viele" in wrong.text
    assert "Bitte eine ganze Zahl eingeben." in wrong.text


async def test_the_grid_asks_before_it_adds_a_nearly_equal_product(client: Client, conn: Conn, cast: Cast):  # fmt: skip
    await a_product(conn, cast.sued.viewer)
    nord = await client.sign_in(cast.nord.viewer)
    typed = grid(0, product="Meldekompass 5 (Musterhaus)")
    asked = await nord.post("/landscape/mine", {"group": "citizens", **typed})
    assert asked.status_code == 422
    assert "Gemeint ist vielleicht" in asked.text
    done = await nord.post("/landscape/mine", {"group": "citizens", **typed, "row-0-is_new": "on"})
    assert done.status_code == 303


async def test_the_grid_ends_changes_and_refuses_a_stale_row(client: Client, conn: Conn, cast: Cast):  # fmt: skip
    product = await a_product(conn, cast.nord.viewer)
    await declared(conn, cast.nord.viewer, product.id)
    use = (await store.list_own(conn, [cast.nord.id]))[0]
    nord = await client.sign_in(cast.nord.viewer)
    old = {"row-0-old_product": str(product.id), "row-0-seen": use.seen}
    stale = {**grid(0), **old, "row-0-seen": "2020-01-01.1"}
    assert (await nord.post("/landscape/mine", {"group": "citizens", **stale})).status_code == 409
    gone = {**grid(0), **old, "row-0-gone": "on"}
    assert (await nord.post("/landscape/mine", {"group": "citizens", **gone})).status_code == 303
    await conn.act_as(cast.nord.viewer)
    assert await store.list_own(conn, [cast.nord.id]) == []


async def test_what_the_exchange_knows_is_proposed(client: Client, conn: Conn, cast: Cast):
    from catalog.capabilities.actions import set_offering_tasks
    from catalog.capabilities.model import OfferingTask
    from catalog.interface import mark_use

    head = await an_offering(conn, cast.sued, "Einwohnerwesen für alle")
    await conn.act_as(cast.sued.viewer)
    await set_offering_tasks(conn, cast.sued.viewer, head.id, [OfferingTask(head.id, REGISTER)])
    await mark_use(conn, offering_id=head.id, recipient_id=cast.nord.id, valid_from=conn.today)
    page = await client.as_(cast.nord.viewer).get("/landscape/mine")
    assert "Vorschläge aus dem Leistungsaustausch" in page.text
    assert "Einwohnerwesen für alle" in page.text
    shown = await client.as_(cast.nord.viewer).get(f"/offerings/{head.id}")
    assert f"/landscape/{REGISTER}" in shown.text
    task = await client.as_(cast.nord.viewer).get(f"/landscape/{REGISTER}")
    assert "Einwohnerwesen für alle" in task.text


async def test_only_the_provider_says_what_its_offering_serves(client: Client, conn: Conn, cast: Cast):  # fmt: skip
    head = await an_offering(conn, cast.sued)
    sued = await client.sign_in(cast.sued.viewer)
    payroll = str(named_id("capability", "payroll"))
    url = f"/landscape/offerings/{head.id}"
    assert (await sued.post(url, {"task": payroll})).status_code == 303
    nord = await client.sign_in(cast.nord.viewer)
    assert (await nord.post(url, {"task": payroll})).status_code == 403
    api = await client.as_(cast.nord.viewer).get(f"/api/v1/offerings/{head.id}/tasks")
    assert [t["capability_id"] for t in api.json()["items"]] == [payroll]


async def test_confirming_and_progress(client: Client, conn: Conn, cast: Cast):
    nord = await client.sign_in(cast.nord.viewer)
    assert (await nord.post("/landscape/mine/confirm")).status_code == 303
    page = await client.as_(cast.committee).get("/landscape/progress")
    assert "1 von 3 Häusern haben gemeldet" in page.text
    body = (await client.as_(cast.committee).get("/api/v1/applications/progress")).json()
    assert (body["reported"], body["members"]) == (1, 3)
