from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf import units


@pytest.mark.parametrize(
    ("text", "us"),
    [
        (60, 60_000_000),
        (0.5, 500_000),
        ("60", 60_000_000),
        ("60s", 60_000_000),
        ("250ms", 250_000),
        ("1m30s", 90_000_000),
        ("1 min 30 s", 90_000_000),
        ("2h", 7_200_000_000),
        ("15us", 15),
        ("15µs", 15),
        (0, 0),
    ],
)
def test_durations(text, us):
    assert units.parse_duration(text) == us


@pytest.mark.parametrize(
    "text", ["", "abc", "-5", -5, "5 parsecs", "5s5", True, None, [], "1e3", float("nan")]
)
def test_no_durations(text):
    with pytest.raises(ValueError, match="not a duration"):
        units.parse_duration(text)


def test_the_unit_of_a_bare_number_can_be_milliseconds():
    assert units.parse_duration(250, default_unit="ms") == 250_000


@pytest.mark.parametrize(
    ("text", "size"),
    [
        (512, 512),
        ("512", 512),
        ("512MB", 512 * 2**20),
        ("1GiB", 2**30),
        ("1.5kb", 1536),
        ("8 B", 8),
    ],
)
def test_sizes(text, size):
    assert units.parse_size(text) == size


@pytest.mark.parametrize("text", ["", "MB", "-1", -1, "1XB", True, None])
def test_no_sizes(text):
    with pytest.raises(ValueError, match="not a size"):
        units.parse_size(text)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        (50, Fraction(50)),
        (0.1, Fraction(1, 10)),
        ("50/s", Fraction(50)),
        ("3000/min", Fraction(50)),
        ("1/h", Fraction(1, 3600)),
        ("5/3/s", Fraction(5, 3)),
    ],
)
def test_rates_are_exact(text, rate):
    assert units.parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "fast", "-1", -1, "5/parsec", True, None, "1/0/s"])
def test_no_rates(text):
    with pytest.raises(ValueError, match="not a rate"):
        units.parse_rate(text)


@pytest.mark.parametrize(
    ("us", "text"),
    [
        (0, "0 s"),
        (842, "842 µs"),
        (1_234, "1.23 ms"),
        (12_340, "12.3 ms"),
        (999_999, "1000 ms"),
        (2_100_000, "2.10 s"),
        (420_000_000, "7 min 0 s"),
        (7_260_000_000, "2 h 1 min"),
        (-1_500, "-1.50 ms"),
    ],
)
def test_durations_are_written_with_three_figures(us, text):
    assert units.format_duration(us) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"),
        (1, "100 %"),
        (0.5, "50 %"),
        (0.9995, "99.95 %"),
        (0.999999, "99.9999 %"),
        (0.00012, "0.012 %"),
        (2e-6, "0.0002 %"),
        (1.848e-9, "< 0.0001 %"),
    ],
)
def test_a_share_never_rounds_to_a_whole_it_is_not(share, text):
    assert units.format_percent(share) == text


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (1023, "1023 B"), (2**20, "1.00 MB"), (536_870_912, "512 MB")]
)
def test_sizes_are_written(size, text):
    assert units.format_size(size) == text


@given(st.integers(0, 10**13))
def test_microseconds_survive_their_own_text(us):
    assert units.parse_duration(f"{us}us") == us
