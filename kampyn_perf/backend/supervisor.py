"""The process over the workers: starts them, replaces what died or grew too large, stops them.

It holds what must not be lost with a worker: the listening socket, the cache, the state folder.
"""

from __future__ import annotations

import logging
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from kampyn_perf.backend import logs, metric_files
from kampyn_perf.backend.caches import embedded
from kampyn_perf.backend.seeding.load import SeedProgress
from kampyn_perf.backend.seeding.store import seed_store
from kampyn_perf.backend.settings import BackendSettings
from kampyn_perf.backend.state import Running, StateFolder, WorkerRecord, own_start
from kampyn_perf.backend.tokens import secret_of
from kampyn_perf.backend.worker_pool import WorkerPool
from kampyn_perf.errors import KampynError
from kampyn_perf.redact import redact_url

_TICK = 0.1
"""Seconds between two looks at the workers."""
_RECORD_RETRY = 1.0
_log = logging.getLogger("kampyn.supervisor")


@dataclass(frozen=True)
class ServeRequest:
    """What to serve, and in which state folder."""

    settings: BackendSettings
    state: StateFolder
    own_process: bool = False
    """Whether the process is there for nothing else: then workers may be forked from it."""


def run(
    request: ServeRequest,
    *,
    announce: Callable[[Running], None],
    owner: int | None = None,
    progress: SeedProgress = lambda _collection, _done, _total: None,
) -> None:
    """Serve until SIGTERM, SIGINT, or the end of the stream `owner`.

    Calls `announce` once all workers accept requests. Raises KampynError when it does not come to
    that. Leaves no process behind.
    """
    stop = _Stop(owner)
    with ExitStack() as stack:
        request.state.make()
        stack.enter_context(request.state.lock())
        logs.set_up(request.state.logs)
        listener = stack.enter_context(_listen(request.settings.host, request.settings.port))
        seed_store(request.settings, request.state, progress=progress)
        metric_files.clear(request.state.metrics)
        cache = _Cache(request)
        stack.callback(cache.close)
        pool = WorkerPool(
            settings=request.settings,
            state=request.state,
            cache_url=cache.url,
            secret=secret_of(request.settings.token_secret, request.state.secret),
            listener=listener,
            may_fork=request.own_process,
        )
        stack.callback(pool.stop)
        pool.start()
        running = _describe(request, listener, pool, cache)
        record = _Record(request.state.record, running)
        stack.callback(record.remove)
        announce(running)
        _log.info("Serving at %s with %d workers", running.url, len(pool.records))
        while not stop.wait(_TICK):
            cache.look_after()
            pool.look_after()
            record.update(workers=pool.records, redis=cache.pid)
        _log.info("Stopping")
        listener.close()


class _Stop:
    """Waits for a signal, or for the end of the owner's stream."""

    def __init__(self, owner: int | None) -> None:
        self._read, self._write = socket.socketpair()
        self._write.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._read, selectors.EVENT_READ)
        self._owner = owner
        if owner is not None:
            self._selector.register(owner, selectors.EVENT_READ)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)

    def _on_signal(self, *_: object) -> None:
        with suppress(BlockingIOError):
            self._write.send(b"s")

    def wait(self, seconds: float) -> bool:
        """Whether it is time to stop."""
        for key, _ in self._selector.select(seconds):
            if key.fileobj is self._read:
                return True
            if self._owner is not None and not os.read(self._owner, 64):
                return True
        return False


class _Cache:
    """The configured cache, or an embedded one, which is started again when it dies."""

    def __init__(self, request: ServeRequest) -> None:
        self._request = request
        self._server: embedded.EmbeddedRedis | None = None
        self._retry_at = 0.0
        self.url = request.settings.cache.url if "://" in request.settings.cache.url else ""
        if request.settings.cache.url == "auto":
            self._start()

    @property
    def pid(self) -> int | None:
        return self._server.pid if self._server else None

    @property
    def socket(self) -> str:
        """URL of an embedded one; empty for any other, whose URL may hold a password."""
        return self._server.url if self._server else ""

    @property
    def words(self) -> str:
        """For people."""
        if self._server:
            return "embedded redis"
        return redact_url(self.url) if self.url else "off"

    def look_after(self) -> None:
        """Start a dead server again, at most once a second."""
        if self._server and not self._server.alive() and time.monotonic() > self._retry_at:
            _log.error("The cache (pid %d) died; starting it again", self._server.pid)
            self._retry_at = time.monotonic() + 1
            self._start()

    def close(self) -> None:
        if self._server:
            self._server.close()

    def _start(self) -> None:
        program = embedded.find_server()
        if program is None:
            _log.warning("There is no redis-server: the cache is off")
            return
        state = self._request.state
        try:
            self._server = embedded.start(
                program,
                self._request.settings.cache,
                state=state.root,
                log=state.logs / "redis.log",
            )
        except OSError as error:
            _log.warning("The cache is off: %s", error)
            return
        self.url = self._server.url


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises KampynError when the port is taken or the host is not ours."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=1024)
    except OSError as error:
        raise KampynError(
            f"cannot listen on port {port} of {host}: {error.strerror or error}",
            hint="Choose another with --port (0 takes a free one), or stop what uses it.",
        ) from error


class _Record:
    """The state file. One that cannot be written (a full disk) is tried again until it can."""

    def __init__(self, path: Path, running: Running) -> None:
        self._path = path
        self._running = running
        self._retry_at = 0.0
        self._written: Running | None = None
        self._write()

    def update(self, *, workers: list[WorkerRecord], redis: int | None) -> None:
        """Write what has changed."""
        self._running = replace(self._running, workers=workers, redis=redis)
        if self._running != self._written and time.monotonic() >= self._retry_at:
            self._write()

    def remove(self) -> None:
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _write(self) -> None:
        try:
            self._running.write(self._path)
        except KampynError as error:
            self._retry_at = time.monotonic() + _RECORD_RETRY
            _log.error("The state file is out of date: %s", error.message)
        else:
            self._written = self._running


def _describe(
    request: ServeRequest, listener: socket.socket, pool: WorkerPool, cache: _Cache
) -> Running:
    host, port = listener.getsockname()[:2]
    return Running(
        pid=os.getpid(),
        started=own_start(),
        url=f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}",
        workers=pool.records,
        redis=cache.pid,
        redis_socket=cache.socket,
        store=_place(request.state.store_url(request.settings.store.url)),
        cache=cache.words,
    )


def _place(url: str) -> str:
    """The store in words, without secrets (a file's URL has none, and three slashes)."""
    return url if url.startswith("sqlite:") else redact_url(url)
