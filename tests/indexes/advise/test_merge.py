"""Whatever is merged serves each of its members: by `serves`, which is held to an oracle here."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.indexes.advise.candidate import ANY, Candidate, serves
from kampyn_perf.indexes.advise.merge import Layout, after_existing, merge
from kampyn_perf.indexes.model.normalise import normal_of
from kampyn_perf.indexes.model.spec import IndexSpec

FIELDS = "abcde"


@st.composite
def candidates(draw):
    fields = draw(st.permutations(FIELDS))
    width = draw(st.integers(1, 4))
    points = draw(st.integers(0, width))
    tail = tuple(
        (name, draw(st.sampled_from([1, -1, ANY] if place == width - 1 else [1, -1])))
        for place, name in enumerate(fields[points:width], start=points)
    )
    return Candidate(namespace="shop.orders", points=tuple(fields[:points]), tail=tail)


def reads_in_order(keys, candidate) -> bool:
    """By definition: what remains after fixing the points is in the order of the tail."""
    head, rest = keys[: len(candidate.points)], keys[len(candidate.points) :]
    if {name for name, _ in head} != set(candidate.points):
        return False
    rest = rest[: len(candidate.tail)]
    if [name for name, _ in rest] != [name for name, _ in candidate.tail]:
        return False
    signs = {
        mine * asked for (_, mine), (_, asked) in zip(rest, candidate.tail, strict=True) if asked
    }
    return len(signs) <= 1


@given(st.lists(candidates(), min_size=1, max_size=6))
def test_each_member_is_served(given_candidates):
    merged = merge(given_candidates)
    assert sorted(place for one in merged for place in one.members) == list(
        range(len(given_candidates))
    )
    for one in merged:
        keys = one.layout.keys()
        for place in one.members:
            assert reads_in_order(keys, given_candidates[place])
            assert serves(normal_of(IndexSpec(keys=keys)), given_candidates[place])


@given(candidates(), st.permutations(FIELDS), st.lists(st.sampled_from([1, -1]), min_size=5))
def test_serves_is_what_reading_in_order_means(candidate, order, directions):
    keys = tuple(zip(order, directions[:5], strict=True))
    assert serves(normal_of(IndexSpec(keys=keys)), candidate) == reads_in_order(keys, candidate)


@given(candidates(), candidates())
def test_beginning_with_an_existing_index_keeps_what_it_serves(candidate, existing):
    layout = Layout((candidate.points,) if candidate.points else (), candidate.tail)
    keys = [(name, direction or 1) for name, direction in (*existing.tail,)]
    after = after_existing(layout, [keys] if keys else [])
    assert reads_in_order(after.keys(), candidate)


def test_a_prefix_and_a_sort_on_an_equality_become_one():
    one = Candidate(namespace="k.o", points=("vendorId", "status"), tail=(("createdAt", -1),))
    two = Candidate(namespace="k.o", points=("status",), tail=(("vendorId", -1),))
    three = Candidate(namespace="k.o", points=("status",))
    (merged,) = merge([one, two, three])
    assert merged.layout.keys() == (("status", 1), ("vendorId", -1), ("createdAt", -1))


def test_what_asks_for_two_beginnings_stays_two():
    one = Candidate(namespace="k.o", points=("a", "b"))
    assert len(merge([one, Candidate(namespace="k.o", points=("a",))])) == 1
    three = [one, *(Candidate(namespace="k.o", points=(name,)) for name in "ab")]
    assert [len(m.members) for m in merge(three)] == [2, 1]


def test_another_collation_or_collection_stays_apart():
    one = Candidate(namespace="k.o", points=("a",))
    other = Candidate(namespace="k.o", points=("a",), collation='{"locale": "en"}')
    assert len(merge([one, other, Candidate(namespace="k.p", points=("a",))])) == 3


def test_an_existing_index_comes_first():
    layout = Layout((("status", "vendorId"),), (("createdAt", -1),))
    after = after_existing(layout, [(("vendorId", 1),), (("x", 1),), (("name", "text"),)])
    assert after.keys() == (("vendorId", 1), ("status", 1), ("createdAt", -1))
