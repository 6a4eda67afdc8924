"""Statistics of a metric by their names in configuration: `p95`, `p99.9`, `mean`, `max`. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from kampyn_perf.suggest import near_or_known

PERCENTILE = "pNN"
"""Stands for p50, p95, p99.9 and the like in lists of statistics."""

SLOPE = "slope"
"""How fast a value goes up, by time."""


def quantile_of(statistic: str) -> float | None:
    """0.95 of p95; None for another statistic."""
    match = re.fullmatch(r"p(\d{1,2}(?:\.\d+)?)", statistic)
    share = float(f"{match[1]}e-2") if match else 0.0
    return share if 0 < share < 1 else None


def default_of(offered: Collection[str]) -> str:
    """The one that is meant where none is named, the first; empty where one must be."""
    first = next(iter(offered))
    return "" if first == PERCENTILE else first


def chosen(name: object, offered: Collection[str], *, metric: str) -> str:
    """The statistic that is meant by `name` (empty: the usual one). Raises ValueError for one that
    `metric` has not."""
    text = str(name or default_of(offered)).strip().lower()
    if text in offered and text != PERCENTILE:
        return text
    if PERCENTILE in offered and quantile_of(text) is not None:
        return text
    listed = ", ".join(spelled(offered))
    got = f" (got {name!r})" if name else ""
    raise ValueError(f"{metric} needs one of {listed}{got}")


def spelled(offered: Iterable[str]) -> list[str]:
    """Each as it is written."""
    return ["p50, p95, p99.9 ..." if name == PERCENTILE else name for name in offered]


def known_metric(name: str, known: Iterable[str]) -> str:
    """`name`, if there is such a metric. Raises ValueError."""
    names = list(known)
    if name not in names:
        raise ValueError(f"unknown metric {name!r}; {near_or_known(name, names)}")
    return name
