"""The schedule, in virtual time: tables of numbers, and properties against exact arithmetic.

Tests `kampyn_perf/poisson.py` too.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.schedule import ArrivalMode, Mix, Phase, Ramp, Schedule
from kampyn_perf.units import MICROSECONDS

SECOND = MICROSECONDS


def phase(seconds: float, rate: float | Fraction = 0, **fields: object) -> Phase:
    return Phase(
        name="p",
        duration_us=round(seconds * SECOND),
        rate=Fraction(rate),
        **fields,  # type: ignore[arg-type]
    )


DOCUMENTED = [phase(60, 10), phase(300, 50), phase(60, 100)]


def test_the_documents_phases_have_the_documents_numbers():
    schedule = Schedule(DOCUMENTED)
    assert schedule.planned == 21_600
    assert [schedule.planned_in(index) for index in range(3)] == [600, 15_000, 6_000]
    assert schedule.duration_us == 420 * SECOND


@pytest.mark.parametrize(
    ("number", "due_us", "index"),
    [
        (0, 0, 0),
        (1, 100_000, 0),
        (599, 59_900_000, 0),
        (600, 60_000_000, 1),
        (601, 60_020_000, 1),
        (15_599, 359_980_000, 1),
        (15_600, 360_000_000, 2),
        (21_599, 419_990_000, 2),
    ],
)
def test_arrivals_are_due_to_the_microsecond(number, due_us, index):
    assert Schedule(DOCUMENTED)[number] == (number, due_us, index)


def test_nothing_accumulates_over_hours():
    """Arrival n of 7/s is due at n/7 s, after eleven hours as after one second."""
    schedule = Schedule([phase(40_000, 7)])
    assert schedule.planned == 280_000
    for number in (1, 7, 99_999, 279_999):
        assert schedule[number].due_us == round(Fraction(number * SECOND, 7))


def test_beyond_the_schedule_there_is_no_arrival():
    schedule = Schedule([phase(1, 2)])
    for number in (-1, 2):
        with pytest.raises(IndexError, match=f"arrival {number} of 2"):
            schedule[number]


def test_a_pause_has_no_arrivals_and_takes_its_time():
    schedule = Schedule([phase(1, 2), phase(5), phase(1, 2)])
    assert [schedule[number].due_us for number in range(schedule.planned)] == [
        0,
        500_000,
        6_000_000,
        6_500_000,
    ]
    assert schedule.rate_at(3 * SECOND) == 0


def test_a_ramp_is_the_integral_of_the_rate():
    """0 to 10/s over 10 s: t^2 / 2 arrivals until t, so arrival n is due at sqrt(2 n)."""
    schedule = Schedule([phase(10, 0, ramp_to=Fraction(10))])
    assert schedule.planned == 50
    assert [schedule[number].due_us for number in (0, 1, 2, 8, 49)] == [
        0,
        1_414_214,
        2_000_000,
        4_000_000,
        9_899_495,
    ]


def test_a_falling_ramp_mirrors_a_rising_one():
    falling = phase(10, 10, ramp_to=Fraction(0))
    assert Ramp.of(falling).time_of(25) == round((10 - 50**0.5) * SECOND)
    assert Schedule([falling]).planned == 50


@pytest.mark.parametrize("mode", list(ArrivalMode))
def test_an_arrival_count_is_exact(mode):
    schedule = Schedule([phase(0.3, 1), phase(7, count=13), phase(0.7, 1)], mode=mode)
    assert schedule.planned_in(1) == 13


def test_what_two_phases_leave_unfinished_adds_up():
    """Three phases of half an arrival each are one and a half, not three times a rounded half."""
    schedule = Schedule([phase(0.5, 1), phase(0.5, 1), phase(0.5, 1)])
    assert schedule.planned == 2
    assert [schedule[number].due_us for number in range(2)] == [0, 1_000_000]


rates = st.fractions(min_value=0, max_value=2_000, max_denominator=60)


@st.composite
def schedules(draw, modes=tuple(ArrivalMode)):
    phases = draw(
        st.lists(
            st.builds(
                Phase,
                name=st.just("p"),
                duration_us=st.integers(1, 20 * SECOND),
                rate=rates,
                ramp_to=st.none() | rates,
                count=st.none() | st.integers(0, 500),
            ),
            min_size=1,
            max_size=4,
        )
    )
    return Schedule(phases, mode=draw(st.sampled_from(modes)), seed=draw(st.integers(0, 99)))


@given(schedules(), st.data())
def test_arrivals_ascend_and_stay_within_their_phase(schedule, data):
    if schedule.planned == 0:
        return
    number = data.draw(st.integers(0, schedule.planned - 1))
    arrival = schedule[number]
    start = schedule.starts_us[arrival.phase]
    assert start <= arrival.due_us < start + schedule.phases[arrival.phase].duration_us
    if number:
        assert schedule[number - 1].due_us <= arrival.due_us
    assert arrival == schedule[number], "asked twice, the same"
    assert schedule.due_by(arrival.due_us) > number


@given(schedules(), st.integers(-SECOND, 90 * SECOND))
def test_due_by_counts_what_is_due(schedule, moment):
    if schedule.planned > 2_000:
        return
    due = [schedule[number].due_us for number in range(schedule.planned)]
    assert schedule.due_by(moment) == sum(each <= moment for each in due)


@given(start=rates, end=rates, duration=st.integers(1_000, 10**10), share=st.floats(0, 1, width=32))
def test_the_time_of_a_mark_is_exact_to_the_microsecond(start, end, duration, share):
    """Against the quadratic formula in fifty digits."""
    ramp = Phase(name="p", duration_us=duration, rate=start, ramp_to=end)
    mark = float(ramp.expected) * share
    if mark <= 0:
        return
    with localcontext() as context:
        context.prec = 50
        a, b = (Decimal(each.numerator) / each.denominator for each in (start, end))
        seconds = Decimal(duration) / SECOND
        under = a * a + 2 * (b - a) * Decimal(mark) / seconds
        exact = 2 * Decimal(mark) / (a + max(under, Decimal(0)).sqrt()) * SECOND
    # The root loses half of a float's digits where a falling ramp reaches zero.
    assert abs(Ramp.of(ramp).time_of(mark) - exact) <= 1 + exact * Decimal("1e-7")


def test_poisson_is_reproducible_and_random():
    phases = [phase(100, 50)]
    one, again, other = (Schedule(phases, mode=ArrivalMode.POISSON, seed=s) for s in (1, 1, 2))
    assert one.planned == again.planned
    assert [one[n] for n in range(one.planned)] == [again[n] for n in range(again.planned)]
    assert [one[n] for n in range(100)] != [other[n] for n in range(100)]


def test_poisson_arrivals_are_those_of_a_poisson_process():
    """Gaps are exponential (mean = standard deviation = 1/rate), counts have variance = mean."""
    schedule = Schedule([phase(2_000, 50)], mode=ArrivalMode.POISSON, seed=7)
    due = np.array([schedule[number].due_us for number in range(schedule.planned)]) / SECOND
    gaps = np.diff(due)
    assert schedule.planned == pytest.approx(100_000, rel=0.01)
    assert gaps.mean() == pytest.approx(1 / 50, rel=0.02)
    assert gaps.std() == pytest.approx(1 / 50, rel=0.02)
    counts = np.bincount(due.astype(int))
    assert counts.var() == pytest.approx(counts.mean(), rel=0.1)


def test_a_mix_has_its_weights_in_any_hundred_sessions():
    mix = Mix({"login": 30, "order": 40, "vendor": 30}, seed=3)
    for first in range(250):
        window = Counter(mix[number] for number in range(first, first + 100))
        assert window == {"login": 30, "order": 40, "vendor": 30}


@given(
    st.dictionaries(st.text(min_size=1), st.integers(0, 200), min_size=1).filter(
        lambda weights: sum(weights.values()) > 0
    ),
    st.integers(0, 1000),
)
def test_any_mix_is_exact_over_its_own_length(weights, first):
    mix = Mix(weights, seed=1)
    length = len(mix.order)
    window = Counter(mix[number] for number in range(first, first + length))
    for flow, weight in weights.items():
        assert window[flow] * sum(weights.values()) == weight * length


def test_a_mix_is_seeded():
    weights = {"a": 30, "b": 40, "c": 30}
    assert Mix(weights, seed=1).order == Mix(weights, seed=1).order
    assert Mix(weights, seed=1).order != Mix(weights, seed=2).order


@pytest.mark.parametrize("weights", [{}, {"a": 0}, {"a": -1, "b": 2}])
def test_a_mix_without_a_flow_is_refused(weights):
    with pytest.raises(ValueError, match="at least one flow"):
        Mix(weights)


def test_phases_are_found_by_time():
    schedule = Schedule(DOCUMENTED)
    assert [schedule.phase_at(each * SECOND) for each in (-1, 0, 59, 60, 359, 360, 999)] == [
        0,
        0,
        0,
        1,
        1,
        2,
        2,
    ]
    assert [schedule.rate_at(each * SECOND) for each in (-1, 0, 60, 419, 420)] == [
        0,
        10,
        50,
        100,
        0,
    ]
