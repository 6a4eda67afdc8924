"""Everything that one run of benchmarks is asked to be, as one value. Describes; starts nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kampyn_perf.bench import defaults
from kampyn_perf.results.bench import BenchOptions
from kampyn_perf.units import parse_duration

_US_TO_NS = 1_000


def default_options() -> BenchOptions:
    """The document's thousand iterations, in ten rounds."""
    return BenchOptions(
        iterations=defaults.ITERATIONS,
        rounds=defaults.ROUNDS,
        warmup=None,
        max_time_ns=parse_duration(defaults.MAX_TIME) * _US_TO_NS,
        timeout_ns=parse_duration(defaults.TIMEOUT) * _US_TO_NS,
        max_failures=defaults.MAX_FAILURES,
        collect_garbage=False,
    )


@dataclass(frozen=True, kw_only=True)
class SuiteSettings:
    """What the built-in suites measure."""

    target: str = ""
    """`http`: a URL, or the name of a file in `configs/targets`; empty: the bundled backend."""
    url: str = ""
    """`http`: where a named target is."""
    data: Path | None = None
    """`http`: ids and credentials."""
    allow_hosts: tuple[str, ...] = ()
    """Hosts other than this machine that may be measured."""
    db: str = ""
    """`db`: `mongodb://host/database` or `sqlite:///path`; empty: a seeded SQLite."""
    allow_writes: bool = False
    """`db`: whether a database of somebody else's may be written to."""
    redis: str = ""
    """`cache`: `redis://host`; empty: an embedded server."""
    sets: tuple[str, ...] = ()
    """`key=value` over configs/backend.yaml: the bundled backend's store, cache, password cost."""


@dataclass(frozen=True, kw_only=True)
class BenchRequest:
    """One run."""

    what: tuple[str, ...] = ()
    """Built-in suites and Python files; empty: the suites about the backend."""
    keyword: str = ""
    """Which cases: parts of names, with `*`, `not`, `and`, `or`; empty: all."""
    params: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Values of parameters, as one writes them, instead of those that cases declare."""
    options: BenchOptions = field(default_factory=default_options)
    suites: SuiteSettings = SuiteSettings()
