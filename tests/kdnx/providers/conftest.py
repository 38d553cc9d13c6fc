"""Two real OpenID providers at once, what they post to us, and a browser."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from urllib.parse import parse_qs

import pytest
from httpx import AsyncClient

from tests.kdnx.providers.walking import Browser, RealProvider, free_port, running


@pytest.fixture(scope="session")
def logout_port() -> int:
    """Where both providers post their logout tokens."""
    return free_port()


@pytest.fixture(scope="session")
def providers(logout_port: int) -> Iterator[dict[str, RealProvider]]:
    """Two providers at once."""
    with ExitStack() as stack:
        yield {s: stack.enter_context(running(s, logout_port)) for s in ("nord", "sued")}


@pytest.fixture
async def logouts(logout_port: int) -> AsyncIterator["asyncio.Queue[str]"]:
    """The logout tokens that the providers post, as they come."""
    queue: asyncio.Queue[str] = asyncio.Queue()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = re.search(r"content-length: (\d+)", head)
        body = (await reader.readexactly(int(length[1]))).decode() if length else ""
        queue.put_nowait(parse_qs(body)["logout_token"][0])
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", logout_port)
    async with server:
        yield queue


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A browser with its own cookies."""
    async with AsyncClient(timeout=20) as http:
        yield Browser(http)
