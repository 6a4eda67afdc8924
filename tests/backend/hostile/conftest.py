"""A backend that gives slow clients little time, and bytes sent to it as they are."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from kampyn_perf.backend import launcher
from kampyn_perf.backend.settings import AuthMode, HttpSettings, MetricsAccess
from tests.backend.conftest import SETTINGS, start

PATIENCE = 10.0
"""Seconds until a connection that stays open counts as one that hangs; its limit is half of one."""


@dataclass
class Wire:
    """What came back, and whether the server let go of the connection."""

    received: bytes
    closed: bool

    @property
    def status(self) -> int:
        return int(self.received.split(b" ", 2)[1]) if self.received else 0


@dataclass
class Raw:
    """Sends bytes that no HTTP client would."""

    url: str

    def connect(self) -> socket.socket:
        parts = urlsplit(self.url)
        return socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE)

    def send(self, data: bytes) -> Wire:
        """All that comes back until the server closes."""
        with self.connect() as connection:
            with suppress(OSError):  # closed before it had everything: what it said can be read
                connection.sendall(data)
            return read_all(connection)


def read_all(connection: socket.socket) -> Wire:
    received = b""
    try:
        while part := connection.recv(65536):
            received += part
    except TimeoutError:
        return Wire(received, closed=False)
    except ConnectionResetError:
        pass
    return Wire(received, closed=True)


@pytest.fixture(scope="session")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[launcher.RunningBackend]:
    """One of our own: generated requests leave carts behind that others do not expect."""
    with start(SETTINGS, state_dir=tmp_path_factory.mktemp("hostile")) as running:
        yield running


@pytest.fixture(scope="session")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[launcher.RunningBackend]:
    """Strict, metrics for everybody, one worker, and half a second for headers and bodies."""
    http = HttpSettings.model_validate({"header_timeout": "500ms", "body_timeout": "500ms"})
    changes = {"auth": AuthMode.STRICT, "metrics": MetricsAccess.OPEN, "workers": 1, "http": http}
    settings = SETTINGS.model_copy(update=changes)
    with start(settings, state_dir=tmp_path_factory.mktemp("strict")) as running:
        yield running


@pytest.fixture
def raw(strict: launcher.RunningBackend) -> Raw:
    return Raw(strict.url)
