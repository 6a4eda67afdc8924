"""The backend on MongoDB, from outside: the document's flows, a database that goes away.

Tests `kampyn_perf/backend/stores/mongo` and `kampyn_perf/backend/launcher.py`.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from pymongo.uri_parser import parse_uri

from kampyn_perf.backend.audit import audit
from kampyn_perf.backend.settings import BackendSettings, HttpSettings
from kampyn_perf.backend.store_settings import IndexMode, MongoSettings, StoreSettings
from kampyn_perf.errors import ExitCode, KampynError
from tests import mongo_server
from tests.backend.conftest import SETTINGS, SMALL, Client, start
from tests.backend.test_launcher import until

pytestmark = pytest.mark.mongo
LITTLE = SMALL.model_copy(update={"users": 5, "items": 12, "orders": 20})


class Wire:
    """A TCP proxy that can be cut and mended, always on the same port."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._pairs: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._flows = threading.Event()
        self._flows.set()
        self._accept()

    def stall(self) -> None:
        """Take everything, pass on nothing: a server that hangs."""
        self._flows.clear()

    def flow(self) -> None:
        """Pass on again."""
        self._flows.set()

    def cut(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._pairs:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._pairs.clear()

    def mend(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._accept()

    def _accept(self) -> None:
        threading.Thread(target=self._run, args=(self._listener,), daemon=True).start()

    def _run(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                here, _ = listener.accept()
                there = socket.create_connection(self._target)
                self._pairs += [here, there]
                for pair in ((here, there), (there, here)):
                    threading.Thread(target=_copy, args=(*pair, self._flows), daemon=True).start()


def _copy(source: socket.socket, target: socket.socket, flows: threading.Event) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            flows.wait()
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True)
class Through:
    """A server behind a wire that can be cut, and a database there."""

    wire: Wire
    database: str
    indexes: IndexMode

    @property
    def settings(self) -> BackendSettings:
        return settings(self.wire.port, self.database, self.indexes)


@pytest.fixture
def through(request: pytest.FixtureRequest) -> Iterator[Through]:
    uri, indexes = mongo_server.best(request)
    [(host, port)] = parse_uri(uri)["nodelist"]
    wire = Wire(host, port)
    with mongo_server.fresh_database(uri) as name:
        yield Through(wire, name, IndexMode(indexes))
    wire.cut()


def settings(
    port: int, database: str, indexes: IndexMode = IndexMode.DOCUMENTED
) -> BackendSettings:
    mongo = MongoSettings(serverSelectionTimeoutMS=500, minPoolSize=1)
    url = f"mongodb://127.0.0.1:{port}/{database}?directConnection=true"
    store = StoreSettings(url=url, indexes=indexes, mongo=mongo)
    return SETTINGS.model_copy(update={"workers": 1, "store": store, "seed": LITTLE})


def test_flows_then_a_lost_database_then_recovery(state: Path, through: Through) -> None:
    given, wire = through.settings, through.wire
    with start(given, state_dir=state) as running:
        client = Client(running.url)
        flows(Client(running.url))
        assert audit(given.store.url, given.store).ok
        wire.cut()
        path = "/order/vendor/vendor123/active"
        assert until(lambda: client.get(path).status == 503)
        lost = client.get(path)
        assert (lost.status, lost.json["error"], lost.headers["retry-after"]) == (
            503,
            "unavailable",
            "1",
        )
        health = client.get("/health")
        assert (health.status, health.json["checks"]["database"]) == (503, False)
        wire.mend()
        assert until(lambda: client.get("/health").status == 200)
        flows(Client(running.url))
        report = audit(given.store.url, given.store)
        assert (report.ok, report.orders) == (True, 2), report.findings
    log = (state / "logs" / "combined.log").read_text()
    assert "MongoDB connected successfully" in log
    assert "MongoDB disconnected" in log


def test_a_stalled_database_is_a_503_at_the_deadline_and_nothing_of_it_is_left(
    state: Path, through: Through
) -> None:
    """The driver alone would wait for 45 s, on each of an order's steps."""
    http = HttpSettings.model_validate({"deadline": "1s"})
    given, wire = through.settings.model_copy(update={"http": http}), through.wire
    with start(given, state_dir=state) as running:
        client = Client(running.url)
        flows(client)
        wire.stall()
        order = {"vendorId": "vendor123", "items": [{"itemId": "item123", "quantity": 1}]}
        for answer in (client.get("/cart/user123"), client.post("/order/user123", order)):
            assert (answer.status, answer.json["error"]) == (503, "unavailable")
            assert answer.json["message"] == "The answer took too long."
            assert answer.headers["retry-after"] == "1"
        wire.flow()
        assert until(lambda: client.get("/health").status == 200)
        flows(Client(running.url))
    report = audit(given.store.url, given.store)
    assert report.ok, report.findings


def flows(client: Client) -> None:
    assert client.log_in("test@example.com").get("/api/user/auth/check").status == 200
    assert client.get("/api/item/retail/uni/123").json["items"]
    assert client.post("/cart/add/user123", {"itemId": "item123", "quantity": 2}).status == 200
    ordered = client.post("/order/user123", {"vendorId": "vendor123", "items": []})
    assert ordered.status == 201
    vendor = Client(client.url)
    [newest, *_] = vendor.get("/order/vendor/vendor123/active").json["orders"]
    assert newest == ordered.json["order"]
    assert vendor.get("/api/vendor/list/uni/123").json["vendors"]
    details = client.get(f"/order/{newest['_id']}").json
    assert details["user"]["name"] == "Student 0"


def test_a_database_that_is_not_there_is_named(state: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    with pytest.raises(KampynError, match=f"127.0.0.1:{port}") as caught:
        start(settings(port, "nothing"), state_dir=state)
    assert caught.value.code is ExitCode.UNREACHABLE
