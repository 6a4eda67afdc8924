"""The size that decides does decide, and one well below it does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf import stats


@given(q=st.sampled_from([0.5, 0.95, 0.99]), gap=st.sampled_from([-0.004, -0.001, 0.002, 0.008]))
def test_the_named_sample_decides_a_quantile(q: float, gap: float) -> None:
    share = q + gap
    size = stats.quantile_size(share, q)
    assert size is not None
    lower, upper = stats.rank_bounds(size, q)
    assert lower is not None
    if gap > 0:
        assert upper is not None
        assert upper <= share * size
    else:
        assert lower > share * size
    few_lower, few_upper = stats.rank_bounds(size // 2, q)
    assert few_upper is None or few_upper > share * (size // 2)
    assert few_lower is None or few_lower <= share * (size // 2)


def test_a_quantile_on_its_target_is_never_decided() -> None:
    assert stats.quantile_size(0.95, 0.95) is None


@pytest.mark.parametrize(
    ("share", "target", "size"),
    [(0.0, 0.001, 3_688), (0.0005, 0.001, 15_278), (0.001, 0.001, None)],
)
def test_the_named_sample_decides_a_share(share: float, target: float, size: int | None) -> None:
    assert stats.proportion_size(share, target) == size
    if size is not None:
        assert target not in stats.proportion_interval(share * size, size)
        assert target in stats.proportion_interval(share * (size - 1), size - 1)


def test_half_the_gap_takes_four_times_the_sample() -> None:
    assert stats.mean_size(1_000, half_width=2.0, gap=1.0) == 4_000
    assert stats.mean_size(1_000, half_width=2.0, gap=0.5) == 16_000
    assert stats.mean_size(1_000, half_width=2.0, gap=0.0) is None
    assert stats.mean_size(1_000, half_width=float("inf"), gap=1.0) is None
    assert stats.mean_size(10**9, half_width=1.0, gap=1e-5) is None
    assert stats.mean_size(1_000, half_width=1e300, gap=1e-9) is None
