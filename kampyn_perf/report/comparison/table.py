"""A comparison as plain text: the answer first, then what differs, then every figure. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kampyn_perf.report.comparison.folding import fold
from kampyn_perf.results.compared import Compared
from kampyn_perf.results.comparison import Comparison, names_of

_HEAD = ("", "Figure", "Base", "New", "Change", "Interval", "Outcome")


def table(comparison: Comparison, *, everything: bool = False) -> bytes:
    """The document, UTF-8."""
    return ("\n".join(lines(comparison, everything=everything)) + "\n").encode()


def lines(comparison: Comparison, *, everything: bool = False) -> Iterator[str]:
    """Line by line. What did not change is told of by kinds, and what only explains and did not
    change is left out, unless `everything`."""
    yield comparison.headline
    yield from (f"  {reason}" for reason in comparison.reasons)
    yield f"base: {names_of(comparison.base)}"
    yield f"new:  {names_of(comparison.new)}"
    yield f"      {about(comparison)}"
    if comparison.differences:
        yield "not alike:"
        yield from (
            f"  {difference.what}: {difference.base} -> {difference.new}"
            for difference in comparison.differences
        )
    yield from (f"note: {remark}" for remark in comparison.remarks)
    folded = fold(comparison, everything=everything)
    yield from aligned(folded.shown)
    yield from folded.together
    if folded.left:
        yield f"and {folded.left} more, which changed nothing (--all)"
    elif folded.together:
        yield "each of them: --all"
    if comparison.control:
        yield "control: the base against itself, beside the pairs"
        yield from aligned([row for row in comparison.control if row.primary])


def about(comparison: Comparison) -> str:
    """What it rests on, in a line."""
    parts = [
        comparison.design.words,
        f"changes up to {comparison.margin * 100:.3g} % do not matter",
        f"intervals of {comparison.confidence * 100:.3g} %, decisions corrected for "
        f"{len(comparison.rows)} figures",
    ]
    if comparison.runs_before:
        parts.append(f"what is between runs by {comparison.runs_before} others")
    elif comparison.between_runs:
        parts.append(f"{comparison.between_runs * 100:.3g} % assumed between runs")
    return "; ".join(parts)


def aligned(rows: Sequence[Compared]) -> Iterator[str]:
    """A line for each figure, under a head; what is missing to decide stands at its end."""
    if not rows:
        return
    cells = [_HEAD, *map(_cells, rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(_HEAD))]
    for number, row in enumerate(cells):
        padded = [
            f"{cell:>{width}}" if 2 <= at <= 5 else f"{cell:<{width}}"
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        rest = rows[number - 1].missing_text if number else ""
        yield f"{'  '.join(padded)}{f'  {rest}' if rest else ''}".rstrip()


def _cells(row: Compared) -> tuple[str, ...]:
    return (
        row.outcome.mark,
        row.title,
        row.value_text(row.base),
        row.value_text(row.new),
        row.change_text,
        row.interval_text,
        row.outcome.words,
    )
