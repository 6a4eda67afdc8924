"""A healthy run, and one thing broken at a time: the right reason, and only that.

Tests `kampyn_perf/results/validity.py` too.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from kampyn_perf.load.clock import ClockReading
from kampyn_perf.load.coordinator.facts import GeneratorFacts
from kampyn_perf.load.coordinator.validity import assess
from kampyn_perf.load.settings import ValidityLimits
from kampyn_perf.recorder.buffer import Sample, SampleBuffer
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.recorder.generator_health import HealthSample
from kampyn_perf.recorder.interval import Gauges
from kampyn_perf.schedule import Phase, Schedule

SECOND = 1_000_000
REQUEST = Sample(100_000, 99_000, 200, None, 10, 10)
SCHEDULE = Schedule([Phase(name="p", duration_us=10 * SECOND, rate=Fraction(20))])


def run(
    *, late=None, skip=(), waited=(), cut=0, dropped=0, faults=0, stray=0, sends=True, **health
):
    """Ten seconds of twenty sessions each; `health` are those of the fifth second."""
    collector = Collector()
    buffer = SampleBuffer()
    for second in range(10):
        for number in range(20):
            _session(buffer, second * 20 + number, late or {}, skip, waited, sends)
        if second == 9:
            _endings(buffer, cut, dropped, faults, stray)
        figures = {
            "cpu_us": 60_000,
            "cpu_wait_us": 20_000,
            "steal_us": 0,
            "machine_us": 2 * SECOND,
            "lags_us": [100, 900, 2_000],
            "fds": 30,
            "fd_limit": 1000,
            "ports": 100,
            "port_limit": 28_000,
        }
        if second == 5 or health.get("always"):
            figures |= {key: value for key, value in health.items() if key != "always"}
        collector.take(
            buffer.take((second + 1) * SECOND, Gauges(vusers=3), HealthSample(**figures))
        )
    return collector


def _session(buffer, number, late, skip, waited, sends):
    if number in skip:
        return
    buffer.session_planned(flow="a", phase=0)
    late_us = late.get(number, 90)
    buffer.session_started(flow="a", phase=0, phase_now=0, late_us=late_us, waited=number in waited)
    if sends:
        buffer.request(REQUEST, endpoint="GET /", flow="a", phase=0)
    buffer.session_ended(flow="a", phase=0, duration_us=1000, success=True)


def _endings(buffer, cut, dropped, faults, stray):
    for _ in range(cut):
        buffer.session_cut(flow="a", phase=0, age_us=5)
    for _ in range(dropped):
        buffer.session_planned(flow="a", phase=0)
        buffer.session_dropped(flow="a", phase=0, age_us=5)
    for _ in range(stray):
        buffer.session_planned(flow="a", phase=0)
    for _ in range(faults):
        buffer.fault()


def judge(collector, *, complete=True, **facts):
    facts = GeneratorFacts(**({"names": ["the generator"]} | facts))
    return assess(
        collector, schedule=SCHEDULE, limits=ValidityLimits(), complete=complete, facts=facts
    )


def test_a_healthy_run_is_valid_and_shows_what_was_measured():
    found = judge(run())
    assert (found.valid, found.reasons, found.warnings) == (True, [], [])
    assert found.lateness.count == 200
    assert found.loop_lag is not None
    assert found.loop_lag.count == 30
    assert found.loop_lag_max_us == 2_000
    assert found.cpu_share == pytest.approx(0.06)
    assert found.cpu_steal_share == 0
    assert found.file_descriptors is not None
    assert (found.file_descriptors.used, found.file_descriptors.limit) == (30, 1000)
    (generator,) = found.generators
    assert (generator.planned, generator.started, generator.lost) == (200, 200, "")
    assert generator.cpu_wait_share == pytest.approx(0.02)
    assert generator.cpu_share_max == pytest.approx(0.06)


LATE = dict.fromkeys(range(5), 60000)


@pytest.mark.parametrize(
    ("broken", "reasons"),
    [
        (
            {"late": LATE},
            [
                "the generator was late: P99 60.0 ms (limit 50.0 ms); "
                "its event loop was late by up to 2.00 ms"
            ],
        ),
        (
            {"late": LATE, "cpu_wait_us": 240_000, "always": True},
            [
                "the generator was late: P99 60.0 ms (limit 50.0 ms); "
                "it waited for a CPU 24 % of five seconds, because others had it"
            ],
        ),
        (
            {"late": {7: 1_500_000}},
            [
                "the generator began a session 1.50 s late (limit 1.00 s); "
                "its event loop was late by up to 2.00 ms"
            ],
        ),
        ({"lags_us": [2_000_000]}, ["the generator stood still for 2.00 s (limit 1.00 s)"]),
        (
            {"cpu_us": 990_000, "always": True},
            [
                "a generator used 99 % of a core for five seconds (limit 95 %): "
                "it could not do more; use --workers (this run asked for about 20 requests/s; "
                "kampyn-perf bench generator measures what one generator carries here)"
            ],
        ),
        (
            {"cpu_wait_us": 450_000, "always": True},
            ["a generator waited for a CPU 45 % of five seconds (limit 25 %): others had it"],
        ),
        (
            {"steal_us": 400_000, "always": True},
            ["the hypervisor took 20 % of the machine's CPU time (limit 10 %)"],
        ),
        (
            {"gc_max_us": 300_000},
            ["garbage collection held the generator for 300 ms (limit 250 ms)"],
        ),
        ({"suspended_us": 5 * SECOND}, ["the machine of the generator slept for 5.00 s"]),
        (
            {"fds_exhausted": 4},
            [
                "4 connections failed because the generator had run out of file descriptors: "
                "raise the limit (ulimit -n)"
            ],
        ),
        (
            {"ports_exhausted": 2},
            [
                "2 connections failed because the generator had run out of ephemeral ports: "
                "use more machines, or a wider ip_local_port_range"
            ],
        ),
        ({"faults": 3}, ["the recorder lost 3 samples"]),
        (
            {"skip": range(180, 200)},
            [
                "200 arrivals were planned, and 180 came due",
                "p: 180 of 200 sessions began within the phase; 10 % are missing (limit 5 %)",
            ],
        ),
    ],
)
def test_one_thing_broken_is_one_reason(broken, reasons):
    found = judge(run(**broken))
    assert found.reasons == reasons
    assert not found.valid


def test_a_generator_that_is_woken_late_all_the_time_is_told_of():
    """It is no reason against the run: the verdict allows for it."""
    collector = run(always=True, lags_us=[100, 3_400, 3_500])
    for _ in range(200):
        collector.total.service.record_all([400])
    (warning,) = judge(collector).warnings
    assert warning.startswith("the generator was woken 3.50 ms late (P95), and half of the answers")
    assert judge(collector).valid
    collector.total.service.record_all([50_000] * 400)  # then it is small beside what is measured
    assert judge(collector).warnings == []


def test_a_busy_second_alone_is_no_reason():
    assert judge(run(cpu_us=990_000, cpu_wait_us=900_000)).valid


def test_arrivals_that_vanish_are_noticed():
    found = judge(run(skip=range(2), stray=2))
    assert found.reasons == ["2 arrivals are neither started nor dropped: they were lost"]


def test_dropped_arrivals_and_cut_sessions():
    assert judge(run(skip=range(3), dropped=3)).reasons == [
        "3 arrivals were dropped: all virtual users (maxVusers) were busy until more than "
        "maxWaiting waited, or the run was over"
    ]
    found = judge(run(cut=1))
    assert found.valid, "what they waited for, the verdict counts within bounds"
    assert found.warnings == [
        "1 session cut by the end of the run: what they waited for is in the verdict, and in no "
        "table"
    ]
    assert judge(run(skip=range(3), dropped=3), complete=False).valid, "of a run that was ended"


def test_waiting_for_users_is_a_warning_and_no_lateness():
    found = judge(run(late={3: 3_000_000}, waited={3}))
    assert found.valid
    assert found.waited == 1
    assert found.warnings == [
        "1 sessions waited for a virtual user, up to 3.00 s: maxVusers was reached"
    ]


def test_what_comes_near_a_limit_is_a_warning():
    assert judge(run(fds=950)).warnings == [
        "950 of 1,000 file descriptors were in use: more load will need more"
    ]


def test_a_step_of_the_wall_clock_is_a_warning():
    found = judge(run(clock_step_us=3_600 * SECOND))
    assert found.valid
    assert found.warnings == [
        "the wall clock stepped by 1 h 0 min; durations do not depend on it, "
        "times of day in logs do"
    ]


def test_a_lost_generator_and_its_arrivals_are_reasons():
    collector = run(skip=range(10))
    for _ in range(10):
        collector.arrival_lost(flow="a", phase=0)
    collector.close_accounts()
    found = judge(
        collector,
        names=["generator 1", "generator 2"],
        lost={1: "generator 2 ended by SIGKILL"},
        taken_over=True,
    )
    assert found.reasons == [
        "a generator was lost, and up to a second of what it had measured: "
        "generator 2 ended by SIGKILL",
        "10 arrivals went with a lost generator; the others took over the rest",
    ]
    assert [each.lost for each in found.generators] == ["", "generator 2 ended by SIGKILL"]


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        (ClockReading(uncertainty_us=300), ClockReading(offset_us=900), None),
        (
            ClockReading(uncertainty_us=20_000),
            ClockReading(uncertainty_us=20_000),
            "the clock of w is known only within 20.0 ms (limit 10.0 ms), and so is when it began",
        ),
        (
            ClockReading(offset_us=5),
            ClockReading(offset_us=80_005),
            "the clock of w parted by 80.0 ms during the run (limit 50.0 ms)",
        ),
    ],
)
def test_clocks_of_other_machines(start, end, reason):
    found = judge(run(), names=["w"], clocks={0: (start, end)})
    assert found.reasons == ([reason] if reason else [])
    assert found.generators[0].clock_drift_us == end.offset_us - start.offset_us


def test_a_failing_scenario_and_a_full_disk_are_told():
    found = judge(run(), scenario_errors={"ValueError: x (go, line 3)": 4}, unwritten="3 times ...")
    assert found.reasons == [
        "4 sessions ended by an exception in the scenario: ValueError: x (go, line 3)"
    ]
    assert found.warnings == ["3 times ..."]


def test_a_hungry_stretch_is_not_hidden_by_a_long_run():
    """Its mean would be: five seconds of sixty are eight percent."""
    collector = Collector()
    buffer = SampleBuffer()
    for second in range(60):
        hungry = 20 <= second < 25
        health = HealthSample(cpu_us=500_000, cpu_wait_us=450_000 if hungry else 10_000)
        collector.take(buffer.take((second + 1) * SECOND, Gauges(), health))
    assert judge(collector, complete=False).reasons == [
        "a generator waited for a CPU 45 % of five seconds (limit 25 %): others had it"
    ]


def test_who_came_late_is_told():
    found = judge(
        run(),
        names=["worker 1 (a)", "worker 2 (b)", "worker 3 (c)"],
        joined_us={1: 3_500_000},
        declined={2: "the run is at its end"},
    )
    assert found.valid
    assert found.warnings == [
        "worker 2 (b) joined 3.50 s into the run, and takes its share from then on",
        "worker 3 (c) came late, and did not take part: the run is at its end",
    ]
    assert [each.joined_us for each in found.generators] == [0, 3_500_000, 0]


def test_one_that_has_little_to_do_may_wait_for_each_thing():
    """The documented rates on a machine that others use: five percent of a core, and a moment's
    wait for each wake-up. Nothing queues, and how late it was is judged by itself."""
    assert judge(run(cpu_us=60_000, cpu_wait_us=400_000, always=True)).valid
    assert not judge(run(cpu_us=300_000, cpu_wait_us=400_000, always=True)).valid


def test_every_disturbance_has_its_bound():
    dropped = judge(run(skip=range(3), dropped=3)).disturbances
    assert [(each.adds_us, each.hides) for each in dropped] == [(0, 3)]
    (late,) = judge(run(late={3: 3_000_000})).disturbances
    assert (late.adds_us, late.hides) == (3_000_000, 0)
    busy = judge(run(cpu_us=990_000, always=True)).disturbances
    assert [(each.adds_us, each.hides) for each in busy] == [(None, 0)]


def test_a_flow_that_never_sent_anything_makes_the_run_invalid():
    validity = judge(run(sends=False), idle_sessions={"a": 200})
    assert validity.reasons == ["a: none of its 200 sessions sent a request"]
    assert validity.disturbances[0].hides is None
    assert not [each for each in validity.warnings if "without a request" in each]


def test_sessions_without_a_request_are_a_warning_with_their_flow():
    validity = judge(run(), idle_sessions={"a": 3}, remarks=["the scenario ended the run itself"])
    assert validity.valid
    assert "a: 3 sessions ended without a request" in validity.warnings
    assert "the scenario ended the run itself" in validity.warnings
