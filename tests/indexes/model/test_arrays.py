"""Which documents have two arrays under one key, as a server sees it."""

from __future__ import annotations

from typing import Any

import pytest

from kampyn_perf.indexes.model.arrays import has_position, parallel_arrays, prefixes


@pytest.mark.parametrize(
    ("document", "fields", "found"),
    [
        ({"a": [1], "b": [2]}, ("a", "b"), ("a", "b")),
        ({"a": [1], "b": []}, ("a", "b"), ("a", "b")),
        ({"a": [1], "b": 2}, ("a", "b"), ()),
        ({"a": [1]}, ("a", "b"), ()),
        ({"a": {"x": [1]}, "b": [2]}, ("a.x", "b"), ("a.x", "b")),
        # Two fields of the items of one array are one array.
        ({"a": [{"x": 1, "y": 2}]}, ("a.x", "a.y"), ()),
        ({"a": [{"x": [1], "y": 2}]}, ("a.x", "a.y"), ()),
        ({"a": [{"x": [1], "y": [2]}]}, ("a.x", "a.y"), ("a.x", "a.y")),
        ({"a": [{"x": [1]}, {"y": [2]}]}, ("a.x", "a.y"), ()),
        ({"a": [{"x": 1}], "b": {"c": [1]}}, ("a.x", "b.c"), ("a.x", "b.c")),
        # The array itself and what is in it.
        ({"a": [{"x": 1}]}, ("a", "a.x"), ()),
        # A position is one item, and no array.
        ({"a": [1, 2], "b": [2]}, ("a.0", "b"), ()),
        ({"a": [[1], 2], "b": [2]}, ("a.0", "b"), ("a.0", "b")),
        ({"a": [1], "b": [2]}, ("a.7", "b"), ()),
        ({"a": [1], "b": 1, "c": [2]}, ("a", "b", "c"), ("a", "c")),
    ],
)
def test_parallel_arrays(
    document: dict[str, Any], fields: tuple[str, ...], found: tuple[str, ...]
) -> None:
    assert parallel_arrays(document, fields) == found


def test_paths() -> None:
    assert prefixes("a.b.c") == ("a", "a.b", "a.b.c")
    assert has_position("items.0.sku")
    assert not has_position("0.sku")
    assert not has_position("items.sku")
