"""All generators together deal the schedule exactly: every arrival once, whatever is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.load.share import Share, Takeover, owner


@given(st.integers(1, 40), st.integers(0, 10_000))
def test_every_arrival_has_exactly_one_owner(count, number):
    shares = [Share(index=index, count=count) for index in range(count)]
    assert [number in share for share in shares].count(True) == 1


def test_generator_i_of_n_takes_every_nth():
    assert [n for n in range(12) if n in Share(index=1, count=4)] == [1, 5, 9]


def test_an_index_outside_the_count_is_refused():
    with pytest.raises(ValueError, match="share 2 of 2"):
        Share(index=2, count=2)


@st.composite
def histories(draw):
    """Generators that are lost one after the other, while at least one lives."""
    count = draw(st.integers(2, 6))
    order = draw(st.permutations(range(count)))
    takeovers = []
    alive = list(range(count))
    first = 0
    for lost in order[: draw(st.integers(1, count - 1))]:
        alive.remove(lost)
        first += draw(st.integers(0, 50))
        takeovers.append(Takeover(lost=lost, heirs=tuple(alive), from_number=first))
    return count, takeovers, alive, first


@given(histories(), st.integers(0, 500))
def test_after_any_losses_the_living_deal_everything_once(history, ahead):
    count, takeovers, alive, first = history
    shares = {index: Share(index=index, count=count) for index in alive}
    for share in shares.values():
        for takeover in takeovers:
            share.take_over(takeover)
    number = first + ahead
    assert [index for index, share in shares.items() if number in share] == [
        owner(number, count, takeovers)
    ]


def test_heirs_take_turns_evenly():
    takeover = Takeover(lost=0, heirs=(1, 2), from_number=300)
    share = Share(index=1, count=3)
    share.take_over(takeover)
    taken = [n for n in range(900) if n in share]
    assert [n for n in taken if n < 300] == list(range(1, 300, 3)), "nothing before its time"
    assert len([n for n in taken if n >= 300]) == 300, "half of what is left"
