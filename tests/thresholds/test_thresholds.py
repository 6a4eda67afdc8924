"""Limits of Artillery and k6 as objectives, and back: round trips, and what is not carried over.

Tests `ensure.py`, `k6.py`, `limit.py` and `rules.py` of `kampyn_perf/thresholds`, and
`kampyn_perf/cli/thresholds.py`.
"""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf import config
from kampyn_perf.alerts.metrics import METRICS
from kampyn_perf.alerts.settings import Alerts
from kampyn_perf.cli.thresholds import as_plain
from kampyn_perf.config import shipped
from kampyn_perf.slo.objectives import Slo
from kampyn_perf.thresholds import ensure, k6, rules
from tests.cli import program

PERCENTILES = st.sampled_from(["p50", "p75", "p90", "p95", "p99", "p99.9"])
STATISTICS = st.one_of(PERCENTILES, st.sampled_from(["mean", "max"]))
MILLISECONDS = st.one_of(
    st.integers(1, 10**6), st.integers(1, 10**6).map(lambda thousandths: thousandths / 1000)
)
NAMES = st.text("abcXYZ019 /._-", min_size=1, max_size=12).filter(lambda text: text.strip() == text)


def number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


@st.composite
def times(draw: Any) -> dict[str, Any]:
    return {
        "metric": draw(st.sampled_from(["response_time", "session_time"])),
        "statistic": draw(STATISTICS),
        "target": f"{draw(st.sampled_from(['<', '<=']))} {number(draw(MILLISECONDS))} ms",
    }


@st.composite
def shares(draw: Any) -> dict[str, Any]:
    percent = draw(st.integers(0, 10_000)) / 100
    sign = draw(st.sampled_from(["<", "<="]))
    return {"metric": "error_rate", "target": f"{sign} {number(percent)} %"}


@st.composite
def of_k6(draw: Any) -> dict[str, Any]:
    made = draw(st.one_of(times(), shares()))
    if draw(st.booleans()):
        kinds = ["flow"] if made["metric"] == "session_time" else ["endpoint", "flow"]
        made["scope"] = {draw(st.sampled_from(kinds)): draw(NAMES)}
    if made["metric"] != "error_rate" and draw(st.booleans()):
        made["of"] = "successful"
    if draw(st.booleans()):
        made["abort"] = True
        if draw(st.booleans()):
            made["grace"] = "30s"
    return made


@given(st.lists(of_k6(), max_size=5))
def test_objectives_to_k6_and_back(objectives):
    named = {str(number): one for number, one in enumerate(objectives)}
    thresholds, left = k6.write(named)
    again, wrong = k6.read(thresholds)
    assert (left, wrong) == ({}, [])
    assert sorted(map(repr, again.values())) == sorted(map(repr, objectives))
    if again:
        config.parse(Slo, config.Source({"objectives": again}, "k6"))


@st.composite
def of_ensure(draw: Any) -> dict[str, Any]:
    made: dict[str, Any] = draw(times())
    return made | ({"required": False} if draw(st.booleans()) else {})


@given(st.lists(of_ensure(), max_size=5), st.one_of(st.none(), st.integers(0, 100)))
def test_objectives_to_ensure_and_back(objectives, errors):
    if errors is not None:
        objectives.append({"metric": "error_rate", "target": f"<= {errors} %"})
    section, left = ensure.write({str(number): one for number, one in enumerate(objectives)})
    found = ensure.read(section)
    assert (left, found.wrong) == ({}, [])
    assert sorted(map(repr, found.objectives.values())) == sorted(map(repr, objectives))
    if objectives:
        config.parse(Slo, config.Source({"objectives": found.objectives}, "ensure"))


@pytest.mark.parametrize(
    ("metric", "entry", "objective"),
    [
        ("http_req_duration", "p(95)<500",
         {"metric": "response_time", "statistic": "p95", "target": "< 500 ms"}),
        ("http_req_duration{name:GET /x,expected_response:true}", " p(99.90) <= 1.5 ",
         {"metric": "response_time", "statistic": "p99.9", "target": "<= 1.5 ms",
          "scope": {"endpoint": "GET /x"}, "of": "successful"}),
        ("http_req_failed{scenario:buy}",
         {"threshold": "rate<0.015", "abortOnFail": True, "delayAbortEval": "10s"},
         {"metric": "error_rate", "target": "< 1.5 %", "scope": {"flow": "buy"}, "abort": True,
          "grace": "10s"}),
        ("iteration_duration", "avg<2000",
         {"metric": "session_time", "statistic": "mean", "target": "< 2000 ms"}),
    ],
)  # fmt: skip
def test_thresholds_of_k6(metric, entry, objective):
    objectives, wrong = k6.read({metric: [entry]})
    assert (list(objectives.values()), wrong) == ([objective], [])


@pytest.mark.parametrize(
    ("metric", "entry", "why"),
    [
        ("http_reqs", "rate>100", "is not measured here"),
        ("checks", "rate>0.9", "is not measured here"),
        ("http_req_duration", "p(95)>500", "upper limit"),
        ("http_req_duration", "min<500", "upper limit"),
        ("http_req_duration", "p95<500", "upper limit"),
        ("http_req_duration", "count", "is no threshold"),
        ("http_req_failed", "rate<1.5", "upper limit"),
        ("http_req_duration{status:200}", "p(95)<500", "the tag status:200"),
        ("http_req_duration{name}", "p(95)<500", "is no tag"),
    ],
)
def test_what_k6_has_and_objectives_do_not(metric, entry, why):
    objectives, wrong = k6.read({metric: entry})
    assert objectives == {}
    assert [(one, why in text) for one, text in wrong] == [(metric, True)]


@pytest.mark.parametrize(
    ("section", "why"),
    [
        ({"thresholds": [{"http.codes.500": 1}]}, "http.codes.500 is not judged here"),
        ({"thresholds": [{"http.response_time.min": 1}]}, "upper limit"),
        ({"thresholds": {"http.response_time.p95": 1}}, "is a list"),
        ({"conditions": [{"expression": "http.codes.500 < 1"}]}, "http.codes.500 is not judged"),
        ({"conditions": [{"expression": "http.response_time.p95 < 1 or 1 < 2"}]}, "by `and`"),
        ({"conditions": [{"expression": "http.response_time.p95 > 1"}]}, "upper limit"),
        ({"conditions": ["x < 1"]}, "has an `expression`"),
        ({"maxErrorRate": "many"}, "is no number"),
        ({"maxErrorRat": 1}, "is no check of ensure"),
    ],
)  # fmt: skip
def test_what_ensure_has_and_objectives_do_not(section, why):
    found = ensure.read(section)
    assert found.objectives == {}
    assert [why in text for _place, text in found.wrong] == [True]


def test_a_condition_may_have_several_limits():
    text = "http.response_time.p99 < 250 and 100 > http.response_time.median"
    found = ensure.read({"conditions": [{"expression": text, "strict": False}]})
    assert [
        (one["statistic"], one["target"], one["required"]) for one in found.objectives.values()
    ] == [("p99", "< 250 ms", False), ("p50", "< 100 ms", False)]


@pytest.mark.parametrize(
    "objective",
    [
        {"metric": "cpu", "statistic": "mean", "target": "< 70 %"},
        {"metric": "response_time", "statistic": "p95", "target": "<= +10 %"},
        {"metric": "response_time", "statistic": "p95", "target": "< 200 ms", "for": "30s"},
        {"metric": "response_time", "statistic": "p95", "target": "< 1 s", "scope": {"phase": "P"}},
        {"metric": "service_time", "statistic": "p95", "target": "< 1 s"},
        {"metric": "throughput", "target": ">= 10/s"},
    ],
)
def test_what_neither_has(objective):
    for tool in (ensure, k6):
        made, left = tool.write({"mine": objective})
        assert (made, list(left)) == ({}, ["mine"])


@given(of_k6())
def test_an_objective_says_itself_exactly(objective):
    parsed = config.parse(Slo, config.Source({"objectives": {"mine": objective}}, "t"))
    again = as_plain(parsed.objectives["mine"])
    assert k6.write({"mine": again}) == k6.write({"mine": objective})


def test_the_program_prints_them(tmp_path):
    text = """objectives:
  slow: {metric: response_time, statistic: p95, target: "< 1.2345 s", scope: {endpoint: GET /x}}
  wrong: {metric: error_rate, target: "<= 0.5 %"}
  cpu: {metric: cpu, statistic: mean, target: "< 70 %"}
"""
    (tmp_path / "mine.yaml").write_text(text)
    done = program.run(tmp_path, "check", "--thresholds", "k6", "--slo", "mine.yaml")
    assert (done.code, done.json) == (
        0,
        {
            "thresholds": {
                "http_req_duration{name:GET /x}": ["p(95)<1234.5"],
                "http_req_failed": ["rate<=0.005"],
            }
        },
    )
    assert "not carried over: cpu: " in done.err
    done = program.run(tmp_path, "check", "--thresholds", "artillery", "--slo", "mine.yaml")
    assert yaml.safe_load(done.out)["config"]["ensure"] == {"maxErrorRate": 0.5}
    assert "not carried over: slow: `scope` has no counterpart there" in done.err


RULE_METRICS = {
    "response_time": ("ms", ["p50", "p95", "p99", "mean"]),
    "error_rate": ("%", [""]),
    "error_rate_5xx": ("%", [""]),
    "cpu": ("%", ["mean"]),
    "memory_per_instance": ("MB", ["mean", "max"]),
}


@st.composite
def of_rules(draw: Any) -> dict[str, Any]:
    metric = draw(st.sampled_from(sorted(RULE_METRICS)))
    unit, statistics = RULE_METRICS[metric]
    made = {
        "metric": metric,
        "statistic": draw(st.sampled_from(statistics)),
        "target": f"{draw(st.sampled_from(['<', '<=']))} {draw(st.integers(1, 99))} {unit}",
        "required": draw(st.booleans()),
    }
    windowed = metric.startswith("error_rate") or made["statistic"].startswith("p")
    if windowed and draw(st.booleans()):
        made["for"] = "30s"
    return {key: value for key, value in made.items() if value != ""}


@given(of_rules(), NAMES)
def test_an_objective_as_a_rule_fires_exactly_where_it_is_missed(objective, name):
    made, left = rules.write({name: objective}, METRICS)
    assert left == {}
    parsed = config.parse(Alerts, config.Source({"alerts": made}, "t")).alerts
    (rule,) = parsed.values()
    goal = config.parse(Slo, config.Source({"objectives": {"x": objective}}, "t")).objectives["x"]
    for value in (goal.target.value, goal.target.value * 1.01, goal.target.value * 0.99):
        assert rule.fires.holds(value) is not _kept(goal, value)
    assert (rule.window, rule.severity.value) == (
        30_000_000 if "for" in objective else 300_000_000,
        "critical" if objective["required"] else "warning",
    )


def _kept(goal: Any, value: float) -> bool:
    return value < goal.target.value or (
        value == goal.target.value and goal.target.comparison.value == "<="
    )


@pytest.mark.parametrize(
    ("objective", "why"),
    [
        ({"metric": "throughput", "target": ">= 10/s"}, "a quiet hour misses it"),
        ({"metric": "session_time", "statistic": "p95", "target": "< 1 s"}, "knows no sessions"),
        ({"metric": "response_time", "statistic": "p95", "target": "< 1 s",
          "scope": {"flow": "Buy"}}, "a server knows no flow"),
        ({"metric": "response_time", "statistic": "p95", "target": "<= +10 %"},
         "no limit by itself"),
        ({"metric": "response_time", "statistic": "p95", "target": "< 1 s", "of": "successful"},
         "`of` has no counterpart"),
        ({"metric": "recovery_time", "target": "< 1 s"}, "no rule is about recovery_time"),
    ],
)  # fmt: skip
def test_what_is_no_rule(objective, why):
    made, left = rules.write({"mine": objective}, METRICS)
    assert made == {}
    assert why in left["mine"]


def test_availability_is_told_by_the_answers_that_a_server_knows():
    made, _left = rules.write({"up": {"metric": "availability", "target": ">= 99.95 %"}}, METRICS)
    assert (made["up"]["metric"], made["up"]["fires"]) == ("error_rate_5xx", "> 0.05 %")


@pytest.mark.promtool
def test_the_built_in_objectives_are_rules_that_promtool_takes(tmp_path):
    text = (shipped("configs") / "slo.yaml").read_text()
    (tmp_path / "slo.yaml").write_text(
        f"{text}  slowest: {{metric: response_time, statistic: max, target: '< 1 s'}}\n"
        "  late: {metric: error_rate, for: 30s, within: 1m, target: '< 1 %'}\n"
    )
    flags = ("--thresholds", "prometheus", "-o", "rules.yml", "--slo", "slo.yaml")
    done = program.run(tmp_path, "check", *flags)
    assert done.code == 0, done.err
    assert "not carried over: slowest: " in done.err
    assert "not carried over: late: `within` has no counterpart there" in done.err
    checked = subprocess.run(
        ["promtool", "check", "rules", "rules.yml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "26 rules found" in checked.stdout, checked.stderr
    assert "not carried over: throughput: a quiet hour" in done.err
