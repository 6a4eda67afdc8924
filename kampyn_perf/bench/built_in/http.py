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

import orjson

from kampyn_perf import config
from kampyn_perf.backend import launcher
from kampyn_perf.backend import settings as backend_settings
from kampyn_perf.bench.http_client import Answer
from kampyn_perf.bench.request import SuiteSettings
from kampyn_perf.bench.suite import Suite
from kampyn_perf.bench.suites.http import Call, Endpoint, HttpParts, http_suite
from kampyn_perf.errors import KampynError
from kampyn_perf.load.hosts import check_target
from kampyn_perf.load.reach import check_reachable
from kampyn_perf.load.scenario.feed import Feed
from kampyn_perf.load.scenario.prepared import PreparedRequest, prepare_operation
from kampyn_perf.load.scenario.templates import MissingFieldError
from kampyn_perf.load.target.jsonpath import MISSING, JsonPath
from kampyn_perf.load.target.settings import Operation, TargetSettings
from kampyn_perf.redact import redact_url

CLIENTS = (1, 4, 16)
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
    endpoints = {
        key: bench.endpoint(key, operation) for key, operation in target.operations.items()
    }
    return http_suite(
        HttpParts(
            endpoints=tuple(endpoints.values()),
            token_headers=bench.token_headers,
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
        if operation.form or operation.formData or operation.body is not None:
            raise KampynError(f"{operation.endpoint}: bench http sends JSON bodies alone")
        sign_in = self._target.sign_ins().get(operation.identity)
        return Endpoint(
            key=key,
            title=operation.endpoint,
            fill=partial(self._fill, prepare_operation(operation, headers=self._target.headers)),
            expect=[path for expectation in operation.expect for path in expectation.hasProperty],
            sign_in=sign_in.operation if sign_in else "",
            before=operation.before,
            after=operation.after,
        )

    def token_headers(self, key: str, answer: Answer) -> dict[str, str]:
        """What shows who one is, of the answer to the sign-in `key`."""
        sign_in = next(
            sign_in for sign_in in self._target.sign_ins().values() if sign_in.operation == key
        )
        place = sign_in.token
        value: Any = MISSING
        if place.json_path is not None:
            value = JsonPath(place.json_path).first(orjson.loads(answer.body))
        elif place.cookie is not None:
            value = answer.cookies.get(place.cookie, MISSING)
        headers = {} if value is MISSING else sign_in.headers(str(value))
        if answer.cookies and "Cookie" not in headers:
            headers["Cookie"] = "; ".join(
                f"{name}={value}" for name, value in answer.cookies.items()
            )
        return headers

    async def open(self) -> tuple[str, Mapping[str, Any]]:
        if not self._url:
            return await asyncio.to_thread(self._start)
        await asyncio.to_thread(check_reachable, self._url)
        self._feed = Feed.of_file(self._data_file(), variables=self._target.variables)
        return self._url, {"target": self._target.name, "url": redact_url(self._url)}

    async def close(self) -> None:
        await asyncio.to_thread(self._stack.close)

    def _fill(self, request: PreparedRequest, number: int) -> Call:
        if self._feed is None:
            raise RuntimeError("the target is not open")
        data = self._feed[number]
        try:
            return Call(
                method=request.method,
                path=request.address(data),
                body=request.options(data).get("json"),
                headers=request.headers(data) or {},
            )
        except MissingFieldError as error:
            raise KampynError(f"{request.name}: {error}") from error

    def _data_file(self) -> Path | None:
        given = self._wanted.data or (Path(self._target.data) if self._target.data else None)
        return given or (_DEFAULT_DATA if _DEFAULT_DATA.is_file() else None)

    def _start(self) -> tuple[str, Mapping[str, Any]]:
        settings = backend_settings.load(environ=os.environ, sets=self._wanted.sets)
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="kampyn-bench-"))
        backend = self._stack.enter_context(launcher.start(settings, state_dir=Path(folder)))
        self._feed = Feed.of_file(backend.data_file, variables=self._target.variables)
        return backend.url, {
            "target": "the bundled backend",
            "workers": settings.worker_count(),
            "auth": settings.auth.value,
            "store": redact_url(settings.store.url) or "SQLite",
            "cache": "off" if settings.cache.url == "off" else redact_url(settings.cache.url),
            "password memory bytes": settings.passwords.memory,
            "password iterations": settings.passwords.iterations,
        }
