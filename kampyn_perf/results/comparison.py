"""What two runs, or two sets of them, differ in: the model, and its JSON (`docs/compare.md`).

Values are in the unit that `unit` names, as in a verdict. A change is a share of the base (0.1 is
10 % more), or, where `relative` is false, the plain difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Literal

from pydantic import Field

from kampyn_perf import names
from kampyn_perf.errors import ExitCode
from kampyn_perf.results.compared import Change, Compared, Spoken
from kampyn_perf.results.io import Record
from kampyn_perf.units import counted


class Design(StrEnum):
    """What a comparison rests on."""

    SINGLE = "single"
    """One run on each side: their own scatter, and what is assumed between runs."""
    SEVERAL = "several"
    """Several runs: the run is the unit."""
    PAIRS = "pairs"
    """Pairs that were run one beside the other in random order, with a control."""

    @property
    def words(self) -> str:
        """As people write it."""
        return _DESIGNS[self]


_DESIGNS = {
    Design.SINGLE: "one run on each side",
    Design.SEVERAL: "several runs, each of them one observation",
    Design.PAIRS: "pairs in random order",
}


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


class Conclusion(Spoken):
    """What all figures come to: what one of them can, or that nothing can be said of any."""

    REGRESSED = Change.REGRESSED.value
    IMPROVED = Change.IMPROVED.value
    NO_CHANGE = Change.NO_CHANGE.value
    INCONCLUSIVE = Change.INCONCLUSIVE.value
    NOT_COMPARABLE = "not_comparable"
    """The two cannot be compared, or one of them means nothing."""

    @property
    def change(self) -> Change | None:
        """What figures came to for it; None where it is no such outcome."""
        if self in (Conclusion.INCONCLUSIVE, Conclusion.NOT_COMPARABLE):
            return None
        return Change(self.value)


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
    rate_margin: float = 0.0
    """Nor do shares of failed requests that differ by no more than this."""
    between_runs: float
    """By how much two runs of the same system are taken to differ at most, in 95 of 100 cases; only
    with one run each, and where no other runs told it."""
    runs_before: int = 0
    """Other runs of the same configuration, which told how runs differ; 0: it is assumed."""
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
        return [row for outcome in outcomes for row in self.rows if row.outcome is outcome]

    @property
    def headline(self) -> str:
        """In a line: what it came to, on how many of how many figures; the undecided by name."""
        shown = [row for row in self.rows if row.counts]
        word = self.conclusion.words.upper()
        if self.conclusion is Conclusion.NOT_COMPARABLE or not shown:
            return f"{word}: nothing is judged"
        same = self.conclusion.change
        counts = {outcome: sum(row.outcome is outcome for row in shown) for outcome in Change}
        others = [
            f"{counts[outcome]} {outcome.words}"
            for outcome in (Change.REGRESSED, Change.IMPROVED, Change.NO_CHANGE)
            if counts[outcome] and outcome is not same
        ]
        open_ = [row for row in shown if row.outcome is Change.INCONCLUSIVE]
        if open_:
            others.append(f"{len(open_)} undecided: {_titles_of(open_)}")
        if same is None:
            return f"{word}: of {counted(len(shown), 'figure')} {'; '.join(others)}"
        told = f"{word} on {counts[same]} of {counted(len(shown), 'figure')}"
        return "; ".join([told, *others])

    @property
    def exit_code(self) -> ExitCode:
        """0 never stands beside a figure of the whole that is worse than the margin allows, nor
        where nothing of the whole was decided."""
        if self.conclusion is Conclusion.REGRESSED:
            return ExitCode.FAILED
        if self.conclusion is Conclusion.NOT_COMPARABLE:
            return ExitCode.NO_VERDICT
        undecided = [row for row in self._primary if row.outcome is Change.INCONCLUSIVE]
        if self.strict and undecided:
            return ExitCode.NO_VERDICT
        if self.conclusion is Conclusion.INCONCLUSIVE:
            decided = len(undecided) < len(self._primary)
            if not decided or any(map(self.looks_worse, undecided)):
                return ExitCode.NO_VERDICT
        return ExitCode.OK

    def looks_worse(self, row: Compared) -> bool:
        """Whether a figure that is not decided was observed to be worse than the margin allows."""
        if row.outcome is not Change.INCONCLUSIVE or row.change is None:
            return False
        worse = -row.change if row.more_is_better else row.change
        if row.relative:
            return worse > self.margin
        return worse > (self.rate_margin if row.metric == "error_rate" else 0)

    @property
    def _primary(self) -> list[Compared]:
        return [row for row in self.rows if row.primary]


_NAMED = 3
_NUMBER = re.compile(r" \(\d+\)$")


def _titles_of(rows: Sequence[Compared]) -> str:
    """A few of them by name, those of the whole first."""
    ordered = sorted(rows, key=lambda row: not row.primary)
    named = ", ".join(row.title for row in ordered[:_NAMED])
    left = len(ordered) - _NAMED
    return f"{named} and {left} more" if left > 0 else named


def names_of(runs: Iterable[RunName]) -> str:
    """`a, b, c`; those that are only numbered together: `bundled (8 runs)`."""
    names = [run.name for run in runs]
    stems = {_NUMBER.sub("", name) for name in names}
    if len(names) > 1 and len(stems) == 1 and all(map(_NUMBER.search, names)):
        return f"{stems.pop()} ({len(names)} runs)"
    return ", ".join(names)
