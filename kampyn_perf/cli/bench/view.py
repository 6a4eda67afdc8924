"""How a benchmark's result looks in a terminal. Durations come in nanoseconds."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from kampyn_perf.bench.sparkline import sparkline
from kampyn_perf.results.bench import BenchResult, CaseResult, CaseStatus, CaseWarning, Estimate
from kampyn_perf.units import format_nanoseconds

if TYPE_CHECKING:
    from rich.table import Table

_SPARKLINE = 24
_WIDE = 100
_SHOWN = 6
"""Up to this many warnings are shown one by one; more are put together by kind."""


def result_table(result: BenchResult, *, width: int) -> Table:
    """Two lines for each case: figures with their intervals below, the sparkline below the name."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("Case", overflow="fold", min_width=_SPARKLINE)
    numbers = ["n", "Average", "P50", "P95", "P99", "Min / Max", "Per second"]
    if width < _WIDE:
        numbers.remove("Min / Max")
    for title in numbers:
        table.add_column(title, justify="right", no_wrap=True)
    for case in result.cases:
        cells = _cells(case)
        if width < _WIDE:
            del cells[5]
        name = Text(case.name)
        if case.samples:
            name.append(
                "\n" + sparkline(case.decode(), width=_SPARKLINE, ascii_only=_ascii()), "cyan"
            )
        table.add_row(name, *cells)
    return table


def _cells(case: CaseResult) -> list[Any]:
    """The columns beside the name."""
    from rich.text import Text

    if case.status in (CaseStatus.FAILED, CaseStatus.UNAVAILABLE) or not case.summary:
        word = str(case.status) if case.summary or case.failures else "nothing measured"
        return [str(case.completed), Text(word, "bold red"), "", "", "", "", ""]
    s = case.summary
    rate = f"{s.per_second:,.0f}" if s.per_second >= 100 else f"{s.per_second:.3g}"
    ends = f"{format_nanoseconds(s.min_ns)}\n{format_nanoseconds(s.max_ns)}"
    figures = [_estimate(part) for part in (s.mean, s.p50, s.p95, s.p99)]
    count = f"{s.n}" if case.status is CaseStatus.OK else f"{s.n}\npartial"
    return [count, *figures, ends, rate]


def _estimate(part: Estimate) -> Any:
    from rich.text import Text

    text = Text(format_nanoseconds(part.value_ns))
    if part.low_ns is None and part.high_ns is None:
        return text.append("\nn too small", "yellow")
    low = "?" if part.low_ns is None else _bare(part.low_ns, part.value_ns)
    high = "?" if part.high_ns is None else _bare(part.high_ns, part.value_ns)
    return text.append(f"\n{low}…{high}", "yellow" if part.needs else "dim")


def _bare(ns: float, like: float) -> str:
    """Without its unit where that is the unit of the figure above it."""
    number, unit = format_nanoseconds(ns).rsplit(" ", 1)
    return number if format_nanoseconds(like).endswith(f" {unit}") else f"{number} {unit}"


def failure_lines(result: BenchResult) -> Iterable[str]:
    """What went wrong, case by case; the same failure of many cases once."""
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for case in result.cases:
        for failure in case.failures:
            times = f"{failure.count} × " if failure.count > 1 else ""
            place = f" ({failure.where})" if failure.where else ""
            text = f"in {failure.stage}: {times}{failure.kind}: {failure.message}{place}"
            groups[(text,)].append(case.name)
    for (text,), names in groups.items():
        yield f"{_names(names)} failed {text}"


def warning_lines(result: BenchResult) -> Iterable[str]:
    """What makes the figures mean less than they seem to, with advice."""
    warnings = [(case.name, warning) for case in result.cases for warning in case.warnings]
    if len(warnings) <= _SHOWN:
        for name, warning in warnings:
            yield f"{name}: {warning.message}. {warning.advice}."
        return
    kinds: dict[str, list[tuple[str, CaseWarning]]] = defaultdict(list)
    for name, warning in warnings:
        kinds[warning.kind].append((name, warning))
    for group in kinds.values():
        name, warning = group[0]
        others = f" (and {len(group) - 1} more cases like it)" if len(group) > 1 else ""
        yield f"{name}: {warning.message}{others}. {warning.advice}."


def context_lines(result: BenchResult) -> Iterable[str]:
    """What else came out and should be seen at once."""
    returned = result.context.get("db", {}).get("documents returned", {})
    empty = [name for name, count in returned.items() if count == 0]
    if empty:
        yield (
            f"note: {', '.join(empty)} found no documents: put values that this data has under "
            "parameters: in configs/indexes.yaml"
        )


def _names(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"


def _ascii() -> bool:
    """Whether the terminal cannot show blocks."""
    encoding = getattr(sys.stderr, "encoding", None) or "ascii"
    try:
        "▁█".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return True
    return False
