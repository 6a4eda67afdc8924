"""A running backend with cheap passwords, and a client that keeps its connection and cookies."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from kampyn_perf.backend import launcher
from kampyn_perf.backend.settings import BackendSettings, PasswordSettings, SeedSettings
from tests import forked_backend

CHEAP = PasswordSettings(memory=8 * 1024, iterations=1)
SMALL = SeedSettings(users=20, vendors=4, items=60, orders=200, stock=1_000_000)
SETTINGS = BackendSettings(workers=2, passwords=CHEAP, seed=SMALL)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


@dataclass
class Client:
    """A browser's view of the backend: one connection, cookies kept."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)

    def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        data = body if isinstance(body, bytes) or body is None else orjson.dumps(body)
        given = {"Content-Type": "application/json"} if data is not None else {}
        self._connection.request(method, path, data, given | self.headers | (headers or {}))
        answer = self._connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        if "set-cookie" in found:
            self.headers["Cookie"] = found["set-cookie"].partition(";")[0]
        return Answer(answer.status, found, answer.read())

    def get(self, path: str, **given: Any) -> Answer:
        return self.request("GET", path, **given)

    def post(self, path: str, body: Any = None, **given: Any) -> Answer:
        return self.request("POST", path, body, **given)

    def log_in(self, email: str, *, who: str = "user") -> Client:
        answer = self.post(f"/api/{who}/auth/login", {"email": email, "password": "password"})
        assert answer.status == 200, answer.body
        return self

    def close(self) -> None:
        self._connection.close()


def start(settings: BackendSettings, **given: Any) -> launcher.RunningBackend:
    """As `launcher.start`, with what every backend imports imported before."""
    with forked_backend.warm():
        return launcher.start(settings, **given)


@pytest.fixture(scope="session")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[launcher.RunningBackend]:
    """One backend for all tests that leave it as they found it (or add to it)."""
    state = tmp_path_factory.mktemp("backend")
    with start(SETTINGS, state_dir=state) as running:
        yield running


@pytest.fixture
def client(backend: launcher.RunningBackend) -> Iterator[Client]:
    client = Client(backend.url)
    yield client
    client.close()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"
