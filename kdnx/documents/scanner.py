"""The virus scanner: clamd's INSTREAM over TCP, and the round over what is in quarantine."""

import asyncio
import logging
import struct

from kdnx.db.pool import transaction
from kdnx.documents import store
from kdnx.documents.actions import record_scan
from kdnx.errors import Invalid, Unavailable
from kdnx.viewer import Scope, Viewer
from kdnx.web.house import House

log = logging.getLogger("kdnx.documents")
CHUNK = 1 << 16
TIMEOUT_S = 60
BATCH = 20
SYSTEM = Viewer(scope=Scope.SYSTEM)


async def scan(address: str, body: bytes) -> bool:
    """True when the scanner found nothing; Unavailable when it does not give a verdict."""
    host, _colon, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise Invalid(
            "KDNX_SCANNER_ADDRESS: erwartet wird Rechner:Anschluss, zum Beispiel localhost:3310."
        )
    try:
        async with asyncio.timeout(TIMEOUT_S):
            answer = await _ask(host.strip("[]"), int(port), body)
    except (OSError, TimeoutError) as error:
        raise Unavailable(f"Der Virenscanner unter {address} antwortet nicht ({error}).") from error
    if answer.endswith("OK"):
        return True
    if answer.endswith("FOUND"):
        return False
    raise Unavailable(f"Der Virenscanner gab kein Urteil: {answer[:120]}")


async def _ask(host: str, port: int, body: bytes) -> str:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(b"zINSTREAM\0")
        for start in range(0, len(body), CHUNK):
            piece = body[start : start + CHUNK]
            writer.write(struct.pack(">I", len(piece)) + piece)
            await writer.drain()
        writer.write(struct.pack(">I", 0))
        await writer.drain()
        return (await reader.read(4096)).rstrip(b"\0\n").decode("utf-8", "replace")
    finally:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


async def scan_pending(house: House) -> int:
    """Scan what waits in quarantine, a batch at most; how many verdicts there were.

    The bytes are read and the verdict written in two short transactions: none stays open meanwhile.
    """
    address = house.settings.scanner_address
    if not address:
        return 0
    async with transaction(house.pool, SYSTEM, read_only=True, now=house.clock()) as conn:
        waiting = await store.list_pending(conn, BATCH)
    done = 0
    for document in waiting:
        async with transaction(house.pool, SYSTEM, read_only=True, now=house.clock()) as conn:
            body = await store.read_bytes(conn, document.sha256)
        try:
            clean = await scan(address, body or b"")
        except Unavailable as error:
            log.warning("scanner", extra={"reason": error.detail})
            break
        async with transaction(
            house.pool, SYSTEM, finish=house.hooks.finish, now=house.clock()
        ) as conn:
            await record_scan(conn, SYSTEM, document, clean=clean)
        done += 1
    return done
