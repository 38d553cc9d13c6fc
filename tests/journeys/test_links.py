"""Every persona of the demonstration follows every visible link from the start page: none leads nowhere."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import html5lib
import pytest
from httpx import ASGITransport, AsyncClient

from kdnx.app import create_app
from kdnx.auth.actions import list_personas, start_mandate
from kdnx.db.pool import transaction
from kdnx.demo.people import PERSONAS
from kdnx.viewer import Scope, Viewer
from tests.journeys.conftest import Demonstration

SYSTEM = Viewer(scope=Scope.SYSTEM)
DEPTH = 4
# of pages that differ only by whose record they show, so many are looked at; who walks stands for its role
ALIKE = 1
WALKERS = ("petra", "bernd", "vera", "julia", "anton", "leo", "rita")
IDENTIFIER = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32,}|(?<=/)\d+(?=/|$)")
XHTML = "{http://www.w3.org/1999/xhtml}"


@dataclass
class Walk:
    """What one visitor found: answers by address, faults in words."""

    seen: set[str] = field(default_factory=set)
    alike: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    from_page: dict[str, str] = field(default_factory=dict)

    def wants(self, address: str) -> bool:
        """Not seen yet, and not one more of the same kind."""
        if address in self.seen or self.alike[pattern(address)] >= ALIKE:
            return False
        self.seen.add(address)
        self.alike[pattern(address)] += 1
        return True


def pattern(address: str) -> str:
    """The address without whose record it is and what is filtered: names of parameters stay."""
    parts = urlsplit(address)
    names = sorted({name for name, _value in parse_qsl(parts.query)})
    return IDENTIFIER.sub("#", parts.path) + ("?" + "&".join(names) if names else "")


def links(page: str, at: str) -> list[str]:
    """Addresses within the application, without the part behind #."""
    found = []
    for anchor in html5lib.parse(page).iter(f"{XHTML}a"):
        href = anchor.get("href") or ""
        parts = urlsplit(urljoin(f"http://testserver{at}", href))
        if parts.netloc == "testserver" and parts.scheme == "http" and not href.startswith("#"):
            found.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return list(dict.fromkeys(found))


def dead_jumps(page: str) -> list[str]:
    """Links to a place on the same page that is not there; places named twice."""
    tree = html5lib.parse(page)
    places = Counter(e.get("id") for e in tree.iter() if e.get("id"))
    jumps = {
        (a.get("href") or "")[1:]
        for a in tree.iter(f"{XHTML}a")
        if (a.get("href") or "").startswith("#")
    }
    twice = [f"#{place} zweimal" for place, n in places.items() if n > 1]
    return [f"#{jump} fehlt" for jump in sorted(jumps) if jump and jump not in places] + twice


async def follow(
    http: AsyncClient, headers: dict[str, str], starts: tuple[str, ...] = ("/",)
) -> Walk:
    """Breadth first from the starts to DEPTH; redirects are followed; anything from 400 on is a fault."""
    walk = Walk()
    level = list(starts)
    for _depth in range(DEPTH + 1):
        following: list[str] = []
        for address in level:
            if not walk.wants(address):
                continue
            http.cookies.clear()
            response = await http.get(address, headers=headers, follow_redirects=True)
            if response.status_code >= 400:
                walk.faults.append(
                    f"{response.status_code} {address} (auf {walk.from_page.get(address, '–')})"
                )
            elif response.headers.get("content-type", "").startswith("text/html"):
                walk.faults += [f"{address}: {fault}" for fault in dead_jumps(response.text)]
                for link in links(response.text, response.url.path):
                    walk.from_page.setdefault(link, address)
                    following.append(link)
        level = following
    return walk


async def session_headers(house: Any, name: str) -> dict[str, str]:
    """A session of this persona in its first mandate."""
    async with transaction(house.pool, SYSTEM) as conn:
        persona = next(p for p in await list_personas(conn) if p.display_name == name)
        token = await start_mandate(conn, persona.id, "", "Rundgang")
    return {"cookie": f"kdnx_session={token}"}


@pytest.mark.parametrize("name", [*(p.name for p in PERSONAS if p.key in WALKERS), ""])
async def test_no_visible_link_leads_nowhere(demonstration: Demonstration, name: str):
    headers = await session_headers(demonstration.house, name) if name else {}
    transport = ASGITransport(app=create_app(demonstration.house), raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://testserver", timeout=60) as http:
        walk = await follow(http, headers)
    assert len(walk.seen) > (30 if name else 5)
    assert not walk.faults, "\n".join(walk.faults)
