"""What was asked for on the command line, and the request that it makes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kampyn_perf.bench.request import BenchRequest, SuiteSettings
from kampyn_perf.bench.select import parse_params
from kampyn_perf.errors import KampynError
from kampyn_perf.results.bench import BenchOptions
from kampyn_perf.units import parse_duration


@dataclass(frozen=True, kw_only=True)
class BenchFlags:
    """All of it."""

    what: tuple[str, ...]
    keyword: str
    iterations: int
    rounds: int
    warmup: int | None
    max_time: str
    timeout: str
    max_failures: int
    params: tuple[str, ...]
    gc: bool
    list_only: bool
    form: str
    out: Path | None
    suites: SuiteSettings
    tags: tuple[str, ...] = ()
    note: str = ""

    def request(self) -> BenchRequest:
        """What to measure, and how. Raises KampynError for what is no duration or parameter."""
        return BenchRequest(
            what=self.what,
            keyword=self.keyword,
            params=parse_params(self.params),
            options=BenchOptions(
                iterations=self.iterations,
                rounds=self.rounds,
                warmup=self.warmup,
                max_time_ns=_nanoseconds("--max-time", self.max_time),
                timeout_ns=_nanoseconds("--timeout", self.timeout),
                max_failures=self.max_failures,
                collect_garbage=self.gc,
            ),
            suites=self.suites,
        )


def _nanoseconds(flag: str, text: str) -> int:
    try:
        us = parse_duration(text)
    except ValueError as error:
        raise KampynError(f"{flag}: {error}") from error
    if us <= 0:
        raise KampynError(f"{flag}: must be more than nothing")
    return us * 1_000
