"""A known-good file, broken in one place at a time; and the file that is shipped.

Tests `kampyn_perf/alerts/rules.py` too.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kampyn_perf import config
from kampyn_perf.alerts import settings
from kampyn_perf.alerts.condition import Condition
from kampyn_perf.alerts.settings import Alerts
from kampyn_perf.errors import ConfigError
from kampyn_perf.operators import Operator
from kampyn_perf.results.alerts import Severity
from kampyn_perf.results.unit import Unit

GOOD: Mapping[str, Any] = {
    "metric": "response_time",
    "statistic": "p95",
    "fires": "> 1000 ms",
    "window": "5m",
    "clears": "< 900 ms",
}


def parse(**changes: Any) -> Alerts:
    rule = {**GOOD, **changes}
    data = {"alerts": {"slow": {key: value for key, value in rule.items() if value is not ...}}}
    return config.parse(Alerts, config.Source(data, "alerts.yaml"))


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        config.parse(Alerts, config.parse_yaml(text, "alerts.yaml"))
    return [str(problem) for problem in caught.value.problems]


def test_the_documents_alerts_are_shipped() -> None:
    alerts = settings.load(environ={}).alerts
    facts = {
        name: (rule.metric, rule.statistic, str(rule.fires), rule.window / 1e6, rule.actions)
        for name, rule in alerts.items()
    }
    assert facts == {
        "high_response_time": ("response_time", "p95", "> 1.00 s", 300, ("log",)),
        "high_error_rate": ("error_rate", "share", "> 5 %", 60, ("log",)),
        "high_memory_usage": ("memory", "mean", "> 80 %", 300, ("log",)),
    }


def test_a_rule_is_read_in_its_metrics_unit() -> None:
    rule = parse(severity="critical", actions=["stop"]).alerts["slow"]
    assert rule.fires == Condition(Operator.ABOVE, 1_000_000, Unit.DURATION)
    assert rule.cleared_by == Condition(Operator.BELOW, 900_000, Unit.DURATION)
    assert rule.quantile == 0.95
    assert (rule.window, rule.keepFiringFor) == (300_000_000, 60_000_000)
    assert rule.severity is Severity.CRITICAL
    assert rule.actions == ("stop",)


@pytest.mark.parametrize(
    ("metric", "fires", "clears"),
    [
        ("db_query_time", "> 1000 ms", "<= 900 ms"),
        ("error_rate", ">= 5 %", "< 4.5 %"),
        ("error_rate", "> 0 %", "<= 0 %"),
        ("probe_availability", "< 99 %", ">= 99.1 %"),
        ("throughput", "< 10/s", ">= 11/s"),
    ],
)
def test_without_clears_a_tenth_better_resolves(metric: str, fires: str, clears: str) -> None:
    rule = parse(metric=metric, fires=fires, statistic=..., clears=...).alerts["slow"]
    assert str(rule.cleared_by) == clears


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        (
            {"metric": "response_tim"},
            "metric",
            "unknown metric 'response_tim'; did you mean response_time?",
        ),
        (
            {"statistic": ...},
            "statistic",
            "response_time needs one of p50, p95, p99.9 ..., mean, max",
        ),
        (
            {"statistic": "p100"},
            "statistic",
            "response_time needs one of p50, p95, p99.9 ..., mean, max (got 'p100')",
        ),
        (
            {"fires": "> 5 %"},
            "fires",
            'expected a comparison with a duration, such as "> 1000 ms", not a percentage '
            "(got '> 5 %')",
        ),
        (
            {"fires": "1000 ms"},
            "fires",
            "expected a comparison with a duration, such as \"> 1000 ms\" (got '1000 ms')",
        ),
        (
            {"fires": None},
            "fires",
            'expected a comparison with a duration, such as "> 1000 ms" (got None)',
        ),
        ({"window": "2h"}, "window", "has to be between 1s and 1h (got 2h)"),
        ({"window": "10ms"}, "window", "has to be between 1s and 1h (got 10ms)"),
        (
            {"clears": "< 1100 ms"},
            "clears",
            "has to be on the other side of fires (> 1.00 s): a limit below it (got < 1.10 s)",
        ),
        (
            {"clears": "> 900 ms"},
            "clears",
            "has to be on the other side of fires (> 1.00 s): a limit below it (got > 900 ms)",
        ),
        (
            {"scope": {"flow": "order"}},
            "scope",
            'expected overall, or {endpoint: "POST /order/{userId}"} with * for any text '
            "(got a mapping)",
        ),
        ({"scope": {"endpoint": " "}}, "scope", "the name of the endpoint is missing"),
        ({"minSample": 3}, "minSample", "unknown key; did you mean minSamples?"),
        ({"window": ...}, "window", "is missing"),
        (
            {"actions": ["log", "stopp"]},
            "actions[1]",
            "unknown action 'stopp'; did you mean stop?",
        ),
    ],
)
def test_one_thing_wrong(changes: dict[str, Any], path: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(**changes)
    (problem,) = caught.value.problems
    assert (problem.path, problem.message) == (f"alerts.slow.{path}", message)


def test_a_machine_has_no_endpoints_and_a_rate_no_least_count() -> None:
    assert problems(
        "alerts:\n"
        '  a: {metric: memory, fires: "> 80 %", window: 5m, scope: {endpoint: "GET /"}}\n'
        '  b: {metric: throughput, fires: "< 5/s", window: 5m, minSamples: 3}\n'
    ) == [
        "alerts.yaml:2: alerts.a.scope: memory is not known of an endpoint by itself",
        "alerts.yaml:3: alerts.b.minSamples: throughput counts requests itself; leave it out",
    ]


def test_every_problem_at_once_with_its_line() -> None:
    assert problems(
        "actions:\n"
        "  log: {command: [x]}\n"
        "  ops: {webhook: 'http://x', command: [y]}\n"
        "  cmd: {command: [y], secretEnv: X}\n"
        "alerts:\n"
        '  Bad: {metric: nothing, fires: "> 1 s", window: 5m, actions: [ops, lgo]}\n'
        '  worse: {metric: error_rate, fires: "> 120 %", window: 5h}\n'
    ) == [
        "alerts.yaml:2: actions.log: the action log is built in; give yours another name",
        "alerts.yaml:3: actions.ops: needs one of webhook, webhookEnv and command; has webhook "
        "and command",
        "alerts.yaml:4: actions.cmd: secretEnv is for a webhook; a command has the environment "
        "itself",
        "alerts.yaml:6: alerts.Bad: the name of an alert is of small letters, digits and single "
        "underscores, such as high_error_rate",
        "alerts.yaml:6: alerts.Bad.metric: unknown metric 'nothing'; known here: cpu, "
        "db_query_time, disk_io, error_rate, error_rate_4xx, error_rate_5xx, memory, "
        "memory_per_instance, probe_availability, response_time, throughput",
        "alerts.yaml:6: alerts.Bad.actions[1]: unknown action 'lgo'; did you mean log?",
        "alerts.yaml:7: alerts.worse.fires: a share is at most 100 % (got '> 120 %')",
        "alerts.yaml:7: alerts.worse.window: has to be between 1s and 1h (got 5h)",
    ]


def test_an_action_of_ones_own_is_known_to_the_rules() -> None:
    text = (
        "actions: {page: {command: [./page.sh]}}\n"
        'alerts: {a: {metric: error_rate, fires: "> 5 %", window: 1m, actions: [page, stop]}}\n'
    )
    alerts = config.parse(Alerts, config.parse_yaml(text, "alerts.yaml"))
    assert alerts.alerts["a"].actions == ("page", "stop")
    assert alerts.actions["page"].command == ("./page.sh",)


def test_environment_and_flags_go_before_the_file() -> None:
    alerts = settings.load(
        environ={"KAMPYN_ALERTS_ALERTS__HIGH_ERROR_RATE__FIRES": "> 2 %"},
        sets=["alerts.high_memory_usage.window=10m"],
    ).alerts
    assert str(alerts["high_error_rate"].fires) == "> 2 %"
    assert alerts["high_memory_usage"].window == 600_000_000


def test_a_condition_without_its_quotes_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("alerts:\n  a:\n    metric: error_rate\n    fires: > 5 %\n    window: 1m\n")
    with pytest.raises(ConfigError) as caught:
        settings.load(str(path), environ={})
    assert caught.value.hint == 'Quote conditions, as in fires: "> 5 %".'
