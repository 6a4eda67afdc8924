"""The runner with real threads: what is slow delays no other, what was promised is told of."""

from __future__ import annotations

import threading
import time

import pytest

from kampyn_perf.measure import lane
from kampyn_perf.measure.readings import NotSeen, Quantity, Reading, Remark, Sample
from kampyn_perf.measure.runner import Measured, Runner
from kampyn_perf.results.series import Unmeasured
from tests.measure.virtual import LOAD, Scripted

TICK = 20_000


def run_for(seconds: float, *watchers: Scripted, **given: object) -> Measured:
    start = time.perf_counter_ns() // 1000
    runner = Runner(
        watchers,
        now_us=lambda: time.perf_counter_ns() // 1000 - start,
        **given,  # type: ignore[arg-type]
    )
    runner.start()
    time.sleep(seconds)
    return runner.stop()


def test_a_watcher_that_waits_delays_no_other() -> None:
    over = threading.Event()
    stuck = Scripted(name="stuck", interval_us=TICK, waits=True)
    stuck.look = lambda _at: (over.wait(20), [])[1]
    steady = Scripted(name="steady", interval_us=TICK)
    measured = run_for(1.0, stuck, steady)
    over.set()
    facts = {one.name: one for one in measured.watching.watchers}
    assert facts["stuck"].samples == 0
    # A busy machine may hold up a thread, and make it look less often, but not for as long as the
    # stuck one waits.
    assert facts["steady"].samples + facts["steady"].missed >= 5
    assert steady.closed == 1


def test_its_own_cost_is_the_cpu_time_of_its_threads() -> None:
    def burn(_at_us: int) -> list[Reading]:
        end = time.thread_time() + 0.05
        while time.thread_time() < end:
            pass
        return []

    costly = Scripted(name="costly", interval_us=10_000_000)
    costly.look = burn
    measured = run_for(0.5, costly)
    (facts,) = measured.watching.watchers
    assert 50_000 <= facts.cpu_us < 100_000
    assert 0.02 < measured.watching.cpu_share < 0.2


def test_what_came_before_the_run_is_in_no_series() -> None:
    heard: list[int] = []
    watcher = Scripted(interval_us=TICK)
    measured = run_for(
        0.5, watcher, from_us=250_000, listener=lambda at_us, _sample: heard.append(at_us)
    )
    (series,) = measured.series
    assert watcher.at_us[0] < 250_000 <= series.at_us[0]
    assert heard[: len(series.at_us)] == series.at_us


def test_a_promise_that_was_not_kept_says_why() -> None:
    def fail(_at_us: int) -> list[Reading]:
        raise NotSeen("no answer", remedy="start it")

    broken = Scripted(name="broken", provides=("memory",))
    broken.look = fail
    silent = Scripted(name="silent", provides=("disk_io", "cpu"))
    silent.look = lambda _at: []
    kept = Scripted(name="kept", provides=("cpu",))
    known = {"memory": Unmeasured(reason="elsewhere"), "other": Unmeasured(reason="nobody looked")}
    measured = run_for(0.1, broken, silent, kept, unmeasured=known)
    assert measured.unmeasured == {
        "memory": Unmeasured(reason="no answer", remedy="start it"),
        "disk_io": Unmeasured(reason="silent: saw none of it in this run"),
        "other": Unmeasured(reason="nobody looked"),
    }


def test_remarks_come_once_and_a_watcher_that_lags_has_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lane, "COST_SHARE", 1.0)
    slow = Scripted(name="slow", interval_us=TICK)
    slow.look = lambda _at: (time.sleep(0.1), [Remark("odd"), Sample(LOAD, 1.0)])[1]
    measured = run_for(1.0, slow)
    odd, lag = measured.watching.remarks
    assert odd == "slow: odd"
    assert lag.startswith("slow: ")
    assert "looks were missed" in lag


def test_mongodb_speaks_for_the_queries_where_nothing_else_does() -> None:
    def quantity(metric: str, subject: str) -> Quantity:
        return Quantity(metric, subject, "test", "us")

    server = Scripted(name="server")
    server.look = lambda _at: [Sample(quantity("mongo_operation_time", "reads"), 7.0, weight=3)]
    alone = run_for(0.1, server)
    assert {(one.metric, one.subject) for one in alone.series} == {
        ("mongo_operation_time", "reads"),
        ("db_query_time", "reads"),
    }
    backend = Scripted(name="backend")
    backend.look = lambda _at: [Sample(quantity("db_query_time", "orders.find"), 9.0, weight=1)]
    both = run_for(0.1, server, backend)
    assert [one.subject for one in both.series if one.metric == "db_query_time"] == ["orders.find"]


def test_what_was_never_started_is_closed_all_the_same() -> None:
    watcher = Scripted(provides=("cpu",))
    measured = Runner([watcher], now_us=lambda: 0).stop()
    assert watcher.closed == 1
    assert measured.series == []
