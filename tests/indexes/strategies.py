"""Random index definitions from a small vocabulary, so that they meet each other often."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from kampyn_perf.indexes.model.spec import IndexSpec
from tests.indexes.simulator import BARE

FIELDS = ("a", "b", "c")
plain_keys = st.lists(
    st.tuples(st.sampled_from(FIELDS), st.sampled_from([1, -1])),
    min_size=1,
    max_size=3,
    unique_by=lambda key: key[0],
).map(tuple)
special_keys = st.sampled_from(
    [
        (("a", "text"),),
        (("a", "text"), ("b", "text")),
        (("c", 1), ("b", "text")),
        (("a", "hashed"),),
        (("$**", 1),),
        (("loc", "2dsphere"),),
    ]
)
partials = st.sampled_from(
    [None, None, None, {"a": {"$gt": 0}}, {"b": {"$exists": True}}, {"c": 1}, {"a": {"$ne": 1}}]
)
collations = st.sampled_from([None, None, None, {"locale": "en"}, {"locale": "en", "strength": 2}])


@st.composite
def specs(draw: Any, *, hidden: bool = True) -> IndexSpec:
    """Most are possible, a few are what no server takes."""
    keys = draw(st.one_of(plain_keys, plain_keys, plain_keys, special_keys))
    return IndexSpec(
        keys=keys,
        name=draw(st.sampled_from(["", "", "", "first", "second"])),
        options={
            "unique": draw(st.integers(0, 3)) == 0,
            "sparse": draw(st.integers(0, 4)) == 0,
            "hidden": hidden and draw(st.integers(0, 6)) == 0,
            "partialFilterExpression": draw(partials),
            "expireAfterSeconds": draw(st.sampled_from([None, None, None, 60, 3600])),
            "collation": draw(collations),
        },
    )


documents = st.lists(st.dictionaries(st.sampled_from(FIELDS), st.integers(0, 2)), max_size=4)
versions = st.sampled_from([BARE, (4, 2), (4, 4), (5, 0), (6, 0), (7, 0), (8, 0)])
