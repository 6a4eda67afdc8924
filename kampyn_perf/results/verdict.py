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
from kampyn_perf.results.judgement import Bounds, Judgement, Outcome
from kampyn_perf.results.unit import Unit


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
        told = [
            f"{growth.subject} {growth.words} (in {growth.phase})" for growth in self._grown("grew")
        ]
        if rest := self._grown("level", "fell"):
            least = max(growth.detectable or 0.0 for growth in rest)
            told.append(
                f"{units.counted(len(rest), 'instance')} did not grow in {rest[0].phase}"
                + seen_from(least)
            )
        if hidden := self._grown("open"):
            told.append(
                f"the run is too short to tell whether {units.counted(len(hidden), 'instance')} "
                f"grew: what changed did so over the whole of {hidden[0].phase}"
            )
        return told

    def _grown(self, *states: str) -> list[Growth]:
        return [growth for growth in self.memory if growth.state in states]

    @property
    def headline(self) -> str:
        """`PASS on 13 of 14 goals; 1 not exercised`: never a bare word over what was not judged."""
        decided = _DECIDED[self.conclusion]
        number = self.count(decided) if decided else 0
        goals = units.counted(len(self.objectives), "goal")
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
