import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.indexes.model.spelling import (
    conjunct_words,
    expiry_words,
    filter_words,
    span_words,
)
from kampyn_perf.indexes.model.values import normal_filter


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "when the stored date passes"),
        ({"$numberLong": "0"}, "when the stored date passes"),
        (2_592_000, "older than 30 d"),
        (2_592_000.0, "older than 30 d"),
        (90_000, "older than 25 h"),
        (3_600, "older than 1 h"),
        (90, "older than 90 s"),
        (1.5, "older than 1.5 s"),
    ],
)
def test_an_expiry(seconds, words):
    assert expiry_words(seconds) == words


@given(st.integers(1, 10**9))
def test_a_span_loses_nothing(seconds):
    number, unit = span_words(seconds).split()
    assert int(number) * {"s": 1, "min": 60, "h": 3_600, "d": 86_400}[unit] == seconds


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"status": "pending"}, '{status: "pending"}'),
        ({"a.b": {"$gt": 1}}, '{"a.b": {$gt: 1}}'),
        ({"at": {"$date": 0}}, '{at: ISODate("1970-01-01T00:00:00Z")}'),
        ({"_id": {"$oid": "507f"}}, '{_id: ObjectId("507f")}'),
        ({"n": {"$numberLong": "7"}}, "{n: 7}"),
        ({"$or": [{"a": None}, {"b": True}]}, "{$or: [{a: null}, {b: true}]}"),
        ([], "[]"),
    ],
)
def test_a_filter(value, words):
    assert filter_words(value) == words


CONDITIONS = st.one_of(
    st.integers(-5, 5),
    st.fixed_dictionaries({"$gt": st.integers(-5, 0), "$lt": st.integers(1, 5)}),
    st.fixed_dictionaries({"$in": st.lists(st.integers(), min_size=2, max_size=3, unique=True)}),
    st.fixed_dictionaries({"$exists": st.booleans()}),
)


@given(st.dictionaries(st.sampled_from("abc"), CONDITIONS, max_size=3))
def test_the_normal_form_reads_as_the_same_filter(expression):
    """Its words are JSON but for the quotes around names: put back, it is the same filter."""
    words = conjunct_words(normal_filter(expression))
    quoted = words
    for name in ("a", "b", "c", "$gt", "$lt", "$in", "$exists"):
        quoted = quoted.replace(f"{name}: ", f'"{name}": ')
    assert normal_filter(json.loads(quoted)) == normal_filter(expression)
