"""Stretches in which a run was unlike the rest of itself, found from its own series alone. Pure.

Nobody is told of faults here: what was done on purpose is only named beside a stretch that was
found without it. Each sign is one that chance hardly gives: three or more failures where the middle
second has next to none, a quarter of the answers that the arrivals let expect, half of the requests
slower than 95 % of the run's, a process that was restarted, an error that a healthy cache never
has. A sign lasts from the sample before it, so that its beginning is early by a second at most.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from kampyn_perf import names
from kampyn_perf.results.load import LoadResult, Second
from kampyn_perf.results.series import Series
from kampyn_perf.results.verdict import Unusual
from kampyn_perf.units import MICROSECONDS, counted, format_duration

_FEWEST_FAILED = 3
_FAR = 8.0
"""Standard deviations."""
_ANSWERED = 0.25
_ENOUGH = 20
"""Requests that can be expected of a second whose silence says something."""
_REQUESTS = 10
_GAP_US = MICROSECONDS
_RARE: tuple[tuple[str, dict[str, str], str], ...] = (
    (names.METRIC_CACHE, {"outcome": "error"}, "the cache did not answer"),
    (names.METRIC_HASH_REFUSED, {}, "logins were refused for the queue of hashes"),
    (names.METRIC_RATE_LIMITED, {}, "requests were refused by the rate limit"),
)
"""Rates that are 0 in a healthy second."""


@dataclass(frozen=True)
class _Sign:
    start_us: int
    end_us: int
    words: str = ""
    failed: int = 0


def unusual(result: LoadResult) -> list[Unusual]:
    """In the order of time; with the faults that lay there."""
    signs = sorted(_signs(result), key=lambda sign: (sign.start_us, sign.end_us))
    groups: list[list[_Sign]] = []
    for sign in signs:
        if groups and sign.start_us <= max(sign.end_us for sign in groups[-1]) + _GAP_US:
            groups[-1].append(sign)
        else:
            groups.append([sign])
    return [_stretch(result, group) for group in groups]


def _stretch(result: LoadResult, signs: list[_Sign]) -> Unusual:
    start, end = signs[0].start_us, max(sign.end_us for sign in signs)
    faults = [
        fault.name
        for fault in result.faults
        if fault.began
        and fault.start_us - MICROSECONDS <= end
        and start <= (result.elapsed_us if fault.end_us is None else fault.end_us) + fault.settle_us
    ]
    failed = sum(sign.failed for sign in signs)
    said = [f"{counted(failed, 'request')} failed"] if failed else []
    said += dict.fromkeys(sign.words for sign in signs if sign.words)
    return Unusual(start_us=start, end_us=end, signs=said, faults=faults)


def _signs(result: LoadResult) -> Iterator[_Sign]:
    seconds = [second for second in result.seconds if second.at_us < result.planned_us]
    yield from _failures(seconds)
    yield from _silences(seconds)
    yield from _slow(seconds, result.requests.response.p95_us)
    for series in result.measurements:
        if series.metric == names.PROCESS_RESTARTS:
            yield from _restarts(series)
        for metric, labels, words in _RARE:
            if series.metric == metric and labels.items() <= series.labels.items():
                yield from _events(series, words)


def _failures(seconds: list[Second]) -> Iterator[_Sign]:
    shares = [second.failed / second.requests for second in seconds if second.requests]
    usual = median(shares) if shares else 0.0
    for second in seconds:
        expected = usual * second.requests
        scatter = math.sqrt(expected * (1 - usual))
        if second.failed >= _FEWEST_FAILED and second.failed > expected + _FAR * scatter:
            yield _Sign(second.at_us, second.at_us + second.width_us, failed=second.failed)


def _silences(seconds: list[Second]) -> Iterator[_Sign]:
    starts = sum(second.started for second in seconds)
    per_start = sum(second.requests for second in seconds) / starts if starts else 0.0
    for before, second in pairwise(seconds):
        expected = per_start * min(before.started, second.started)
        if expected >= _ENOUGH and second.requests < _ANSWERED * expected:
            what = "hardly anything" if second.requests else "nothing"
            yield _of(second, f"{what} was answered")


def _slow(seconds: list[Second], p95_us: int | None) -> Iterator[_Sign]:
    for second in seconds:
        middle = second.response.p50_us if second.response else None
        if p95_us and middle and second.requests >= _REQUESTS and middle > p95_us:
            limit = format_duration(p95_us)
            yield _of(second, f"half of the requests took longer than {limit}, the P95 of the run")


def _restarts(series: Series) -> Iterator[_Sign]:
    for (earlier, before), (at, value) in pairwise(zip(series.at_us, series.values, strict=True)):
        if value > before:
            yield _Sign(earlier, at, f"{series.subject} was restarted")


def _events(series: Series, words: str) -> Iterator[_Sign]:
    if not series.values or median(series.values) > 0:
        return
    moments = [max(series.at_us[0] - MICROSECONDS, 0), *series.at_us]
    for (start, end), value in zip(pairwise(moments), series.values, strict=True):
        if value > 0:
            yield _Sign(start, end, words)


def _of(second: Second, words: str) -> _Sign:
    return _Sign(second.at_us, second.at_us + second.width_us, words)
