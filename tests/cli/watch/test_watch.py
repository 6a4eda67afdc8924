"""`kampyn-perf watch`, the real program, on a real page of metrics and on the bundled backend.

Tests `kampyn_perf/cli/watch` and `kampyn_perf/alerts/watching.py`.
"""

from __future__ import annotations

import signal
import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from kampyn_perf.backend import RunningBackend
from tests.alerts.actions.hook import serving as hook_serving
from tests.cli import program
from tests.cli.watch.page import Page, serving

RULES = """
actions:
  hook: {{webhook: "{hook}", secretEnv: HOOK_SECRET}}
alerts:
  errors:
    metric: error_rate
    fires: "> 5 %"
    window: 4s
    keepFiringFor: 0s
    actions: [hook]
  slow: {{metric: response_time, statistic: p95, fires: "> 1 s", window: 4s, actions: []}}
  dead: {{metric: probe_availability, fires: "< 50 %", window: 4s, actions: [stop]}}
  disk_of_another_machine: {{metric: db_query_time, fires: "> 50 ms", window: 4s, actions: []}}
"""


@pytest.fixture
def page() -> Iterator[Page]:
    with serving() as it:
        yield it


def rules(folder: Path, hook: str = "http://127.0.0.1:1/") -> Path:
    path = folder / "rules.yaml"
    path.write_text(RULES.format(hook=hook))
    return path


def start(folder: Path, *arguments: str, hook: str = "http://127.0.0.1:1/"):
    return program.start(
        folder,
        "watch",
        "--alerts",
        str(rules(folder, hook)),
        *arguments,
        env={"HOOK_SECRET": "key"},
    )


def finish(process: program.Process) -> program.Done:
    out, err = process.communicate(timeout=60)
    return program.Done(process.returncode, out, err)


class Lines:
    """What a program printed on stdout so far, each line as JSON."""

    def __init__(self, process: program.Process) -> None:
        self.read: list[dict[str, Any]] = []
        self._process = process
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._thread.start()

    def wait_for(self, count: int, *, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Until there are so many."""

        def enough() -> bool:
            meanwhile()
            return len(self.read) >= count

        program.wait_for(enough, what=f"line {count}")

    def end(self) -> program.Done:
        """How the program ended."""
        code = self._process.wait(60)
        self._thread.join(60)
        assert self._process.stderr is not None
        return program.Done(code, "", self._process.stderr.read())

    def _collect(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.read.append(orjson.loads(line))


def test_firings_are_told_as_they_happen_and_to_the_webhook(page: Page, tmp_path: Path) -> None:
    with hook_serving() as hook:
        process = start(tmp_path, page.url, "--json", "--fail-on-alert", hook=hook.url)
        told = Lines(process)
        program.wait_for(lambda: page.scrapes >= 2, what="the second scrape")
        page.requests(90)
        page.requests(10, status=503, seconds=0.2)
        told.wait_for(1)
        told.wait_for(2, meanwhile=lambda: page.requests(10))
        process.send_signal(signal.SIGINT)
        done = told.end()
    fired, resolved = told.read
    assert (fired["alert"], fired["state"], fired["value"]) == ("errors", "firing", 0.1)
    assert (fired["source"], fired["target"]) == ("watch", page.url)
    assert (resolved["state"], resolved["fired_at"]) == ("resolved", fired["at"])
    assert resolved["value"] <= 0.045
    assert [orjson.loads(body) for _headers, body in hook.posts] == told.read
    assert done.code == 130
    assert ": error_rate over 4.00 s was 10 % (fires > 5 %)" in done.err
    assert "There is no load to stop: the action stop of dead does nothing here" in done.err


def test_without_requests_there_is_no_data_and_the_end_says_so(page: Page, tmp_path: Path) -> None:
    done = finish(start(tmp_path, page.url, "--for", "6s", "--fail-on-alert"))
    assert (done.code, done.out) == (0, "")
    assert "Never fired: dead" in done.err
    assert "No data: errors: 0 requests in 4.00 s, and 1 are needed" in done.err
    assert "No data: disk_of_another_machine: nothing has measured db_query_time" in done.err


def test_a_sick_health_route_fires_and_decides_the_exit_code(page: Page, tmp_path: Path) -> None:
    page.health = 503
    page.requests(5)
    done = finish(start(tmp_path, page.url, "--for", "8s", "--fail-on-alert"))
    assert done.code == 1
    (line,) = done.out.splitlines()
    assert line.endswith("[warning] dead fired: probe_availability 0 % over 4.00 s (fires < 50 %)")
    assert "s on: probe_availability over 4.00 s was 0 %" in done.err


def test_several_backends_are_judged_by_themselves(page: Page, tmp_path: Path) -> None:
    with serving() as other:
        process = start(tmp_path, page.url, other.url, "--json")
        told = Lines(process)
        program.wait_for(lambda: other.scrapes >= 2 and page.scrapes >= 2, what="second scrapes")
        page.requests(100)
        other.requests(50)
        other.requests(50, status=404)
        told.wait_for(1)
        process.send_signal(signal.SIGTERM)
        done = told.end()
    (fired,) = told.read
    assert (fired["target"], fired["value"]) == (other.url, 0.5)
    assert done.code == 143


def test_the_bundled_backend_can_be_watched(backend: RunningBackend, tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(
        "alerts:\n"
        '  memory: {metric: memory, fires: "> 0.01 %", window: 2s}\n'
        '  worker: {metric: memory_per_instance, fires: "> 1 MB", window: 2s}\n'
        '  well: {metric: probe_availability, fires: "< 100 %", window: 2s}\n'
    )
    done = program.run(
        tmp_path, "watch", backend.url, "--alerts", str(path), "--for", "5s", "--json"
    )
    assert done.code == 0
    told = {event["alert"]: event for event in map(orjson.loads, done.out.splitlines())}
    assert set(told) == {"memory", "worker"}
    assert 0 < told["memory"]["value"] <= 1
    assert "Never fired: well" in done.err


def test_a_page_shows_it_as_it_goes_on(page: Page, tmp_path: Path) -> None:
    process = start(tmp_path, page.url, "--live-report", "0", "--json")
    assert process.stderr is not None
    url = next(line for line in process.stderr if line.startswith("Live report: ")).split()[-1]

    def shown() -> str:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return str(answer.read().decode())

    program.wait_for(lambda: "No data to judge by yet" in shown(), what="the page")
    page.requests(90)
    page.requests(10, status=503, seconds=0.2)
    program.wait_for(lambda: "FIRING: errors" in shown(), what="the alert on the page")
    assert 'data-chart="backend-1-server-probe"' in shown()
    process.send_signal(signal.SIGINT)
    assert finish(process).code == 130


def test_nobody_there(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        done = finish(start(tmp_path, url))
    assert done.code == 3
    assert f"{url} cannot be watched: Connection refused" in done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nonsense",), "not an http or https URL: nonsense"),
        (("{url}", "{url}"), "a backend is named twice"),
        (("{url}", "--for", "soon"), "--for: not a duration: 'soon'"),
        (("{url}", "--probe", "health"), "probe.path: a path begins with /"),
        (("{url}/deep", "--set", "alerts.dead.fires=> 5 s"), "alerts.dead.fires: expected"),
        (
            ("{url}", "--set", "actions.hook.webhook=https://example.edu/secret"),
            "actions.hook.webhook: example.edu is not this machine, and nobody allowed to send",
        ),
    ],
)
def test_what_cannot_be_watched(
    page: Page, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = finish(start(tmp_path, *(each.format(url=page.url) for each in arguments)))
    assert done.code == 2
    assert words in done.err
    assert "example.edu/secret" not in done.err
    assert "Traceback" not in done.err


def test_a_backend_without_a_page_of_metrics(tmp_path: Path) -> None:
    with hook_serving() as hook:  # answers no GET
        done = finish(start(tmp_path, hook.url))
    assert done.code == 2
    assert "/metrics answers 501: there is no page of metrics to watch" in done.err
