"""An audit of the bundled backend's store on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kampyn_perf.cli import console

if TYPE_CHECKING:
    from kampyn_perf.backend.audit import AuditReport
    from kampyn_perf.results.audit import StoreAudit


def show(report: AuditReport | StoreAudit) -> None:
    """What is broken, each with examples, and what was looked at."""
    for finding in report.findings:
        console.say(f"broken: {finding.invariant} ({finding.count} times)", style="bold red")
        for example in finding.examples:
            console.say(f"  {example}")
    word = "all invariants hold" if report.ok else f"{len(report.findings)} invariants are broken"
    console.say(f"Audit: {word}; {report.looked_at}")
