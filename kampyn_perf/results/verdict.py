"""The verdict's model and its JSON: what every objective came to, and why.

Values are in the unit that `unit` names: whole microseconds (`us`), shares of one (`share`),
events per second (`per_s`), bytes (`bytes`), and how fast these change (`bytes_per_s`). Documented
in `docs/slo.md`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from kampyn_perf import names, units
from kampyn_perf.errors import ExitCode
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


class Conclusion(StrEnum):
    """What all of them come to."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    NO_VERDICT = "no_verdict"


_DECIDED = {
    Conclusion.PASS: Outcome.PASS,
    Conclusion.FAIL: Outcome.FAIL,
    Conclusion.NO_VERDICT: None,
}


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
        """`181 to 195 ms`, an unknown end as `?`; empty without an interval."""
        if self.interval is None:
            return ""
        ends = (self.interval.low, self.interval.high)
        low, high = ("?" if end is None else self.unit.text(end) for end in ends)
        number, space, unit = low.rpartition(" ")
        return f"{number if space and high.endswith(f' {unit}') else low} to {high}"

    @property
    def scope_text(self) -> str:
        """`endpoint GET /api/...`, or `overall`."""
        return " ".join(f"{key} {name}" for key, name in self.scope.items()) or "overall"


class Finding(Record):
    """One thing that a missed objective coincides with."""

    rule: str
    """Its name: `password-hashing`; never renamed."""
    words: str
    """The sentence, with the numbers that it rests on."""
    cause: bool
    """Whether it says why; or else only where, or when."""
    share: float | None = None
    """How much of what was missed it accounts for, from 0 to 1; None where that is not known."""
    from_us: int | None = None
    """When what it rests on was measured, on the run's axis; None where that is no stretch of one
    run, and in an earlier version."""
    to_us: int | None = None
    evidence: list[str] = Field(default_factory=list)
    """The metrics that it rests on, what was missed first; empty in an earlier version."""


class PhaseSteadiness(Record):
    """Whether a phase came to rest: what its figures are of."""

    phase: str
    state: str
    """`steady`, `rising`, `falling`, `wandering` (it cannot be told), `ramp` (its own load changes)
    or `too short`."""
    warm_up_us: int = Field(default=0, ge=0)
    """From its beginning, how long it took until it was at rest."""
    words: str


class Growth(Record):
    """How fast the memory of one process went up or down while the load was the same."""

    subject: str
    phase: str
    """The longest one."""
    state: str
    """`grew`, `fell`, `level`, or `open`: it wandered as slowly as the phase is long."""
    slope: float
    """Bytes per second."""
    interval: Bounds
    detectable: float | None
    """The smallest growth that such a run would have shown, bytes per second."""
    words: str


def seen_from(least: float | None) -> str:
    """What follows words of a growth: from which one on it would have been seen, bytes per second;
    nothing where that is not known."""
    return f"; from about {Unit.SIZE_RATE.text(least)} on it would have been seen" if least else ""


class Unusual(Record):
    """A stretch in which a load was unlike the rest of itself, found from its series alone."""

    start_us: int
    end_us: int
    signs: list[str]
    """What was seen."""
    faults: list[str] = Field(default_factory=list)
    """What was done to the target at that time, by name; found without it."""

    @property
    def text(self) -> str:
        """`from 20.0 s to 21.0 s: 12 requests failed (fault redis kill 1)`."""
        span = (
            f"from {units.format_duration(self.start_us)} to {units.format_duration(self.end_us)}"
        )
        named = f" (fault {', '.join(self.faults)})" if self.faults else ""
        return f"{span}: {'; '.join(self.signs)}{named}"


class Verdict(Record):
    """All objectives of one result."""

    schema_: Literal["kampyn-perf/verdict"] = Field(default=names.VERDICT_SCHEMA, alias="schema")
    version: int = names.VERDICT_VERSION
    subject: str
    """The schema of the result that was judged."""
    started_at: str
    """Of that result: ISO 8601, UTC."""
    partial: bool
    strict: bool
    conclusion: Conclusion
    exit_code: ExitCode
    reasons: list[str]
    """Why it is no plain pass: what failed, what stood against a verdict, what was let by."""
    objectives: list[Judgement]
    explanation: list[Finding] = Field(default_factory=list)
    """What the first breach coincides with, the likeliest first; empty where nothing was missed."""

    steadiness: list[PhaseSteadiness] = Field(default_factory=list)
    """Of every phase of a load; empty of several results together, and in an earlier version."""
    memory: list[Growth] = Field(default_factory=list)
    """Of every process that was watched, whether an objective asks for it or not; likewise."""
    unusual: list[Unusual] = Field(default_factory=list)
    """Stretches of a load that were unlike the rest of it; likewise."""

    @property
    def memory_lines(self) -> list[str]:
        """Processes that grew, a line each; those that did not together, with what would have been
        seen, and those of which it is open."""
        told = [f"{one.subject} {one.words} (in {one.phase})" for one in self._grown("grew")]
        if rest := self._grown("level", "fell"):
            least = max(one.detectable or 0.0 for one in rest)
            told.append(
                f"{units.counted(len(rest), 'instance')} did not grow in {rest[0].phase}"
                + seen_from(least)
            )
        if hidden := self._grown("open"):
            told.append(
                f"whether {units.counted(len(hidden), 'instance')} grew in {hidden[0].phase} is "
                "open: what changed, changed as slowly as that is long"
            )
        return told

    def _grown(self, *states: str) -> list[Growth]:
        return [one for one in self.memory if one.state in states]

    @property
    def headline(self) -> str:
        """`PASS on 13 of 14 goals; 1 not exercised`: never a bare word over what was not judged."""
        decided = _DECIDED[self.conclusion]
        number = self.count(decided) if decided else 0
        goals = f"{len(self.objectives)} goal{'' if len(self.objectives) == 1 else 's'}"
        on = f" on {number} of {goals}" if number else f"; {goals}" if self.objectives else ""
        rest = [
            f"{self.count(outcome)} {outcome.words}"
            for outcome in Outcome
            if self.count(outcome) and outcome is not decided
        ]
        words = self.conclusion.value.replace("_", " ").upper() + on
        words += f"{'; ' if number else ': '}{', '.join(rest)}" if rest else ""
        return words + (" (partial run)" if self.partial else "")

    def count(self, outcome: Outcome) -> int:
        """How many objectives have this outcome."""
        return sum(judgement.outcome is outcome for judgement in self.objectives)
