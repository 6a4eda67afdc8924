"""The pacer in virtual time: each arrival at its microsecond, over hours; users, waiting, stop."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kampyn_perf.load.generator.pacer import Pacer
from kampyn_perf.load.partition import Assignment, initial_assignment
from kampyn_perf.load.scenario.feed import Feed
from kampyn_perf.recorder.buffer import SampleBuffer
from kampyn_perf.recorder.interval import Gauges
from kampyn_perf.schedule import ArrivalMode, Mix, Phase, Schedule

SECOND = 1_000_000
START = 5_000_000_000
"""The clock of a machine that has been up for a while."""


class World:
    """Virtual time, and users that serve for as long as they are told."""

    def __init__(
        self, schedule, *, serve_us=0, index=0, count=1, max_vusers=1000, max_waiting=1000
    ):
        self.now = START - SECOND
        self.serve_us = serve_us
        self.begun = []
        self.users = []
        self.ends = []
        self.events = []
        self.buffer = SampleBuffer()
        self.pacer = Pacer(
            schedule=schedule,
            mix=Mix({"a": 3, "b": 1}),
            feed=Feed([]),
            buffer=self.buffer,
            spawn=self.spawn,
            clock=lambda: self.now,
            max_vusers=max_vusers,
            max_waiting=max_waiting,
            index=index,
        )
        self.pacer.reassign(initial_assignment(count))

    def spawn(self, flow):
        user = SimpleNamespace(kind=flow, retired=False)
        user.give = lambda session: self.serve(user, session)
        user.retire = lambda: setattr(user, "retired", True)
        self.users.append(user)
        return user

    def serve(self, user, session):
        self.begun.append((session.number, self.now - START, session))
        self.pacer.began(session)
        self.ends.append((self.now + self.serve_us, user, session))

    def sleep_until(self, due_us):
        assert due_us > self.now, "nobody sleeps into the past"
        while True:
            ready = [each for each in [*self.ends, *self.events] if each[0] <= due_us]
            if not ready:
                break
            first = min(ready, key=lambda each: each[0])
            self.now = max(self.now, first[0])
            if first in self.ends:
                self.ends.remove(first)
                self.pacer.done(first[1], first[2], success=True)
            else:
                self.events.remove(first)
                first[1]()
        self.now = max(self.now, due_us)

    def run(self):
        self.pacer.run(START, self.sleep_until)
        interval = self.buffer.take(self.pacer.elapsed_us, Gauges())
        totals = interval.sessions.values()
        return SimpleNamespace(
            planned=sum(each.planned for each in totals),
            started=sum(each.started for each in totals),
            dropped=sum(each.dropped for each in totals),
            lateness=interval.lateness_us,
            waited=interval.waited,
            waited_max=interval.waited_max_us,
        )


HOURS = Schedule(
    [
        Phase(name="ramp", duration_us=3600 * SECOND, rate=Fraction(0), ramp_to=Fraction(5)),
        Phase(name="pause", duration_us=600 * SECOND),
        Phase(name="odd", duration_us=3600 * SECOND, rate=Fraction(1, 7)),
        Phase(name="count", duration_us=1800 * SECOND, count=1013),
        Phase(name="down", duration_us=3600 * SECOND, rate=Fraction(3), ramp_to=Fraction(1)),
    ]
)


@pytest.mark.parametrize("mode", list(ArrivalMode))
def test_every_arrival_of_hours_begins_in_its_microsecond(mode):
    schedule = Schedule(HOURS.phases, mode=mode, seed=3)
    world = World(schedule)
    totals = world.run()
    assert [(number, at) for number, at, _session in world.begun] == [
        (number, schedule[number].due_us) for number in range(schedule.planned)
    ]
    assert totals.planned == totals.started == schedule.planned
    assert set(totals.lateness) == {0}
    assert world.now == START + schedule.duration_us, "the last phase lasts to its end"


@pytest.mark.parametrize(("rate", "there"), [(1000, 5), (100, 1)])
def test_users_of_the_first_moments_are_there_before_them(rate, there):
    schedule = Schedule([Phase(name="p", duration_us=SECOND, rate=Fraction(rate))])
    world = World(schedule)
    before = []
    sleep_until = world.sleep_until

    def noting(due_us):
        before.append(len(world.users))
        sleep_until(due_us)

    world.sleep_until = noting
    world.run()
    assert before[0] == there
    assert len(world.users) <= there + 1, "they serve, and nobody else is made for it"


def test_a_generator_that_joins_late_makes_none_ahead():
    schedule = Schedule([Phase(name="p", duration_us=SECOND, rate=Fraction(1000))])
    world = World(schedule, serve_us=10 * SECOND)
    world.now = START + SECOND // 2
    world.run()
    assert len(world.users) == len(world.begun) == 1000


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 9))
def test_shares_together_are_the_schedule(count):
    schedule = Schedule([Phase(name="p", duration_us=60 * SECOND, rate=Fraction(10))], seed=5)
    begun = []
    for index in range(count):
        world = World(schedule, index=index, count=count)
        world.run()
        begun += [(number, at, session.flow) for number, at, session in world.begun]
    mix = Mix({"a": 3, "b": 1})
    assert sorted(begun) == [(n, schedule[n].due_us, mix[n]) for n in range(600)]


STEADY = Schedule([Phase(name="p", duration_us=10 * SECOND, rate=Fraction(10))])


def test_users_grow_on_demand_and_are_used_again():
    assert len(World(STEADY).users) == 0
    world = World(STEADY, serve_us=350_000)
    world.run()
    assert len(world.users) <= 8, "four at work at once, of two flows"
    assert world.pacer.vusers == len(world.users)


def test_beyond_max_vusers_an_arrival_waits_and_its_wait_is_no_lateness():
    world = World(STEADY, serve_us=150_000, max_vusers=1)
    totals = world.run()
    assert totals.planned == 100
    waits = [at - STEADY[number].due_us for number, at, _session in world.begun]
    assert waits[:4] == [0, 50_000, 100_000, 150_000], "one after the other, in order"
    assert totals.waited == totals.started - 1
    assert totals.waited_max == max(waits)
    assert totals.lateness == [0]


def test_beyond_max_waiting_arrivals_are_dropped_and_none_is_forgotten():
    world = World(STEADY, serve_us=SECOND, max_vusers=2, max_waiting=3)
    totals = world.run()
    assert totals.dropped > 0
    assert totals.planned == 100 == totals.started + totals.dropped + world.pacer.waiting


def test_the_limit_of_a_phase_holds_in_that_phase():
    schedule = Schedule(
        [
            Phase(name="free", duration_us=SECOND, rate=Fraction(10)),
            Phase(name="tight", duration_us=SECOND, rate=Fraction(10), max_vusers=1),
        ]
    )
    world = World(schedule, serve_us=90_000)
    totals = world.run()
    assert totals.started == 20
    assert totals.waited == 0, "one at a time is enough here"


def test_stop_ends_the_dealing_and_drops_who_waits():
    world = World(STEADY, serve_us=10 * SECOND, max_vusers=2)
    world.events.append((START + 3 * SECOND + 1, world.pacer.stop))
    totals = world.run()
    assert (totals.planned, totals.started, totals.dropped) == (31, 2, 29)
    assert world.now < START + 4 * SECOND, "a stop is noticed within a nap"


def test_another_deal_is_followed_while_asleep():
    schedule = Schedule([Phase(name="p", duration_us=100 * SECOND, rate=Fraction(1, 10))])
    world = World(schedule, index=0, count=2)
    assignment = Assignment(from_number=3, members=(0,))
    world.events.append((START + 21 * SECOND, lambda: world.pacer.reassign(assignment)))
    world.run()
    assert [number for number, _at, _session in world.begun] == [0, 2, 3, 4, 5, 6, 7, 8, 9]
    assert all(at == schedule[number].due_us for number, at, _session in world.begun)


def test_what_is_given_away_is_not_dealt():
    schedule = Schedule([Phase(name="p", duration_us=100 * SECOND, rate=Fraction(1, 10))])
    world = World(schedule)
    assignment = Assignment(from_number=4, members=(0, 1))
    world.events.append((START + 21 * SECOND, lambda: world.pacer.reassign(assignment)))
    world.run()
    assert [number for number, _at, _session in world.begun] == [0, 1, 2, 3, 4, 6, 8]


def test_a_deal_that_is_heard_of_late_costs_lateness_and_no_arrival():
    """From arrival 2 on all are its own, and it hears of it when 7 has passed."""
    world = World(STEADY, index=0, count=2)
    assignment = Assignment(from_number=2, members=(0,))
    world.events.append((START + 850_000, lambda: world.pacer.reassign(assignment)))
    totals = world.run()
    numbers = [number for number, _at, _session in world.begun]
    assert sorted(numbers) == [0, 2, 3, 4, 5, *range(6, 100)]
    assert numbers.index(7) < numbers.index(9), "at once, and then in order"
    assert totals.planned == 99, "1 was the other's"
    assert sorted(totals.lateness)[-3:] == [300_000, 500_000, 700_000], "heard of at 1 s"


def test_limits_are_of_the_whole_run():
    world = World(STEADY, serve_us=SECOND, count=2, max_vusers=4, max_waiting=6)
    totals = world.run()
    assert world.pacer.vusers == 2
    assert totals.waited > 0
    assert totals.dropped > 0


def test_what_is_late_is_dealt_at_once_and_says_so():
    world = World(STEADY)

    def stand_still():
        world.now += 450_000

    world.events.append((START + 2 * SECOND + 1, stand_still))
    totals = world.run()
    assert totals.started == 100
    assert sorted(totals.lateness)[-5:] == [0, 50_001, 150_001, 250_001, 350_001]


@pytest.mark.parametrize(
    ("due", "done_at"),
    [
        ([], -10_000),  # nothing is due: as early as may be
        ([-9_900, 0], -9_899),  # an arrival first, then a gap of nearly ten milliseconds
        ([-9_000, -8_500, -4_000, 0], -8_499),
        (
            [-1_500 * n for n in range(7, 0, -1)] + [0],
            -1_499,
        ),  # no gap of two milliseconds: just in time
    ],
)
def test_regular_work_finds_a_gap_before_its_moment(due, done_at):
    world = World(STEADY)
    moment = START + SECOND

    def sleep_until(moment_us):
        world.now = max(world.now, moment_us)
        world.pacer.next_due_us = next(
            (moment + each for each in due if moment + each > world.now), moment + SECOND
        )

    world.pacer.sleep_until_gap(moment, sleep_until)
    assert -10_000 <= world.now - moment <= 1
    assert abs((world.now - moment) - done_at) <= 1


@pytest.mark.parametrize("due", [-5_000_000, -10_500])
def test_regular_work_is_done_in_time_when_dealing_is_over_or_behind(due):
    """What is next lies in the past: nothing to wait for, and no reason to wait for ever."""
    world = World(STEADY)
    moment = START + SECOND
    world.pacer.next_due_us = moment + due
    turns = []

    def sleep_until(moment_us):
        turns.append(moment_us)
        world.now = max(world.now + 100, moment_us)  # somebody else is always at work

    world.pacer.sleep_until_gap(moment, sleep_until)
    assert 0 <= world.now - moment <= 200
    assert len(turns) <= 102


def test_after_its_end_nothing_is_due():
    world = World(STEADY)
    world.run()
    assert world.pacer.next_due_us > world.now + 3600 * SECOND


def phases(*limits):
    return Schedule(
        [
            Phase(name=f"p{n}", duration_us=5 * SECOND, rate=Fraction(10), max_vusers=limit)
            for n, limit in enumerate(limits)
        ]
    )


def test_a_phase_with_more_room_serves_who_waited():
    world = World(phases(2, 40), serve_us=2 * SECOND)
    totals = world.run()
    at_work = {at for _number, at, _session in world.begun if at == 5 * SECOND}
    assert at_work, "those that waited begin with the phase"
    assert world.pacer.waiting == 0
    assert totals.dropped == 0


def test_a_phase_with_less_room_has_no_more_at_work_than_that():
    world = World(phases(40, 2), serve_us=SECOND)
    world.run()
    late = [at for _number, at, _session in world.begun if at > 7 * SECOND]
    for moment in range(7 * SECOND, 10 * SECOND, 50_000):
        assert sum(at <= moment < at + SECOND for at in late) <= 2
    assert world.pacer.in_flight <= 2


def test_who_waits_is_served_though_many_were_idle_before_the_limit():
    """Idle users of a phase with more room give way: the few that may stay serve on and on."""
    schedule = Schedule(
        [
            Phase(name="burst", duration_us=SECOND, count=40),
            Phase(name="pause", duration_us=2 * SECOND),
            Phase(name="tight", duration_us=5 * SECOND, rate=Fraction(4), max_vusers=1),
        ]
    )
    world = World(schedule, serve_us=300_000)
    world.run()
    tight = [at for number, at, _session in world.begun if number >= 40]
    gaps = [b - a for a, b in pairwise(tight)]
    assert len(tight) >= 16
    assert all(300_000 <= gap <= 300_000 + 250_000 for gap in gaps)
    assert world.pacer.vusers == 1


def test_one_that_joins_leaves_less_room_to_the_others():
    world = World(phases(None, None), serve_us=SECOND, max_vusers=8)
    assignment = Assignment(from_number=30, members=(0, 1))
    world.events.append((START + 2 * SECOND, lambda: world.pacer.reassign(assignment)))
    world.run()
    assert world.pacer.vusers <= 4


def test_another_deal_that_comes_while_one_is_dealt_loses_nothing():
    """A user begins at once, and so may the news: within the rebalancer itself."""
    world = World(STEADY, index=0, count=2)
    assignment = Assignment(from_number=11, members=(0,))
    serve = world.serve

    def serve_and_hear(user, session):
        serve(user, session)
        if session.number == 20:
            world.pacer.reassign(assignment)

    world.serve = serve_and_hear
    world.run()
    numbers = sorted(number for number, _at, _session in world.begun)
    assert numbers == [*range(0, 11, 2), *range(11, 100)]
