"""What can make a case's figures mean less than they seem to: values, with fitting advice. Pure.

An outlier is a sample whose modified Z score (its distance from the median, in median absolute
deviations) is above 14.826, ten times the usual 3.5 or so: Iglewicz and Hoaglin, "How to Detect and
Handle Outliers", 1993, with the generous threshold that hyperfine settled on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kampyn_perf import stats
from kampyn_perf.bench.iterations import Stop
from kampyn_perf.results.bench import CaseWarning, Summary, WarningKind
from kampyn_perf.units import format_duration

OUTLIER_SCORE = 14.826
_MAD_TO_SIGMA = 1.4826
_DRIFT = 1.05
"""Halves whose medians differ by less are alike, however sure the difference is."""
_TOO_SHORT = 5
"""A call must take this many times the empty loop's cost to be timed by itself."""

Times = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What the runner knows of how the samples came about."""

    planned: int
    warmup: int
    overhead_ns: int
    stop: Stop
    preempted: int = 0
    collections: int = 0
    lazy: str = ""
    """What the case returned without anybody reading it (a cursor, a generator)."""
    max_time_ns: int = 0
    round_sizes: tuple[int, ...] = ()
    """How many samples each round gave; empty: all of one."""


def case_warnings(
    times_ns: Sequence[int] | Times, summary: Summary, about: Circumstances
) -> list[CaseWarning]:
    """Everything that should be said beside the figures."""
    times = np.asarray(times_ns, dtype=np.int64)
    noticed = [
        *_lazy(about),
        *_time_limit(summary, about),
        *_small(summary, about),
        *_too_short(times, about),
        *_outliers(times, about),
        *_drift(times),
    ]
    if not any(warning.kind is WarningKind.DRIFT for warning in noticed):
        noticed += _dependent(summary)
    return noticed


def outlier_places(times: Times) -> npt.NDArray[np.intp]:
    """The indices of the outliers above the median; slow ones only, as nothing is too fast."""
    middle = np.median(times)
    spread = np.median(np.abs(times - middle)) * _MAD_TO_SIGMA
    if spread == 0:  # more than half of the samples are equal: the clock's grain is the spread
        spread = max(1.0, float(middle) * 0.001)
    return np.flatnonzero((times - middle) / spread > OUTLIER_SCORE)


def _outliers(times: Times, about: Circumstances) -> Iterator[CaseWarning]:
    places = outlier_places(times)
    count = len(places)
    if count == 0:
        return
    within = _within_round(places, about.round_sizes)
    first = max(3, len(times) // 50 // max(1, len(about.round_sizes)))
    early = int((within < first).sum())
    if early * 2 > count and (count > 1 or within[0] == 0):
        yield CaseWarning(
            kind=WarningKind.SLOW_START,
            message=("the first call was" if count == 1 else f"{_calls(count)}")
            + " far slower than the rest"
            + (", most of them the first ones" if count > 1 else "")
            + ": likely a cold cache, connection or code path",
            advice=f"Warm up for longer: --warm-up {max(10, 5 * max(1, about.warmup))}"
            if about.warmup
            else "Warm up before measuring: --warm-up 50",
        )
        return
    slowest = format_duration(int(times.max()) / 1_000)
    cause, advice = _cause(places, about)
    yield CaseWarning(
        kind=WarningKind.OUTLIERS,
        message=f"{_calls(count)} far slower than the rest (up to {slowest}): {cause}",
        advice=advice,
    )


def _within_round(places: npt.NDArray[np.intp], sizes: tuple[int, ...]) -> npt.NDArray[np.intp]:
    """How many samples of its own round came before each."""
    starts = np.cumsum([0, *sizes[:-1]])
    begun: npt.NDArray[np.intp] = starts[np.searchsorted(starts, places, side="right") - 1]
    return places - begun


def _cause(places: npt.NDArray[np.intp], about: Circumstances) -> tuple[str, str]:
    """The likely cause of outliers that are not at the start, and what to do about it."""
    count = len(places)
    if about.collections >= max(1, count // 2):
        return (
            f"the garbage collector ran {about.collections} times",
            "Leave the collector off while measuring (no --gc), unless its pauses are the question",
        )
    gaps = np.diff(places)
    if count >= 5 and (gaps == 1).sum() >= count // 2:
        return (
            "they come in bursts, as when another program or a background job takes its turn",
            "Close other programs, or repeat the run and compare",
        )
    if about.preempted >= max(1, count // 2):
        return (
            f"the system took the processor away {about.preempted} times",
            "Measure on a quiet machine, or leave a core free: taskset, fewer parallel jobs",
        )
    return (
        "likely other programs, the disk, or what the case itself does now and then",
        "Repeat on a quiet machine; where they stay they belong to the case (p99 shows them)",
    )


def _drift(times: Times) -> Iterator[CaseWarning]:
    """Whether the later half is slower, or faster, than both chance and indifference allow."""
    half = len(times) // 2
    if half < 20:
        return
    early, late = np.sort(times[:half]), np.sort(times[half:])
    before, after = float(np.median(early)), float(np.median(late))
    # Both intervals at 99.9 %, so that chance says this once in a thousand cases or less.
    first = stats.quantile_interval(early.tolist(), 0.5, 0.999)
    second = stats.quantile_interval(late.tolist(), 0.5, 0.999)
    if None in (first.low, first.high, second.low, second.high):
        return
    assert first.low is not None and first.high is not None  # noqa: S101 - for the type checker
    assert second.low is not None and second.high is not None  # noqa: S101
    slower = after > before * _DRIFT and second.low > first.high
    faster = before > after * _DRIFT and first.low > second.high
    if slower:
        yield CaseWarning(
            kind=WarningKind.DRIFT,
            message=f"the later half is {_percent(after, before)} slower than the earlier one: "
            "something grows, or the machine slows down",
            advice="Put the state back with setup_each or teardown_each, or look at the machine's "
            "temperature and load",
        )
    elif faster:
        yield CaseWarning(
            kind=WarningKind.DRIFT,
            message=f"the later half is {_percent(before, after)} faster than the earlier one: "
            "something was still warming up, or another program ended",
            advice="Warm up for longer (--warm-up), and repeat",
        )


def _dependent(summary: Summary) -> Iterator[CaseWarning]:
    parts = {"mean": summary.mean, "P50": summary.p50, "P95": summary.p95, "P99": summary.p99}
    worst = min(parts.values(), key=lambda part: part.effective)
    if worst.effective < summary.n:
        names = ", ".join(name for name, part in parts.items() if part.effective < summary.n)
        yield CaseWarning(
            kind=WarningKind.DEPENDENT,
            message=f"neighbouring samples depend on each other: {summary.n} of them are worth "
            f"about {max(1, round(worst.effective))} independent ones",
            advice=f"The intervals of {names} are widened for it; more iterations narrow them",
        )


def _too_short(times: Times, about: Circumstances) -> Iterator[CaseWarning]:
    middle = float(np.median(times))
    if about.overhead_ns and middle < _TOO_SHORT * about.overhead_ns:
        yield CaseWarning(
            kind=WarningKind.TOO_SHORT,
            message=f"a call takes about {middle:.0f} ns and the empty loop {about.overhead_ns} "
            "ns: too short to be timed by itself",
            advice="Let one call do more: repeat the work inside the function",
        )


def _small(summary: Summary, about: Circumstances) -> Iterator[CaseWarning]:
    parts = {"P50": summary.p50, "P95": summary.p95, "P99": summary.p99}
    missing = [name for name, part in parts.items() if part.needs]
    if missing:
        needed = max(part.needs for part in parts.values())
        longer = (
            f"--iterations {needed}"
            if about.stop is Stop.ITERATIONS and needed > about.planned
            else "a longer --max-time"
        )
        yield CaseWarning(
            kind=WarningKind.SMALL_SAMPLE,
            message=f"n too small for the interval of {', '.join(missing)}: {summary.n} samples, "
            f"{needed} are needed",
            advice=f"Run with {longer}",
        )


def _time_limit(summary: Summary, about: Circumstances) -> Iterator[CaseWarning]:
    if about.stop is Stop.TIME_LIMIT:
        limit = format_duration(about.max_time_ns / 1_000)
        yield CaseWarning(
            kind=WarningKind.TIME_LIMIT,
            message=f"the time limit of {limit} ended it after {summary.n} of {about.planned} "
            "iterations",
            advice="Give it more time with --max-time, or ask for fewer --iterations",
        )


def _lazy(about: Circumstances) -> Iterator[CaseWarning]:
    if about.lazy:
        yield CaseWarning(
            kind=WarningKind.LAZY,
            message=f"the case returns a {about.lazy} that nobody reads: what it would do when "
            "read was not measured",
            advice="Iterate it inside the case: list(...), or async for",
        )


def _calls(count: int) -> str:
    return "1 call was" if count == 1 else f"{count} calls were"


def _percent(more: float, less: float) -> str:
    return f"{(more / less - 1) * 100:.0f} %" if less else "far"
