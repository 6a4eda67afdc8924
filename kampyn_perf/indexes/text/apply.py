"""What a run found and did, as lines for people and as data for programs. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kampyn_perf.indexes.apply.execute import Event, EventKind
from kampyn_perf.indexes.apply.preflight import PreflightFinding, PreflightLevel
from kampyn_perf.indexes.apply.run import ApplyReport, StepOutcome, StepResult
from kampyn_perf.indexes.model.ports import Build
from kampyn_perf.indexes.model.refusals import hint_for
from kampyn_perf.indexes.plan.actions import IndexPlan
from kampyn_perf.indexes.plan.step_kinds import Step
from kampyn_perf.indexes.text.plan import Line, LineKind
from kampyn_perf.units import format_duration

APPLY_SCHEMA = "kampyn-perf/index-apply"
APPLY_VERSION = 1

_FINDING_KINDS = {
    PreflightLevel.BLOCK: LineKind.CONFLICT,
    PreflightLevel.WARN: LineKind.WARNING,
    PreflightLevel.NOTE: LineKind.FAINT,
}


def finding_line(finding: PreflightFinding) -> Line:
    """One finding of the pre-flight."""
    where = ".".join(part for part in (finding.collection, finding.index) if part)
    consequence = "; it is not begun" if finding.severity is PreflightLevel.BLOCK else ""
    return Line(_FINDING_KINDS[finding.severity], f"  {where}: {finding.message}{consequence}")


def event_line(event: Event, took_us: int | None) -> Line:
    """One event, as it happens."""
    kind = event.steps[0].kind
    what = f"{event.steps[0].collection}: {_names(event.steps)}"
    took = f" in {format_duration(took_us)}" if took_us is not None else ""
    code = f" (error {event.code})" if event.code else ""
    if event.kind is EventKind.STARTED:
        return Line(LineKind.FAINT, f"  {what}: {kind.rules.doing} ...")
    if event.kind is EventKind.DONE:
        return Line(LineKind.ADD, f"  {what}: {kind.rules.done}{took}")
    if event.kind is EventKind.RETRY:
        return Line(
            LineKind.WARNING,
            f"  {what}: not built together{code}: {event.message}; now each for itself",
        )
    if event.kind in (EventKind.UNDONE, EventKind.RESTORED):
        return Line(LineKind.WARNING, f"  {what}: {event.message}")
    word = "skipped" if event.kind is EventKind.SKIPPED else "failed"
    hint = f". {hint_for(event.code)}" if hint_for(event.code) else ""
    return Line(LineKind.CONFLICT, f"  {what}: {word}{code}: {event.message}{hint}")


def progress_text(collection: str, names: Sequence[str], build: Build | None, spent_us: int) -> str:
    """`orders: building a_1, b_1: 45 %, scanning collection, 12.3 s`."""
    parts = [f"{collection}: building {', '.join(names)}"]
    if build is not None and build.progress is not None:
        parts.append(f"{build.progress:.0%}")
    if build is not None and build.phase:
        parts.append(build.phase)
    return ": ".join(parts[:1]) + ": " + ", ".join([*parts[1:], format_duration(spent_us)])


def report_lines(report: ApplyReport, after: IndexPlan | None) -> Iterator[Line]:
    """How it ended."""
    counts = {outcome: _count(report.results, outcome) for outcome in StepOutcome}
    parts = [f"{n} {outcome.value}" for outcome, n in counts.items() if n]
    yield Line(LineKind.TITLE, f"Applied: {', '.join(parts) or 'nothing'}.")
    if after is None:
        return
    if after.pending:
        left = [f"{a.collection}.{a.name}" for a in after.actions if a.pending]
        yield Line(LineKind.WARNING, f"The catalogue is not met yet: {', '.join(left)}.")
    else:
        yield Line(LineKind.ADD, "The catalogue is met.")


def report_json(report: ApplyReport, after: IndexPlan | None) -> dict[str, Any]:
    """The machine form: `kampyn-perf/index-apply`, version 1."""
    return {
        "schema": APPLY_SCHEMA,
        "version": APPLY_VERSION,
        "run": report.run,
        "contentHash": report.plan.content_hash,
        "findings": [
            {
                "severity": finding.severity.value,
                "collection": finding.collection,
                "index": finding.index or None,
                "message": finding.message,
                "sampleIds": list(finding.sample_ids),
            }
            for finding in report.findings
        ],
        "steps": [_result_json(result) for result in report.results],
        "stopped": report.stopped.message if report.stopped else None,
        "met": None if after is None else not after.pending,
    }


def _result_json(result: StepResult) -> dict[str, Any]:
    return {
        "id": result.step.id,
        "step": result.step.kind.value,
        "collection": result.step.collection,
        "name": result.step.name,
        "outcome": result.outcome.value,
        "code": result.code or None,
        "message": result.message or None,
        "tookUs": result.took_us,
    }


def _names(steps: Sequence[Step]) -> str:
    return ", ".join(step.name for step in steps)


def _count(results: Sequence[StepResult], outcome: StepOutcome) -> int:
    return sum(result.outcome is outcome for result in results)
