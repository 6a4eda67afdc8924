"""What a result says about one objective: a value, the interval around it, and the sample. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from kampyn_perf import stats
from kampyn_perf.slo.metrics import ScopeKind
from kampyn_perf.slo.objective import Objective
from kampyn_perf.slo.scope import Scope
from kampyn_perf.slo.targets import Target
from kampyn_perf.suggest import nearest

_NAMES_SHOWN = 10
_MORE = 1.5
_FEW = 10
"""Samples whose scatter says too little to say how many would decide."""


def undecidable(_: Target) -> int | None:
    """No number of samples is known that would decide."""
    return None


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """One observed value, in the metric's unit."""

    observed: float | None
    """None where it is worse than any value: a percentile that is a failed request."""
    interval: stats.Interval | None
    """None for what has no interval (a maximum)."""
    samples: int
    noun: str
    """What the samples are: `requests`."""
    effective: float | None = None
    """What the samples are worth as independent ones, where that was estimated."""
    needed: Callable[[Target], int | None] = field(default=undecidable, repr=False)
    """About how many such samples would tell the value from a target."""
    note: str = ""
    """What else a reader should know: which phase, which process."""
    failures: int | None = None
    """Of a share: how many of the samples failed."""
    exact: str = "the largest value has no interval"
    """Why it has no interval, where it has none."""
    at_least: str = ""
    """Why it may be more than was observed, by any amount; the interval has no upper end then."""
    remedy: str = ""
    """What would decide, where that is not a number of samples."""
    slow: bool = False
    """Whether the run is too short for its own dependence."""
    detectable: float | None = None
    """Of a slope: the smallest that such a run would have shown."""
    unexercised: str = ""
    """Why a target that was not reached was not tried either."""
    masked_us: int = 0
    """How much of the run is left out of it, for lying under faults."""
    faults: tuple[str, ...] = ()
    """Their names."""
    with_faults: Estimate | None = field(default=None, repr=False)
    """The same with them."""


@dataclass(frozen=True)
class Missing:
    """Nothing measured it, and why."""

    reason: str


class Standing(Protocol):
    """How a result stands as a whole."""

    @property
    def subject(self) -> str:
        """The result's schema."""
        ...

    @property
    def started_at(self) -> str:
        """ISO 8601, UTC."""
        ...

    @property
    def invalid(self) -> list[str]:
        """Why its numbers mean nothing; empty for a valid one."""
        ...

    @property
    def partial(self) -> str:
        """Why it ended early; empty for a complete one."""
        ...

    @property
    def empty(self) -> bool:
        """Whether it holds no sample at all."""
        ...

    @property
    def unreachable(self) -> str:
        """Why not one answer ever came, where none did; empty otherwise."""
        ...

    @property
    def all_failed(self) -> bool:
        """Whether there were samples, and not one succeeded."""
        ...


class Evidence(Standing, Protocol):
    """A result, as far as a verdict needs it."""

    def held(self, objective: Objective) -> str | None:
        """Of a run that is not valid: what its disturbance can have done at most, in words, where
        a failure is found in spite of it; None where a failure may be its doing."""
        ...

    def names(self, kind: ScopeKind) -> list[str]:
        """What its parts of that kind are called."""
        ...

    def find(self, objective: Objective) -> Estimate | Missing:
        """What it says about `objective`."""
        ...


def sample_needed(size: int | None, *, samples: float, effective: float) -> int | None:
    """About how many samples like these would decide, where `size` independent ones would.

    One stretch of time does not show how its samples hang together: at least so many. And a sample
    that does not decide is not told to be enough: half as many again.
    """
    if size is None:
        return None
    factor = samples / effective if effective > 1 else 1
    return max(math.ceil(size * factor), math.ceil(_MORE * samples))


def quantile(
    q: float,
    *,
    observed: float,
    interval: stats.Interval,
    samples: int,
    effective: float,
    noun: str,
    below: Callable[[Target], float],
) -> Estimate:
    """A quantile with the interval that was found for it; `below` is the share under a target."""
    return Estimate(
        observed=observed,
        interval=interval,
        samples=samples,
        effective=effective,
        noun=noun,
        needed=lambda target: sample_needed(
            stats.quantile_size(below(target), q), samples=samples, effective=effective
        ),
    )


def mean(
    observed: float, interval: stats.Interval, *, samples: int, noun: str, note: str = ""
) -> Estimate:
    """A mean with the interval that was found for it."""

    def needed(target: Target) -> int | None:
        if interval.low is None or interval.high is None or samples < _FEW:
            return None
        half = (interval.high - interval.low) / 2
        size = stats.mean_size(samples, half, target.value - observed)
        return sample_needed(size, samples=samples, effective=samples)

    return Estimate(
        observed=observed,
        interval=interval,
        samples=samples,
        noun=noun,
        needed=needed,
        note=note,
    )


def share(
    failures: int,
    total: int,
    *,
    bounds: stats.ShareBounds,
    noun: str,
    of_successes: bool,
    note: str = "",
) -> Estimate | Missing:
    """The share of failures (or of successes) with the interval that was found for failures."""
    if not total:
        return Missing(f"there were no {noun}")
    low, high, effective = float(bounds.low), float(bounds.high), float(bounds.effective)
    rate = failures / total

    def needed(target: Target) -> int | None:
        limit = 1 - target.value if of_successes else target.value
        if not 0 < limit < 1:
            return None
        size = stats.proportion_size(rate, limit)
        if not failures:  # so many without one show it, and no estimate stands behind that
            return size
        return sample_needed(size, samples=total, effective=effective)

    return Estimate(
        observed=1 - rate if of_successes else rate,
        interval=stats.Interval(1 - high, 1 - low) if of_successes else stats.Interval(low, high),
        samples=total,
        effective=effective,
        noun=noun,
        needed=needed,
        failures=failures,
        slow=bool(bounds.slow),
        note=note,
    )


def maximum(observed: float, *, samples: int, noun: str, note: str = "") -> Estimate:
    """The greatest value seen. Another run may show a greater one: there is no interval."""
    return Estimate(observed=observed, interval=None, samples=samples, noun=noun, note=note)


def unknown(scope: Scope, known: Iterable[str]) -> Missing:
    """The result has no part of that name; the names that are near, or all of them."""
    names = sorted(set(known))
    kind = scope.kind.value
    close = nearest(scope.name, names, count=3, cutoff=0.5)
    if close:
        hint = f"; near: {', '.join(close)}"
    elif names:
        more = ", ..." if len(names) > _NAMES_SHOWN else ""
        hint = f"; there are: {', '.join(names[:_NAMES_SHOWN])}{more}"
    else:
        hint = f"; it has no {kind}s at all"
    return Missing(f"the result has no {kind} {scope.name!r}{hint}")
