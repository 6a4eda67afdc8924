"""Alerts beside a real load: live, in the result, and the same when the run is played again.

Tests `kampyn_perf/cli/load/alerting.py`, `kampyn_perf/cli/alerts/testing.py` and
`kampyn_perf/alerts`.
"""

from __future__ import annotations

import socket
from pathlib import Path

import orjson

from kampyn_perf import names
from kampyn_perf.results import io
from kampyn_perf.results.alerts import AlertState
from kampyn_perf.results.load import LoadResult, RunStatus
from tests.alerts.actions.hook import serving
from tests.cli import program
from tests.cli.program import ONE_GOAL, profile

RULES = """
actions:
  hook: {{webhook: "{hook}", attempts: 1, timeout: 1s}}
  gone: {{webhook: "{gone}", attempts: 1, timeout: 1s}}
alerts:
  busy:
    metric: throughput
    fires: "> 10/s"
    window: 2s
    severity: critical
    actions: [{actions}]
  quiet: {{metric: error_rate, fires: "> 50 %", window: 2s}}
  logins:
    metric: error_rate_4xx
    scope: {{endpoint: "POST /api/user/auth/login"}}
    fires: "> 50 %"
    window: 2s
  too_long: {{metric: error_rate, fires: "> 1 %", window: 5m}}
"""


NOBODY = "http://127.0.0.1:1/"


def rules(folder: Path, *, actions: str = "log", hook: str = NOBODY, gone: str = NOBODY) -> str:
    path = folder / "rules.yaml"
    path.write_text(RULES.format(actions=actions, hook=hook, gone=gone))
    return str(path)


def result_of(folder: Path) -> LoadResult:
    return io.read(folder / "reports" / "latest" / "result.json", {names.LOAD_SCHEMA: LoadResult})


def test_firings_are_in_the_result_and_playing_it_again_says_the_same(tmp_path, against):
    path = rules(tmp_path)
    done = program.run(
        tmp_path,
        "load",
        *against,
        *profile("{duration: 3, arrivalRate: 10}"),
        *ONE_GOAL,
        "--alerts",
        path,
    )
    assert done.code in (0, 1, 4), done.err
    assert "Alert: busy fired: throughput mean " in done.err
    assert ": throughput mean over 2.00 s was " in done.out
    assert "Alerts: never fired: quiet, logins; no data: too_long" in done.out
    result = result_of(tmp_path)
    busy, quiet, logins, too_long = result.alerts
    (firing,) = busy.firings
    assert firing.fired_us in (2_000_000, 3_000_000)
    assert firing.value > 10
    assert (quiet.state, logins.state, too_long.state) == (
        AlertState.OK,
        AlertState.OK,
        AlertState.NO_DATA,
    )
    assert quiet.judged > 0
    assert quiet.firings == []

    again = program.run(tmp_path, "alerts", "test", "--alerts", path, "--json")
    assert again.code == 0
    live = [record.model_dump(mode="json") for record in result.alerts]
    assert again.json == live
    failing = program.run(tmp_path, "alerts", "test", "--alerts", path, "--fail-on-alert")
    assert failing.code == 1
    assert ": throughput mean over 2.00 s was " in failing.out
    assert "Never fired: quiet, logins" in failing.out
    assert "No data: too_long: the window of 5 min 0 s holds " in failing.out


def test_an_alert_can_end_the_run_which_says_why(tmp_path, against):
    path = rules(tmp_path, actions="stop")
    done = program.run(
        tmp_path, "load", *against, *profile("{duration: 60, arrivalRate: 10}"), "--alerts", path
    )
    assert done.code in (1, 4), done.err
    result = result_of(tmp_path)
    assert result.status is RunStatus.PARTIAL
    assert result.reason.startswith("ended early: the alert busy fired: throughput mean ")
    assert result.elapsed_us < 30_000_000
    assert result.sessions.cut == 0  # what was in flight could finish
    assert result.reason in done.out


def test_a_webhook_is_told_and_one_that_is_not_there_is_named(tmp_path, against):
    with serving() as hook, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        path = rules(tmp_path, actions="hook, gone", hook=hook.url, gone=url)
        load = ("load", *against, *profile("{duration: 3, arrivalRate: 10}"), *ONE_GOAL)
        done = program.run(tmp_path, *load, "--alerts", path)
    assert done.code in (0, 1, 4), done.err
    ((_headers, body),) = hook.posts
    told = orjson.loads(body)
    assert (told["alert"], told["state"], told["source"]) == ("busy", "firing", "load")
    assert told["at_us"] == result_of(tmp_path).alerts[0].firings[0].fired_us

    words = "firing was not told to gone: 127.0.0.1: Connection refused"
    assert result_of(tmp_path).alerts[0].undelivered == [words]
    assert f"  busy: {words}" in done.out


def test_rules_are_checked_before_anything_starts(tmp_path, against):
    path = rules(tmp_path, actions="hook", hook="https://hooks.example.edu/secret")
    done = program.here(
        tmp_path,
        "load",
        *against,
        *profile("{duration: 60, arrivalRate: 20}"),
        "--alerts",
        path,
        "--dry-run",
    )
    assert done.code == 2
    assert "actions.hook.webhook: hooks.example.edu is not this machine" in done.err
    assert "/secret" not in done.err
    done = program.here(tmp_path, "load", *against, "--set", "alerts.high_error_rate.fires=> 5 s")
    assert done.code == 2
    assert "--set alerts.high_error_rate.fires: alerts.high_error_rate.fires: expected" in done.err
    assert not (tmp_path / "reports").exists()
