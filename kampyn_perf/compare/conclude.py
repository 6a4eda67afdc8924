"""What all figures come to together. Pure.

What is proven decides: one regression anywhere is one of the whole. What improved somewhere, and
regressed nowhere, is an improvement, unless a figure of the whole looks worse. That nothing changed
takes all figures of the whole to be shown so. What cannot be judged at all, as P99 of a short run,
stands beside that with its name, and does not undo it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kampyn_perf.results.compared import Change, Compared, Needed
from kampyn_perf.results.comparison import Comparison, Conclusion

_SHOWN = 8


def moved(row: Compared) -> bool:
    """Whether a control shows a change where there is none."""
    return row.outcome in (Change.REGRESSED, Change.IMPROVED)


def concluded(comparison: Comparison, reasons: Sequence[str]) -> Comparison:
    """The comparison with what its figures come to; `reasons` against it leave none."""
    if reasons:
        undone = [
            row.model_copy(
                update={
                    "outcome": Change.INCONCLUSIVE,
                    "explanation": "the two cannot be compared",
                    "needs": "",
                    "needed": None,
                }
            )
            for row in comparison.rows
        ]
        return comparison.model_copy(
            update={
                "conclusion": Conclusion.NOT_COMPARABLE,
                "reasons": list(reasons),
                "rows": undone,
            }
        )
    conclusion, told = _conclusion(comparison)
    why = [*_listed(told), *_undecided(comparison.rows)]
    if not any(row.primary for row in comparison.rows):
        why.append("nothing of the whole was compared")
    return comparison.model_copy(update={"conclusion": conclusion, "reasons": why})


def _conclusion(comparison: Comparison) -> tuple[Conclusion, list[Compared]]:
    """And the rows that it rests on."""
    worse, better = (
        [row for row in comparison.rows if row.gates and row.outcome is change]
        for change in (Change.REGRESSED, Change.IMPROVED)
    )
    if worse:
        return Conclusion.REGRESSED, worse
    primary = [row for row in comparison.rows if row.primary]
    doubtful = any(comparison.looks_worse(row) for row in primary)
    if better and not doubtful:
        return Conclusion.IMPROVED, better
    judged = [row for row in primary if not _cannot_be_judged(row)]
    if judged and not doubtful and all(row.outcome is Change.NO_CHANGE for row in judged):
        return Conclusion.NO_CHANGE, []
    return Conclusion.INCONCLUSIVE, better


def _cannot_be_judged(row: Compared) -> bool:
    """Whether it has no value on a side, or too few that would bound a change."""
    return row.outcome is Change.INCONCLUSIVE and None in (row.low, row.high)


def _listed(rows: Sequence[Compared]) -> Iterator[str]:
    """Figures that changed, those of the whole first."""
    ordered = sorted(rows, key=lambda row: not row.primary)
    for row in ordered[:_SHOWN]:
        known = f" ({row.interval_text})" if row.interval_text else ""
        yield f"{row.title}: {row.change_text}{known}"
    if len(ordered) > _SHOWN:
        yield f"and {len(ordered) - _SHOWN} more"


def _undecided(rows: Sequence[Compared]) -> Iterator[str]:
    """A line for each reason why figures of the whole are open, and for what would decide them."""
    open_ = [row for row in rows if row.primary and row.outcome is Change.INCONCLUSIVE]
    for reason in dict.fromkeys(row.explanation for row in open_):
        alike = [row for row in open_ if row.explanation == reason]
        needs = _together([row.needed for row in alike if row.needed])
        words = f"undecided: {', '.join(row.title for row in alike)}: {reason}"
        yield f"{words}; {needs}" if needs else words


def _together(needs: Sequence[Needed]) -> str:
    """What would decide all of them: of each kind the most."""
    most: dict[str, int] = {}
    for need in needs:
        if need.count is not None:
            most[need.noun] = max(most.get(need.noun, 0), need.count)
    if not most:
        return needs[0].words if needs else ""
    told = " and ".join(f"{count:,} {noun}" for noun, count in most.items())
    return f"about {told} would decide"
