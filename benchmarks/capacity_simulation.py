"""How near a capacity search comes to what is known: `python -m benchmarks.capacity_simulation`.

Every system is searched with several seeds, with the budget of one real search, in virtual time.
Prints Markdown.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks.capacity_kinds import KINDS
from benchmarks.capacity_systems import System
from kampyn_perf.capacity.answer import answer_of
from kampyn_perf.capacity.asks import Stop
from kampyn_perf.capacity.plan import shape
from kampyn_perf.capacity.search import decide
from kampyn_perf.capacity.steps import spent_us
from kampyn_perf.results.capacity import CapacityStep, Ending
from kampyn_perf.units import MICROSECONDS, parse_duration

WITHIN = 0.05


@dataclass(frozen=True)
class Outcome:
    """One search."""

    ending: Ending
    rate: float
    low: float
    high: float
    system: System
    steps: int
    spent_us: int

    @property
    def truth(self) -> float:
        """A simulation of its own, of some systems."""
        return self.system.truth(self.system)

    @property
    def off(self) -> float:
        """By how much it is above the truth, as a share."""
        return self.rate / self.truth - 1

    @property
    def covered(self) -> bool:
        return self.low <= self.truth <= self.high


def search(system: System, *, budget_us: int, seed: int) -> Outcome:
    """One search of a fresh system."""
    rng = np.random.default_rng(seed)
    plan = shape(budget_us, seed=seed)
    steps: list[CapacityStep] = []
    while not isinstance(ask := decide(plan, steps, system.limiter), Stop):
        steps += system.step(ask, number=len(steps) + 1, rng=rng)
    answer = answer_of(steps, ask.ending, limiter=system.limiter, seed=seed)
    sessions = answer.sessions if answer else None
    return Outcome(
        ending=ask.ending,
        rate=sessions.rate if sessions else math.nan,
        low=(sessions.interval.low or 0.0) if sessions else math.nan,
        high=(sessions.interval.high or math.inf) if sessions else math.nan,
        system=system,
        steps=len(steps),
        spent_us=spent_us(steps),
    )


def row(make: Callable[[], System], *, budget_us: int, seeds: int) -> tuple[str, list[Outcome]]:
    """A line of the table, and the searches that it is of."""
    found = [search(make(), budget_us=budget_us, seed=seed) for seed in range(1, seeds + 1)]
    off = [each.off for each in found]
    near = sum(abs(each) <= WITHIN for each in off)
    covered = sum(each.covered for each in found)
    truths = [each.truth for each in found]
    known = f"{np.mean(truths):.4g}" if np.ptp(truths) > 1e-6 else f"{truths[0]:.4g}"
    minutes = np.mean([each.spent_us for each in found]) / 60 / MICROSECONDS
    return (
        f"| {make().name} | {known} | {near} of {seeds} | {min(off):+.1%} to {max(off):+.1%} | "
        f"{covered} of {seeds} | {np.mean([each.steps for each in found]):.0f} | {minutes:.1f} |"
    ), found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--budget", default="10m")
    parser.add_argument("--only", default="", help="A part of a system's name.")
    options = parser.parse_args()
    began = time.process_time()
    print("| system | capacity (/s) | within 5 % | error | in its interval | steps | minutes |")
    print("|---|---|---|---|---|---|---|")
    for make in KINDS:
        if options.only in make().name:
            print(row(make, budget_us=parse_duration(options.budget), seeds=options.seeds)[0])
    cpu = time.process_time() - began
    print(f"\n{options.seeds} seeds, {options.budget} each; {cpu:.0f} s of CPU.")


if __name__ == "__main__":
    main()
