"""A page of metrics in Prometheus's text format or OpenMetrics, as instruments. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
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


@dataclass(frozen=True, slots=True)
class _Place:
    """Which instrument a line is of, and what of it."""

    name: str
    kind: Kind
    labels: Labels
    part: str
    """`value`, `total`, `count`, `buckets` or `quantiles`."""
    at: Any = None
    """Of a bucket its upper edge, of a quantile which one."""

    def put(self, page: Page, value: float) -> None:
        key = (self.name, self.labels)
        instrument = page.get(key)
        if instrument is None:
            instrument = page[key] = Instrument(self.name, self.kind, self.labels)
        if self.at is None:
            setattr(instrument, self.part, value)
        else:
            getattr(instrument, self.part)[self.at] = value


class PageReader:
    """Reads the pages of one source, again and again.

    Prometheus's own library tells what a line is about, which costs it some 15 µs a line. From one
    look to the next a line differs in its value alone, so it is asked once for each.
    """

    def __init__(
        self,
        wanted: Wanted = lambda _name: True,
        *,
        with_buckets: Wanted = lambda _name: True,
    ) -> None:
        """Of families that are `wanted`, by their names without `_total`, `_sum` and the like. A
        histogram whose buckets are not wanted is its sum and count."""
        self._wanted = wanted
        self._with_buckets = with_buckets
        self._decided: dict[str, bool] = {}
        self._types: tuple[str, ...] = ()
        self._places: dict[str, _Place | None] = {}
        """By all of a line that stands before its value; None for what is no instrument."""

    def read(self, body: bytes, content_type: str) -> Page:
        """The instruments. Raises ValueError for what is no such page."""
        text = body.decode("utf-8", errors="replace")
        if "openmetrics" in content_type:
            return self._read_openmetrics(text)
        lines = list(self._lines_of(text))
        page = self._read_known(lines)
        return self._read_and_learn(lines) if page is None else page

    def _lines_of(self, text: str) -> Iterator[str]:
        """The lines of the families wanted. What is no such text at all stays in, to be refused."""
        decided = self._decided
        for line in text.split("\n"):  # splitlines would split labels at their carriage returns
            match = _COMMENT.match(line) or _NAME.match(line)
            if match is None:
                continue
            name = match[match.lastindex or 0]
            keep = decided.get(name)
            if keep is None:
                keep = decided[name] = self._decide(name)
            if keep:
                yield line

    def _decide(self, name: str) -> bool:
        family = _SUFFIX.sub("", name)
        keep = self._wanted(name) or self._wanted(family)
        return keep and not (name.endswith("_bucket") and not self._with_buckets(family))

    def _read_known(self, lines: list[str]) -> Page | None:
        """None where a line is new, or of another type than it was."""
        if self._types != _types_of(lines):
            return None
        page: Page = {}
        for line in lines:
            if line[0] == "#":
                continue
            series, value = _split(line)
            if series not in self._places:
                return None
            place = self._places[series]
            if place is not None:
                place.put(page, value)
        return page

    def _read_and_learn(self, lines: list[str]) -> Page:
        # Only here: every load imports this module, and few runs read a page; the library's package
        # brings an HTTP server along.
        from prometheus_client.parser import text_string_to_metric_families

        parsed = text_string_to_metric_families("".join(f"{line}\n" for line in lines))
        samples = [
            (_place_of(family, sample), sample) for family in parsed for sample in family.samples
        ]
        page: Page = {}
        for place, sample in samples:
            if place is not None:
                place.put(page, float(sample.value))
        self._decided.clear()  # of names that come and go
        self._types = _types_of(lines)
        series = [_split(line)[0] for line in lines if line[0] != "#"]
        self._places = {}
        if len(series) == len(samples):  # as it is wherever a line is a sample
            self._places = dict(zip(series, (place for place, _ in samples), strict=True))
        return page

    def _read_openmetrics(self, text: str) -> Page:
        from prometheus_client.openmetrics.parser import text_string_to_metric_families

        page: Page = {}
        for family in text_string_to_metric_families(text):  # type: ignore[no-untyped-call]
            if self._wanted(family.name):
                for sample in family.samples:
                    place = _place_of(family, sample)
                    if place is not None:
                        place.put(page, float(sample.value))
        return page


def _types_of(lines: list[str]) -> tuple[str, ...]:
    return tuple(line for line in lines if line.startswith("# TYPE"))


def _split(line: str) -> tuple[str, float]:
    """What a line is about, and its value; NaN where that is none."""
    end = line.rfind("}") + 1 or len(line) - len(line.lstrip()) + len(line.split(None, 1)[0])
    words = line[end:].split(None, 1)  # a time may follow
    try:
        return line[:end], float(words[0])
    except (IndexError, ValueError):
        return line, math.nan


def _place_of(family: Any, sample: Any) -> _Place | None:
    if family.type in ("info", "stateset") or sample.name.endswith("_created"):
        return None
    kind = _KINDS.get(family.type, Kind.GAUGE)
    if kind is not Kind.DISTRIBUTION:
        # Where nobody says what it is, every line is a gauge of its own, edges and all.
        return _Place(sample.name, kind, _sorted(sample.labels), "value")
    labels = dict(sample.labels)
    edge, quantile = labels.pop("le", ""), labels.pop("quantile", "")
    of_family = (family.name, kind, _sorted(labels))
    if edge:
        return _Place(*of_family, "buckets", float(edge))
    if quantile:
        return _Place(*of_family, "quantiles", quantile)
    part = {"_sum": "total", "_count": "count"}.get(sample.name.removeprefix(family.name))
    return _Place(*of_family, part) if part else None


def _sorted(labels: dict[str, str]) -> Labels:
    return tuple(sorted(labels.items()))


_KINDS = {
    "counter": Kind.COUNTER,
    "histogram": Kind.DISTRIBUTION,
    "summary": Kind.DISTRIBUTION,
}
