"""What nobody dealt is known by number, and so counted as planned and dropped."""

from __future__ import annotations

from fractions import Fraction

from kampyn_perf.load.lead.losses import Losses
from kampyn_perf.schedule import Phase, Schedule

SECOND = 1_000_000
SCHEDULE = Schedule([Phase(name="p", duration_us=10 * SECOND, rate=Fraction(100))])


def test_from_the_last_report_to_the_takeover_arrivals_are_lost():
    losses = Losses(SCHEDULE, 2)
    # 3 s reported: 150 arrivals of its 500. Noticed at 4.2 s: heirs begin with what is due at 5.2 s
    losses.add(1, "generator 2 died", heirs=[0], dealt=150, elapsed_us=4_200_000)
    (takeover,) = losses.takeovers
    assert takeover.from_number == SCHEDULE.due_by(5_200_000) == 521
    assert list(losses.numbers()) == list(range(301, 521, 2))


def test_without_heirs_everything_to_come_is_lost():
    losses = Losses(SCHEDULE, 2)
    losses.add(0, "died", heirs=[], dealt=100, elapsed_us=2 * SECOND)
    assert losses.takeovers == []
    assert list(losses.numbers()) == list(range(200, 1000, 2))
    assert list(losses.numbers(3 * SECOND)) == list(range(200, 301, 2)), "of what came due"


def test_an_heir_that_is_lost_loses_what_it_had_taken_over():
    losses = Losses(SCHEDULE, 3)
    losses.add(2, "died", heirs=[0, 1], dealt=100, elapsed_us=3 * SECOND)
    first = losses.takeovers[0].from_number
    # Of its own share and of what it inherited it had dealt everything up to 6 s.
    mine = [n for n in range(600) if n % 3 == 1 or (n >= first and n % 3 == 2 and (n // 3) % 2)]
    losses.add(1, "died", heirs=[0], dealt=len(mine), elapsed_us=6 * SECOND)
    second = losses.takeovers[1].from_number
    lost = list(losses.numbers())
    assert all(n < second for n in lost)
    assert [n for n in lost if n < first] == list(range(302, first, 3)), "of the first loss"
    assert [n for n in lost if n >= 600] == [
        n for n in range(600, second) if n % 3 == 1 or (n % 3 == 2 and (n // 3) % 2)
    ]
