"""The worker: runs what is due once a minute until it is cancelled."""

import asyncio

from kdnx.web.house import House


async def worker(house: House) -> None:
    """Run until cancelled."""
    while True:
        await asyncio.sleep(60)
