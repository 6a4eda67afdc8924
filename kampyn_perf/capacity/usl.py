"""The Universal Scalability Law over capacities at several numbers of workers: pure.

X(N) = gamma N / (1 + alpha (N - 1) + beta N (N - 1))  (Gunther, Guerrilla Capacity Planning, 2007)

Written as N / X(N) = (1 + alpha (N - 1) + beta N (N - 1)) / gamma it is linear in 1/gamma,
alpha/gamma and beta/gamma, none of which can be negative: least squares with that bound. Two
numbers of workers cannot tell three parameters apart: beta is then taken to be 0 (Amdahl's law).
The uncertainty is that of the capacities themselves, drawn again and again from their intervals.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kampyn_perf.results.capacity import CapacityResult, Usl, UslParameter, UslPoint
from kampyn_perf.results.judgement import Bounds
from kampyn_perf.stats.intervals import CONFIDENCE
from kampyn_perf.units import counted, format_rate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_DRAWS = 1000
_PARAMETERS = 3
_FURTHEST = 2.0
"""Times the most workers that were measured: no further is anything predicted."""


@dataclass(frozen=True)
class _Law:
    gamma: float
    alpha: float
    beta: float

    def at(self, workers: float) -> float:
        slower = 1 + self.alpha * (workers - 1) + self.beta * workers * (workers - 1)
        return self.gamma * workers / slower


def usl_of(searches: Mapping[int, CapacityResult]) -> Usl:
    """The law over searches by their numbers of workers. Where with some number a goal about what
    is used up broke first (one worker never fills two cores), all points are limits by response
    times and errors alone: points of two kinds are on no law."""
    by_requests = any(result.beyond for result in searches.values())
    points, unmet = [], []
    for workers, result in searches.items():
        answer = result.beyond.answer if by_requests and result.beyond else result.answer
        if answer is None or answer.at_least:
            least = f"at least {format_rate(answer.sessions.rate)}" if answer else "nothing told"
            unmet.append(f"with {counted(workers, 'worker')} the limit was not met: {least}")
        else:
            points.append(
                UslPoint(
                    workers=workers,
                    rate=answer.sessions.rate,
                    interval=answer.sessions.interval,
                    folder=str(result.folder or ""),
                )
            )
    law = fit_usl(points)
    words = ["the points are limits by response times and errors alone"] if by_requests else []
    told = [*words, *unmet, *law.trust, *(_crowded(searches) if law.gamma else ())]
    return law.model_copy(update={"by_requests": by_requests, "trust": told})


def _crowded(searches: Mapping[int, CapacityResult]) -> Iterator[str]:
    """Whether the machine may have been at its end, where the law sees workers that wait."""
    most, result = max(searches.items())
    cores = result.machine.cores
    if result.target.bundled and most >= cores:
        yield (
            f"{counted(most, 'worker')} and what makes the load share {counted(cores, 'core')}: "
            "that these are at their end counts here as work that only one worker can do at a time"
        )


def fit_usl(points: Sequence[UslPoint], *, seed: int = 1) -> Usl:
    """The law through the points, with the uncertainty of its parameters and how far it may be
    trusted."""
    known = sorted(points, key=lambda point: point.workers)
    numbers = sorted({point.workers for point in known})
    if len(numbers) < 2:
        what = "a capacity was found with one number of workers" if numbers else "none was found"
        trust = [f"{what}, which says nothing of how capacity grows with them"]
        return Usl(points=known, trust=trust)
    workers = np.array([point.workers for point in known], dtype=np.float64)
    rates = np.array([point.rate for point in known])
    errors = np.array([_error(point) for point in known])
    with_beta = len(numbers) >= _PARAMETERS
    law = _fitted(workers, rates, errors, with_beta=with_beta)
    rng = np.random.default_rng(seed)
    moved = np.maximum(rates + rng.standard_normal((_DRAWS, rates.size)) * errors, rates * 0.01)
    laws = [_fitted(workers, row, errors, with_beta=with_beta) for row in moved]
    return Usl(
        points=known,
        gamma=_parameter(law.gamma, [draw.gamma for draw in laws]),
        alpha=_parameter(law.alpha, [draw.alpha for draw in laws]),
        beta=_parameter(law.beta, [draw.beta for draw in laws]) if with_beta else None,
        predictions=[_predicted(n, law, laws) for n in _predicted_workers(numbers)]
        if with_beta
        else [],
        trust=list(_trust(numbers, law, laws, workers, rates, errors)),
    )


def _fitted(workers: Floats, rates: Floats, errors: Floats, *, with_beta: bool) -> _Law:
    from scipy.optimize import nnls

    columns = [np.ones_like(workers), workers - 1]
    if with_beta:
        columns.append(workers * (workers - 1))
    # Of N / X the error is N / X times the relative one of X.
    times = workers / rates
    weights = 1 / np.maximum(times * errors / rates, 1e-9 * times)
    solution, _ = nnls(np.column_stack(columns) * weights[:, None], times * weights)
    gamma = 1 / max(float(solution[0]), 1e-12)
    beta = float(solution[2]) * gamma if with_beta else 0.0
    return _Law(gamma, float(solution[1]) * gamma, beta)


def _error(point: UslPoint) -> float:
    low, high = point.interval.low, point.interval.high
    if low is None or high is None:
        return 0.1 * point.rate
    return max((high - low) / 2 / 1.96, 0.005 * point.rate)


def _predicted_workers(numbers: Sequence[int]) -> list[int]:
    most = numbers[-1]
    return [n for n in range(1, int(_FURTHEST * most) + 1) if n not in numbers][:8]


def _predicted(workers: int, law: _Law, laws: Sequence[_Law]) -> UslPoint:
    return UslPoint(
        workers=workers,
        rate=law.at(workers),
        interval=_bounds([draw.at(workers) for draw in laws]),
    )


def _parameter(value: float, drawn: Sequence[float]) -> UslParameter:
    return UslParameter(value=value, interval=_bounds(drawn))


def _bounds(drawn: Sequence[float]) -> Bounds:
    low, high = np.quantile(np.asarray(drawn), (0.025, 0.975))
    return Bounds(low=float(low), high=float(high), confidence=CONFIDENCE)


def _trust(
    numbers: Sequence[int],
    law: _Law,
    laws: Sequence[_Law],
    workers: Floats,
    rates: Floats,
    errors: Floats,
) -> list[str]:
    words = []
    if len(numbers) < _PARAMETERS:
        words.append(
            f"{len(numbers)} numbers of workers cannot tell three parameters apart: beta is taken "
            f"to be 0, and nothing is said of more than {numbers[-1]} workers; the two that are "
            "left go through both points exactly, and nothing is left to test the law by"
        )
    elif len(numbers) == _PARAMETERS:
        words.append(
            "three points fit three parameters exactly: nothing is left to test the law by"
        )
    else:
        fitted = np.array([law.at(count) for count in workers])
        chi = float((((rates - fitted) / errors) ** 2).sum() / (len(rates) - _PARAMETERS))
        if chi > 4:
            words.append(
                f"the points miss the law by {chi**0.5:.1f} times their own errors: "
                "it does not describe this system"
            )
    if len(numbers) >= _PARAMETERS:
        words.append(
            f"predictions beyond {numbers[-1]} workers suppose that nothing else comes to its end, "
            "such as the cores of the machine"
        )
    wide = np.quantile([draw.alpha for draw in laws], (0.025, 0.975))
    if wide[1] - wide[0] > 0.5:
        words.append("alpha is hardly known: more points, or more time for each, would tell")
    return words
