"""Names with `*` for any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.patterns import as_regex, fits


@pytest.mark.parametrize(
    ("pattern", "name", "fitting"),
    [
        ("GET /items", "GET /items", True),
        ("GET /items", "GET /items/1", False),
        ("GET /*", "GET /items/1", True),
        ("* /order/*", "POST /order/{userId}", True),
        ("a.c", "abc", False),
        ("*", "", True),
        ("", "x", False),
        ("a*", "a\nb", True),
    ],
)
def test_a_star_is_any_text_and_nothing_else_is_special(pattern, name, fitting) -> None:
    assert fits(pattern, name) is fitting


@given(st.text())
def test_a_name_without_a_star_fits_itself(name: str) -> None:
    assert fits(name, name)


def test_the_expression_is_of_a_whole_name() -> None:
    assert as_regex("GET /a*b") == r"GET\ /a.*b"
