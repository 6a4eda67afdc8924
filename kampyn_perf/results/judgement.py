"""What one objective came to, and why. Values are in the unit that `unit` names (see `verdict`)."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from kampyn_perf.results.io import Record
from kampyn_perf.results.unit import Unit


def unmeasured_reason(metric: str) -> str:
    """The explanation of an objective that nothing measured; views put such ones together."""
    return f"nothing measured {metric} in this run"


class Outcome(StrEnum):
    """What one objective came to."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    """The interval straddles the target: this sample does not decide."""
    NO_DATA = "no_data"
    """Nothing measured it. Never a pass."""
    NOT_EXERCISED = "not_exercised"
    """Throughput: the offered load was below the target, and was met."""
    INVALID = "invalid"
    """The run was not valid: its numbers mean nothing."""

    @property
    def words(self) -> str:
        """After a number: `3 passed`, `1 not exercised`."""
        plain = self.value.replace("_", " ")
        return {"pass": "passed", "fail": "failed"}.get(plain, plain)

    @property
    def mark(self) -> str:
        """One sign, before a name."""
        return _MARKS[self]

    @property
    def urgency(self) -> int:
        """Its place where what has to be acted on comes first."""
        return _URGENCY.index(self)


_MARKS = {
    Outcome.PASS: "✓",
    Outcome.FAIL: "✗",
    Outcome.INCONCLUSIVE: "?",
    Outcome.NO_DATA: "–",
    Outcome.NOT_EXERCISED: "–",
    Outcome.INVALID: "!",
}
_URGENCY = (
    Outcome.FAIL,
    Outcome.INCONCLUSIVE,
    Outcome.INVALID,
    Outcome.NOT_EXERCISED,
    Outcome.NO_DATA,
    Outcome.PASS,
)


class Bounds(Record):
    """The values that the data do not rule out; None is an end that the sample cannot bound."""

    low: float | None
    high: float | None
    confidence: float


class Judgement(Record):
    """One objective, what was observed, and the outcome."""

    name: str
    metric: str
    statistic: str
    scope: dict[str, str] = Field(default_factory=dict)
    """{"endpoint": "GET /api/..."}, or the same with flow, phase or case; empty for overall."""
    window_us: int | None = None
    """It had to hold over every stretch of this length; `observed` is of the worst one. None: over
    the run as a whole."""
    required: bool
    unit: Unit
    comparison: Literal["<", "<=", ">", ">="]
    target: float
    outcome: Outcome
    observed: float | None = None
    """The point estimate; None where there is none."""
    margin: float | None = None
    """How far inside the target the observed value is; negative outside."""
    unanswered: bool = False
    """Whether the observed value is that of a failed request, which is worse than any number."""
    samples: int = 0
    effective_samples: float | None = None
    """What the samples are worth as independent ones; None where that does not apply."""
    interval: Bounds | None = None
    detectable: float | None = None
    """Of a slope: the smallest that such a run would have shown; None of anything else."""
    samples_needed: int | None = None
    """About how many samples like these would decide; for inconclusive ones."""
    warn: float | None = None
    """The stricter target, from which a pass is warned of."""
    warned: bool = False
    """Whether it passed, but not that one for sure."""
    masked_us: int = 0
    """How much of the run lay under faults and is left out."""
    with_faults: float | None = None
    """The observed value with that; None where nothing is left out, or where it is worse than any
    number."""
    with_faults_outcome: Outcome | None = None
    """What the objective would have come to with it; None where nothing is left out."""
    explanation: str = ""

    @property
    def with_faults_text(self) -> str:
        """`812 ms (failed)`; empty where nothing is left out."""
        if self.with_faults_outcome is None:
            return ""
        value = "failed" if self.with_faults is None else self.unit.text(self.with_faults)
        return f"{value} ({self.with_faults_outcome.words})"

    @property
    def target_text(self) -> str:
        """`< 200 ms`."""
        return f"{self.comparison} {self.unit.text(self.target)}"

    @property
    def observed_text(self) -> str:
        """`187 ms`, or a dash."""
        if self.unanswered:
            return "failed"
        return "–" if self.observed is None else self.unit.text(self.observed)

    @property
    def detectable_text(self) -> str:
        """What a slope that was not seen may have been; empty of anything else."""
        if self.detectable is None:
            return ""
        return f" (would have shown from {self.unit.text(self.detectable)} on)"

    @property
    def interval_text(self) -> str:
        """`181 to 195 ms`, or `at least 181 ms` where one end is not known; empty without an
        interval."""
        if self.interval is None:
            return ""
        ends = (self.interval.low, self.interval.high)
        low, high = ("" if end is None else self.unit.text(end) for end in ends)
        if not low or not high:
            return f"at least {low}" if low else f"at most {high}" if high else "not known"
        number, space, unit = low.rpartition(" ")
        return f"{number if space and high.endswith(f' {unit}') else low} to {high}"

    @property
    def scope_text(self) -> str:
        """`endpoint GET /api/...`, or `overall`."""
        return " ".join(f"{key} {name}" for key, name in self.scope.items()) or "overall"
