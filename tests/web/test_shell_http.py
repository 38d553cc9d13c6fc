"""The shell as the application serves it: style guide, static files, the way to a missing page."""

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cast import Cast
    from tests.client import Client


async def test_style_guide_is_served_with_one_place_marked(client: "Client", cast: "Cast") -> None:
    answer = await client.as_(cast.nord.viewer).get("/styleguide")
    assert answer.status_code == 200
    nav = re.search(r'<nav class="kx-nav".*?</nav>', answer.text, re.DOTALL)
    assert nav
    assert "aria-current" not in nav[0], "the start page is not an ancestor of every page"


async def test_start_is_marked_on_the_start_page_only(client: "Client", cast: "Cast") -> None:
    answer = await client.as_(cast.nord.viewer).get("/")
    nav = re.search(r'<nav class="kx-nav".*?</nav>', answer.text, re.DOTALL)
    assert nav
    assert re.findall(r'href="([^"]+)" aria-current="(\w+)"', nav[0]) == [("/", "page")]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("kdnx.css", "text/css"),
        ("kdnx-charts.css", "text/css"),
        ("kdnx-print.css", "text/css"),
        ("kdnx.js", "javascript"),
        ("icons/sprite.svg", "image/svg+xml"),
        ("vendor/kern/kern.min.css", "text/css"),
        ("vendor/fonts/fira-sans.css", "text/css"),
        ("vendor/htmx/htmx.min.js", "javascript"),
    ],
)
async def test_every_file_the_shell_links_is_there(client: "Client", path: str, kind: str) -> None:
    answer = await client.get(f"/static/{path}")
    assert answer.status_code == 200
    assert kind in answer.headers["content-type"]


async def test_missing_page_says_so_in_the_shell(client: "Client", cast: "Cast") -> None:
    answer = await client.as_(cast.nord.viewer).get("/nirgends")
    assert answer.status_code == 404
    assert "<h1>Nicht gefunden</h1>" in answer.text
    assert 'class="kx-footer"' in answer.text


async def test_a_group_shows_its_row_while_one_of_it_is_open(
    client: "Client", cast: "Cast"
) -> None:
    page = await client.as_(cast.nord.viewer).get("/invoices")
    nav = re.search(r'<nav class="kx-nav".*?</nav>', page.text, re.DOTALL)
    assert nav
    assert re.findall(r'href="([^"]+)" aria-current="(\w+)"', nav[0]) == [
        ("/bookings", "true"),
        ("/invoices", "page"),
    ]
    start = await client.as_(cast.nord.viewer).get("/")
    assert 'href="/invoices" ' not in start.text.partition("</nav>")[0]
