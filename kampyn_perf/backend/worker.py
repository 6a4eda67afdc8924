"""One worker process: granian, the event loop and the application on an inherited socket.

The supervisor forks it (`worker_process`), or starts it as a program of its own, to which it writes
one line of JSON on stdin. It ends with the supervisor.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson

from kampyn_perf import parent_death
from kampyn_perf.backend.starting import cheap_imports

with cheap_imports():
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.net import SocketHolder
    from granian.server.embed import Server

    from kampyn_perf.backend import logs
    from kampyn_perf.backend.app import WorkerConfig, build, import_for
    from kampyn_perf.backend.asgi import Guard
    from kampyn_perf.backend.settings import BackendSettings, restore
    from kampyn_perf.backend.state import StateFolder
    from kampyn_perf.process_limits import raise_open_files_limit

run_loop: Callable[..., None]
try:
    from uvloop import run as run_loop
except ImportError:
    from asyncio import run as run_loop

_BACKLOG = 1024
_DRAIN = 0.25
"""Seconds in which clients are told that their connections end."""
_SWITCH_INTERVAL = 0.001
"""Seconds a thread may keep the interpreter from the event loop (Python's default: 5 ms)."""


def main() -> None:
    """A program of its own: as it is told on stdin."""
    serve(orjson.loads(sys.stdin.buffer.readline()))


def preload(settings: BackendSettings, *, cached: bool) -> None:
    """Import the rest of what `serve` will with these settings; nothing is opened or begun."""
    with cheap_imports():
        import_for(settings, cached=cached)


def serve(command: dict[str, Any]) -> None:
    """Serve until SIGTERM, then finish what is in flight."""
    parent_death.end_with(command["parent"])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C: the supervisor passes on what it means
    state = StateFolder(Path(command["state"]))
    logs.set_up(state.logs)
    sys.setswitchinterval(_SWITCH_INTERVAL)
    settings = restore(orjson.dumps(command["settings"]))
    app = build(
        WorkerConfig(
            settings=settings,
            state=state,
            cache_url=command["cache"],
            secret=command["secret"],
            metrics_id=command["metrics_id"],
        )
    )
    raise_open_files_limit()
    run_loop(_serve(app, command["socket"], settings, ready=command["ready"]))


async def _serve(app: Guard, descriptor: int, settings: BackendSettings, *, ready: int) -> None:
    class Inheriting(Server):  # type: ignore[misc]
        """Granian on a socket that is open already: all workers accept from one queue, which
        stays when one of them dies."""

        def _init_shared_socket(self) -> None:
            self._shd = SocketHolder(descriptor, False, _BACKLOG)
            self._sfd = descriptor

    server = Inheriting(
        app,
        interface=Interfaces.ASGI,
        # Alone: where HTTP/2 is possible too, a client that says nothing at all has no time-out.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=settings.http.header_timeout // 1000),
        log_enabled=False,
        websockets=False,
        backlog=_BACKLOG,
    )
    server.on_startup(_freeze_startup_objects)
    server.on_startup(lambda: _say_ready(ready))
    loop = asyncio.get_running_loop()
    if settings.process.threads:
        loop.set_default_executor(ThreadPoolExecutor(settings.process.threads))
    loop.add_signal_handler(signal.SIGTERM, _stop, app, server)
    await server.serve()


def _stop(app: Guard, server: Any) -> None:
    """Ask those who are busy on a connection to close it, then finish what is in flight."""
    app.drain()
    asyncio.get_running_loop().call_later(_DRAIN, server.stop)


def _freeze_startup_objects() -> None:
    """Everything made so far lives as long as the process: no collection need walk through it.

    A full collection over the modules and routes takes tens of milliseconds of the event loop.
    """
    gc.collect()
    gc.freeze()


def _say_ready(descriptor: int) -> None:
    os.write(descriptor, b"r")
    os.close(descriptor)


if __name__ == "__main__":
    main()
