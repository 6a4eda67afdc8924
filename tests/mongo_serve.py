"""A MongoDB stand-in in a process of its own: mongoeco's wire server on an ephemeral loopback port.

Run by a Python that has mongoeco, not by the one that runs the tests. Prints its URI on the first
line of stdout and ends on SIGTERM, or when the process that started it is gone: a test run that is
killed leaves no server behind.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from mongoeco.wire import AsyncMongoEcoProxyServer

PARENT_POLL_SECONDS = 0.5


async def _serve() -> None:
    parent = os.getppid()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    # Ctrl-C in a terminal reaches the whole group; pytest is the one that answers it.
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    async with AsyncMongoEcoProxyServer(host="127.0.0.1", port=0) as server:
        sys.stdout.write(server.address.uri + "\n")
        sys.stdout.flush()
        while not stop.is_set() and os.getppid() == parent:
            try:
                await asyncio.wait_for(stop.wait(), PARENT_POLL_SECONDS)
            except TimeoutError:
                continue


if __name__ == "__main__":
    asyncio.run(_serve())
