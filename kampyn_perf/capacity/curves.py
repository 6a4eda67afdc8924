"""Of every objective, its margins over the logarithm of the rate: pure.

A step that did not come to rest is in no curve: it says which objectives were missed, and no
number. That it did not come to rest is itself one of the things that can break first (`steady`).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from kampyn_perf.results.capacity import CapacityStep, Steadiness, StepKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STEADY = "steady"
"""Stands for what no objective asks and every rate needs: that sessions do not pile up."""
_OVERLOADED = -1.0
"""Margin at most of an objective that was missed in an overloaded step; its value is no mean."""
_OPEN_ERROR = 0.5
_HALF_LIFE = 4.0
"""Steps after which one counts half, where the limit moves."""


@dataclass
class Curve:
    """The points of one objective."""

    x: list[float] = field(default_factory=list)
    """Logarithms of rates."""
    y: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)
    done: list[float] = field(default_factory=list)
    """Sessions that the target had served before, by the end of the step."""

    moves: bool = False
    """Whether the limit moved while it was searched for."""

    def add(self, x: float, y: float, error: float, done: float) -> None:
        self.x.append(x)
        self.y.append(y)
        self.errors.append(error)
        self.done.append(done)

    @property
    def loads(self) -> list[float]:
        """How much of what is allowed was used up."""
        return [math.exp(-value) for value in self.y]

    @property
    def weights(self) -> list[float]:
        """All steps are of one length; weights by the errors would favour those that were lucky.
        Where the limit moves, what was long ago counts less."""
        life = _HALF_LIFE if self.moves else math.inf
        return [0.5 ** (age / life) for age in range(len(self.x))][::-1]

    @property
    def work(self) -> Floats:
        """What was done before the end of each step, as a share of all, less one."""
        return np.asarray(self.done) / max(self.done[-1], 1.0) - 1


def curves_of(steps: Sequence[CapacityStep]) -> dict[str, Curve]:
    """The points of every objective, and of steadiness."""
    curves: dict[str, Curve] = defaultdict(Curve)
    done = 0.0
    for step in steps:
        done += step.completed_rate * (step.warm_up_us + step.measured_us) / 1e6
        held = step.holds
        if step.kind not in (StepKind.OPEN, StepKind.CONFIRM) or held is None or step.rate <= 0:
            continue
        x = math.log(step.rate)
        rests = step.steadiness is Steadiness.STABLE and not step.invalid
        # Half of the steps at a rate may not come to rest by chance.
        if not step.invalid:
            curves[STEADY].add(x, -math.log(0.5 if rests else 1.5), 0.5, done)
        for margin in step.margins:
            if rests:
                curves[margin.objective].add(x, margin.value, margin.error, done)
            elif margin.value < 0:
                worst = max(margin.value, _OVERLOADED)
                curves[margin.objective].add(x, worst, _OPEN_ERROR, done)
    return dict(curves)
