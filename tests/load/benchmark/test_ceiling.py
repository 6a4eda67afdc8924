"""The search for the highest rate, on programs that are made up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.load.benchmark.attempt import Attempt
from kampyn_perf.load.benchmark.ceiling import Search, bracket, next_rate
from kampyn_perf.load.benchmark.work import Work


def tried(asked: float, limit: float, *, light: float = 1.0) -> Attempt:
    """A program that carries `limit`; far below it a request costs `light` times as much."""
    cost = (1 + (light - 1) * max(1 - asked / limit, 0)) / limit
    return Attempt(
        program="p",
        work=Work.MIX,
        asked=asked,
        reached=min(asked, limit),
        cpu_share=min(asked * cost, 1.0),
        rss=1,
        server_share=0.1,
        invalid=() if asked <= limit else ("too much",),
    )


def search(limit: float, how: Search, *, light: float = 1.0) -> list[Attempt]:
    attempts: list[Attempt] = []
    while (rate := next_rate(how, attempts)) is not None:
        attempts.append(tried(rate, limit, light=light))
    return attempts


@given(
    limit=st.floats(min_value=400, max_value=60_000), light=st.floats(min_value=1, max_value=2.5)
)
def test_the_highest_valid_rate_is_bracketed_in_a_few_steps(limit: float, light: float) -> None:
    how = Search(steps=12)
    low, high = bracket(search(limit, how, light=light))
    assert low is not None
    assert high is not None
    assert low.asked <= limit < high.asked
    assert high.asked / low.asked <= how.near * 1.01


@given(limit=st.floats(min_value=3_000, max_value=40_000))
def test_six_steps_are_enough_to_be_near(limit: float) -> None:
    attempts = search(limit, Search(), light=1.6)
    assert len(attempts) <= 6
    low, _ = bracket(attempts)
    assert low is not None
    assert 0.8 * limit <= low.asked <= limit


def test_a_round_that_begins_where_the_last_one_ended_needs_few() -> None:
    attempts = search(10_000, Search(first=9_700, steps=4))
    assert len(attempts) <= 3
    assert bracket(attempts)[0] is attempts[0] or attempts[-1].asked > 9_700


def test_where_nothing_is_valid_it_goes_down_and_ends() -> None:
    attempts = search(0.001, Search())
    assert len(attempts) == 4
    asked = [one.asked for one in attempts]
    assert asked == sorted(asked, reverse=True)
    assert bracket(attempts)[0] is None


def test_a_moment_that_spoilt_a_lower_rate_does_not_count_against_a_higher_one() -> None:
    low, high = bracket([tried(2_000, 1_000), tried(3_000, 5_000), tried(6_000, 5_000)])
    assert low is not None
    assert high is not None
    assert (low.asked, high.asked) == (3_000, 6_000)
