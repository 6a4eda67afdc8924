"""What nobody dealt is known by number, and so counted as planned and dropped."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.load.coordinator.rebalancing import Rebalancer
from kampyn_perf.load.partition import Partition, owner
from kampyn_perf.schedule import Phase, Schedule

SECOND = 1_000_000
SCHEDULE = Schedule([Phase(name="p", duration_us=10 * SECOND, rate=Fraction(100))])


def test_from_the_last_report_to_the_next_deal_arrivals_are_lost():
    rebalancer = Rebalancer(SCHEDULE, 2)
    # 3 s reported: 150 arrivals of its 500. Noticed at 4.2 s: the next one is of what is due at
    # 5.2 s and later.
    assignment = rebalancer.lose(
        1, "generator 2 died", living=[0], started=150, elapsed_us=4_200_000
    )
    assert assignment is not None
    assert assignment.from_number == SCHEDULE.due_by(5_200_000) == 521
    assert assignment.members == (0,)
    assert list(rebalancer.numbers()) == list(range(301, 521, 2))
    assert not rebalancer.nobody_took_over


def test_with_nobody_left_everything_to_come_is_lost():
    rebalancer = Rebalancer(SCHEDULE, 2)
    assert rebalancer.lose(0, "died", living=[], started=100, elapsed_us=2 * SECOND) is None
    assert rebalancer.nobody_took_over
    assert list(rebalancer.numbers()) == list(range(200, 1000, 2))
    assert list(rebalancer.numbers(3 * SECOND)) == list(range(200, 301, 2)), "of what came due"


def test_one_that_joins_deals_from_soon_on_and_nothing_is_lost_for_it():
    rebalancer = Rebalancer(SCHEDULE, 2)
    assignment = rebalancer.join(2, living=[0, 1], elapsed_us=3 * SECOND)
    assert (assignment.from_number, assignment.members) == (401, (0, 1, 2))
    assert rebalancer.joined_us == {2: 3 * SECOND}
    assert list(rebalancer.numbers()) == []


def test_a_replacement_takes_a_place_again():
    rebalancer = Rebalancer(SCHEDULE, 2)
    rebalancer.lose(0, "died", living=[1], started=100, elapsed_us=2_500_000)
    assignment = rebalancer.join(2, living=[1], elapsed_us=6 * SECOND)
    assert assignment.members == (1, 2)
    assert list(rebalancer.numbers()) == list(range(200, 351, 2)), "the loss is not undone"


@given(st.data())
def test_what_was_dealt_and_what_was_lost_are_the_schedule(data):
    """Any history: generators that follow every assignment, and die having told what they did."""
    count = data.draw(st.integers(1, 4))
    rebalancer = Rebalancer(SCHEDULE, count)
    living = list(range(count))
    partitions = {index: Partition(index) for index in living}
    for partition in partitions.values():
        partition.reassign(rebalancer.assignments[0])
    dealt = []
    elapsed = 0
    for _ in range(data.draw(st.integers(0, 5))):
        elapsed += data.draw(st.integers(0, 2 * SECOND))
        if len(living) > 1 and data.draw(st.booleans()):
            victim = data.draw(st.sampled_from(living))
            living.remove(victim)
            reported = data.draw(st.integers(0, SCHEDULE.due_by(elapsed)))
            partition = partitions.pop(victim)
            own = [n for n in range(reported) if n in partition]
            dealt += own
            assignment = rebalancer.lose(
                victim, "died", living=living, started=len(own), elapsed_us=elapsed
            )
        else:
            joiner = max([*partitions, *rebalancer.lost]) + 1
            partitions[joiner] = Partition(joiner)
            for earlier in rebalancer.assignments:
                partitions[joiner].reassign(earlier)
            assignment = rebalancer.join(joiner, living=living, elapsed_us=elapsed)
            living.append(joiner)
        for partition in partitions.values():
            partition.reassign(assignment)
    dealt += [
        n for partition in partitions.values() for n in range(SCHEDULE.planned) if n in partition
    ]
    lost = list(rebalancer.numbers())
    assert sorted(dealt + lost) == list(range(SCHEDULE.planned))
    assert all(owner(n, rebalancer.assignments) in rebalancer.lost for n in lost)
