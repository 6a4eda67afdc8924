"""A comparison as GitHub's workflow commands. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from kampyn_perf.errors import ExitCode
from kampyn_perf.report.annotations import command
from kampyn_perf.results.compared import Change
from kampyn_perf.results.comparison import Comparison


def github(comparison: Comparison) -> bytes:
    """An error for each figure that regressed, a notice for each that improved, and why there is
    no better conclusion."""
    lines = list(_lines(comparison))
    return ("\n".join(lines) + "\n" if lines else "").encode()


def _lines(comparison: Comparison) -> Iterator[str]:
    for row in comparison.of(Change.REGRESSED, Change.IMPROVED):
        regressed = row.outcome is Change.REGRESSED
        level = "error" if regressed and row.gates else "notice"
        told = f"{row.value_text(row.base)} -> {row.value_text(row.new)}, {row.change_text}"
        yield command(level, f"{told} ({row.interval_text})", f"{row.title}: {row.outcome.words}")
    if comparison.exit_code is ExitCode.NO_VERDICT:
        reasons = "; ".join(comparison.reasons)
        yield command("error", reasons, f"kampyn-perf compare: {comparison.conclusion.words}")
    elif comparison.exit_code is ExitCode.OK and comparison.reasons:
        reasons = "; ".join(comparison.reasons)
        yield command("notice", reasons, f"kampyn-perf compare: {comparison.conclusion.words}")
