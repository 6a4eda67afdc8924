"""From an event to what its rule's actions do."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from kampyn_perf.alerts.actions.dispatch import Dispatcher, receivers
from kampyn_perf.alerts.actions.notice import Origin, sentence
from kampyn_perf.alerts.engine import Change, Event
from kampyn_perf.alerts.rules import Rule
from kampyn_perf.alerts.settings import Alerts
from kampyn_perf.errors import ConfigError, KampynError
from tests.alerts.actions.hook import serving
from tests.alerts.rules import SECOND, rule

ORIGIN = Origin(
    kind="load",
    target="http://127.0.0.1:5001",
    zero=datetime(2026, 11, 28, 12, tzinfo=UTC),
    folder="reports/x",
)


def event(change: Change = Change.FIRED, *, of: Rule | None = None, **more: Any) -> Event:
    at_us = 90 * SECOND if change is Change.FIRED else 150 * SECOND
    return Event(
        change=change,
        name="high_error_rate",
        rule=of or rule(actions=["log"]),
        at_us=at_us,
        fired_us=90 * SECOND,
        value=0.125,
        **more,
    )


def settings(actions: dict[str, Any], *used: str) -> Alerts:
    rules = {"a": rule(actions=list(used or actions))}
    return Alerts.model_validate({"actions": actions, "alerts": rules})


def anywhere(_url: str) -> None: ...


def test_the_words_of_an_event() -> None:
    assert sentence(event()) == (
        "high_error_rate fired: error_rate 12.5 % over 10.0 s (fires > 10 %)"
    )
    assert sentence(event(Change.RESOLVED)) == (
        "high_error_rate resolved after 1 min 0 s: error_rate 12.5 % over 10.0 s (clears < 5 %)"
    )
    slow = rule(metric="db_query_time", fires="> 50 ms", clears=None)
    assert sentence(event(of=slow, subject="x")).startswith(
        "high_error_rate fired: db_query_time mean of x "
    )


def test_log_and_stop() -> None:
    said: list[str] = []
    reasons: list[str] = []
    dispatcher = Dispatcher(
        {}, origin=ORIGIN, log=lambda each: said.append(each.change.value), stop=reasons.append
    )
    both = rule(actions=["log", "stop"])
    dispatcher.handle(event(of=both))
    dispatcher.handle(event(Change.RESOLVED, of=both))
    assert said == ["fired", "resolved"]
    assert reasons == [
        "the alert high_error_rate fired: error_rate 12.5 % over 10.0 s (fires > 10 %)"
    ]
    assert dispatcher.close() == {}


def test_a_webhook_and_a_command_get_the_same_document(tmp_path: Path) -> None:
    out = tmp_path / "out"
    script = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read() + '\\n')"
    with serving(503) as hook:
        made = receivers(
            settings(
                {
                    "hook": {"webhook": hook.url, "secretEnv": "SECRET"},
                    "page": {"command": [sys.executable, "-c", script, str(out)]},
                }
            ),
            environ={"SECRET": "key"},
            check_host=anywhere,
        )
        dispatcher = Dispatcher(made, origin=ORIGIN, log=lambda _event: None)
        both = rule(actions=["hook", "page"])
        for change in Change:
            dispatcher.handle(event(change, of=both))
        assert dispatcher.close(within=60) == {}
    by_command = [orjson.loads(line) for line in out.read_text().splitlines()]
    by_webhook = [orjson.loads(body) for _headers, body in hook.posts]
    assert by_webhook == [by_command[0], *by_command]  # the first was refused once
    assert all("webhook-signature" in headers for headers, _body in hook.posts)
    assert by_command[0] == {
        "schema": "kampyn-perf/alert",
        "version": 1,
        "alert": "high_error_rate",
        "state": "firing",
        "severity": "warning",
        "text": "high_error_rate fired: error_rate 12.5 % over 10.0 s (fires > 10 %)",
        "description": "",
        "metric": "error_rate",
        "statistic": "share",
        "scope": {},
        "subject": "",
        "unit": "share",
        "value": 0.125,
        "fires": "> 10 %",
        "window_s": 10,
        "at": "2026-11-28T12:01:30.000+00:00",
        "at_us": 90_000_000,
        "fired_at": "2026-11-28T12:01:30.000+00:00",
        "source": "load",
        "target": "http://127.0.0.1:5001",
        "folder": "reports/x",
    }
    assert by_command[1]["state"] == "resolved"


def test_what_did_not_arrive_is_told_by_alert() -> None:
    with serving(400) as hook:
        made = receivers(settings({"hook": {"webhook": hook.url}}), environ={}, check_host=anywhere)
        dispatcher = Dispatcher(made, origin=ORIGIN, log=lambda _event: None)
        dispatcher.handle(event(of=rule(actions=["hook"])))
        assert dispatcher.close(within=30) == {
            "high_error_rate": ["firing was not told to hook: 127.0.0.1 answered 400"]
        }


def refuse(url: str) -> None:
    if "example" in url:
        raise KampynError("example.edu is not this machine, and nobody allowed it")


def test_everything_that_cannot_work_is_said_before_the_run() -> None:
    actions = {
        "a": {"webhook": "https://example.edu/hook", "secretEnv": "MISSING"},
        "b": {"webhookEnv": "NOWHERE"},
        "c": {"command": ["no-such-program"]},
        "d": {"webhook": "http://127.0.0.1/", "secretEnv": "BROKEN"},
        "unused": {"command": ["no-such-program"]},
    }
    with pytest.raises(ConfigError) as caught:
        receivers(
            settings(actions, "a", "b", "c", "d"),
            environ={"BROKEN": "whsec_?"},
            check_host=refuse,
        )
    assert [str(each) for each in caught.value.problems] == [
        "actions.a.secretEnv: the environment variable MISSING is not set",
        "actions.a.webhook: example.edu is not this machine, and nobody allowed it",
        "actions.b.webhookEnv: the environment variable NOWHERE is not set",
        "actions.c.command: there is no program no-such-program",
        "actions.d.secretEnv: what BROKEN holds begins with whsec_ but is no base64",
    ]
