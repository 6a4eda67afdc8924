"""Plain paths are walked by hand, and mean what the library means."""

from __future__ import annotations

import jsonpath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.load.target.jsonpath import MISSING, JsonPath

KEYS = st.sampled_from(["a", "b", "items", "id"])
DOCUMENTS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.text(max_size=2)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=10,
)
STEPS = st.lists(st.one_of(KEYS.map(lambda key: f".{key}"), st.integers(0, 2).map("[{}]".format)))


@given(DOCUMENTS, STEPS)
def test_a_plain_path_is_the_librarys(document, steps):
    text = "$" + "".join(steps)
    match = jsonpath.compile(text).match(document) if isinstance(document, dict | list) else None
    expected = match.obj if match else (MISSING if steps else document)
    assert JsonPath(text).first(document) == expected


def test_the_rest_is_the_librarys_too():
    document = {"items": [{"id": 1, "price": 5}, {"id": 2, "price": 50}]}
    assert JsonPath("$.items[?@.price > 10].id").first(document) == 2
    assert JsonPath("$..price").first(document) == 5
    assert JsonPath("$['items'][1]['id']").first(document) == 2
    assert JsonPath("items[0].id").first(document) == 1
    assert JsonPath("$.none[*]").first(document) is MISSING


def test_null_is_a_value_and_a_text_has_no_steps():
    assert JsonPath("$.a").first({"a": None}) is None
    assert JsonPath("$.a[0]").first({"a": "text"}) is MISSING


@pytest.mark.parametrize("text", ["$.a[", "", "$..", "a b"])
def test_what_is_no_path_is_told(text):
    with pytest.raises(ValueError, match="is no JSONPath"):
        JsonPath(text)
