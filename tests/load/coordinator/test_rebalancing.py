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
    dealing = Rebalancer(SCHEDULE, 2)
    # 3 s reported: 150 arrivals of its 500. Noticed at 4.2 s: the next deal is of what is due at
    # 5.2 s and later.
    deal = dealing.lose(1, "generator 2 died", living=[0], dealt=150, elapsed_us=4_200_000)
    assert deal is not None
    assert deal.from_number == SCHEDULE.due_by(5_200_000) == 521
    assert deal.members == (0,)
    assert list(dealing.numbers()) == list(range(301, 521, 2))
    assert not dealing.without_heirs


def test_with_nobody_left_everything_to_come_is_lost():
    dealing = Rebalancer(SCHEDULE, 2)
    assert dealing.lose(0, "died", living=[], dealt=100, elapsed_us=2 * SECOND) is None
    assert dealing.without_heirs
    assert list(dealing.numbers()) == list(range(200, 1000, 2))
    assert list(dealing.numbers(3 * SECOND)) == list(range(200, 301, 2)), "of what came due"


def test_one_that_joins_deals_from_soon_on_and_nothing_is_lost_for_it():
    dealing = Rebalancer(SCHEDULE, 2)
    deal = dealing.join(2, living=[0, 1], elapsed_us=3 * SECOND)
    assert (deal.from_number, deal.members) == (401, (0, 1, 2))
    assert dealing.joined_us == {2: 3 * SECOND}
    assert list(dealing.numbers()) == []


def test_a_replacement_takes_a_place_again():
    dealing = Rebalancer(SCHEDULE, 2)
    dealing.lose(0, "died", living=[1], dealt=100, elapsed_us=2_500_000)
    deal = dealing.join(2, living=[1], elapsed_us=6 * SECOND)
    assert deal.members == (1, 2)
    assert list(dealing.numbers()) == list(range(200, 351, 2)), "the loss is not undone"


@given(st.data())
def test_what_was_dealt_and_what_was_lost_are_the_schedule(data):
    """Any history: generators that follow every deal, and die having reported what they dealt."""
    count = data.draw(st.integers(1, 4))
    dealing = Rebalancer(SCHEDULE, count)
    living = list(range(count))
    shares = {index: Partition(index) for index in living}
    for share in shares.values():
        share.redeal(dealing.deals[0])
    dealt = []
    elapsed = 0
    for _ in range(data.draw(st.integers(0, 5))):
        elapsed += data.draw(st.integers(0, 2 * SECOND))
        if len(living) > 1 and data.draw(st.booleans()):
            victim = data.draw(st.sampled_from(living))
            living.remove(victim)
            reported = data.draw(st.integers(0, SCHEDULE.due_by(elapsed)))
            share = shares.pop(victim)
            own = [n for n in range(reported) if n in share]
            dealt += own
            deal = dealing.lose(victim, "died", living=living, dealt=len(own), elapsed_us=elapsed)
        else:
            joiner = max([*shares, *dealing.lost]) + 1
            shares[joiner] = Partition(joiner)
            for earlier in dealing.deals:
                shares[joiner].redeal(earlier)
            deal = dealing.join(joiner, living=living, elapsed_us=elapsed)
            living.append(joiner)
        for share in shares.values():
            share.redeal(deal)
    dealt += [n for share in shares.values() for n in range(SCHEDULE.planned) if n in share]
    lost = list(dealing.numbers())
    assert sorted(dealt + lost) == list(range(SCHEDULE.planned))
    assert all(owner(n, dealing.deals) in dealing.lost for n in lost)
