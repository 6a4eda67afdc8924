"""Who looks when, in virtual time.

Tests `kampyn_perf/measure/readings.py` too.
"""

from __future__ import annotations

from kampyn_perf.measure.lane import Lane, Task
from kampyn_perf.measure.readings import NotSeen, Reading, Sample
from kampyn_perf.measure.store import Store
from kampyn_perf.results.series import Unmeasured
from tests.measure.virtual import LOAD, SECOND, Scripted, VirtualClock


def run(clock: VirtualClock, *watchers: Scripted, first_us: int = 0) -> tuple[Store, list[Task]]:
    store = Store()
    tasks = [Task.of(watcher, first_us) for watcher in watchers]
    Lane(tasks, store=store, clock=clock, cpu_us=clock.cpu_us).run()
    return store, tasks


def test_looks_are_due_by_number_and_never_drift() -> None:
    clock = VirtualClock(end_us=9_400_000)
    watcher = Scripted()
    watcher.look = lambda _at: (clock.work(30_000), [Sample(LOAD, 1.0)])[1]
    _, (task,) = run(clock, watcher)
    assert watcher.at_us == [n * SECOND for n in range(10)]
    assert (task.samples, task.missed, task.late_max_us) == (10, 0, 0)


def test_two_watchers_of_one_lane_share_its_time() -> None:
    clock = VirtualClock(end_us=3_100_000)
    slow, quick = Scripted(name="slow", interval_us=2 * SECOND), Scripted(name="quick")
    slow.look = lambda _at: (clock.work(300_000), [])[1]
    _, (_, task) = run(clock, slow, quick)
    assert quick.at_us == [300_000, SECOND, 2_300_000, 3 * SECOND]
    assert task.late_max_us == 300_000


def test_a_rest_lies_between_the_looks_of_two_watchers() -> None:
    clock = VirtualClock(end_us=3_100_000)
    watchers = [Scripted(name=name) for name in ("first", "second", "third")]
    for watcher, cost_us in zip(watchers, (1_000, 40, 0), strict=True):
        watcher.look = lambda _at, cost=cost_us: (clock.work(cost, cost), [])[1]
    _, tasks = run(clock, *watchers)
    first, second, third = watchers
    assert first.at_us == [n * SECOND for n in range(4)], "nobody's slots move"
    assert second.at_us == [at + 11_000 for at in first.at_us], "ten times what the first cost"
    assert third.at_us == [at + 11_440 for at in first.at_us]
    assert [task.missed for task in tasks] == [0, 0, 0]


def test_a_look_longer_than_the_interval_misses_slots_and_moves_no_other() -> None:
    clock = VirtualClock(end_us=9_400_000)
    watcher = Scripted()
    watcher.look = lambda at: (clock.work(3_500_000 if at == SECOND else 0), [Sample(LOAD, at)])[1]
    store, (task,) = run(clock, watcher)
    assert watcher.at_us == [0, SECOND, 4_500_000, *(n * SECOND for n in range(5, 10))]
    assert task.missed == 2
    # The state seen at 4.5 s stands for the 3.5 s since the last, so a pause weighs what it was.
    assert store.series()[0].weights == [1, 1, 4, 1, 1, 1, 1, 1]


def test_a_watcher_that_counts_every_slot_is_given_each_due_time() -> None:
    clock = VirtualClock(end_us=5 * SECOND)
    watcher = Scripted(every_slot=True)
    watcher.look = lambda at: (clock.work(2_500_000 if at == SECOND else 0), [])[1]
    _, (task,) = run(clock, watcher)
    assert watcher.at_us == [n * SECOND for n in range(5)]
    assert task.missed == 0


def test_a_failure_backs_off_says_so_and_disturbs_nobody() -> None:
    clock = VirtualClock(end_us=199_400_000)
    broken, healthy = Scripted(name="broken", provides=("cpu",)), Scripted(name="healthy")

    def fail(_at_us: int) -> list[Reading]:
        raise NotSeen("no answer from mongodb://u:secret@db/", remedy="start it")

    broken.look = fail
    store, (task, other) = run(clock, broken, healthy)
    assert [at // SECOND for at in broken.at_us] == [0, 2, 6, 14, 30, 62, 122, 182]
    assert task.gap == Unmeasured(reason="no answer from mongodb://u:***@db/", remedy="start it")
    assert store.remarks == ["broken: no answer from mongodb://u:***@db/"]
    assert (other.samples, other.missed) == (200, 0)


def test_an_error_of_any_kind_is_a_remark() -> None:
    clock = VirtualClock(end_us=2 * SECOND)
    watcher = Scripted()
    watcher.look = lambda _at: [Sample(LOAD, 1 / 0)]
    store, (task,) = run(clock, watcher)
    assert task.failures == 1
    assert store.remarks == ["scripted: ZeroDivisionError: division by zero"]


def test_after_a_failure_a_watcher_that_sees_again_looks_at_its_own_pace() -> None:
    clock = VirtualClock(end_us=7_400_000)
    watcher = Scripted()

    def look(at_us: int) -> list[Reading]:
        if at_us < 3 * SECOND:
            raise NotSeen("not yet")
        return [Sample(LOAD, 1.0)]

    watcher.look = look
    _, (task,) = run(clock, watcher)
    assert [at // SECOND for at in watcher.at_us] == [0, 2, 6, 7]
    assert (task.gap, task.samples) == (None, 2)


def test_a_watcher_that_costs_too_much_looks_less_often() -> None:
    clock = VirtualClock(end_us=60 * SECOND)
    dear = Scripted(name="dear")
    dear.look = lambda _at: (clock.work(10_000, cpu_us=10_000), [Sample(LOAD, 1.0)])[1]
    store, (task,) = run(clock, dear)
    assert task.interval_us == 4 * SECOND  # 10 ms every 4 s is a quarter of a per cent
    assert task.cpu_us / 60e6 < 0.005
    assert "so it looks every 4.00 s only" in store.remarks[-1]


def test_one_dear_look_is_forgiven() -> None:
    clock = VirtualClock(end_us=30 * SECOND)
    watcher = Scripted()
    watcher.look = lambda at: (clock.work(0, cpu_us=50_000 if at < 2 * SECOND else 100), [])[1]
    store, (task,) = run(clock, watcher)
    assert (task.interval_us, store.remarks) == (SECOND, [])


def test_every_watcher_is_closed_once_at_the_end() -> None:
    clock = VirtualClock(end_us=2 * SECOND)
    watchers = [Scripted(), Scripted()]
    run(clock, *watchers)
    assert [watcher.closed for watcher in watchers] == [1, 1]


def test_a_run_that_has_not_begun_is_looked_at_and_kept_out() -> None:
    clock = VirtualClock(end_us=1_400_000, time_us=-SECOND)
    store, (task,) = run(clock, Scripted(), first_us=-SECOND)
    assert task.samples == 3
    assert store.series()[0].at_us == [0, SECOND]


def test_the_end_of_a_run_is_looked_at_once_more() -> None:
    clock = VirtualClock(end_us=9_600_000)
    slow, quick = Scripted(interval_us=5 * SECOND), Scripted()
    broken, probe = Scripted(), Scripted(every_slot=True)
    broken.look = lambda _at: [Sample(LOAD, 1 / 0)]
    run(clock, slow, quick, broken, probe)
    assert slow.at_us == [0, 5 * SECOND, 9_600_000]
    assert quick.at_us[-2:] == [9 * SECOND, 9_600_000]
    assert broken.at_us[-1] < 9_600_000
    assert probe.at_us[-1] == 9 * SECOND
