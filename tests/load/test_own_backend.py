"""A backend of one's own, as the real program: a URL, flows as data, data by any name.

Tests `kampyn_perf/load/data_flows.py`, `kampyn_perf/load/flow.py` and
`kampyn_perf/load/scenario/feed.py`.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import orjson

from kampyn_perf import names
from kampyn_perf.results import io
from kampyn_perf.results.load import LoadResult
from tests.cli import program
from tests.load.conftest import DATA

FLOWS = """
url: {url}
data: students.csv
flows:
  - name: Take
    weight: 3
    flow:
      - get:
          url: "/first/{{student.name}}"
          capture: {{json: $.token, as: token}}
          expect: {{statusCode: 200, contentType: json, hasProperty: [token]}}
      - think: 1ms
      - loop: [{{get: "/of/{{{{ token }}}}"}}]
        count: 2
      - {{get: /never, ifTrue: "student.name == 'Nobody'"}}
  - name: Look
    flow: [{{post: {{url: /look, json: {{who: "{{student.name}}"}}}}}}]
"""


def result(folder: Path) -> LoadResult:
    return io.read(folder / "run" / "result.json", {names.LOAD_SCHEMA: LoadResult})


def test_a_url_is_all_that_is_needed(tmp_path, server):
    done = program.run(
        tmp_path,
        *("load", f"localhost:{server.port}/health", f"localhost:{server.port}/items?q=1"),
        *("--rate", "50", "--for", "2s", "--json", *program.PATIENT),
    )
    assert done.code in (0, 1), done.err
    document = done.json
    assert {one["name"]: one["requests"]["count"] for one in document["result"]["endpoints"]} == {
        "GET /health": 50,
        "GET /items": 50,
    }
    asked = {one["name"] for one in document["verdict"]["objectives"]}
    assert asked == {"response_time_p95", "response_time_p99", "error_rate", "availability"}
    paths = Counter(path for _moment, path in server.seen)
    assert (paths["/items?q=1"], paths["/health"] >= 50) == (50, True)
    checked = program.run(tmp_path, "check", "--json")
    assert {one["name"] for one in checked.json["objectives"]} == asked


def test_ones_own_objectives_come_first(tmp_path, server):
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "slo.yaml").write_text(
        'objectives: {mine: {metric: error_rate, target: "< 5 %"}}'
    )
    flags = ("--rate", "50", "--for", "1s", "--json", *program.PATIENT)
    done = program.run(tmp_path, "load", f"localhost:{server.port}/x", *flags)
    assert [one["name"] for one in done.json["verdict"]["objectives"]] == ["mine"]


def test_flows_as_data_run_once_for_each_arrival(tmp_path, server):
    (tmp_path / "shop.yaml").write_text(FLOWS.format(url=server.url))
    (tmp_path / "students.csv").write_bytes(b"\xef\xbb\xbfname\nAna\nBob\n")
    done = program.run(
        tmp_path,
        *("load", "--target", "shop.yaml", "--out", "run", "--workers", "2"),
        *program.profile("{duration: 2, arrivalRate: 50}"),
    )
    found = result(tmp_path)
    assert found.validity.reasons == [], done.err
    assert {flow.name: flow.sessions.completed for flow in found.flows} == {"Take": 75, "Look": 25}
    paths = Counter(path for _moment, path in server.seen)
    assert paths["/first/Ana"] + paths["/first/Bob"] == 75
    assert min(paths["/first/Ana"], paths["/first/Bob"]) > 25
    assert (paths["/of/x"], paths["/look"], paths["/never"]) == (150, 25, 0)
    assert {one.name for one in found.endpoints} == {
        "GET /first/{student.name}",
        "GET /of/{token}",
        "POST /look",
    }


def test_flows_in_python_and_as_data_run_side_by_side(tmp_path, server):
    (tmp_path / "mine.py").write_text(
        "from locust import task\n"
        "from kampyn_perf.load.flow import FlowUser\n"
        "class Mine(FlowUser):\n"
        "    @task\n"
        "    def go(self): self.client.get('/python')\n"
    )
    (tmp_path / "both.yaml").write_text(
        f"url: {server.url}\nscenarios: mine.py\nflows: [{{name: Data, flow: [{{get: /data}}]}}]\n"
    )
    flags = ("--target", "both.yaml", "--rate", "50", "--for", "2s", "--out", "run")
    done = program.run(tmp_path, "load", *flags, *program.PATIENT)
    assert {flow.name: flow.requests.count for flow in result(tmp_path).flows} == {
        "Mine": 50,
        "Data": 50,
    }, done.err
    (tmp_path / "both.yaml").write_text(
        f"url: {server.url}\nscenarios: mine.py\nflows: [{{name: Mine, flow: [{{get: /data}}]}}]\n"
    )
    done = program.run(tmp_path, "load", "--target", "both.yaml", "--rate", "5")
    assert done.code == 2
    assert "both have a flow 'Mine'" in done.err


def test_what_the_flows_lack_is_told_before_the_run(tmp_path, server):
    (tmp_path / "shop.yaml").write_text(FLOWS.format(url=server.url).replace("as: token", "as: t"))
    (tmp_path / "students.csv").write_text("nom\nAna\n")
    done = program.run(tmp_path, "load", "--target", "shop.yaml", "--rate", "5")
    assert done.code == 2
    assert "flows[0].flow[0].get.url: {student.name} is not in the session's data" in done.err
    assert "flows[0].flow[2].loop[0].get.url: {token} is not in the session's data" in done.err
    assert not [path for _moment, path in server.seen if path.startswith("/first")]


def test_a_data_file_that_does_not_serve(tmp_path, server):
    (tmp_path / "shop.yaml").write_text(FLOWS.format(url=server.url))
    for content, message in (
        (b'[{"name": "Ana"}]', "is a plain list; give it a name"),
        ('{"student": [{"name": "Zoë"}]}'.encode("latin-1"), "data.json:1: is not UTF-8 text"),
        ('{"student": []}'.encode("utf-16"), "UTF-16"),
        (b'{"students": []}', "students: is an empty list"),
    ):
        (tmp_path / "data.json").write_bytes(content)
        flags = ("--target", "shop.yaml", "--data", "data.json", "--rate", "5")
        done = program.run(tmp_path, "load", *flags)
        assert (done.code, message in done.err) == (2, True), done.err


def test_a_run_in_which_nothing_succeeds_ends_early(tmp_path, server):
    (tmp_path / "wrong.yaml").write_text(
        f"url: {server.url}\n"
        "flows: [{name: F, flow: [{get: {url: /, expect: {status: 404}}}]}]\n"
    )
    flags = ("--target", "wrong.yaml", "--rate", "50", "--for", "60s", "--out", "run")
    more = ("--set", "config.giveUpAfter=1s", *program.PATIENT)
    done = program.run(tmp_path, "load", *flags, *more)
    assert done.code == 3, done.err
    found = result(tmp_path)
    assert found.elapsed_us < 30_000_000
    assert "requests succeeded (content" in found.reason


def test_an_address_that_takes_connections_and_answers_nothing(tmp_path):
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(200)
        address = f"localhost:{mute.getsockname()[1]}"
        limits = ("--set", "config.giveUpAfter=1s", "--set", "config.timeouts.total=2s")
        done = program.run(
            tmp_path,
            *("load", address, "--rate", "30", "--for", "2s", "--out", "run", "--no-watch"),
            *(*limits, *program.PATIENT),
        )
    assert done.code == 3, done.err
    assert "Nothing has answered yet, " in done.err
    assert "a request is given up after 2.00 s (config.timeouts.total)" in " ".join(
        done.err.split()
    )
    assert done.err.count("Nothing has answered yet") == 1
    assert "requests succeeded (timeout " in result(tmp_path).reason


def test_ones_own_profiles_stand_beside_the_shipped_ones(tmp_path):
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "load.yaml").write_text(
        "profiles: {mine: {phases: [{duration: 1, arrivalRate: 7}]}}"
    )
    first = program.run(tmp_path, "load", "--dry-run")
    assert "Profile mine " in first.out, "the only one is what is run"
    assert "Profile quick " in program.run(tmp_path, "load", "--dry-run", "--profile", "quick").out


def test_the_data_of_a_served_backend_is_found(tmp_path, server):
    (tmp_path / ".kampyn").mkdir()
    (tmp_path / ".kampyn" / "data.json").write_bytes(orjson.dumps(DATA))
    flags = ("--target", f"localhost:{server.port}", "--rate", "50", "--for", "1s", "--out", "run")
    done = program.run(tmp_path, "load", *flags, *program.PATIENT)
    assert result(tmp_path).requests.failed == 0, done.err


def test_stock_locust_runs_flows_as_data(tmp_path, server):
    (tmp_path / "configs" / "targets").mkdir(parents=True)
    (tmp_path / "configs" / "targets" / "shop.yaml").write_text(FLOWS.format(url=server.url))
    (tmp_path / "students.csv").write_text("name\nAna\n")
    (tmp_path / "locustfile.py").write_text(
        "from kampyn_perf.load.data_flows import users_of_target\n"
        "globals().update(users_of_target())\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "locust", "--headless", "-u", "4", "-r", "4"],
        cwd=tmp_path,
        env=program.environment({"KAMPYN_TARGET": "shop"}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        program.wait_for(
            lambda: {path for _moment, path in server.seen} >= {"/first/Ana", "/of/x"},
            what="requests of the flows",
        )
        process.terminate()
        _out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 0, err
