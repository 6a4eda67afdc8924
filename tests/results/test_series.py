"""Series of a result: their columns agree, and older files are read."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from kampyn_perf.results.series import Series, Unmeasured

GOOD: dict[str, Any] = {
    "metric": "cpu",
    "subject": "machine",
    "source": "psutil",
    "at_us": [1, 2],
    "values": [0.1, 0.2],
}


@pytest.mark.parametrize("column", ["weights", "minima", "maxima"])
def test_a_column_of_another_length_is_refused(column: str) -> None:
    assert Series(**GOOD, **{column: [1, 1]})
    with pytest.raises(ValidationError, match=f"1 {column} for 2 values"):
        Series(**GOOD, **{column: [1]})


def test_a_series_of_an_older_version_has_neither_unit_nor_labels() -> None:
    series = Series(**GOOD)
    assert (series.unit, series.labels, series.minima) == ("", {}, None)


def test_what_was_not_measured_says_what_would() -> None:
    gap = Unmeasured(reason="nobody looked", remedy="look with --watch-port")
    assert gap.text == "nobody looked; look with --watch-port"
    assert Unmeasured(reason="nobody looked").text == "nobody looked"
