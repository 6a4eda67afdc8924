"""What one figure of a comparison came to. Values are in the unit that `unit` names; a change is a
share of the base, or, where `relative` is false, the plain difference."""

from __future__ import annotations

import math
from enum import StrEnum

from kampyn_perf.results.io import Record
from kampyn_perf.results.unit import Unit

_NEARLY_ALL = -0.995
"""A change by more of it is told with as many digits as tell it from all."""
ALONE = "by itself it would count as changed; among so many figures it may be chance"
"""Why a figure is inconclusive that would have changed if it were the only one."""


class Spoken(StrEnum):
    """Values that are their own words."""

    @property
    def words(self) -> str:
        """As people write it."""
        return self.value.replace("_", " ")


class Change(Spoken):
    """What one figure came to."""

    REGRESSED = "regressed"
    IMPROVED = "improved"
    NO_CHANGE = "no_meaningful_change"
    """Shown to lie within the margin; more than that no change was found."""
    INCONCLUSIVE = "inconclusive"

    @property
    def mark(self) -> str:
        """One sign, before a name."""
        return _MARKS[self]


_MARKS = {
    Change.REGRESSED: "✗",
    Change.IMPROVED: "✓",
    Change.NO_CHANGE: "=",
    Change.INCONCLUSIVE: "?",
}


class Needed(Record):
    """What would decide a figure, if it stayed as it looks."""

    count: int | None = None
    """About so many in all; None where hardly any number would."""
    noun: str
    """`runs a side`, `pairs`, `requests a side`."""

    @property
    def words(self) -> str:
        """As people read it."""
        if self.count is None:
            return "it lies so near the margin that hardly any number would decide"
        return f"about {self.count:,} {self.noun} would decide"


class Compared(Record):
    """One figure of both sides."""

    scope: str = ""
    """`endpoint GET /x`; empty for the whole."""
    metric: str
    """`response_time`, `error_rate`, `throughput`, or a series'."""
    statistic: str = ""
    unit: Unit
    more_is_better: bool = False
    gates: bool = True
    """Whether it may make the exit code 1; what only explains others does not."""
    primary: bool = False
    """Whether it has to be decided for the whole to be."""
    base: float | None
    new: float | None
    change: float | None = None
    relative: bool = True
    low: float | None = None
    high: float | None = None
    """The ends of the change's interval; None is an end that the data cannot bound."""
    outcome: Change
    explanation: str = ""
    needs: str = ""
    """What would decide, in words: `about 8 runs a side would decide`."""
    needed: Needed | None = None
    """The same as a number."""
    samples: tuple[int, int] = (0, 0)

    @property
    def name(self) -> str:
        """`response time P95`, `error rate`."""
        metric = self.metric.replace("_", " ")
        statistic = self.statistic.upper() if self.statistic[:1] == "p" else self.statistic
        return f"{metric} {statistic}".strip()

    @property
    def title(self) -> str:
        """With its scope."""
        return f"{self.name} [{self.scope}]" if self.scope else self.name

    @property
    def counts(self) -> bool:
        """Whether it is one of those that are told of: not what only explains, nor that no request
        of a part failed on either side."""
        return self.gates and (self.primary or bool(self.base or self.new))

    @property
    def changed_alone(self) -> bool:
        """Whether it would count as changed if it were the only figure."""
        return self.explanation == ALONE

    @property
    def worth_showing(self) -> bool:
        """What gates, and what changed; not that no request of a part failed on either side."""
        return self.counts or self.outcome in (Change.REGRESSED, Change.IMPROVED)

    @property
    def missing_text(self) -> str:
        """What is missing to decide it; empty where it is decided."""
        if self.outcome is not Change.INCONCLUSIVE:
            return ""
        if self.changed_alone:
            return f"by itself it would count as changed{f'; {self.needs}' if self.needs else ''}"
        return self.needs or (self.explanation if self.change is None else "")

    @property
    def change_text(self) -> str:
        """`+12 %`, or a difference in its unit; a dash where there is none."""
        return self._text(self.change)

    @property
    def interval_text(self) -> str:
        """`-1.2 % to +3.4 %`; a question mark for an end that is not known."""
        if self.low is None and self.high is None:
            return ""
        return f"{self._text(self.low, '?')} to {self._text(self.high, '?')}"

    def value_text(self, value: float | None) -> str:
        """One side's, in its unit."""
        return "–" if value is None else self.unit.text(value)

    def _text(self, value: float | None, unknown: str = "–") -> str:
        if value is None:
            return unknown
        if self.relative:
            if -1 < value < _NEARLY_ALL:  # what is left is told from nothing
                left = 100 * (1 + value)
                return f"{100 * value:.{1 - math.floor(math.log10(left))}f} %"
            rounded = round(float(f"{value * 100:.3g}"), 2) + 0.0  # no -0
            return f"{rounded:+,.0f} %" if abs(rounded) >= 1_000 else f"{rounded:+.3g} %"
        if self.unit is Unit.SHARE:
            return f"{value * 100:+.3g} points"
        sign = "-" if value < 0 else "+"
        return f"{sign}{self.unit.text(abs(value))}"
