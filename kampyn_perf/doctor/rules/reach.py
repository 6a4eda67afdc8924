"""What is said of a store that does not answer: pure."""

from __future__ import annotations

from kampyn_perf.doctor.findings import Finding, Level


def unreachable(what: str, where: str, why: str) -> Finding:
    """Of `what` at `where`."""
    return Finding(
        rule=f"{what}-unreachable",
        level=Level.PROBLEM,
        what=f"{where} cannot be reached: {why}",
        consequence="nothing is known of it; a backend that uses it fails, or does without",
        remedy="Is it running, and is the address right?",
    )
