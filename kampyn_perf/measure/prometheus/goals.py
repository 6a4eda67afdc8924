"""What of a page of metrics the goals are about: queries of the database, looks into the cache,
and the machine, as node_exporter knows it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from kampyn_perf import names
from kampyn_perf.measure.cpu import busy_share
from kampyn_perf.measure.prometheus.intervals import between
from kampyn_perf.measure.prometheus.text import Instrument, Page
from kampyn_perf.measure.readings import Quantity, Sample
from kampyn_perf.units import MICROSECONDS

RESIDENT_MEMORY = "process_resident_memory_bytes"
_HEALTH_CHECKS = ("ping", "checkWrite")
_CPU = "node_cpu_seconds_total"
_MEMORY_TOTAL = "node_memory_MemTotal_bytes"
_MEMORY_AVAILABLE = "node_memory_MemAvailable_bytes"
_DISK = "node_disk_io_time_seconds_total"
_NOT_DISKS = ("loop", "ram", "zram", "sr", "fd")

BACKEND_FAMILIES = frozenset({names.METRIC_DB, names.METRIC_CACHE.removesuffix("_total")})
"""What `from_backend` reads."""
NODE_FAMILIES = frozenset(
    name.removesuffix("_total") for name in (_CPU, _MEMORY_TOTAL, _MEMORY_AVAILABLE, _DISK)
)
"""What `from_node` reads."""


def from_backend(before: Page | None, after: Page, *, source: str) -> Iterator[Sample]:
    """The mean time of each collection's queries, weighted by how many there were, and the cache's
    hit ratio, as the backend counts them."""
    if before is None:
        return
    for key, instrument in after.items():
        if instrument.name == names.METRIC_DB and not _is_health_check(instrument):
            change = between(before.get(key), instrument)
            if round(change.count) > 0:
                quantity = Quantity(names.DB_QUERY_TIME, _query(instrument), source, "us")
                yield Sample(quantity, change.mean * MICROSECONDS, weight=round(change.count))
    yield from _cache(before, after, source)


def _is_health_check(instrument: Instrument) -> bool:
    """Health checks are no queries of a user, and our own probe causes ten of them a second."""
    return dict(instrument.labels).get("operation") in _HEALTH_CHECKS


def _query(instrument: Instrument) -> str:
    labels = dict(instrument.labels)
    words = (labels.get("collection", ""), labels.get("operation", ""))
    return ".".join(word for word in words if word) or "queries"


def _cache(before: Page, after: Page, source: str) -> Iterator[Sample]:
    looks = {
        dict(sample.labels).get("outcome", ""): between(before.get(key), sample).count
        for key, sample in after.items()
        if sample.name == names.METRIC_CACHE
    }
    asked = looks.get("hit", 0.0) + looks.get("miss", 0.0)
    if asked > 0:
        quantity = Quantity(names.CACHE_HIT_RATIO, "response cache", source, "share")
        yield Sample(quantity, looks.get("hit", 0.0) / asked, weight=round(asked))


def from_instance(after: Page, *, subject: str, source: str) -> Iterator[Sample]:
    """The memory of the process whose page it is, as Prometheus's client libraries tell it."""
    resident = after.get((RESIDENT_MEMORY, ()))
    if resident:
        memory = Quantity(names.MEMORY_PER_INSTANCE, subject, source, "bytes")
        yield Sample(memory, resident.value)


def from_node(
    before: Page | None, after: Page, *, seconds: float, subject: str
) -> Iterator[Sample]:
    """CPU, memory and disk of the machine that a node_exporter stands on."""
    source = "node_exporter"
    total, available = after.get((_MEMORY_TOTAL, ())), after.get((_MEMORY_AVAILABLE, ()))
    if total and available and total.value > 0:
        memory = Quantity(names.MEMORY, subject, source, "share")
        yield Sample(memory, 1 - available.value / total.value)
    if before is None or seconds <= 0:
        return
    busy = _busy_share(before, after)
    if busy is not None:
        yield Sample(Quantity(names.CPU, subject, source, "share"), busy)
    disks = [
        between(before[key], sample).count / seconds
        for key, sample in after.items()
        if sample.name == _DISK
        and key in before
        and not dict(sample.labels).get("device", "").startswith(_NOT_DISKS)
    ]
    if disks:
        # Which disk has the data cannot be seen from there: the busiest one speaks.
        disk = Quantity(names.DISK_IO, subject, f"{source}, busiest disk", "share")
        yield Sample(disk, min(max(disks), 1.0))


def _busy_share(before: Page, after: Page) -> float | None:
    spent: dict[str, float] = {}
    for key, sample in after.items():
        if sample.name == _CPU and key in before:
            mode = dict(sample.labels).get("mode", "")
            spent[mode] = spent.get(mode, 0.0) + between(before[key], sample).count
    return busy_share(spent)
