"""How often a slope is wrong: rows of `python -m benchmarks.verdict_simulation`.

What is watched once a second and has no slope at all, and a limit that stands at 0: whoever passes
`< 0` is wrong, and so is whoever fails it; and how often such a series is told not to be steady.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.simulated_runs import slowness
from kampyn_perf import stats
from kampyn_perf.stats.steadiness import State, steadiness

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LENGTHS = (45, 300, 1_200)
Draw = Callable[[np.random.Generator, int, int], "Floats"]


def fading(span: Callable[[int], float]) -> Draw:
    """AR(1), forgotten over so many seconds."""
    return lambda rng, runs, seconds: slowness(rng, runs, seconds, span(seconds))


def walk(rng: np.random.Generator, runs: int, seconds: int) -> Floats:
    """A random walk, which remembers all of it."""
    return np.cumsum(rng.normal(size=(runs, seconds)), axis=1)


def teeth(a_run: float) -> Draw:
    """Memory that grows until it is collected, about so often a run."""

    def draw(rng: np.random.Generator, runs: int, seconds: int) -> Floats:
        series = np.empty((runs, seconds))
        for run in series:
            moment = -rng.random() * seconds / a_run
            edges = [moment]
            while edges[-1] < seconds:
                edges.append(edges[-1] + seconds / a_run * max(0.2, 1 + 0.2 * rng.normal()))
            start = np.array(edges)
            place = np.searchsorted(start, np.arange(seconds), side="right") - 1
            run[:] = (np.arange(seconds) - start[place]) / (seconds / a_run)
        return series + 0.05 * rng.normal(size=series.shape)

    return draw


PROCESSES: dict[str, tuple[Draw, bool]] = {
    "independent": (fading(lambda _: 0.0), False),
    "AR(1) over 2 s": (fading(lambda _: 2.0), False),
    "AR(1) over T/20": (fading(lambda n: n / 20), False),
    "AR(1) over T/8": (fading(lambda n: n / 8), False),
    "AR(1) over T/4": (fading(lambda n: n / 4), False),
    "AR(1) over T": (fading(float), False),
    "random walk": (walk, False),
    "collected, 3 a run": (teeth(3), True),
    "collected, 6 a run": (teeth(6), True),
    "collected, 20 a run": (teeth(20), True),
}
"""How each is drawn, and whether its lower envelope is asked."""


def errors_of(process: str, seconds: int, *, runs: int, seed: int) -> tuple[float, ...]:
    """False passes, false fails; how often the slope is seen that would be; how often
    it is called rising or falling."""
    draw, lowest = PROCESSES[process]
    rng = np.random.default_rng([seed, seconds, list(PROCESSES).index(process)])
    at = np.arange(seconds)
    found = [stats.slope(at, run, lowest=lowest) for run in draw(rng, runs, seconds)]
    leak = float(np.median([each.least or 0.0 for each in found]))
    again = draw(rng, runs, seconds)
    seen = [
        (stats.slope(at, run + leak * at, lowest=lowest).interval.low or 0) > 0 for run in again
    ]
    moving = [steadiness(5 + run).state in {State.RISING, State.FALLING} for run in again]
    return (
        float(np.mean([(each.interval.high or 0) < 0 for each in found])),
        float(np.mean([(each.interval.low or 0) > 0 for each in found])),
        float(np.mean(seen)),
        float(np.mean(moving)),
    )


def table(runs: int, seed: int) -> Iterator[str]:
    """The rows: false passes / false fails in percent by length; and at 300 s how often the
    smallest slope that would be seen is, and how often the series is called rising or falling."""
    yield "| slope | " + " | ".join(f"{s} s" for s in LENGTHS) + " | seen | not steady |"
    yield "|---|" + "---|" * (len(LENGTHS) + 2)
    for process in PROCESSES:
        every = {s: errors_of(process, s, runs=runs, seed=seed) for s in LENGTHS}
        cells = [f"{one[0] * 100:.1f} / {one[1] * 100:.1f}" for one in every.values()]
        cells += [f"{every[300][2] * 100:.0f}", f"{every[300][3] * 100:.1f}"]
        yield f"| {process} | " + " | ".join(cells) + " |"
