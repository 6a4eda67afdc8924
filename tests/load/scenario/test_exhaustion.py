"""Data that would run out, told before the run with the session at which it does."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kampyn_perf.load.scenario.exhaustion import exhausted
from kampyn_perf.load.scenario.feed import Source
from kampyn_perf.load.target.settings import FeedOrder, TargetSettings
from kampyn_perf.schedule import Mix, Phase, Schedule
from kampyn_perf.units import format_duration

ORDER, LOOK = "Order", "Look"
MIX = Mix({ORDER: 1, LOOK: 1})


def schedule(sessions: int) -> Schedule:
    """Ten a second."""
    return Schedule([Phase(name="p", duration_us=sessions * 100_000, rate=Fraction(10))])


def rows(name: str, count: int, **options) -> Source:
    options = {"order": FeedOrder.SEQUENTIAL, **options}
    return Source(name=name, rows=[{"id": n} for n in range(count)], **options)


def target(uses, after=()) -> TargetSettings:
    return TargetSettings.model_validate(
        {
            "name": "t",
            "operations": {"add": {"path": "/"}, "remove": {"path": "/"}},
            "flows": [
                {"name": ORDER, "flow": [{"call": "add"}], "uses": uses, "after": list(after)},
                {"name": LOOK, "flow": [{"call": "add"}]},
            ],
        }
    )


def problems(uses, sources, sessions: int, **options) -> list[str]:
    found = exhausted(target(uses, **options), sources, MIX, schedule(sessions))
    return [f"{one.path}: {one.message}" for one in found]


def test_as_many_users_as_sessions_are_enough():
    assert problems({"of": "user"}, [rows("user", 20)], 20) == []
    assert problems({"of": "user"}, [rows("user", 20)], 200)


def test_the_session_is_named_with_its_time_and_its_row():
    (told,) = problems({"of": ["user"], "times": 2}, [rows("user", 3)], 200)
    numbers = [n for n in range(200) if MIX[n] == ORDER]
    seen: Counter[int] = Counter()
    for number in numbers:
        seen[number % 3] += 1
        if seen[number % 3] > 2:
            break
    due = format_duration(number * 100_000)
    assert told == (
        f"flows[0].uses: 'Order' uses user 2 times in a run, and of 200 planned sessions number "
        f"{number + 1}, due after {due}, would use row {number % 3 + 1} of 3 of user "
        "once more; give more rows, plan fewer sessions"
    )


def test_a_combination_lasts_longer_than_each_of_its_rows():
    sources = [rows("user", 4), rows("item", 3)]
    assert problems({"of": "user"}, sources, 12)
    assert problems({"of": ["user", "item"]}, sources, 12) == []


def test_what_is_undone_after_the_flow_has_no_limit():
    uses = {"of": "user", "unless": "remove"}
    (told,) = problems(uses, [rows("user", 2)], 100)
    assert told.endswith("or undo it after the flow: `after: [{call: remove}]`")
    assert problems(uses, [rows("user", 2)], 100, after=[{"call": "remove"}]) == []
    assert problems(uses, [rows("user", 2)], 100, after=[{"call": "add"}])


def test_a_flow_in_python_is_limited_by_its_name():
    api = TargetSettings.model_validate(
        {
            "name": "t",
            "around": {ORDER: {"uses": {"of": "user"}}, "Nobody": {"uses": {"of": "user"}}},
        }
    )
    (one,) = exhausted(api, [rows("user", 2)], MIX, schedule(100))
    assert one.path == "around.Order.uses"


def test_a_list_that_nobody_has():
    assert problems({"of": "usr"}, [rows("user", 2)], 10) == [
        "flows[0].uses.of: there is no list 'usr'; did you mean user?"
    ]
    assert problems({"of": "user"}, [], 10) == [
        "flows[0].uses.of: there is no list 'user'; the run has no data"
    ]


@given(st.integers(1, 30), st.integers(1, 4), st.integers(0, 150))
def test_it_is_told_exactly_when_a_row_is_met_too_often(length, times, sessions):
    source = rows("user", length, order=FeedOrder.SPREAD, stride=7, shift=1)
    met = Counter(source.index(n) for n in range(sessions) if MIX[n] == ORDER)
    expected = max(met.values(), default=0) > times
    assert bool(problems({"of": "user", "times": times}, [source], sessions)) == expected


@pytest.mark.parametrize(
    "uses", [{"of": []}, {"of": "user", "times": 0}, {"times": 2}, {"on": "x"}]
)
def test_what_it_may_say(uses):
    with pytest.raises(ValidationError):
        target(uses)
