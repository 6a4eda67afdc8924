"""Which figures of a comparison get a line of their own, and what is said of the others. Pure.

A load has a hundred figures, and somebody who looks at a terminal wants those that changed, and
those of the whole. The parts of which nothing was shown, or of which it was shown that they stayed,
are told of together: a line for each metric.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from kampyn_perf.results.compared import Change, Compared
from kampyn_perf.results.comparison import Comparison, Conclusion

_ORDER = (Change.REGRESSED, Change.IMPROVED, Change.INCONCLUSIVE, Change.NO_CHANGE)
_CHANGED = (Change.REGRESSED, Change.IMPROVED)
_KINDS = {"endpoint": "endpoints", "flow": "flows", "phase": "phases", "case": "cases"}
"""What a scope begins with, of several."""
_FEWEST = 2
"""Figures of one kind that are worth putting together."""


@dataclass(frozen=True)
class Folded:
    """The figures in the order in which they are told."""

    shown: Sequence[Compared]
    together: Sequence[str]
    """A line for each kind of those that are put together."""
    left: int
    """So many more, of which nothing is said."""


def fold(comparison: Comparison, *, everything: bool = False) -> Folded:
    """What changed first, and the whole before its parts; `everything` folds nothing."""
    rows = sorted(comparison.rows, key=_rank)
    if everything:
        return Folded(rows, (), 0)
    if comparison.conclusion is Conclusion.NOT_COMPARABLE:
        shown = [row for row in rows if row.primary]
        return Folded(shown, (), len(rows) - len(shown))
    told = [row for row in rows if row.worth_showing]
    kinds: dict[tuple[Change, str], list[Compared]] = defaultdict(list)
    for row in told:
        if not _stands_alone(row):
            kinds[row.outcome, row.metric].append(row)
    kinds = {kind: parts for kind, parts in kinds.items() if len(parts) >= _FEWEST}
    apart = [row for row in told if _stands_alone(row) or (row.outcome, row.metric) not in kinds]
    together = [_line(outcome, parts) for (outcome, _), parts in kinds.items()]
    return Folded(apart, together, len(rows) - len(told))


def _rank(row: Compared) -> tuple[int, bool]:
    return _ORDER.index(row.outcome), not _is_whole(row)


def _stands_alone(row: Compared) -> bool:
    return _is_whole(row) or row.outcome in _CHANGED or row.changed_alone


def _is_whole(row: Compared) -> bool:
    return row.primary or not row.scope


def _line(outcome: Change, rows: Sequence[Compared]) -> str:
    """`? response time of endpoints, flows: 9 inconclusive, observed -3 % to +12 % (P99 [...])`:
    the one that looks worst stands by name, where it is not known to have stayed."""
    metric = rows[0].metric.replace("_", " ")
    kinds = [_KINDS.get(row.scope.partition(" ")[0], "") for row in rows]
    parts = ", ".join(dict.fromkeys(filter(None, kinds)))
    of = f" of {parts}" if parts else ""
    line = f"{outcome.mark} {metric}{of}: {len(rows)} {outcome.words}"
    known = sorted((row for row in rows if row.change is not None), key=_worse)
    if not known:
        return line
    ends = sorted((known[0], known[-1]), key=lambda row: row.change or 0.0)
    line += f", observed {ends[0].change_text} to {ends[1].change_text}"
    return line if outcome is Change.NO_CHANGE else f"{line} (worst: {known[-1].title})"


def _worse(row: Compared) -> float:
    change = row.change or 0.0
    return -change if row.more_is_better else change
