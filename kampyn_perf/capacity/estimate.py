"""From steps to the rate at which the first objective breaks, with its interval: pure.

Each objective has its own falling curve of margins over the logarithm of the rate (`curves`), and
breaks where that crosses zero; the capacity is the lowest of these rates.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kampyn_perf.capacity.curves import STEADY, Curve, curves_of
from kampyn_perf.capacity.isotonic import Crossing, crossing, order_of, pools
from kampyn_perf.capacity.local import BEYOND, Power
from kampyn_perf.results.capacity import CapacityStep

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_DRAWS, _FINAL_DRAWS = 60, 1000
_NEAR = math.log(1.3)
_DRIFTS = 3.0
"""Student's t from which the limit counts as moving while it is searched for."""
_FEWEST_FOR_DRIFT = 7
_TELLING = 2.5
"""Margins beyond it are cut off, and no points of a plane."""
_LEAST_HALF, _LEAST_SEEN = 0.022, 0.015
"""Half the width of an interval at least, as a share: a power is a power near the limit, and no
more. And so much of it where a search asks whether it may stop: that cannot be made less by more
steps."""
_MOST_ERROR = 1.0
_CALIBRATED = 1.6
"""A search that stops when its interval is narrow stops sooner where it is so by chance. With this
the known capacity lies in it as often as it says: `benchmarks/capacity_simulation.py`."""


@dataclass(frozen=True)
class Break:
    """Where one objective breaks. Rates are sessions per second."""

    objective: str
    rate: float
    """`inf` where it was never missed, 0 where it never held."""
    low: float
    high: float
    cliff: bool
    below: float
    above: float
    """Between these two rates it breaks, where that is a cliff."""


@dataclass(frozen=True)
class Estimate:
    """Where the first objective breaks."""

    rate: float
    low: float
    high: float
    breaks: tuple[Break, ...]
    """Of every objective that was missed at some rate; the first one first."""
    half_width: float = math.inf
    """Of the interval that its steps make, as a share of the rate."""
    drift: float | None = None

    @property
    def first(self) -> Break | None:
        return self.breaks[0] if self.breaks else None


def estimate(steps: Sequence[CapacityStep], *, final: bool = False, seed: int = 0) -> Estimate:
    """Where the first objective breaks, by all steps so far; `final` takes more draws."""
    curves = curves_of(steps)
    missed = {name: curve for name, curve in curves.items() if min(curve.y) < 0}
    drifts = {name: moved for name, curve in missed.items() if (moved := _drift(curve)) is not None}
    for name in drifts:
        missed[name].moves = True
    draws = _FINAL_DRAWS if final else _DRAWS
    rng = np.random.default_rng(seed)
    breaks, drawn = [], []
    for name, curve in missed.items():
        at = crossing(curve.x, curve.loads, curve.weights)
        power = _power(curve, at)
        place = _crossings(curve, at, power, np.asarray([curve.loads]))[0]
        samples = _drawn(curve, at, power, draws, rng)
        drawn.append(samples)
        breaks.append(
            Break(
                name,
                math.exp(place),
                *_interval(samples, math.exp(place)),
                cliff=at.cliff,
                below=math.exp(at.below),
                above=math.exp(at.above),
            )
        )
    if not breaks:
        return Estimate(math.inf, math.inf, math.inf, ())
    breaks.sort(key=lambda place: (place.rate, place.objective == STEADY))
    rate = breaks[0].rate
    drift = drifts.get(breaks[0].objective)
    first = np.min(drawn, axis=0)
    return Estimate(
        rate, *_interval(first, rate), tuple(breaks), half_width=_half(first, rate), drift=drift
    )


def _interval(samples: Floats, rate: float, least: float = _LEAST_HALF) -> tuple[float, float]:
    """Of logarithms of rates; never narrower than what the fit itself may be off by."""
    low, high = np.exp(np.quantile(samples, (0.025, 0.975), method="nearest"))
    return min(float(low), rate * (1 - least)), max(float(high), rate * (1 + least))


def _half(samples: Floats, rate: float) -> float:
    if not 0 < rate < math.inf:
        return math.inf
    low, high = _interval(samples, rate, _LEAST_SEEN)
    return (high - low) / 2 / rate


def _power(curve: Curve, at: Crossing) -> Power | None:
    """The power law near the isotonic fit's crossing, where there are steps enough for it."""
    if at.cliff:
        return None
    x = np.asarray(curve.x)
    # Where that fit crosses nowhere, the limit may lie a little beyond what was tried.
    around = min(max(at.at, float(x.min())), float(x.max()))
    return _power_at(curve, around, curve.work if curve.moves else None)


def _power_at(curve: Curve, around: float, work: Floats | None) -> Power | None:
    x, loads, errors = (np.asarray(values) for values in (curve.x, curve.loads, curve.errors))
    return Power.of(x, loads, errors, around, work)


def _crossings(curve: Curve, at: Crossing, power: Power | None, loads: Floats) -> Floats:
    """Where each row of loads crosses one: by the power, or else by the isotonic fit alone."""
    rates = power.crossing(loads) if power else np.full(loads.shape[0], np.nan)
    if power and power.design.shape[1] == 3 and np.isnan(rates).any():
        still = _power_at(curve, power.around, None)
        rates = np.where(np.isnan(rates), still.crossing(loads), rates) if still else rates
    missing, order = np.flatnonzero(np.isnan(rates)), order_of(curve.x)
    x, weights = list(curve.x), list(curve.weights)
    for row, of_row in zip(missing, loads[missing].tolist(), strict=True):
        rates[row] = crossing(x, of_row, weights, order).at
    if curve.moves and math.isfinite(at.at):  # the newest steps alone may show no crossing
        rates = np.where(np.isfinite(rates), rates, at.at)
    return rates


def _drawn(
    curve: Curve, at: Crossing, power: Power | None, draws: int, rng: np.random.Generator
) -> Floats:
    """Logarithms of rates at which it may break, with the points moved by their errors."""
    if at.cliff:
        return rng.uniform(at.below, at.above, draws)
    errors = np.asarray(curve.errors)
    if power:
        # What differs from one step to the next is not seen within a step.
        errors = np.maximum(errors, power.scatter(np.asarray(curve.loads)))
        errors = np.minimum(errors, _MOST_ERROR) * _wider(power.freedom)
    else:
        errors = errors * _scatter(curve)
    noise = rng.standard_normal((draws, errors.size)) * errors - errors**2 / 2
    logs = _crossings(curve, at, power, np.asarray(curve.loads) * np.exp(np.clip(noise, -3, 3)))
    return np.clip(logs, min(curve.x) - BEYOND, max(curve.x) + BEYOND)


def _wider(freedom: int) -> float:
    """Student's t over the normal law: a scatter from a few steps is known badly."""
    from scipy.special import stdtrit

    return _CALIBRATED * float(stdtrit(max(freedom, 1), 0.975)) / 1.96


def _scatter(curve: Curve) -> float:
    """How much more points scatter around the rising curve than their errors say (Birge's ratio):
    what differs from one step to the next is not seen within a step."""
    loads = np.asarray(curve.loads)
    steps = pools(curve.x, curve.loads, curve.weights)
    freedom = len(curve.x) - len(steps)
    if freedom < 1:
        return 1.0
    fitted = np.interp(curve.x, [step.x for step in steps], [step.y for step in steps])
    errors = np.maximum(np.asarray(curve.errors), 0.05) * loads
    chi = (((loads - fitted) / errors) ** 2).sum() / freedom
    return float(np.clip(math.sqrt(chi), 1.0, 3.0))


def _drift(curve: Curve) -> float | None:
    """By how much the limit moved from the first of the steps near it to the last, as a share; None
    where it stood still.

    A plane through those points: margin over the logarithm of the rate, and over the work done
    before.
    """
    x, y = np.asarray(curve.x), np.asarray(curve.y)
    at = crossing(curve.x, curve.loads, curve.weights).at
    at = min(max(at, float(x.min())), float(x.max()))
    near = (np.abs(x - at) < _NEAR) & (np.abs(y) < _TELLING)
    if near.sum() < _FEWEST_FOR_DRIFT:
        return None
    work = curve.work[near]
    roots = 1 / np.maximum(np.asarray(curve.errors)[near], 0.2)
    design = np.column_stack([np.ones(work.size), x[near] - at, work]) * roots[:, None]
    solution, *_ = np.linalg.lstsq(design, y[near] * roots, rcond=None)
    left = y[near] * roots - design @ solution
    inverse = np.linalg.pinv(design.T @ design)
    error = math.sqrt(max(float(left @ left) / (work.size - 3), 1.0) * max(inverse[2, 2], 0.0))
    slope, moved = float(solution[1]), float(solution[2])
    if slope >= 0 or error <= 0 or abs(moved) < _DRIFTS * error:
        return None
    return float(math.expm1(moved * work.min() / slope))
