"""A locustfile under the real program: its rate, its shares, its one word of what is different.

Tests `kampyn_perf/load/locustfiles` and `kampyn_perf/load/coordinator/describe.py`.
"""

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

pytestmark = [pytest.mark.xdist_group("locustfiles")]


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
    assert "the run is not valid: Idle.nothing" in done.out


def test_several_files_and_an_argument_of_their_own(tmp_path, port):  # noqa: F811
    folder = tmp_path / "all"
    folder.mkdir()
    user = (
        "from locust import HttpUser, events, task\n"
        "class {name}(HttpUser):\n"
        "    @task\n"
        "    def look(self):\n"
        "        options = self.environment.parsed_options\n"
        "        self.client.get(f'/{name}/{{options.shop}}/{{options.size}}')\n"
    )
    (folder / "a.py").write_text(
        user.format(name="Ann")
        + "@events.init_command_line_parser.add_listener\n"
        + "def more(parser):\n"
        + "    parser.add_argument('--shop', required=True)\n"
        + "    parser.add_argument('--size', type=int, default=1)\n"
    )
    (folder / "b.py").write_text(user.format(name="Bob"))
    (tmp_path / "locust.conf").write_text(f"host = http://127.0.0.1:{port}\nusers = 5\nsize = 3\n")
    recorded(port)
    flags = ("--rate", "10", "--for", "1s", "--no-watch", *program.PATIENT)
    done = program.run(tmp_path, "load", "all", *flags, "--", "--shop", "s7")
    assert done.code in (0, 1, 4), done.err
    assert "locust.conf: not used: users (--rate here)" in done.err
    seen = [one["path"] for one in recorded(port) if one["path"] != "/health"]
    assert (len(seen), set(seen)) == (10, {"/Ann/s7/3", "/Bob/s7/3"})
    for behind, words in [
        ((), "the following arguments are required: --shop"),
        (("--shop", "1", "--nope", "2"), "the locustfile adds no argument --nope; it adds --shop"),
        (("--users", "3"), "--users is Locust's own, and stands after --"),
        (("--shop", "1", "--size", "x"), "argument --size: invalid int value: 'x'"),
    ]:
        done = program.run(tmp_path, "load", "all", *flags, "--", *behind)
        assert (done.code, words in done.err) == (2, True), done.err
    assert [one for one in recorded(port) if one["path"] != "/health"] == []
