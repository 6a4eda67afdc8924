"""What two runs, or two sets of them, differ in: the model, and its JSON (`docs/compare.md`).

Values are in the unit that `unit` names, as in a verdict. A change is a share of the base (0.1 is
10 % more), or, where `relative` is false, the plain difference.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal

from pydantic import Field

from kampyn_perf import names
from kampyn_perf.errors import ExitCode
from kampyn_perf.results.io import Record
from kampyn_perf.results.verdict import Unit


class Change(StrEnum):
    """What one figure came to."""

    REGRESSED = "regressed"
    IMPROVED = "improved"
    NO_CHANGE = "no_meaningful_change"
    """Shown to lie within the margin; more than that no change was found."""
    INCONCLUSIVE = "inconclusive"

    @property
    def words(self) -> str:
        """As people write it."""
        return self.value.replace("_", " ")

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


class Design(StrEnum):
    """What a comparison rests on."""

    SINGLE = "single"
    """One run on each side: their own scatter, and what is assumed between runs."""
    SEVERAL = "several"
    """Several runs: the run is the unit."""
    PAIRS = "pairs"
    """Pairs that were run one beside the other in random order, with a control."""


class RunName(Record):
    """One run of a side."""

    name: str
    started_at: str
    tags: list[str] = Field(default_factory=list)


class Difference(Record):
    """Something that the two sides do not have alike."""

    what: str
    """Where it stands: `backend.store.indexes`."""
    base: str
    new: str


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
    """What would decide: `about 8 runs a side`."""
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
            return f"{value * 100:+.3g} %"
        if self.unit is Unit.SHARE:
            return f"{value * 100:+.3g} points"
        sign = "-" if value < 0 else "+"
        return f"{sign}{self.unit.text(abs(value))}"


class Conclusion(StrEnum):
    """What all figures come to."""

    REGRESSED = "regressed"
    IMPROVED = "improved"
    NO_CHANGE = "no_meaningful_change"
    INCONCLUSIVE = "inconclusive"
    NOT_COMPARABLE = "not_comparable"
    """The two cannot be compared, or one of them means nothing."""

    @property
    def words(self) -> str:
        """As people write it."""
        return self.value.replace("_", " ")


class Comparison(Record):
    """Base against new."""

    schema_: Literal["kampyn-perf/comparison"] = Field(
        default=names.COMPARISON_SCHEMA, alias="schema"
    )
    version: int = names.COMPARISON_VERSION
    kind: str
    """`load` or `bench`."""
    design: Design
    margin: float
    """Changes up to this share do not matter."""
    between_runs: float
    """By how much two runs of the same system are taken to differ; only with one run each."""
    confidence: float
    strict: bool = False
    base: list[RunName]
    new: list[RunName]
    conclusion: Conclusion
    reasons: list[str] = Field(default_factory=list)
    """Why there is no better conclusion."""
    differences: list[Difference] = Field(default_factory=list)
    """What the two sides have not alike, and may: an index, a setting, a commit."""
    remarks: list[str] = Field(default_factory=list)
    rows: list[Compared]
    control: list[Compared] = Field(default_factory=list)
    """The base against itself, run beside the pairs."""

    def of(self, *outcomes: Change) -> list[Compared]:
        """The figures that came to one of `outcomes`, in the order of `outcomes`."""
        return [row for one in outcomes for row in self.rows if row.outcome is one]

    @property
    def headline(self) -> str:
        """In a line."""
        counts = [(one, len(self.of(one))) for one in Change]
        told = ", ".join(f"{count} {one.words}" for one, count in counts if count)
        return f"{self.conclusion.words.upper()}: {told or 'nothing to compare'}"

    @property
    def exit_code(self) -> ExitCode:
        """0 never stands beside a figure of the whole that is worse than the margin allows, nor
        where nothing of the whole was decided."""
        match self.conclusion:
            case Conclusion.REGRESSED:
                return ExitCode.FAILED
            case Conclusion.NOT_COMPARABLE:
                return ExitCode.NO_VERDICT
            case Conclusion.INCONCLUSIVE if self.strict or self._doubtful:
                return ExitCode.NO_VERDICT
            case _:
                return ExitCode.OK

    @property
    def _doubtful(self) -> bool:
        primary = [row for row in self.rows if row.primary]
        decided = any(row.outcome is not Change.INCONCLUSIVE for row in primary)
        return not decided or any(map(self._looks_worse, primary))

    def _looks_worse(self, row: Compared) -> bool:
        if row.outcome is not Change.INCONCLUSIVE or row.change is None:
            return False
        worse = -row.change if row.more_is_better else row.change
        return worse > (self.margin if row.relative else 0)


def names_of(runs: Iterable[RunName]) -> str:
    """`a, b and c`."""
    return ", ".join(run.name for run in runs)
