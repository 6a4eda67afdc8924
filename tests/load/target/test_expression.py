"""Conditions of flows, and nothing beyond them."""

from __future__ import annotations

import pytest

from kampyn_perf.load.target.expression import Expression

DATA = {"n": 3, "text": "open", "csv": "7", "user": {"age": 20, "tags": ["a", "b"]}, "zero": 0}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("n < 4", True),
        ("{{ n }} < 3", False),
        ("text == 'open' && n >= 3", True),
        ('text === "open" || missing', True),
        ("!missing", True),
        ("text != 'a && b'", True),
        ("csv == 7", True),
        ("csv > 10", False),
        ("user.age + 1 == 21", True),
        ("user.tags[1] == 'b'", True),
        ("'a' in user.tags and not zero", True),
        ("1 < n < 5", True),
        ("missing.field == null", True),
        ("text > 3", False),
        ("n / zero > 1", False),
        ("$loopCount == null", True),
        ("true", True),
    ],
)
def test_a_condition(text, holds):
    assert Expression(text).holds(DATA) is holds


@pytest.mark.parametrize(
    "text",
    ["f(1)", "a.b()", "lambda: 1", "a = 1", "[x for x in y]", "a if b else c", "n <", "", "x[y]"],
)
def test_what_is_no_condition(text):
    with pytest.raises(ValueError, match="condition"):
        Expression(text)


def test_no_attribute_of_an_object_is_read():
    assert not Expression("text.__class__").holds(DATA)
    assert Expression("user.age > other.limit").names == {"user", "other"}
