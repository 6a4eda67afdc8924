"""All generators together deal every arrival once, whoever is lost or joins."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.load.partition import Assignment, Partition, initial_assignment, owner


def shares(indices, *deals):
    made = {index: Partition(index) for index in indices}
    for share in made.values():
        for deal in deals:
            share.redeal(deal)
    return made


@given(st.integers(1, 40), st.integers(0, 10_000))
def test_every_arrival_has_exactly_one_owner(count, number):
    made = shares(range(count), initial_assignment(count))
    assert [number in share for share in made.values()].count(True) == 1


def test_generator_i_of_n_takes_every_nth():
    (share,) = shares([1], initial_assignment(4)).values()
    assert [n for n in range(12) if n in share] == [1, 5, 9]


def test_before_its_first_deal_a_generator_has_no_share():
    assert 0 not in Partition(0)
    assert Partition(0).next_own(0, 10) == 10
    assert Partition(0).members == 1


@st.composite
def histories(draw):
    """Generators are lost and join, one after the other, while at least one is there."""
    members = list(range(draw(st.integers(1, 5))))
    deals = [initial_assignment(len(members))]
    ever = len(members)
    first = 0
    for _ in range(draw(st.integers(0, 6))):
        if len(members) > 1 and draw(st.booleans()):
            members.remove(draw(st.sampled_from(members)))
        else:
            members.append(ever)
            ever += 1
        first += draw(st.integers(0, 30))
        deals.append(Assignment(from_number=first, members=tuple(members)))
    return ever, deals


@given(histories(), st.integers(0, 250))
def test_after_any_history_every_arrival_is_dealt_once(history, number):
    ever, deals = history
    made = shares(range(ever), *deals)
    assert [index for index, share in made.items() if number in share] == [owner(number, deals)]


@given(histories(), st.integers(0, 250), st.integers(0, 250))
def test_the_next_own_arrival_is_the_next_one_that_is_its_own(history, number, end):
    ever, deals = history
    for share in shares(range(ever), *deals).values():
        own = (n for n in range(number, end) if n in share)
        assert share.next_own(number, end) == next(own, end)


def test_of_two_deals_from_one_arrival_on_the_later_counts():
    deals = [
        initial_assignment(2),
        Assignment(from_number=5, members=(0,)),
        Assignment(from_number=5, members=(7,)),
    ]
    assert [owner(n, deals) for n in range(3, 8)] == [1, 0, 7, 7, 7]


def test_turns_are_even():
    made = shares([1, 2, 5], initial_assignment(3), Assignment(from_number=300, members=(1, 2, 5)))
    taken = {index: [n for n in range(900) if n in share] for index, share in made.items()}
    assert [n for n in taken[1] if n < 300] == list(range(1, 300, 3)), "nothing before its time"
    assert [len([n for n in each if n >= 300]) for each in taken.values()] == [200, 200, 200]
