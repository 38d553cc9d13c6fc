"""Over HTTP: from a search that found nothing to a chosen offer, and what strangers get."""

from datetime import timedelta

from catalog.choosing.part import ask_others
from kdnx.db.conn import Conn
from tests.cast import Cast
from tests.catalog.build import HOSTING
from tests.catalog.requests.making import MUST, QUALITY, a_request, an_answer, close, mark_all, seen
from tests.client import Client, plain


def form(conn: Conn, **over: str) -> dict[str, str]:
    """The posted form of a request."""
    return {
        "title": "Digitale Bauakte", "need": "Bauakten sollen digital geführt werden.", "category_id": str(HOSTING),
        "closes_on": (conn.today + timedelta(days=20)).isoformat(), "audience": "all", "compare_years": "4",
        "price_formula": "ratio", "budget": "25.000,00", "item_label_1": "Arbeitsplätze", "item_base_1": "workplace",
        "item_quantity_1": "1.250", "crit_name_1": "Betrieb in der EU", "crit_kind_1": "must", "crit_name_2": "Konzept",
        "crit_kind_2": "points", "crit_weight_2": "62,5", "crit_name_3": "Preis", "crit_kind_3": "price",
        "crit_weight_3": "37,5", **over,
    }  # fmt: skip


def offer(conn: Conn, **over: str) -> dict[str, str]:
    """The posted form of an answer."""
    return {
        "summary": "Wir betreiben die Bauakte für Sie.", "met_1": "yes", "said_2": "Konzept liegt bei",
        "price_item_1": "1", "price_per_1": "month", "price_euro_1": "1,85", "move": "submit",
        "valid_until": (conn.today + timedelta(days=90)).isoformat(), **over,
    }  # fmt: skip


async def test_from_the_search_to_a_chosen_offer(conn: Conn, cast: Cast, client: Client):
    sued, nord = client.as_(cast.sued.viewer), client.as_(cast.nord.viewer)
    page = await sued.get(f"/requests/new?q=Bauakte&category={HOSTING}")
    assert 'value="Bauakte"' in page.text
    made = await sued.post("/requests/new", form(conn))
    url = made.headers["location"]
    assert (await nord.get(url)).status_code == 404
    page = await sued.get(url)
    assert "25.000,00" in page.text
    assert "1.250" in page.text
    assert (await sued.post(f"{url}/announce")).status_code == 303
    page = await nord.get(url)
    assert "Angebot abgeben" in page.text
    assert "25.000,00" not in page.text
    assert (await nord.post(f"{url}/answer", offer(conn))).status_code == 303
    page = await nord.get(f"{url}/answer")
    assert "27.750,00" in page.text  # 1,85 × 1250 × 12
    assert "111.000,00" in page.text
    early = await sued.get(f"{url}/answers")
    assert early.status_code == 409
    assert "verschlossen" in early.text
    assert "1,85" not in early.text
    request_id = url.rpartition("/")[2]
    await close(conn, request_id)
    sued, nord = client.as_(cast.sued.viewer), client.as_(cast.nord.viewer)  # weeks later
    page = await sued.get(f"{url}/answers")
    assert "111.000,00" in page.text
    request = await seen(conn, cast.sued.viewer, request_id)
    answer = await conn.fetchval("SELECT id FROM catalog.request_answer")
    marks = {f"met_{answer}_1": "yes", f"why_{answer}_1": "Nachweis liegt vor", f"points_{answer}_2": "7,5",
             f"why_{answer}_2": "gutes Konzept", "row_version": str(request.row_version)}  # fmt: skip
    assert (await sued.post(f"{url}/scores", marks)).status_code == 303
    page = await sued.get(f"{url}/answers")
    assert "84,375" in page.text  # 62,5 × 7,5 ÷ 10 + 37,5
    done = await sued.post(
        f"{url}/decide",
        {
            "choice": str(answer),
            "reason": "Bestes Angebot",
            "row_version": str(request.row_version + 1),
        },
    )
    assert done.headers["location"] == f"{url}/evidence"
    assert "84,375" in (await sued.get(f"{url}/evidence")).text
    assert (await sued.get(f"{url}/evidence.pdf")).content.startswith(b"%PDF")
    page = await nord.get(f"{url}/answer")
    assert "Ihr Angebot wurde gewählt" in page.text
    assert "Bestes Angebot" in page.text


async def test_wrong_rows_come_back_with_what_was_typed(conn: Conn, cast: Cast, client: Client):
    sued = client.as_(cast.sued.viewer)
    page = await sued.post(
        "/requests/new", form(conn, item_quantity_1="viele", crit_weight_2="-3", budget="abc")
    )
    assert page.status_code == 422
    for field in ("item_quantity_1", "crit_weight_2", "budget"):
        assert f'href="#{field}"' in page.text
    assert 'value="viele"' in page.text
    assert 'value="Digitale Bauakte"' in page.text
    nothing = await sued.post("/requests/new", {"title": "x"})
    assert nothing.status_code == 422


async def test_weights_that_do_not_sum_are_said_on_the_page(conn: Conn, cast: Cast, client: Client):
    sued = client.as_(cast.sued.viewer)
    made = await sued.post("/requests/new", form(conn, crit_weight_3="30"))
    page = await sued.post(made.headers["location"] + "/announce")
    assert page.status_code == 422
    assert "92,5 statt 100" in page.text


async def test_an_unfinished_answer_is_kept_as_draft_and_errors_stand_at_fields(
    conn: Conn, cast: Cast, client: Client
):
    request_id = await a_request(conn, cast.sued)
    nord = client.as_(cast.nord.viewer)
    url = f"/requests/{request_id}/answer"
    page = await nord.post(url, offer(conn, met_1="", said_2=""))
    assert page.status_code == 422
    assert 'href="#met_1"' in page.text
    assert "Konzept" in page.text
    saved = await nord.post(url, offer(conn, met_1="", said_2="", move="save"))
    assert saved.status_code == 303
    page = await nord.get(url)
    assert "Entwurf" in page.text


async def test_after_the_deadline_the_page_says_rule_and_remedy(
    conn: Conn, cast: Cast, client: Client
):
    request_id = await a_request(conn, cast.sued)
    nord = client.as_(cast.nord.viewer)
    await close(conn, request_id)
    page = await nord.post(f"/requests/{request_id}/answer", offer(conn))
    assert page.status_code == 409
    assert "Gleichbehandlung" in page.text
    assert "suchende Haus direkt ansprechen" in page.text
    assert "Nach Fristende" in (await nord.get(f"/requests/{request_id}/answer")).text


async def test_every_list_view_and_its_empty_state(conn: Conn, cast: Cast, client: Client):
    nord = client.as_(cast.nord.viewer)
    for view in ("open", "mine", "answered", "decided", "all"):
        assert "kx-empty" in (await nord.get(f"/requests?view={view}")).text
    request_id = await a_request(conn, cast.sued)
    await an_answer(conn, cast.nord, request_id)
    for view in ("open", "answered", "all"):
        page = await nord.get(f"/requests?view={view}")
        assert "Digitale Bauakte mit Betrieb" in page.text, view
        assert "verschlossen" in page.text
    assert "kx-empty" in (await nord.get("/requests?q=gibtesnicht")).text
    assert "Offene Gesuche" in (await nord.get("/")).text
    found = await nord.get("/search?q=Bauakte")
    assert f"/requests/{request_id}" in found.text + found.headers.get("location", "")


async def test_a_stranger_gets_the_answer_for_an_unknown_request(
    conn: Conn, cast: Cast, client: Client
):
    request_id = await a_request(conn, cast.sued, audience="members", member_ids=[cast.nord.id])
    await an_answer(conn, cast.nord, request_id)
    fremd, unknown = client.as_(cast.fremd.viewer), "0b5f0000-0000-7000-8000-00000000dead"
    for path in ("/requests/{}", "/requests/{}/answer", "/requests/{}/answers", "/requests/{}/evidence",
                 "/api/v1/requests/{}", "/api/v1/requests/{}/answers", "/requests/{}/edit"):  # fmt: skip
        one, two = await fremd.get(path.format(request_id)), await fremd.get(path.format(unknown))
        assert one.status_code == two.status_code, path
        assert one.status_code in (403, 404), path
        assert plain(one).replace(str(request_id), "#") == plain(two).replace(unknown, "#"), path


async def test_the_search_hands_its_words_over(conn: Conn, cast: Cast):
    given = await ask_others(conn, cast.sued.viewer, f"q=Drohne&category={HOSTING}&sort=title")
    assert given is not None
    assert given[1]["href"] == f"/requests/new?q=Drohne&category={HOSTING}"
    assert await ask_others(conn, cast.committee, "q=x") is None


async def test_a_decided_comparison_shows_no_form(conn: Conn, cast: Cast, client: Client):
    request_id = await a_request(conn, cast.sued)
    await an_answer(conn, cast.nord, request_id)
    await close(conn, request_id)
    await mark_all(conn, cast.sued, request_id, ["8"])
    auditor = client.as_(cast.auditor)
    page = await auditor.get(f"/requests/{request_id}/answers")
    assert page.status_code == 200
    assert f'name="points_{MUST}' not in page.text
    assert "Entscheiden und mitteilen" not in page.text
    assert QUALITY
