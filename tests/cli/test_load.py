"""`kampyn-perf load` against the real backend: the numbers agree with what the backend counted."""

from __future__ import annotations

import http.client
import sqlite3
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families

from kampyn_perf import names
from kampyn_perf.results import io
from kampyn_perf.results.load import LoadResult, RunStatus
from tests.cli import program
from tests.cli.program import CHEAP, SMALL, profile

JUDGED = (0, 1, 4)
"""A short run is judged, but so few samples seldom decide."""
WORKERS = 2
"""Of the backend: what it counts is all of theirs together."""
FLOWS = {"User authentication flow": 30, "Order placement flow": 40, "Vendor operations": 30}


def result_of(folder: Path) -> LoadResult:
    return io.read(folder / "reports" / "latest" / "result.json", {names.LOAD_SCHEMA: LoadResult})


def scrape(url: str) -> dict[tuple[str, str, str], float]:
    """Requests by (method, route, status), as the backend counted them over all its workers."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    return {
        (sample.labels["method"], sample.labels["route"], sample.labels["status"]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == f"{names.METRIC_HTTP}_count"
    }


def orders_in(database: Path) -> int:
    with sqlite3.connect(database) as connection:
        return int(connection.execute("SELECT count(*) FROM orders").fetchone()[0])


def test_the_result_agrees_with_the_backend(tmp_path, backend, against):
    """Every request once on either side; an order in the store for each successful one."""
    database = backend.data_file.parent / "backend.db"
    counted_before, orders_before = scrape(backend.url), orders_in(database)
    done = program.run(tmp_path, "load", *against, *profile("{duration: 2, arrivalRate: 50}"))
    assert done.code in JUDGED, done.err
    result = result_of(tmp_path)
    counted = scrape(backend.url)

    assert result.status is RunStatus.COMPLETE
    assert result.validity.reasons == []
    assert result.sessions.planned == 100 == result.sessions.started == result.sessions.completed
    assert {each.name: each.weight for each in result.flows} == FLOWS
    assert {each.name: each.sessions.started for each in result.flows} == {
        "User authentication flow": 30,
        "Order placement flow": 40,
        "Vendor operations": 30,
    }
    assert result.requests.count == 30 * 2 + 40 * 3 + 30 * 2
    assert result.requests.failed == 0

    served = {
        key: value - counted_before.get(key, 0)
        for key, value in counted.items()
        if key[1] not in ("/health", "/api/health", "/metrics")
    }
    assert sum(served.values()) == result.requests.count
    theirs: Counter[str] = Counter()
    for (method, route, _status), count in served.items():
        theirs[f"{method} {route}"] += int(count)
    assert theirs["POST /order/{userId}"] == 40
    assert +theirs == {each.name: each.requests.count for each in result.endpoints}

    assert orders_in(database) - orders_before == 40
    with sqlite3.connect(database) as connection:
        for table in ("retails", "produces"):
            lowest = connection.execute(f"SELECT min(quantity) FROM {table}").fetchone()[0]
            assert lowest is None or lowest >= 0


@pytest.fixture(scope="module")
def loaded(tmp_path_factory, backend) -> tuple[program.Done, LoadResult]:
    """What a run of two phases said, and what it left."""
    folder = tmp_path_factory.mktemp("loaded")
    phases = ("{duration: 1, arrivalRate: 20}", "{pause: 0.3}", "{duration: 1, arrivalCount: 9}")
    flags = ("--target", backend.url, "--data", str(backend.data_file))
    done = program.run(folder, "load", *flags, *profile(*phases))
    return done, result_of(folder)


def test_every_sample_is_in_every_grouping(loaded):
    _done, result = loaded
    total = result.requests
    for groups in (result.endpoints, result.flows, result.phases):
        assert sum(each.requests.count for each in groups) == total.count
        assert sum(each.requests.response.sum_us for each in groups) == total.response.sum_us
    assert sum(each.requests for each in result.seconds) == total.count
    assert [each.sessions.planned for each in result.phases] == [20, 0, 9]
    assert total.response.decode().count == total.count


def test_a_load_starts_and_stops_the_bundled_backend(tmp_path):
    process = program.start(
        tmp_path, "load", "--json", *CHEAP, *SMALL, *profile("{duration: 1, arrivalRate: 20}")
    )
    started = program.wait_for(
        lambda: len(found := program.descendants(process.pid)) >= 4 and found, what="the processes"
    )
    out, err = process.communicate(timeout=60)
    assert process.returncode in JUDGED, err
    assert err == "", "with --json nothing is said"
    document = orjson.loads(out)
    assert document["result"]["target"]["bundled"] is True
    assert document["result"]["context"]["backend"]["passwords"]["iterations"] == 1
    assert document["verdict"]["exit_code"] == process.returncode
    assert Path(tmp_path, document["folder"], "result.json").is_file()
    assert program.all_gone(started)


def test_one_flow_alone(tmp_path, against):
    done = program.run(
        tmp_path, "load", *against, "--flow", "vendor", *profile("{duration: 1, arrivalRate: 20}")
    )
    assert done.code in JUDGED, done.err
    result = result_of(tmp_path)
    assert [each.name for each in result.flows] == ["Vendor operations"]
    assert result.requests.count == 40


def test_the_tables_say_what_the_result_says(loaded):
    done, result = loaded
    assert "POST /order/{userId}" in done.out
    assert f"{result.requests.count} requests, " in done.out
    assert "29 sessions planned = 29 started + 0 dropped" in done.out
    assert "not exercised" in done.out
    assert "Report: reports/" in done.out
    assert "\x1b[" not in done.err, "no colours without a terminal"


def test_a_backend_error_is_counted_by_its_kind(tmp_path, backend, against):
    """A user who is not there: 4xx for each login, the session ends, the verdict fails."""
    data = orjson.loads(backend.data_file.read_bytes())
    data["users"] = [{**data["users"][0], "password": "wrong"}]
    wrong = tmp_path / "wrong.json"
    wrong.write_bytes(orjson.dumps(data))
    done = program.run(
        tmp_path,
        *("load", "--target", backend.url, "--data", str(wrong), "--flow", "authentication"),
        *profile("{duration: 1, arrivalRate: 40}"),
    )
    result = result_of(tmp_path)
    assert result.requests.errors == {"http_4xx": 40}
    assert result.sessions.failed == 40
    assert done.code == 1, done.err


@pytest.fixture(scope="module")
def documented(tmp_path_factory):
    """What a dry run of the document's load tells programs."""
    return program.run(tmp_path_factory.mktemp("dry"), "load", "--dry-run", "--json").json


def test_a_dry_run_starts_nothing(tmp_path, documented):
    done = program.run(tmp_path, "load", "--dry-run")
    assert done.code == 0, done.err
    for text in ("Ramp up", "15,000 sessions", "weight 40 (40 %)", "21,600 sessions in 7 min 0 s"):
        assert text in done.out
    assert list(tmp_path.iterdir()) == []
    assert documented["planned"] == 21_600
    assert documented["flows"] == FLOWS


def test_quick_has_the_documented_rates(tmp_path, documented):
    described = program.run(tmp_path, "load", "--profile", "quick", "--dry-run", "--json").json
    rates = [
        [phase["arrivalRate"] for phase in each["spec"]["phases"]]
        for each in (described, documented)
    ]
    assert rates[0] == rates[1]
    assert described["planned"] == 3_100
