"""The grammar: the built-in goals, and one known-good file broken field by field.

Tests `kampyn_perf/slo/objectives.py`, `kampyn_perf/slo/objective.py` and
`kampyn_perf/slo/scope.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kampyn_perf import config
from kampyn_perf.errors import ConfigError, ExitCode
from kampyn_perf.slo import objectives
from kampyn_perf.slo.metrics import METRICS, ScopeKind
from kampyn_perf.slo.objectives import Slo
from kampyn_perf.slo.scope import Scope
from kampyn_perf.statistic import default_of

GOOD: dict[str, Any] = {
    "metric": "response_time",
    "statistic": "p95",
    "scope": {"endpoint": "POST /order/{userId}"},
    "target": "< 200 ms",
    "required": False,
}


def parse(**fields: Any) -> Slo:
    text = yaml.safe_dump({"objectives": {"one": fields}})
    return config.parse(Slo, config.parse_yaml(text, "slo.yaml"))


def problems(**changes: Any) -> list[str]:
    fields = {key: value for key, value in (GOOD | changes).items() if value is not ...}
    with pytest.raises(ConfigError) as caught:
        parse(**fields)
    assert caught.value.code is ExitCode.USAGE
    return [f"{problem.path}: {problem.message}" for problem in caught.value.problems]


def test_the_documents_goals_are_built_in() -> None:
    goals = objectives.load(environ={}).objectives
    assert {name: f"{each.statistic} {each.target}" for name, each in goals.items()} == {
        "response_time_p50": "p50 < 100 ms",
        "response_time_p95": "p95 < 200 ms",
        "response_time_p99": "p99 < 500 ms",
        "throughput": "mean >= 1000/s",
        "availability": "share >= 99.9 %",
        "availability_probe": "share >= 99.9 %",
        "error_rate_4xx": "share < 1 %",
        "error_rate_5xx": "share < 0.1 %",
        "error_rate": "share < 1.1 %",
        "db_query_time": "mean < 50.0 ms",
        "memory_per_instance": "max < 512 MB",
        "cpu": "mean < 70 %",
        "memory": "mean < 80 %",
        "disk_io": "mean < 60 %",
    }
    assert all(each.required and each.scope == Scope() for each in goals.values())


def test_every_built_in_objective_has_its_reason_beside_it() -> None:
    lines = config.find("slo").read_text(encoding="utf-8").splitlines()
    names = objectives.load(environ={}).objectives
    for name in names:
        above = lines[lines.index(f"  {name}:") - 1]
        assert above.strip().startswith("#"), name


def test_a_good_objective() -> None:
    one = parse(**GOOD).objectives["one"]
    assert one.scope == Scope(ScopeKind.ENDPOINT, "POST /order/{userId}")
    assert one.quantile == 0.95
    assert not one.required


@pytest.mark.parametrize(
    ("statistic", "quantile"),
    [("p50", 0.5), ("P99", 0.99), ("p99.9", 0.999), ("p5", 0.05), ("max", None)],
)
def test_any_percentile(statistic: str, quantile: float | None) -> None:
    assert parse(**GOOD | {"statistic": statistic}).objectives["one"].quantile == quantile


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"metric": "respons_time"},
            "metric: unknown metric 'respons_time'; did you mean response_time?",
        ),
        ({"metric": ...}, "metric: is missing"),
        ({"target": ...}, "target: is missing"),
        (
            {"target": "< 5 %"},
            "target: expected a duration, such as \"< 200 ms\", not a percentage (got '< 5 %')",
        ),
        (
            {"statistic": "p100"},
            "statistic: response_time needs one of p50, p95, p99.9 ..., mean, max (got 'p100')",
        ),
        (
            {"statistic": "p0"},
            "statistic: response_time needs one of p50, p95, p99.9 ..., mean, max (got 'p0')",
        ),
        (
            {"statistic": ...},
            "statistic: response_time needs one of p50, p95, p99.9 ..., mean, max",
        ),
        ({"scope": {"endpont": "x"}}, "scope: unknown scope 'endpont'; did you mean endpoint?"),
        ({"scope": {"endpoint": ""}}, "scope: the name of the endpoint is missing"),
        (
            {"scope": {"case": "db.orders"}},
            "scope: response_time is measured for overall, endpoint, flow, phase (got case)",
        ),
        (
            {"scope": "everything"},
            "scope: expected overall, or one of endpoint, flow, phase, case with a name "
            "(got 'everything')",
        ),
        (
            {"scope": {"flow": "a", "phase": "b"}},
            "scope: expected overall, or one of endpoint, flow, phase, case with a name "
            "(got a mapping)",
        ),
        (
            {"required": "maybe"},
            "required: input should be a valid boolean, unable to interpret input (got 'maybe')",
        ),
        ({"statistc": "p95"}, "statistc: unknown key; did you mean statistic?"),
        (
            {"metric": "throughput", "statistic": ..., "target": ">= 1/s"},
            "scope: throughput is measured for overall, phase (got endpoint)",
        ),
        (
            {"metric": "case_time", "scope": "overall"},
            "scope: case_time is measured for case (got overall)",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_one_field_wrong(changes: dict[str, Any], expected: str) -> None:
    assert problems(**changes) == [f"objectives.one.{expected}"]


def test_all_problems_come_at_once_with_their_lines() -> None:
    text = (
        "objectives:\n"
        "  a: {metric: cpu}\n"
        "  b b: {metric: cpu, target: '< 1 %'}\n"
        "  c:\n"
        "    metric: cpu\n"
        "    target: '> 1 %'\n"
    )
    with pytest.raises(ConfigError) as caught:
        config.parse(Slo, config.parse_yaml(text, "slo.yaml"))
    places = [(problem.source, problem.path) for problem in caught.value.problems]
    assert places == [
        ("slo.yaml:2", "objectives.a.target"),
        ("slo.yaml:3", "objectives.b b"),
        ("slo.yaml:6", "objectives.c.target"),
    ]


@pytest.mark.parametrize("text", ["objectives: {}", "{}", "objectives: [1]"])
def test_no_objectives_are_no_gate(text: str) -> None:
    with pytest.raises(ConfigError):
        config.parse(Slo, config.parse_yaml(text, "slo.yaml"))


def test_file_then_environment_then_flag(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "objectives:\n"
        "  a: {metric: cpu, target: '< 10 %'}\n"
        "  b: {metric: cpu, target: '< 10 %'}\n"
        "  c: {metric: throughput, target: '>= 10/s'}\n",
        encoding="utf-8",
    )
    goals = objectives.load(
        str(path),
        sets=["objectives.b.target=< 30 %", "objectives.c.target=>= 30/s"],
        environ={
            "KAMPYN_SLO_OBJECTIVES__A__TARGET": "< 20 %",
            "KAMPYN_SLO_OBJECTIVES__B__TARGET": "< 20 %",
            "KAMPYN_SLO_OBJECTIVES__C__TARGET": ">= 20/s",
        },
    ).objectives
    assert [goals[name].target.value for name in "abc"] == [0.2, 0.3, 30]


def test_every_metric_can_be_an_objective() -> None:
    units = {"us": "1 ms", "share": "1 %", "per_s": "1/s", "bytes": "1 MB", "count": "1"}
    for metric in METRICS.values():
        kind = metric.scopes[0]
        sign = ">=" if metric.more_is_better else "<"
        one = parse(
            metric=metric.name,
            statistic=default_of(metric.statistics) or "p95",
            target=f"{sign} {units[metric.unit.value]}",
            scope="overall" if kind is ScopeKind.OVERALL else {kind.value: "x"},
            **({"series": {"name": "x"}} if metric.name == "series" else {}),
        )
        assert one.objectives["one"].metric == metric.name


def test_a_target_without_quotes_is_told_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("objectives:\n  a:\n    target: >= 99.9 %\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"mine\.yaml:3: is not valid YAML") as caught:
        objectives.load(str(path), environ={})
    assert caught.value.hint == 'Quote targets that begin with >, as in target: ">= 99.9 %".'


def test_the_times_that_a_run_must_tell_apart() -> None:
    goals = Slo.model_validate(
        {
            "objectives": {
                "a": {"metric": "response_time", "statistic": "p95", "target": "< 200 ms"},
                "b": {"metric": "service_time", "statistic": "p99", "target": "<= 500 ms"},
                "c": {"metric": "cpu", "target": "< 70 %"},
            }
        }
    )
    assert goals.thresholds_us == (200_000, 500_001)
