"""What the suite `http` measures: the operations of a target, as the load's configuration has them.

Without a target the bundled backend is started, seeded, for the suite, and stopped after it.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from kampyn_perf import config, datafile
from kampyn_perf.backend import launcher
from kampyn_perf.backend import settings as backend_settings
from kampyn_perf.bench.request import SuiteSettings
from kampyn_perf.bench.suite import Suite
from kampyn_perf.bench.suites.http import Call, Endpoint, HttpParts, http_suite
from kampyn_perf.errors import KampynError
from kampyn_perf.load.hosts import check_target
from kampyn_perf.load.reach import check_reachable
from kampyn_perf.load.scenario.feed import Feed
from kampyn_perf.load.scenario.operations import MissingFieldError, fill_body, fill_path
from kampyn_perf.load.settings import Identity, Operation, TargetSettings
from kampyn_perf.redact import redact_url

CLIENTS = (1, 4, 16)
_SIGN_IN = {Identity.USER: "login", Identity.VENDOR: "vendor_login"}
_BEFORE = {"order": ("cart_add",)}
"""An order without lines orders the cart, which the order before has emptied."""
_DEFAULT_DATA = Path(".kampyn/data.json")


def make_http(wanted: SuiteSettings) -> Suite:
    """The suite against `--target`, or against the bundled backend."""
    name, url = _target_and_url(wanted)
    target = config.parse(TargetSettings, config.read_yaml(config.find(f"targets/{name}.yaml")))
    url = (url or target.url).rstrip("/")
    if url:
        check_target(url, wanted.allow_hosts)
    elif name != "reference":
        raise KampynError(
            f"the target {name} has no URL",
            hint=f"Say where it is: --target {name} --url http://host:port",
        )
    bench = _Bench(wanted, target, url)
    endpoints = {key: bench.endpoint(key, one) for key, one in target.operations.items()}
    return http_suite(
        HttpParts(
            endpoints=tuple(endpoints.values()),
            token_key=target.token,
            clients=CLIENTS,
            open=bench.open,
            close=bench.close,
        )
    )


def _target_and_url(wanted: SuiteSettings) -> tuple[str, str]:
    if "://" in wanted.target:
        if wanted.url:
            raise KampynError("--target has a URL, and --url another; give one")
        return "reference", wanted.target
    return wanted.target or "reference", wanted.url


class _Bench:
    """The target while the suite runs."""

    def __init__(self, wanted: SuiteSettings, target: TargetSettings, url: str) -> None:
        self._wanted = wanted
        self._target = target
        self._url = url
        self._stack = ExitStack()
        self._feed: Feed | None = None

    def endpoint(self, key: str, operation: Operation) -> Endpoint:
        """An operation, filled in with what is known once the target is open."""
        return Endpoint(
            key=key,
            title=operation.endpoint,
            fill=partial(self._fill, operation),
            expect=operation.expect,
            sign_in=_SIGN_IN.get(operation.identity, ""),
            before=_BEFORE.get(key, ()),
        )

    async def open(self) -> tuple[str, Mapping[str, Any]]:
        if not self._url:
            return await asyncio.to_thread(self._start)
        await asyncio.to_thread(check_reachable, self._url)
        self._feed = Feed.of_file(datafile.read(self._data_file()))
        return self._url, {"target": self._target.name, "url": redact_url(self._url)}

    async def close(self) -> None:
        await asyncio.to_thread(self._stack.close)

    def _fill(self, operation: Operation, number: int) -> Call:
        if self._feed is None:
            raise RuntimeError("the target is not open")
        data = self._feed[number]
        try:
            body = None if operation.body is None else fill_body(operation.body, data)
            return Call(method=operation.method, path=fill_path(operation.path, data), body=body)
        except MissingFieldError as error:
            raise KampynError(f"{operation.endpoint}: {error}") from error

    def _data_file(self) -> Path:
        given = self._wanted.data or (Path(self._target.data) if self._target.data else None)
        return given or _DEFAULT_DATA

    def _start(self) -> tuple[str, Mapping[str, Any]]:
        settings = backend_settings.load(environ=os.environ, sets=self._wanted.sets)
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="kampyn-bench-"))
        backend = self._stack.enter_context(launcher.start(settings, state_dir=Path(folder)))
        self._feed = Feed.of_file(datafile.read(backend.data_file))
        return backend.url, {
            "target": "the bundled backend",
            "workers": settings.worker_count(),
            "auth": settings.auth.value,
            "store": redact_url(settings.store.url) or "SQLite",
            "cache": "off" if settings.cache.url == "off" else redact_url(settings.cache.url),
            "password memory bytes": settings.passwords.memory,
            "password iterations": settings.passwords.iterations,
        }
