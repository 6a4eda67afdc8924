"""What must hold before the first change of a plan, and which of its steps are better not begun."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.indexes.apply.preflight import PreflightFinding, PreflightLevel
from kampyn_perf.indexes.model.normalise import state_hash
from kampyn_perf.indexes.model.ports import Database
from kampyn_perf.indexes.plan.actions import IndexPlan


def blocked_steps(plan: IndexPlan, findings: Iterable[PreflightFinding]) -> dict[str, str]:
    """Ids of steps that are not begun, and why: their own, and for want of room all builds of a
    collection."""
    reasons: dict[str, str] = {}
    for finding in findings:
        if finding.severity is not PreflightLevel.BLOCK:
            continue
        for step in plan.steps:
            whole = not finding.step and step.spec is not None
            if step.id == finding.step or (whole and step.collection == finding.collection):
                reasons.setdefault(step.id, finding.message)
    for action in plan.actions:
        # A change is not begun that cannot be ended: the old form would be gone for nothing.
        reason = next((reasons[step.id] for step in action.steps if step.id in reasons), "")
        if reason:
            reasons |= {step.id: reason for step in action.steps}
    return reasons


def check_writable(databases: Iterable[Database]) -> None:
    """Before anything else is tried."""
    for database in databases:
        if not database.server.writable:
            raise KampynError(
                f"{database.label} takes no writes: {database.server.note or 'read-only'}",
                code=ExitCode.UNREACHABLE,
                hint="Name all members of the replica set in the URI, or its replicaSet, so that "
                "the primary is found.",
            )


def check_unchanged(plan: IndexPlan, database_of: Callable[[str], Database]) -> None:
    """Raises KampynError if a collection is not as it was when the plan was made."""
    changed = [
        part.collection
        for part in plan.collections
        if state_hash(database_of(part.collection).read_collection(part.collection))
        != plan.state_hashes[part.collection]
    ]
    if changed:
        raise KampynError(
            f"the indexes of {', '.join(changed)} changed since the plan was made",
            code=ExitCode.FAILED,
            hint="Nothing was done. Look at a new plan: kampyn-perf indexes plan",
        )
