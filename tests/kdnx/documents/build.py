"""Small real files, and a scanner that speaks clamd's protocol."""

import asyncio
import io
import struct
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
SAMPLE = b"HARMFUL-SAMPLE"


def archive(*names: str, mimetype: str = "") -> bytes:
    """A ZIP with these entries."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        if mimetype:
            made.writestr("mimetype", mimetype)
        for name in names:
            made.writestr(name, "x")
    return held.getvalue()


@asynccontextmanager
async def clamd() -> AsyncIterator[str]:
    """A server that reads INSTREAM as clamd does and finds SAMPLE; its address."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        body = b""
        while size := struct.unpack(">I", await reader.readexactly(4))[0]:
            body += await reader.readexactly(size)
        found = b"stream: Test-Signature FOUND\0" if SAMPLE in body else b"stream: OK\0"
        writer.write(found)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    try:
        yield f"{host}:{port}"
    finally:
        server.close()
        await server.wait_closed()
