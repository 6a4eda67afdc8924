"""All generators together assignment every arrival once, whoever is lost or joins."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.load.partition import Assignment, Partition, initial_assignment, owner


def partitions(indices, *assignments):
    made = {index: Partition(index) for index in indices}
    for partition in made.values():
        for assignment in assignments:
            partition.reassign(assignment)
    return made


@given(st.integers(1, 40), st.integers(0, 10_000))
def test_every_arrival_has_exactly_one_owner(count, number):
    made = partitions(range(count), initial_assignment(count))
    assert [number in partition for partition in made.values()].count(True) == 1


def test_generator_i_of_n_takes_every_nth():
    (partition,) = partitions([1], initial_assignment(4)).values()
    assert [n for n in range(12) if n in partition] == [1, 5, 9]


def test_before_its_first_assignment_a_generator_has_no_partition():
    assert 0 not in Partition(0)
    assert Partition(0).next_own(0, 10) == 10
    assert Partition(0).members == 1


@st.composite
def histories(draw):
    """Generators are lost and join, one after the other, while at least one is there."""
    members = list(range(draw(st.integers(1, 5))))
    assignments = [initial_assignment(len(members))]
    ever = len(members)
    first = 0
    for _ in range(draw(st.integers(0, 6))):
        if len(members) > 1 and draw(st.booleans()):
            members.remove(draw(st.sampled_from(members)))
        else:
            members.append(ever)
            ever += 1
        first += draw(st.integers(0, 30))
        assignments.append(Assignment(from_number=first, members=tuple(members)))
    return ever, assignments


@given(histories(), st.integers(0, 250))
def test_after_any_history_every_arrival_is_dealt_once(history, number):
    ever, assignments = history
    made = partitions(range(ever), *assignments)
    assert [index for index, partition in made.items() if number in partition] == [
        owner(number, assignments)
    ]


@given(histories(), st.integers(0, 250), st.integers(0, 250))
def test_the_next_own_arrival_is_the_next_one_that_is_its_own(history, number, end):
    ever, assignments = history
    for partition in partitions(range(ever), *assignments).values():
        own = (n for n in range(number, end) if n in partition)
        assert partition.next_own(number, end) == next(own, end)


def test_of_two_deals_from_one_arrival_on_the_later_counts():
    assignments = [
        initial_assignment(2),
        Assignment(from_number=5, members=(0,)),
        Assignment(from_number=5, members=(7,)),
    ]
    assert [owner(n, assignments) for n in range(3, 8)] == [1, 0, 7, 7, 7]


def test_turns_are_even():
    made = partitions(
        [1, 2, 5], initial_assignment(3), Assignment(from_number=300, members=(1, 2, 5))
    )
    taken = {index: [n for n in range(900) if n in partition] for index, partition in made.items()}
    assert [n for n in taken[1] if n < 300] == list(range(1, 300, 3)), "nothing before its time"
    assert [len([n for n in each if n >= 300]) for each in taken.values()] == [200, 200, 200]
