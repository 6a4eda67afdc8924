"""A page of metrics in Prometheus's text format or OpenMetrics, as instruments. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kampyn_perf.measure.readings import Labels

_COMMENT = re.compile(r"# (?:TYPE|HELP|UNIT) (\S+)")
_NAME = re.compile(r"[^\s{]+")
_SUFFIX = re.compile(r"_(?:total|sum|count|bucket|created)$")


class Kind(StrEnum):
    """How an instrument is to be read."""

    COUNTER = "counter"
    GAUGE = "gauge"
    DISTRIBUTION = "distribution"
    """A histogram or a summary."""


@dataclass(slots=True)
class Instrument:
    """One counter, gauge or distribution, with its labels."""

    name: str
    """Of a counter with its `_total`, of a distribution without `_sum` and `_count`."""
    kind: Kind
    labels: Labels
    value: float = 0.0
    """Of a counter or gauge."""
    total: float = 0.0
    count: float = 0.0
    buckets: dict[float, float] = field(default_factory=dict)
    """Of a histogram: how many were at most so much, by upper edge."""
    quantiles: dict[str, float] = field(default_factory=dict)
    """Of a summary: as the server computed them."""


Page = dict[tuple[str, Labels], Instrument]
Wanted = Callable[[str], bool]


def parse(
    body: bytes,
    content_type: str,
    wanted: Wanted = lambda _name: True,
    *,
    with_buckets: Wanted = lambda _name: True,
) -> Page:
    """The instruments of families that are `wanted`, by their names without `_total`, `_sum` and
    the like. A histogram whose buckets are not wanted is its sum and count. Raises ValueError for
    what is no such page."""
    # Only here: every load imports this module, and few runs read a page; the library's package
    # brings an HTTP server along.
    from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
    from prometheus_client.parser import text_string_to_metric_families as classic

    text = body.decode("utf-8", errors="replace")
    page: Page = {}
    families: Iterable[Any]
    if "openmetrics" in content_type:
        parsed = openmetrics(text)  # type: ignore[no-untyped-call]
        families = (family for family in parsed if wanted(family.name))
    else:
        # Reading a line costs some 15 µs, skipping one 1 µs: mostly, nearly all are skipped.
        families = classic("".join(_lines_of(text, wanted, with_buckets=with_buckets)))
    for family in families:
        for sample in family.samples:
            _take(page, family, sample)
    return page


def _lines_of(text: str, wanted: Wanted, *, with_buckets: Wanted) -> Iterator[str]:
    """The lines of the families wanted. What is no such text at all stays in, to be refused."""
    decided: dict[str, bool] = {}
    for line in text.split("\n"):  # splitlines would split labels at their carriage returns, too
        match = _COMMENT.match(line) or _NAME.match(line)
        if match is None:
            continue
        name = match[match.lastindex or 0]
        keep = decided.get(name)
        if keep is None:
            family = _SUFFIX.sub("", name)
            keep = wanted(name) or wanted(family)
            if name.endswith("_bucket"):
                keep = keep and with_buckets(family)
            decided[name] = keep
        if keep:
            yield f"{line}\n"


def _take(page: Page, family: Any, sample: Any) -> None:
    if family.type in ("info", "stateset") or sample.name.endswith("_created"):
        return
    kind = _KINDS.get(family.type, Kind.GAUGE)
    labels: dict[str, str] = dict(sample.labels)
    edge, quantile = labels.pop("le", ""), labels.pop("quantile", "")
    if kind is not Kind.DISTRIBUTION:
        # Where nobody says what it is, every line is a gauge of its own, edges and all.
        instrument = _instrument(page, sample.name, kind, dict(sample.labels))
        instrument.value = float(sample.value)
        return
    instrument = _instrument(page, family.name, kind, labels)
    if edge:
        instrument.buckets[float(edge)] = float(sample.value)
    elif quantile:
        instrument.quantiles[quantile] = float(sample.value)
    elif sample.name.endswith("_sum"):
        instrument.total = float(sample.value)
    elif sample.name.endswith("_count"):
        instrument.count = float(sample.value)


def _instrument(page: Page, name: str, kind: Kind, labels: dict[str, str]) -> Instrument:
    key = (name, tuple(sorted(labels.items())))
    if key not in page:
        page[key] = Instrument(name, kind, key[1])
    return page[key]


_KINDS = {
    "counter": Kind.COUNTER,
    "histogram": Kind.DISTRIBUTION,
    "summary": Kind.DISTRIBUTION,
}
