"""What an audit after a load counted. Pure."""

from __future__ import annotations

from kampyn_perf.results.audit import StoreAudit
from kampyn_perf.slo.evidence.estimate import Estimate, Missing
from kampyn_perf.slo.kinds import Work


def audited(audit: StoreAudit | None, of: Work) -> Estimate | Missing:
    """Counted, not estimated."""
    if audit is None:
        return Missing("the run was not audited: load --audit does")
    number = audit.lost if of is Work.LOST else audit.doubled
    if number is None or audit.acknowledged is None:
        return Missing("the audit could not tell: the target's `audit` says how (docs/targets.md)")
    if not audit.acknowledged:
        return Missing("no answer acknowledged anything")
    return Estimate(
        observed=float(number),
        interval=None,
        samples=audit.acknowledged,
        noun="orders",
        note=f"of {audit.acknowledged:,} that were acknowledged",
        exact="counted, not estimated",
    )
