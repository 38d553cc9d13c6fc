"""Contract dates: the rules of the days, a valid iCalendar file, and the feed that can be revoked."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.planning.calendar import Event, EventKind, fold, notice_day, write_calendar
from exchange.running.model import earliest_end
from kdnx.viewer import Scope, Viewer
from tests.exchange.order_build import an_offer, an_order_at

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TEXT = st.text(max_size=200)
FEED = re.compile(r"/feeds/([A-Za-z0-9_-]{40,})/contracts\.ics")


@given(st.integers(2025, 2040), st.integers(0, 60))
def test_a_notice_on_the_day_ends_the_contract_in_time_and_a_day_later_does_not(year, months):
    end = date(year, 12, 31)
    day = notice_day(end, months)
    assert earliest_end(day, months) <= end
    assert earliest_end(day + timedelta(days=1), months) > end


@given(TEXT)
def test_lines_are_short_and_nothing_is_lost(text):
    line = "SUMMARY:" + text.replace("\r", "").replace("\n", "")
    folded = fold(line)
    assert all(len(piece.encode()) <= 75 for piece in folded.split("\r\n"))
    assert folded.replace("\r\n ", "").removesuffix("\r\n") == line


@given(st.lists(st.tuples(TEXT, TEXT, st.dates(date(2020, 1, 1), date(2090, 1, 1))), max_size=5))
def test_the_file_keeps_its_form_whatever_the_texts(given_events):
    events = [
        Event(f"e-{n}", EventKind.END, day, title, detail, "/orders/1", AT)
        for n, (title, detail, day) in enumerate(given_events)
    ]
    text = write_calendar(events, name="Haus", base_url="https://example.org").decode()
    lines = text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-1] == "END:VCALENDAR"
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == len(events)
    names = [re.match(r"[A-Z-]+(;VALUE=[A-Z]+)?:", line) for line in lines]
    assert all(names)
    uids = [line for line in lines if line.startswith("UID:")]
    assert len(set(uids)) == len(events)


@pytest.fixture
async def order(conn, cast):
    return await an_order_at(conn, cast)


async def feed_of(signed):
    """The secret as the message of the page says it."""
    done = await signed.post("/planning/calendar/feed", {})
    assert done.status_code == 303
    found = FEED.search((await follow(signed, done)).text)
    assert found
    return f"/feeds/{found.group(1)}/contracts.ics"


async def follow(signed, response):
    """The next page with the message that was left for it."""
    browser = await signed._ready()  # the cookie of one answer, not of a jar
    flash = response.headers["set-cookie"].split(";")[0]
    cookie = browser.cookies["cookie"] + "; " + flash
    return await browser.http.get(response.headers["location"], headers={"cookie": cookie})


async def test_the_page_shows_notice_and_tax_days(client, conn, cast, order):
    page = await client.as_(cast.sued.viewer).get("/planning/calendar")
    assert "kündbar bis" in page.text and order.number in page.text
    assert "30.09.2027" in page.text  # three months to the end of 2027
    month = await client.as_(cast.sued.viewer).get("/planning/calendar?month=2027-09&kind=notice")
    assert "30.09.2027" in month.text
    none = await client.as_(cast.fremd.viewer).get("/planning/calendar")
    assert "Keine Termine" in none.text and order.number not in none.text
    csv = await client.as_(cast.sued.viewer).get("/planning/calendar.csv")
    assert order.number in csv.text
    data = (await client.as_(cast.nord.viewer).get("/api/v1/planning/dates")).json()
    assert any(e["day"] == "2027-09-30" and e["kind"] == "notice" for e in data["items"])


async def test_an_order_with_an_end_shows_it_and_the_day_to_decide(client, conn, cast):
    await an_order_at(conn, cast, offer=an_offer(ends_on=date(2027, 10, 31)))
    page = await client.as_(cast.nord.viewer).get("/planning/calendar")
    assert "läuft aus" in page.text and "31.10.2027" in page.text
    assert "Nachfolge regeln bis" in page.text and "31.07.2027" in page.text


async def test_an_undecided_order_is_due_by_the_end_of_2026(client, conn, cast):
    await an_order_at(conn, cast, offer=an_offer(tax_code_1="undecided", tax_code_2="undecided"))
    page = await client.as_(cast.nord.viewer).get("/planning/calendar")
    assert "31.12.2026" in page.text and "Umsatzsteuer prüfen" in page.text


async def test_the_feed_shows_the_house_without_amounts_until_it_is_revoked(
    client, conn, cast, order
):
    sued = client.as_(cast.sued.viewer)
    url = await feed_of(sued)
    answer = await client.get(url)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/calendar")
    text = answer.text.replace("\r\n ", "")
    assert order.number in text and "DTSTART;VALUE=DATE:20270930" in text
    assert f"UID:order-{order.id}-notice-2027@kdnx" in text
    assert "€" not in text and "EUR" not in text
    assert (await client.get(url)).text == answer.text
    assert (await client.get("/feeds/" + "x" * 43 + "/contracts.ics")).status_code == 404
    newer = await feed_of(sued)
    assert (await client.get(url)).status_code == 404
    assert (await client.get(newer)).status_code == 200
    assert (await sued.post("/planning/calendar/feed/revoke", {})).status_code == 303
    assert (await client.get(newer)).status_code == 404


async def test_the_feed_dies_with_the_last_role(client, conn, cast, order):
    url = await feed_of(client.as_(cast.sued.viewer))
    await conn.act_as(Viewer(scope=Scope.SYSTEM))
    await conn.execute(
        "UPDATE kdnx.role_grant SET valid_to = $2 WHERE person_id = $1",
        cast.sued.viewer.person_id,
        conn.today,
    )
    assert (await client.get(url)).status_code == 404


async def test_a_feed_shows_only_its_house(client, conn, cast, order):
    url = await feed_of(client.as_(cast.fremd.viewer))
    answer = await client.get(url)
    assert answer.status_code == 200 and order.number not in answer.text
