"""A change between two sides, and how well it is known: three kinds of evidence, one form. Pure.

A change is the logarithm of a ratio, or a difference where ratios mean nothing (shares of failed
requests). 0 is none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from kampyn_perf import stats

if TYPE_CHECKING:
    from kampyn_perf.stats import Interval

_PLENTY = 1e6
"""Degrees of freedom from which on Student's law is the normal one."""


class Effect(Protocol):
    """What a decision needs of a change."""

    @property
    def change(self) -> float:
        """As observed."""
        ...

    def interval(self, alpha: float) -> Interval:
        """The changes that are not refused at `alpha`."""
        ...

    def p_differs(self) -> float:
        """The evidence against no change, two-sided."""
        ...

    def p_within(self, margin: float) -> float:
        """The evidence against a change of `margin` or more, either way (two one-sided tests)."""
        ...


@dataclass(frozen=True, kw_only=True)
class Normal:
    """An estimate with a standard error: by Student's t."""

    change: float
    error: float
    freedom: float
    between: float = 0.0
    """Of the error, what lies between runs: no longer run makes it less."""

    def interval(self, alpha: float) -> Interval:
        half = _student(self.freedom, alpha) * self.error
        if not math.isfinite(half):
            return stats.Interval(None, None, 1 - alpha)
        return stats.Interval(self.change - half, self.change + half, 1 - alpha)

    def p_differs(self) -> float:
        return min(1.0, 2 * self._tail(abs(self.change)))

    def p_within(self, margin: float) -> float:
        return self._tail(margin - abs(self.change))

    def _tail(self, distance: float) -> float:
        """The chance of an estimate so far on the wrong side of the truth."""
        from scipy.special import stdtr

        if self.error <= 0:
            return 0.0 if distance > 0 else 1.0
        if not math.isfinite(self.error):
            return 1.0
        return float(stdtr(self.freedom, -distance / self.error))


@dataclass(frozen=True, kw_only=True)
class Shares:
    """The difference of two shares: Newcombe's interval from two Wilson ones (Statistics in
    Medicine 17, 1998, method 10), of samples that are worth fewer than they are."""

    base: tuple[float, float]
    """How many, of how many."""
    new: tuple[float, float]

    @property
    def change(self) -> float:
        return _share(self.new) - _share(self.base)

    def interval(self, alpha: float) -> Interval:
        if not self.base[1] or not self.new[1]:
            return stats.Interval(None, None, 1 - alpha)
        base = stats.proportion_interval(*self.base, 1 - alpha, method="wilson")
        new = stats.proportion_interval(*self.new, 1 - alpha, method="wilson")
        before, after = _share(self.base), _share(self.new)
        low = math.hypot(after - (new.low or 0.0), (base.high or 0.0) - before)
        high = math.hypot((new.high or 0.0) - after, before - (base.low or 0.0))
        return stats.Interval(self.change - low, self.change + high, 1 - alpha)

    def p_differs(self) -> float:
        return self._smallest(lambda interval: 0 not in interval)

    def p_within(self, margin: float) -> float:
        def within(interval: Interval) -> bool:
            low, high = interval.low, interval.high
            return low is not None and high is not None and -margin < low and high < margin

        return self._smallest(within) / 2  # each side has half of it

    def _smallest(self, decided: _Decided) -> float:
        """The smallest two-sided level at which the interval decides; 1 where none does."""
        low, high = -27.0, 0.0  # as logarithms; 1 - 1e-12 is a float still
        if not decided(self.interval(1 - 1e-9)):
            return 1.0
        for _ in range(60):
            middle = (low + high) / 2
            if decided(self.interval(min(math.exp(middle), 1 - 1e-9))):
                high = middle
            else:
                low = middle
        return math.exp(high)


class _Decided(Protocol):
    def __call__(self, interval: Interval, /) -> bool: ...


@dataclass(frozen=True)
class Signs:
    """The median change of pairs, by a test that may be looked at after each of them."""

    changes: Sequence[float]
    """Of every pair."""

    @property
    def change(self) -> float:
        ordered = sorted(self.changes)
        middle = len(ordered) // 2
        if len(ordered) % 2:
            return ordered[middle]
        return (ordered[middle - 1] + ordered[middle]) / 2 if ordered else math.nan

    def interval(self, alpha: float) -> Interval:
        return stats.median_interval(self.changes, alpha)

    def p_differs(self) -> float:
        ends = stats.p_above(self.changes, 0.0), stats.p_below(self.changes, 0.0)
        return min(1.0, 2 * min(ends))

    def p_within(self, margin: float) -> float:
        return max(stats.p_above(self.changes, -margin), stats.p_below(self.changes, margin))


@dataclass(frozen=True)
class Widest:
    """Several kinds of evidence about one change; what any of them does not refuse stands."""

    parts: Sequence[Effect]

    @property
    def change(self) -> float:
        return self.parts[0].change

    def interval(self, alpha: float) -> Interval:
        ends = [part.interval(alpha) for part in self.parts]
        lows, highs = [end.low for end in ends], [end.high for end in ends]
        return stats.Interval(
            None if None in lows else min(low for low in lows if low is not None),
            None if None in highs else max(high for high in highs if high is not None),
            1 - alpha,
        )

    def p_differs(self) -> float:
        return max(part.p_differs() for part in self.parts)

    def p_within(self, margin: float) -> float:
        return max(part.p_within(margin) for part in self.parts)


def between_runs(base: Sequence[float], new: Sequence[float], *, floor: float = 0.0) -> Normal:
    """The difference of two means of runs (Welch, Biometrika 34, 1947); of a single run from the
    mean of several, as if it scattered as they do. `floor` is the standard error that the runs'
    own scatter makes: runs that agree by chance know no more than that."""
    n, m = len(base), len(new)
    (before, first), (after, second) = _mean_and_variance(base), _mean_and_variance(new)
    change = after - before
    if max(n, m) < 2:
        return Normal(change=change, error=math.inf, freedom=1.0)
    if min(n, m) < 2:
        variance = (first * n if n > 1 else second * m) * (1 / n + 1 / m)
        return Normal(
            change=change, error=max(math.sqrt(variance), floor), freedom=float(max(n, m) - 1)
        )
    variance = first + second
    parts = first**2 / (n - 1) + second**2 / (m - 1)
    freedom = variance**2 / parts if parts > 0 else float(min(n, m) - 1)
    return Normal(change=change, error=max(math.sqrt(variance), floor), freedom=max(1.0, freedom))


@dataclass(frozen=True)
class Between:
    """How two runs of one system differ: the standard deviation of a figure's change from one to
    the other (as a logarithm, or as the plain difference), and from how much that is known."""

    deviation: float
    freedom: float = math.inf
    whole: bool = False
    """Whether it was seen between runs, and so holds what they scatter by within themselves."""


def one_run_each(
    change: float, errors: Sequence[float], freedoms: Sequence[float], between: Between
) -> Normal:
    """Of one run on each side: what each scatters by within itself, and what is between runs
    (degrees of freedom by Satterthwaite, Biometrics Bulletin 2, 1946)."""
    parts = [(error**2, freedom) for error, freedom in zip(errors, freedoms, strict=True)]
    within = math.fsum(variance for variance, _ in parts)
    of_runs = (between.deviation**2, between.freedom)
    if between.whole:
        parts = parts if within > of_runs[0] else [of_runs]
    else:
        parts.append(of_runs)
    variance = math.fsum(share for share, _ in parts)
    doubt = math.fsum(share**2 / freedom for share, freedom in parts)
    if not math.isfinite(variance):
        freedom = min(freedoms)
    else:
        freedom = variance**2 / doubt if doubt > 0 else _PLENTY
    return Normal(
        change=change,
        error=math.sqrt(variance),
        freedom=min(freedom, _PLENTY),
        between=between.deviation,
    )


def _mean_and_variance(values: Sequence[float]) -> tuple[float, float]:
    """The mean, and the variance of that mean."""
    n = len(values)
    mean = math.fsum(values) / n
    if n < 2:
        return mean, math.inf
    return mean, math.fsum((value - mean) ** 2 for value in values) / (n - 1) / n


def _student(freedom: float, alpha: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 1 - alpha / 2))


def _share(of: tuple[float, float]) -> float:
    return of[0] / of[1] if of[1] else 0.0
