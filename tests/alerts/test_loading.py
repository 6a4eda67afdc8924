"""Rules beside a load: fed with real intervals of a recorder, second by second."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from kampyn_perf import names
from kampyn_perf.alerts.engine import Engine, Event
from kampyn_perf.alerts.loading import LoadAlerts
from kampyn_perf.alerts.recorded import replay
from kampyn_perf.alerts.rules import Rule
from kampyn_perf.load.coordinator.progress import CompletedSeconds, Progress
from kampyn_perf.measure.readings import Quantity
from kampyn_perf.measure.readings import Sample as Measured
from kampyn_perf.outcomes import ErrorKind
from kampyn_perf.recorder.buffer import Sample, SampleBuffer
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.recorder.interval import Gauges
from kampyn_perf.results.load import LoadResult
from kampyn_perf.schedule import Phase, Schedule
from tests.alerts.rules import SECOND, rule
from tests.slo.runs import Run

SCHEDULE = Schedule([Phase(name="Load", duration_us=60 * SECOND)])


@dataclass
class Requests:
    """Of one second and endpoint."""

    count: int
    us: int = 10_000
    status: int = 200
    endpoint: str = "GET /items"


class Live:
    """A run that is led by the test."""

    def __init__(self, rules: dict[str, Rule]) -> None:
        self.events: list[Event] = []
        self.alerts = LoadAlerts(rules, handle=self.events.append)
        self.collector = Collector()
        self._completed = CompletedSeconds(self.collector)
        self._buffer = SampleBuffer()
        self._second = 0

    def second(self, *groups: Requests) -> None:
        """What ended within the next second."""
        for each in groups:
            kind = None if each.status < 400 else ErrorKind(f"http_{each.status // 100}xx")
            for _number in range(each.count):
                sample = Sample(each.us, each.us, each.status, kind)
                self._buffer.request(sample, endpoint=each.endpoint, flow="a", phase=0)
        self._second += 1
        interval = self._buffer.take(self._second * SECOND, Gauges())
        interval.from_us = (self._second - 1) * SECOND
        self.collector.take(interval)
        self.tell()

    def tell(self, *, over: bool = False) -> None:
        """As the coordinator does, once a second and at the end."""
        self.alerts.interval(
            Progress(
                collector=self.collector,
                schedule=SCHEDULE,
                completed=self._completed.take(over=over),
                result=self.result,
                stop=lambda _reason: None,
            )
        )

    def result(self) -> LoadResult:
        """What such a run leaves, as far as alerts look at it."""
        return (
            Run(phases=[("Load", [[1]])])
            .result()
            .model_copy(
                update={
                    "seconds": self.collector.timeline.seconds(),
                    "breakdown": self.collector.breakdown.figures(),
                }
            )
        )

    def told(self) -> list[tuple[str, int, float, str]]:
        return [
            (f"{event.name} {event.change}", event.at_us // SECOND, event.value, event.subject)
            for event in self.events
        ]


RULES = {
    "slow": rule(metric="response_time", statistic="p95", fires="> 1 s", clears="< 900 ms"),
    "errors": rule(fires="> 5 %", clears="< 2 %"),
    "refused": rule(metric="error_rate_4xx", fires="> 1.5 %", clears="< 1 %"),
    "broken": rule(metric="error_rate_5xx", fires="> 5 %", clears="< 2 %"),
    "any_endpoint": rule(scope={"endpoint": "*"}, fires="> 20 %", clears="< 2 %"),
    "slow_orders": rule(
        metric="response_time",
        statistic="p50",
        scope={"endpoint": "POST /order"},
        fires="> 1 s",
        clears="< 900 ms",
    ),
    "orders_rate": rule(
        metric="throughput",
        scope={"endpoint": "POST /order"},
        fires="> 5/s",
        clears="< 4/s",
    ),
}


def a_bad_minute() -> Live:
    live = Live(RULES)
    orders = "POST /order"
    for _second in range(10):
        live.second(Requests(95), Requests(5, endpoint=orders))
    for _second in range(3):
        live.second(Requests(88), Requests(12, us=2_000_000, endpoint=orders))
    for _second in range(2):
        live.second(
            Requests(60), Requests(30, status=503), Requests(10, status=404, endpoint=orders)
        )
    for _second in range(30):
        live.second(Requests(95), Requests(5, endpoint=orders))
    live.tell(over=True)
    return live


def test_everything_is_judged_at_the_end_of_its_second() -> None:
    live = a_bad_minute()
    # Windows of ten seconds. Orders: nine times 5 and once 12 are 5.7/s; at second 13 the 36 that
    # took two seconds are more than half of 71. Failures: 40 of a hundred in the seconds 14 and 15,
    # of which 10 are orders; at 15 those are 20 of 5 x 5 + 3 x 12 + 2 x 10. The last of them are in
    # the window until second 24, and five good seconds later it is over.
    assert live.told() == [
        ("orders_rate fired", 11, 5.7, "POST /order"),
        ("slow_orders fired", 13, 2_000_895, "POST /order"),
        ("errors fired", 15, 0.08, ""),
        ("refused fired", 15, 0.02, ""),
        ("broken fired", 15, 0.06, ""),
        ("any_endpoint fired", 15, pytest.approx(20 / 81), "POST /order"),
        ("slow_orders resolved", 26, 10_007, "POST /order"),
        ("errors resolved", 30, 0, ""),
        ("refused resolved", 30, 0, ""),
        ("broken resolved", 30, 0, ""),
        ("any_endpoint resolved", 30, 0, "GET /items"),
    ]


def test_a_recorded_run_says_the_same_as_the_live_one() -> None:
    live = a_bad_minute()
    engine = Engine(RULES)
    events = replay(live.result(), engine)
    assert events == live.events
    assert engine.records() == live.alerts.records()
    assert {event.name for event in events} == set(RULES) - {"slow"}


def test_what_watchers_see_is_judged_with_the_seconds() -> None:
    live = Live({"full": rule(metric="memory", fires="> 80 %", clears="< 70 %", window="3s")})
    machine = Quantity(names.MEMORY, "machine", "test")
    for second in range(1, 8):
        live.alerts.hear(second * SECOND - 100, Measured(machine, 0.9 if second > 3 else 0.5))
        live.second(Requests(1))
    # Looked at just before each second's end, so that a window of three seconds holds three looks.
    # Looked at just before each second's end, so that a window of three seconds holds three looks:
    # two of three at 90 % are 76.7 %, and all three are 90 %.
    assert live.told() == [("full fired", 6, 0.9, "machine")]


def test_a_page_of_the_backend_beside_the_load_counts_no_request_twice() -> None:
    """What it tells of requests comes late and of stretches that the run knows already."""
    live = Live({"a": rule(window="2s", minSamples=1)})
    page = Quantity(names.METRIC_HTTP, "shop:8000", "/metrics", "us", (("status", "500"),))
    for second in range(1, 8):
        live.second(Requests(count=10))
        if second % 5 == 0:
            live.alerts.hear(second * SECOND, Measured(page, 1_000.0, weight=50))
    assert live.events == []
    assert live.alerts.records()[0].judged == 7
