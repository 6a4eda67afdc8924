"""A locustfile under the real program: its rate, its shares, its one word of what is different."""

from __future__ import annotations

import json
import urllib.request
from collections import Counter

import pytest

from kampyn_perf import names
from kampyn_perf.results import io
from kampyn_perf.results.load import LoadResult, RunStatus
from tests.cli import program
from tests.load.locustfiles.test_side_by_side import FILES, port  # noqa: F401 (a fixture)

pytestmark = [pytest.mark.program, pytest.mark.xdist_group("locustfiles")]


def recorded(port):  # noqa: F811
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/__recorded", timeout=10) as response:
        return json.load(response)


def load(folder, port, file, *more, code=(0, 1, 4)):  # noqa: F811
    recorded(port)
    flags = ("--host", f"http://127.0.0.1:{port}", "--no-watch", "--out", "run")
    done = program.run(folder, "load", str(file), *flags, *program.PATIENT, *more)
    assert done.code in code, done.err
    return done, io.read(folder / "run" / "result.json", {names.LOAD_SCHEMA: LoadResult})


def test_weighted_classes_arrive_at_their_rate_and_in_their_shares(tmp_path, port):  # noqa: F811
    """96 sessions in 2 s: one turn of the mix."""
    done, result = load(tmp_path, port, FILES / "weights.py", "--rate", "48", "--for", "2s")
    assert done.err.count("wait_time lies between the tasks of one session alone") == 1
    assert result.status is RunStatus.COMPLETE
    assert result.validity.reasons == []
    assert result.sessions.planned == result.sessions.completed == 96
    assert {one.name: one.sessions.started for one in result.flows} == {
        "Guest.home": 48,
        "Member.home": 12,
        "Member.account": 4,
        "Robot.crawl": 32,
    }
    assert Counter(one["path"] for one in recorded(port)) == {
        "/home?from=Guest": 48,
        "/home?from=Member": 12,
        "/account": 4,
        "/crawl": 32,
    }


def test_a_scenario_that_never_asks_and_one_that_stops(tmp_path, port):  # noqa: F811
    (tmp_path / "mine.py").write_text(
        "from locust import HttpUser, task\n"
        "from locust.exception import StopTest\n"
        "class Idle(HttpUser):\n"
        "    @task\n"
        "    def nothing(self): pass\n"
        "class Asks(HttpUser):\n"
        "    asked = 0\n"
        "    @task\n"
        "    def ask(self):\n"
        "        if Asks.asked < 10: self.client.get('/ask')\n"
        "        Asks.asked += 1\n"
        "        if Asks.asked > 20: raise StopTest('enough')\n"
    )
    flags = ("--rate", "50", "--for", "20s")
    done, result = load(tmp_path, port, tmp_path / "mine.py", *flags, code=(4,))
    reasons = "\n".join(result.validity.reasons)
    assert "Idle.nothing: none of its " in reasons
    assert "1000 arrivals were planned, and " in reasons
    warnings = "\n".join(result.validity.warnings)
    assert "Asks.ask: 11 sessions ended without a request" in warnings
    assert "the scenario ended the run itself" in warnings
    assert "INVALID: Idle.nothing" in done.err
