"""A rule's value over its window as a PromQL expression, without a sample where there is no data.

`increase` and not `rate` throughout: of whole counts it makes whole counts, so that a share lies
exactly on its side of a limit. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from kampyn_perf import names, patterns
from kampyn_perf.alerts import metrics
from kampyn_perf.alerts.routes import UNCOUNTED_ROUTES, split_endpoint
from kampyn_perf.alerts.rules import Rule
from kampyn_perf.units import MICROSECONDS

_INSTANCE = "instance"
_NODE_DISK = 'device!~"loop.*|ram.*|zram.*|sr.*|fd.*"'


@dataclass(frozen=True)
class Selector:
    """Which series are asked for, by label: {"job": "kampyn"}."""

    backend: Mapping[str, str] = field(default_factory=dict)
    node: Mapping[str, str] = field(default_factory=dict)
    """Of node_exporter."""

    def of(self, name: str, *more: str) -> str:
        """`name{job="kampyn", ...}`."""
        match = self.node if name.startswith("node_") else self.backend
        matchers = [f"{label}={quoted(value)}" for label, value in match.items()]
        inside = ", ".join([*matchers, *more])
        return f"{name}{{{inside}}}" if inside else name


@dataclass(frozen=True)
class _Request:
    """What an expression is made of."""

    rule: Rule
    selector: Selector

    @property
    def window(self) -> str:
        return range_of(self.rule.window)

    @property
    def by(self) -> str:
        """The labels that tell apart what is judged by itself."""
        return f"{_INSTANCE}, method, route" if "*" in self.rule.scope.endpoint else _INSTANCE

    def http(self, suffix: str, *more: str) -> str:
        """A series of the request histogram."""
        own = endpoint_matchers(self.rule.scope.endpoint)
        matchers = (f"route!~{quoted(UNCOUNTED_ROUTES)}", *own, *more)
        return self.selector.of(f"{names.METRIC_HTTP}_{suffix}", *matchers)

    def increase(self, series: str) -> str:
        return f"sum by ({self.by}) (increase({series}[{self.window}]))"


def value_of(rule: Rule, selector: Selector) -> str:
    """The expression, of lines. Raises ValueError for what Prometheus has nothing for."""
    request = _Request(rule, selector)
    make = _BY_METRIC.get(rule.metric)
    made = make(request) if make else None
    if made is None:
        statistic = "" if rule.statistic == "share" else f"the {rule.statistic} of "
        raise ValueError(f"Prometheus has nothing for {statistic}{rule.metric}")
    value, known = made
    lines = [value]
    if rule.fullWindow:
        # Something was known before the window began.
        earlier = f"count_over_time({known}[{request.window}] offset {request.window})"
        lines.append(f"and on ({request.by}) sum by ({request.by}) ({earlier})")
    text = "\n".join(lines) + "\n"
    if request.by == _INSTANCE:
        return text
    worst = "max" if rule.upwards else "min"
    return f"{worst} by ({_INSTANCE}) (\n{text})\n"


def range_of(us: int) -> str:
    """`5m`, `90s`, `1500ms`: durations as Prometheus reads them."""
    for unit, size in (("h", 3_600 * MICROSECONDS), ("m", 60 * MICROSECONDS), ("s", MICROSECONDS)):
        if us % size == 0 and (us or unit == "s"):
            return f"{us // size}{unit}"
    return f"{us // 1000}ms"


def quoted(text: str) -> str:
    """A label's value in double quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def endpoint_matchers(endpoint: str) -> list[str]:
    """Of a method and a route, each perhaps a pattern with `*`; none for all requests."""
    if not endpoint:
        return []
    pairs = zip(("method", "route"), split_endpoint(endpoint), strict=True)
    return [_matcher(label, pattern) for label, pattern in pairs if pattern != "*"]


def _matcher(label: str, pattern: str) -> str:
    if "*" not in pattern:
        return f"{label}={quoted(pattern)}"
    # RE2's escapes and Python's agree in the characters that methods and routes are made of.
    return f"{label}=~{quoted(patterns.as_regex(pattern))}"


Made = tuple[str, str] | None
"""The value, and the series whose being there shows that something is known; None: nothing."""


def _enough(request: _Request, count: str) -> str:
    return f"({count} >= {request.rule.minSamples})"


def _often_enough(request: _Request, value: str, series: str) -> str:
    """`value`, of a state that was looked at so often."""
    least = request.rule.minSamples
    if least == 1:
        return value
    looks = f"sum by ({_INSTANCE}) (count_over_time({series}[{request.window}]))"
    return f"{value}\nand on ({_INSTANCE}) ({looks} >= {least})"


def _response_time(request: _Request) -> Made:
    rule, count = request.rule, request.increase(request.http("count"))
    enough = _enough(request, count)
    if rule.quantile is not None:
        buckets = f"increase({request.http('bucket')}[{request.window}])"
        value = (
            f"histogram_quantile({rule.quantile:.12g}, sum by ({request.by}, le) ({buckets}))\n"
            f"and on ({request.by}) {enough}"
        )
    elif rule.statistic == "mean":
        value = f"{request.increase(request.http('sum'))}\n/ {enough}"
    else:
        return None
    return value, request.http("count")


def _share_of(status: str) -> Callable[[_Request], Made]:
    def make(request: _Request) -> Made:
        every = request.increase(request.http("count"))
        # Where no request ever failed there is no such series, and that is a share of 0.
        failed = request.increase(request.http("count", f"status=~{quoted(status)}"))
        value = f"({failed}\n  or 0 * {every})\n/ {_enough(request, every)}"
        return value, request.http("count")

    return make


def _throughput(request: _Request) -> Made:
    seconds = request.rule.window / MICROSECONDS
    return f"{request.increase(request.http('count'))} / {seconds:.12g}", request.http("count")


def _db_query_time(request: _Request) -> Made:
    # Health checks are no queries of a user (`measure.prometheus.goals`).
    total, count = (
        request.selector.of(f"{names.METRIC_DB}_{part}", 'operation!="ping"')
        for part in ("sum", "count")
    )
    return f"{request.increase(total)}\n/ {_enough(request, request.increase(count))}", count


def _memory(request: _Request) -> Made:
    available = request.selector.of("node_memory_MemAvailable_bytes")
    total = request.selector.of("node_memory_MemTotal_bytes")
    over = "avg_over_time" if request.rule.statistic == "mean" else "min_over_time"
    value = f"max by ({_INSTANCE}) (1 - {over}({available}[{request.window}]) / {total})"
    return _often_enough(request, value, available), available


def _cpu(request: _Request) -> Made:
    if request.rule.statistic != "mean":
        return None
    every = request.selector.of("node_cpu_seconds_total", 'mode!="steal"')
    idle = request.selector.of("node_cpu_seconds_total", 'mode=~"idle|iowait"')
    return f"1 - {request.increase(idle)}\n/ {request.increase(every)}", every


def _disk_io(request: _Request) -> Made:
    if request.rule.statistic != "mean":
        return None
    busy = request.selector.of("node_disk_io_time_seconds_total", _NODE_DISK)
    value = f"max by ({_INSTANCE}) (rate({busy}[{request.window}]))"
    return value, busy


def _memory_per_instance(request: _Request) -> Made:
    resident = request.selector.of("process_resident_memory_bytes")
    over = "avg_over_time" if request.rule.statistic == "mean" else "max_over_time"
    value = f"max by ({_INSTANCE}) ({over}({resident}[{request.window}]))"
    return _often_enough(request, value, resident), resident


def _probe_availability(request: _Request) -> Made:
    probe = request.selector.of("probe_success")
    value = f"min by ({_INSTANCE}) (avg_over_time({probe}[{request.window}]))"
    return _often_enough(request, value, probe), probe


_BY_METRIC: dict[str, Callable[[_Request], Made]] = {
    metrics.RESPONSE_TIME: _response_time,
    metrics.ERROR_RATE: _share_of("[45].."),
    metrics.ERROR_RATE_4XX: _share_of("4.."),
    metrics.ERROR_RATE_5XX: _share_of("5.."),
    metrics.THROUGHPUT: _throughput,
    names.DB_QUERY_TIME: _db_query_time,
    names.MEMORY: _memory,
    names.CPU: _cpu,
    names.DISK_IO: _disk_io,
    names.MEMORY_PER_INSTANCE: _memory_per_instance,
    names.PROBE_AVAILABILITY: _probe_availability,
}
