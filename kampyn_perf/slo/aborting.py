"""Whether a load that still goes on has failed for sure, and need not go on. Pure."""

from __future__ import annotations

from kampyn_perf.results.judgement import Outcome
from kampyn_perf.results.load import LoadResult
from kampyn_perf.slo.evidence.load import LoadEvidence
from kampyn_perf.slo.objectives import Slo
from kampyn_perf.slo.verdict.conclude import conclude

GRACE_US = 10_000_000
"""Where an objective says none: connections are made and caches filled in the first seconds."""


def can_abort(slo: Slo) -> bool:
    """Whether any of the objectives may end a run."""
    return any(objective.abort for objective in slo.objectives.values())


def reason_to_abort(result: LoadResult, slo: Slo) -> str:
    """The first objective with `abort` that failed, and why; empty where the run may go on.

    Judged as at the end: what is undecided ends nothing, nor does what a disturbed generator may
    have caused.
    """
    due = {
        name: objective
        for name, objective in slo.objectives.items()
        if objective.abort
        and result.elapsed_us >= (GRACE_US if objective.grace_us is None else objective.grace_us)
    }
    if not due:
        return ""
    verdict = conclude(LoadEvidence(result), slo=slo.model_copy(update={"objectives": due}))
    failed = next(
        (judgement for judgement in verdict.objectives if judgement.outcome is Outcome.FAIL), None
    )
    return f"the objective {failed.name} failed: {failed.explanation}" if failed else ""
