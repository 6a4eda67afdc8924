"""The exported rules in Debian's promtool: taken, and firing exactly where the engine fires.

Tests `promql.py` and `routes.py` of `kampyn_perf/alerts` too.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from kampyn_perf.alerts import prometheus, settings
from kampyn_perf.alerts.engine import Engine
from kampyn_perf.alerts.metrics import METRICS
from kampyn_perf.alerts.promql import Selector, range_of
from kampyn_perf.alerts.rules import Rule
from kampyn_perf.alerts.sample import Buckets, Sample
from kampyn_perf.backend.metrics import HTTP_BUCKETS
from kampyn_perf.errors import ConfigError
from tests.alerts import promtool
from tests.alerts.rules import rule

SECOND = 1_000_000
EDGES_US = (100_000, 900_000, 1_000_000, 2_500_000)
ROUTE = 'instance="a", method="POST", route="/order/{userId}"'


@dataclass
class Scraped:
    """What a backend and its machine tell at one scrape: counts since long ago."""

    ok: int
    failed: int
    buckets: tuple[int, ...]
    """Requests between the edges, not cumulated; all of `ok` and `failed`."""
    memory: float


@dataclass
class History:
    """Scrapes every `step` seconds; None is one that failed."""

    step: int
    scrapes: list[Scraped | None] = field(default_factory=list)
    state: Scraped = field(
        default_factory=lambda: Scraped(90_000, 9_000, (99_000, 0, 0, 0, 0), 0.5)
    )

    def add(
        self, *, ok: int, failed: int = 0, slow: int = 0, memory: float = 0.5, seen: bool = True
    ) -> None:
        """One interval: so many requests, of which `slow` took between 1 and 2.5 seconds."""
        before = self.state
        fast = ok + failed - slow
        more = (fast // 2, fast - fast // 2, 0, slow, 0)
        self.state = Scraped(
            ok=before.ok + ok,
            failed=before.failed + failed,
            buckets=tuple(a + b for a, b in zip(before.buckets, more, strict=True)),
            memory=memory,
        )
        self.scrapes.append(self.state if seen else None)

    def series(self) -> dict[str, list[float | None]]:
        """As Prometheus would have scraped them."""
        known = self.scrapes
        le = [*(f"{edge / SECOND:g}" for edge in EDGES_US), "+Inf"]
        http = "http_request_duration_seconds"
        made: dict[str, list[float | None]] = {
            f'{http}_count{{{ROUTE}, status="200"}}': [s and s.ok for s in known],
            f'{http}_count{{{ROUTE}, status="503"}}': [s and s.failed for s in known],
            f'{http}_count{{instance="a", method="GET", route="/metrics", status="200"}}': [
                s and 1_000_000 * n for n, s in enumerate(known)
            ],
            'node_memory_MemTotal_bytes{instance="a"}': [s and 1000 for s in known],
            'node_memory_MemAvailable_bytes{instance="a"}': [
                s and 1000 * (1 - s.memory) for s in known
            ],
            'up{instance="a"}': [int(s is not None) for s in known],
        }
        for place, edge in enumerate(le):
            made[f'{http}_bucket{{{ROUTE}, status="200", le="{edge}"}}'] = [
                s and sum(s.buckets[: place + 1]) for s in known
            ]
        return made

    def samples(self) -> list[list[Sample]]:
        """As the engine gets them: what is new since the scrape before."""
        made: list[list[Sample]] = []
        before: tuple[int, Scraped] | None = None
        for number, now in enumerate(self.scrapes):
            at_us = number * self.step * SECOND
            made.append([] if now is None else list(self._between(before, at_us, now)))
            before = before if now is None else (at_us, now)
        return made

    def _between(
        self, before: tuple[int, Scraped] | None, at_us: int, now: Scraped
    ) -> list[Sample]:
        memory = Sample(
            metric="memory", from_us=at_us, to_us=at_us, total=round(now.memory, 9), weight=1
        )
        if before is None:
            return [memory]
        from_us, old = before
        counts = tuple(b - a for a, b in zip(old.buckets, now.buckets, strict=True))
        count = sum(counts)
        failed = now.failed - old.failed
        return [
            memory,
            _sample("response_time", from_us, at_us, 0, count, Buckets(EDGES_US, counts)),
            _sample("error_rate", from_us, at_us, failed, count),
            _sample("error_rate", from_us, at_us, failed, count, endpoint="POST /order/{userId}"),
            _sample("error_rate_5xx", from_us, at_us, failed, count),
            _sample("throughput", from_us, at_us, count, (at_us - from_us) / SECOND),
        ]


def _sample(
    metric: str,
    from_us: int,
    to_us: int,
    total: float,
    weight: float,
    times: Buckets | None = None,
    endpoint: str = "",
) -> Sample:
    return Sample(
        metric=metric,
        from_us=from_us,
        to_us=to_us,
        total=total,
        weight=weight,
        times=times,
        endpoint=endpoint,
    )


def engine_fires(
    rules: Mapping[str, Rule], history: History, evaluated: Sequence[int]
) -> dict[str, list[int]]:
    """Of each alert the moments at which the engine has it firing."""
    engine = Engine(rules)
    moments: dict[str, list[int]] = {prometheus.alert_name(name): [] for name in rules}
    waiting = list(enumerate(history.samples()))
    for at in evaluated:
        while waiting and waiting[0][0] * history.step <= at:
            engine.take(waiting.pop(0)[1])
        engine.evaluate(at * SECOND)
        for name, alert in engine.alerts.items():
            if alert.state == "firing":
                moments[prometheus.alert_name(name)].append(at)
    return moments


Case = tuple[Mapping[str, Rule], History, int]
"""Rules, what was scraped, and every how many seconds they are evaluated."""


def compare(cases: Sequence[Case], folder: Path) -> list[dict[str, list[int]]]:
    """Both on each case; they have to agree at every moment. What they agree on."""
    ours, asked = [], []
    for rules, history, every in cases:
        evaluated = list(range(0, len(history.scrapes) * history.step, every))
        ours.append(engine_fires(rules, history, evaluated))
        text = prometheus.export(rules)
        names = list(ours[-1])
        asked.append(promtool.Asked(text, history.series(), names, history.step, evaluated))
    assert promtool.fired(asked, folder) == ours
    return ours


@pytest.mark.promtool
def test_the_documents_alerts_fire_where_the_engine_fires(tmp_path: Path) -> None:
    history = History(step=15)
    for number in range(160):
        minute = number / 4
        history.add(
            ok=0 if 30 <= minute < 32 else 100,  # nobody asks for two minutes
            failed=12 if 12 <= minute < 13.5 or 29 <= minute < 30 else 0,
            slow=9 if 8 <= minute < 18 else 0,
            memory=0.9 if 20 <= minute < 27 else 0.79 if 27 <= minute < 34 else 0.5,
            seen=not 24 <= minute < 24.5,
        )
    rules = settings.load(environ={}).alerts
    (moments,) = compare([(rules, history, 15)], tmp_path)
    spans = {
        name: (len(when), f"{when[0] / 60:g}", f"{when[-1] / 60:g}")
        for name, when in moments.items()
    }
    # Response time: 12 intervals with 9 slow of 100 are more than 5 % of the 2000 in a window; from
    # minute 20 on there are 11 such, which have to stay away for a minute.
    # Errors: two intervals with 12 of 112 are 24 of 424; one is 12 of 412, below the 4.5 % that
    # resolve it. The second time errors end together with all requests: an error rate of nothing
    # resolves nothing, and the first good window is that of minute 32.
    # Memory: 16 of 21 looks at 90 % lift a mean from 50 above 80 %. At 79 % it stays, which is
    # between the limits, and falls below 78 % with the first 50 % of minute 34.
    assert spans == {
        "HighResponseTime": (41, "10.75", "20.75"),
        "HighErrorRate": (11 + 15, "12.25", "32.75"),
        "HighMemoryUsage": (45, "23.75", "34.75"),
    }
    assert 60 * 30 in moments["HighErrorRate"]


RULES: Mapping[str, Rule] = {
    "slow": rule(metric="response_time", statistic="p95", fires="> 1 s", clears="<= 900 ms"),
    "errors": rule(fires="> 5 %", clears="< 4 %"),
    "order_errors": rule(fires=">= 8 %", clears="< 2 %", scope={"endpoint": "POST /order/*"}),
    "server_errors": rule(metric="error_rate_5xx", fires="> 4 %", clears="<= 3 %"),
    "quiet": rule(metric="throughput", fires="< 5/s", clears="> 6/s"),
    "full": rule(metric="memory", fires="> 80 %", clears="< 70 %"),
}


def random_history(seed: int, *, step: int, gaps: bool) -> History:
    """Ten minutes of a backend that has bad and good times."""
    dice = random.Random(seed)
    history = History(step=step)
    mood = {"failed": 0.0, "slow": 0.0, "memory": 0.5, "ok": 100.0}
    for _number in range(600 // step):
        if dice.random() < 0.15:
            mood["failed"] = dice.choice([0.0, 0.03, 0.05, 0.1])
        if dice.random() < 0.15:
            mood["slow"] = dice.choice([0.0, 0.04, 0.05, 0.06, 0.2])
        if dice.random() < 0.15:
            mood["memory"] = dice.choice([0.4, 0.75, 0.8, 0.9])
        if dice.random() < 0.15:
            mood["ok"] = dice.choice([0.0, 20.0, 100.0])
        ok = round(mood["ok"])
        failed = sum(dice.random() < mood["failed"] for _each in range(ok))
        history.add(
            ok=ok - failed,
            failed=failed,
            slow=sum(dice.random() < mood["slow"] for _each in range(ok)),
            memory=mood["memory"],
            seen=not gaps or dice.random() > 0.1,
        )
    return history


@pytest.mark.promtool
def test_whatever_comes_both_agree(tmp_path: Path) -> None:
    """With a full window and without; at every scrape, and out of step with them."""
    cases = []
    for every, full in [(5, True), (5, False), (4, False)]:
        rules = {
            name: each.model_copy(update={"window": 30 * SECOND, "fullWindow": full})
            for name, each in RULES.items()
        }
        cases += [
            (rules, random_history(seed, step=5, gaps=every == 5), every) for seed in range(4)
        ]
    assert all(any(moments.values()) for moments in compare(cases, tmp_path))


def every_rule() -> dict[str, Rule]:
    """One rule for every metric and statistic that Prometheus can judge."""
    rules = {}
    for metric in METRICS.values():
        fires = {"us": "> 1 s", "share": "> 50 %", "per_s": "< 1/s", "bytes": "> 1 GB"}
        for statistic in metric.statistics:
            named = "p99" if statistic == "pNN" else statistic
            rules[f"{metric.name}_{named}"] = rule(
                metric=metric.name,
                statistic=named,
                fires=fires[metric.unit.value],
                clears=None,
                fullWindow=True,
            )
    for name in ("response_time_max", "cpu_max", "disk_io_max"):
        del rules[name]
    return rules


@pytest.mark.promtool
def test_promtool_takes_a_rule_for_everything(tmp_path: Path) -> None:
    rules = every_rule()
    rules |= {
        "worst_endpoint": rule(scope={"endpoint": "*"}, minSamples=20),
        "posts": rule(scope={"endpoint": "POST /order/{userId}"}),
        "orders": rule(scope={"endpoint": "/order/*"}),
        "often_seen": rule(metric="memory", minSamples=5, window="90s"),
    }
    selector = Selector(backend={"job": 'a "b" \\'}, node={"job": "node"})
    promtool.check(prometheus.export(rules, selector), tmp_path)


def test_what_prometheus_cannot_judge_is_told_all_at_once() -> None:
    rules = {
        "slowest": rule(metric="response_time", statistic="max", fires="> 1 s", clears=None),
        "errors": rule(),
        "busiest": rule(metric="cpu", statistic="max"),
        "a_1": rule(),
        "a1": rule(),
    }
    with pytest.raises(ConfigError) as caught:
        prometheus.export(rules)
    assert [str(problem) for problem in caught.value.problems] == [
        "alerts.slowest: Prometheus has nothing for the max of response_time",
        "alerts.busiest: Prometheus has nothing for the max of cpu",
        "alerts.a1: would be A1, as a_1 is already",
    ]


def test_the_rules_say_who_is_meant() -> None:
    document = yaml.safe_load(
        prometheus.export(
            {"slow_orders": rule(scope={"endpoint": "POST /order/{userId}"}, severity="critical")},
            Selector(backend={"job": "kampyn"}),
        )
    )
    (group,) = document["groups"]
    record, alert = group["rules"]
    assert record["record"] == "kampyn:slow_orders:value"
    assert (
        'http_request_duration_seconds_count{job="kampyn", route!~"/metrics|/health|/api/health", '
        'method="POST", route="/order/{userId}"}[10s]'
    ) in record["expr"]
    assert alert["alert"] == "SlowOrders"
    assert alert["keep_firing_for"] == "5s"
    assert alert["labels"] == {"severity": "critical"}
    assert alert["annotations"]["description"] == (
        "{{ $labels.instance }}: error_rate of endpoint POST /order/{userId} over 10s is "
        "{{ $value | humanizePercentage }} (fires > 10 %)"
    )


def test_a_limit_between_two_buckets_is_remarked() -> None:
    edges = [round(edge * SECOND) for edge in HTTP_BUCKETS]
    shipped = settings.load(environ={}).alerts
    assert prometheus.between_edges(shipped, edges) == [
        "high_response_time: <= 900 ms is between two buckets of the backend's histogram, where "
        "Prometheus takes times as evenly spread; a limit on an edge is judged exactly"
    ]


@pytest.mark.parametrize(
    ("us", "text"), [(0, "0s"), (1_500_000, "1500ms"), (90 * SECOND, "90s"), (3600 * SECOND, "1h")]
)
def test_durations_as_prometheus_reads_them(us: int, text: str) -> None:
    assert range_of(us) == text
