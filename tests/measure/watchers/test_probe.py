"""The availability probe: what counts, and that a stall counts for as long as it was."""

from __future__ import annotations

import threading
import time
from itertools import pairwise

import pytest

from kampyn_perf import names
from kampyn_perf.backend import RunningBackend
from kampyn_perf.measure.readings import NotSeen, Reading, Remark, Sample
from kampyn_perf.measure.runner import Runner
from kampyn_perf.measure.watchers.probe import ProbeWatcher
from tests.bench.server import ok, serving


def now_us() -> int:
    return time.monotonic_ns() // 1000


def values(readings: list[Reading], metric: str) -> list[float]:
    samples = [one for one in readings if isinstance(one, Sample)]
    return [one.value for one in samples if one.quantity.metric == metric]


def probe(url: str, **given: int) -> ProbeWatcher:
    return ProbeWatcher(url, now_us=now_us, **given)


def test_an_answer_in_time_counts_as_up(backend: RunningBackend) -> None:
    watcher = probe(f"{backend.url}/health")
    readings = list(watcher.sample(now_us()))
    watcher.close()
    assert watcher.name == "probe of /health"
    assert values(readings, names.PROBE_AVAILABILITY) == [1.0]
    assert values(readings, names.PROBE_TIME)[0] > 0


def test_503_counts_as_down_and_so_does_no_answer() -> None:
    with serving(lambda _request: ok(status="503 Service Unavailable")) as url:
        readings = list(probe(f"{url}/health").sample(now_us()))
    assert values(readings, names.PROBE_AVAILABILITY) == [0.0]
    assert Remark("a probe failed: HTTP 503") in readings
    assert values(list(probe(f"{url}/health").sample(now_us())), names.PROBE_AVAILABILITY) == [0.0]


def test_a_route_that_is_none_is_no_outage() -> None:
    with (
        serving(lambda _request: ok(status="404 Not Found")) as url,
        pytest.raises(NotSeen, match=r"/health answers 404, as no health route does") as caught,
    ):
        list(probe(f"{url}/health").sample(now_us()))
    assert "--probe PATH" in caught.value.remedy


def test_a_route_that_was_well_and_then_refuses_is_down() -> None:
    answers = [ok(), ok(status="404 Not Found")]
    with serving(lambda _request: answers.pop(0)) as url:
        watcher = probe(f"{url}/health")
        readings = [*watcher.sample(now_us()), *watcher.sample(now_us())]
    assert values(readings, names.PROBE_AVAILABILITY) == [1.0, 0.0]


def test_a_stall_counts_as_many_probes_as_were_due_in_it() -> None:
    """Of two seconds without an answer, and probes that may take half a second: those due in the
    first second and a half failed, those due in the last half second were answered in time."""
    stall = threading.Event()

    def handle(_request: bytes) -> bytes:
        while stall.is_set():
            time.sleep(0.005)
        return ok()

    with serving(handle) as url:
        start = now_us()
        watcher = ProbeWatcher(
            f"{url}/health",
            now_us=lambda: now_us() - start,
            interval_us=50_000,
            timeout_us=500_000,
        )
        runner = Runner([watcher], now_us=lambda: now_us() - start)
        runner.start()
        time.sleep(1)
        stall.set()
        begun = now_us() - start
        time.sleep(2)
        stall.clear()
        ended = now_us() - start
        time.sleep(1)
        series = {one.metric: one for one in runner.stop().series}
    availability = series[names.PROBE_AVAILABILITY]
    gaps = {later - earlier for earlier, later in pairwise(availability.at_us)}
    assert gaps == {50_000}  # no slot is missing
    probes = zip(availability.at_us, availability.values, strict=True)
    failed = [at for at, value in probes if value == 0]
    expected = (ended - begun - 500_000) / 50_000
    assert abs(len(failed) - expected) <= 4
    assert min(failed) >= begun - 100_000
    assert max(failed) <= ended - 500_000 + 150_000


def test_a_machine_that_slept_is_not_the_service_being_down() -> None:
    with serving(lambda _request: ok()) as url:
        readings = list(probe(f"{url}/health").sample(now_us() - 6_000_000))
    assert values(readings, names.PROBE_AVAILABILITY) == []
    assert "this machine was too late" in str(readings[0])
