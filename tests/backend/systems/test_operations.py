"""Health, memory, slow logs, histograms, log files: what an operator looks at.

Tests `health.py`, `external.py` and `memory.py` of `kampyn_perf/backend/services`, and `logs.py`,
`metrics.py` and `runtime_watch.py` of `kampyn_perf/backend`, and
`kampyn_perf/backend/routes/operations.py`.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from kampyn_perf.backend import launcher
from kampyn_perf.backend.cache_settings import CacheSettings
from kampyn_perf.backend.caches.none import NoCache
from kampyn_perf.backend.domain import UnavailableError
from kampyn_perf.backend.metrics import DB_BUCKETS, HTTP_BUCKETS
from kampyn_perf.backend.outward_settings import ExternalSettings
from kampyn_perf.backend.services.external import ExternalApi
from kampyn_perf.backend.services.health import Health
from kampyn_perf.backend.settings import ProcessSettings, SlowSettings
from kampyn_perf.errors import KampynError
from tests.backend.conftest import SETTINGS, Client, start
from tests.backend.test_launcher import until


class Provider(BaseHTTPRequestHandler):
    """The external API."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    status = 200
    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        self.send_response(self.status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/health"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def own(
    tmp_path_factory: pytest.TempPathFactory, provider: str
) -> Iterator[launcher.RunningBackend]:
    """Everything is slow to it, it has an external API, and a cache that is not there."""
    changes = {
        "workers": 1,
        "slow": SlowSettings.model_validate({"request": "1us", "query": "1us"}),
        "external": ExternalSettings.model_validate({"url": provider, "every": "10ms"}),
        "process": ProcessSettings(threads=24),
    }
    settings = SETTINGS.model_copy(update=changes)
    with start(settings, state_dir=tmp_path_factory.mktemp("operated")) as running:
        yield running


def logged(running: launcher.RunningBackend, name: str) -> str:
    return (running.data_file.parent / "logs" / name).read_text()


def test_health_says_how_each_part_is(own: launcher.RunningBackend) -> None:
    client = Client(own.url)
    for path in ("/health", "/api/health"):
        answer = client.get(path)
        assert answer.status == 200
        assert answer.json["status"] == "healthy"
        assert answer.json["checks"] == {"database": True, "redis": True, "external_apis": True}
        assert answer.json["writes"] == {"possible": True, "reason": None}
        assert answer.json["memory"]["rss"] > 10_000_000
        assert answer.json["uptime"] > 0
        assert answer.headers["cache-control"] == "no-store"


def test_an_external_api_that_is_unwell_makes_us_unwell(own: launcher.RunningBackend) -> None:
    client = Client(own.url)
    Provider.status = 500
    try:
        assert until(lambda: client.get("/health").status == 503)
        answer = client.get("/health").json
        assert answer["status"] == "unhealthy"
        assert answer["checks"]["external_apis"] is False
    finally:
        Provider.status = 200
    assert until(lambda: client.get("/health").status == 200)
    assert "External API health check failed" in logged(own, "error.log")


def test_a_cache_that_is_configured_and_gone_is_503(state: Path) -> None:
    gone = CacheSettings(url="redis://127.0.0.1:9/0")
    settings = SETTINGS.model_copy(update={"workers": 1, "cache": gone})
    with pytest.raises(KampynError, match=r'"redis":false'):
        start(settings, state_dir=state, timeout=6).stop()


def test_no_external_api_is_asked_unless_one_is_set(client: Client) -> None:
    assert client.get("/health").json["checks"]["external_apis"] is None


def test_slow_requests_and_queries_are_logged(own: launcher.RunningBackend) -> None:
    Client(own.url).get("/api/item/produce/uni/123?page=2")
    error = logged(own, "error.log")
    assert re.search(r"kampyn\.slow: Slow request: GET /api/item/produce/uni/123 - \d+ ms", error)
    found = re.search(r"kampyn\.slow: Slow query: produces\.find - \d+ ms (\{.*\})", error)
    assert found
    detail = json.loads(found[1])
    assert detail["sql"].startswith("SELECT ")
    assert any("produces" in line for line in detail["plan"])
    assert detail["comment"] == "GET /api/item/produce/uni/{uniId}"  # the route, never the path


def test_what_is_not_slow_is_not_logged(backend: launcher.RunningBackend, client: Client) -> None:
    client.get("/api/vendor/list/uni/123")
    path = backend.data_file.parent / "logs" / "error.log"
    assert "/api/vendor/list" not in (path.read_text() if path.exists() else "")


def test_log_files_part_errors_from_the_rest_and_carry_times(
    own: launcher.RunningBackend,
) -> None:
    line = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \d+ (INFO|WARNING|ERROR) \S+: ")
    Client(own.url).get("/api/vendor/list/uni/123")
    out, error, combined = (logged(own, f"{name}.log") for name in ("out", "error", "combined"))
    assert "Serving at" in out
    assert " WARNING " not in out
    assert " INFO " not in error
    assert all(line.match(one) for one in combined.splitlines())
    assert set(out.splitlines()) | set(error.splitlines()) <= set(combined.splitlines())


def test_histograms_have_the_documents_labels_and_limits(own: launcher.RunningBackend) -> None:
    client = Client(own.url)
    client.get("/api/item/retail/uni/123?page=1")
    client.get("/some/path/of/a/stranger")
    text = client.get("/metrics").body.decode()
    assert client.get("/metrics").headers["content-type"].startswith("text/plain; version=0.0.4")
    route = 'method="GET",route="/api/item/retail/uni/{uniId}",status="200"'
    query = 'collection="retails",operation="find"'
    for name, labels, buckets in (
        ("http_request_duration_seconds", route, HTTP_BUCKETS),
        ("db_query_duration_seconds", query, DB_BUCKETS),
    ):
        assert f"{name}_count{{{labels}}}" in text
        edges = re.findall(rf'{name}_bucket{{[^}}]*le="([^"]+)"', text)
        assert {float(edge) for edge in edges} == {*buckets, float("inf")}
    assert {0.1, 0.2, 0.5, 1.0} <= set(HTTP_BUCKETS)
    assert {0.05, 0.1} <= set(DB_BUCKETS)
    assert "stranger" not in text
    assert 'route="unmatched"' in text


def total(text: str, name: str) -> float:
    """Over all labels."""
    values = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.M)
    assert values, name
    return sum(float(value) for value in values)


def test_metrics_tell_the_causes_of_a_slow_answer_apart(own: launcher.RunningBackend) -> None:
    client = Client(own.url)
    before = client.get("/metrics").body.decode()
    client.log_in("test@example.com")
    client.post("/cart/add/user123", {"itemId": "item123", "quantity": 1})
    for _ in range(2):
        client.get("/api/vendor/list/uni/123?causes")
    Client(own.url).log_in("admin@example.com").post("/api/admin/memory/collect")
    client.get("/health")

    def grown(name: str) -> float:
        return total(client.get("/metrics").body.decode(), name) - total(before, name)

    assert grown("password_hash_seconds_count") == 2
    assert grown("password_hash_wait_seconds_count") == 2
    assert grown("password_hash_seconds_sum") > 0
    assert grown("cache_requests_total") >= 2
    text = client.get("/metrics").body.decode()
    assert total(text, "db_connection_wait_seconds_count") >= 1
    assert 'pool="sqlite-writer"' in text
    assert total(text, "http_requests_in_flight") == 1  # this one
    assert total(text, "password_hash_queue_length") == 0
    assert until(lambda: grown("event_loop_lag_seconds_count") > 0)
    assert until(lambda: grown("gc_collections_total") > 0)
    assert grown("gc_pause_seconds_total") > 0


def test_memory_figures_and_collection(own: launcher.RunningBackend) -> None:
    client = Client(own.url)
    assert client.get("/api/admin/memory").status == 401
    client.log_in("admin@example.com")
    figures = client.get("/api/admin/memory").json
    assert figures["pid"] == own.pids[0]
    assert figures["gc"]["frozen"] > 50_000  # what was there at the start is not walked through
    collections = figures["gc"]["collections"][2]
    done = client.post("/api/admin/memory/collect").json
    assert done["after"]["gc"]["collections"][2] > collections
    assert re.search(r"Memory usage: rss \S+ ?MB", logged(own, "out.log"))


def test_blocking_work_gets_as_many_threads_as_configured(own: launcher.RunningBackend) -> None:
    """Python's own default would be six on two CPUs; the rest of the process has about eight."""
    worker = psutil.Process(own.pids[0])

    def ask_all() -> bool:
        clients = [Client(own.url) for _ in range(60)]
        with ThreadPoolExecutor(60) as threads:
            statuses = {a.status for a in threads.map(lambda c: c.get("/metrics"), clients)}
        for client in clients:
            client.close()
        return statuses == {200}

    assert until(lambda: ask_all() and worker.num_threads() > 18)
    assert worker.num_threads() < 45


def test_a_database_that_does_not_answer_is_503() -> None:
    class Gone:
        async def ping(self) -> None:
            raise UnavailableError

        async def check_write(self) -> None:
            raise UnavailableError("The store cannot write: its disk is full.")

    health = Health(store=Gone(), cache=NoCache(), external=None)  # type: ignore[arg-type]
    healthy, report = asyncio.run(health.report())
    assert not healthy
    assert report["checks"] == {"database": False, "redis": None, "external_apis": None}
    reason = "The store cannot write: its disk is full."
    assert report["writes"] == {"possible": False, "reason": reason}


def test_the_external_api_is_asked_once_in_a_while(provider: str) -> None:
    now = [0.0]
    settings = ExternalSettings.model_validate({"url": provider, "every": "10s"})

    async def check() -> None:
        api = ExternalApi(settings=settings, clock=lambda: now[0])
        before = Provider.asked
        assert await asyncio.gather(*(api.healthy() for _ in range(20))) == [True] * 20
        assert Provider.asked == before + 1
        now[0] = 10.0
        assert await api.healthy()
        assert Provider.asked == before + 2
        api.close()

    asyncio.run(check())
