"""A benchmark's result, as far as a verdict needs it. Pure.

Nanoseconds come in, microseconds go out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kampyn_perf import stats
from kampyn_perf.results.bench import BenchResult, CaseResult, CaseStatus
from kampyn_perf.results.load import RunStatus
from kampyn_perf.slo.evidence import estimate
from kampyn_perf.slo.evidence.estimate import Estimate, Missing, unknown
from kampyn_perf.slo.evidence.result_evidence import ResultEvidence
from kampyn_perf.slo.kinds import CaseTimes, Watched
from kampyn_perf.slo.metrics import ScopeKind
from kampyn_perf.slo.objective import Objective
from kampyn_perf.slo.targets import Target

_NS = 1_000


class BenchEvidence(ResultEvidence[BenchResult]):
    """What a benchmark says about objectives: times of its cases, and of database queries. Failures
    spoil the case that they happened in, not the others, and are no samples."""

    @property
    def partial(self) -> str:
        if self._result.status is RunStatus.COMPLETE:
            return ""
        return self._result.reason or "the run ended early"

    @property
    def empty(self) -> bool:
        return not any(case.samples and case.samples.count for case in self._result.cases)

    def names(self, kind: ScopeKind) -> list[str]:
        """Of its cases."""
        return [case.name for case in self._result.cases] if kind is ScopeKind.CASE else []

    def find(self, objective: Objective) -> Estimate | Missing:
        """What the benchmark says about `objective`."""
        match objective.described.evidence:
            case Watched(suite=suite, noun=noun) if suite:
                return self._together(objective, suite, noun)
            case CaseTimes():
                return self._case(objective)
            case _:
                return Missing(f"a benchmark does not measure {objective.metric}")

    def _case(self, objective: Objective) -> Estimate | Missing:
        case = self._result.find(objective.scope.name)
        if case is None:
            return unknown(objective.scope, self.names(ScopeKind.CASE))
        return _spoiled([case]) or _times([case], objective, noun="calls")

    def _together(self, objective: Objective, suite: str, noun: str) -> Estimate | Missing:
        """All cases of a suite together: the document promises the average of all queries."""
        cases = [case for case in self._result.cases if case.suite == suite]
        if not cases:
            return Missing(f"the benchmark ran no case of the {suite} suite")
        return _spoiled(cases) or _times(cases, objective, noun=noun)


def _spoiled(cases: Sequence[CaseResult]) -> Missing | None:
    """A case that failed has figures of what did not fail: they are no evidence."""
    bad = [case for case in cases if case.status in (CaseStatus.FAILED, CaseStatus.UNAVAILABLE)]
    if not bad:
        return None
    return Missing("; ".join(f"case {case.name} {_what_happened(case)}" for case in bad))


def _what_happened(case: CaseResult) -> str:
    word = "failed" if case.status is CaseStatus.FAILED else "could not be measured"
    return f"{word}: {case.failures[0].message}" if case.failures else word


def _times(cases: Sequence[CaseResult], objective: Objective, *, noun: str) -> Estimate | Missing:
    parts = [case.decode() / _NS for case in cases]
    times = np.concatenate(parts)
    if not times.size:
        return Missing(f"there were no {noun}")
    strata = [case.name for case, part in zip(cases, parts, strict=True) for _ in part]
    if objective.statistic == "max":
        return estimate.maximum(float(times.max()), samples=times.size, noun=noun)
    if objective.quantile is None:
        interval = stats.mean_interval(times, strata=strata)
        return estimate.mean(float(times.mean()), interval, samples=times.size, noun=noun)
    return _quantile(times, objective.quantile, strata, noun)


def _quantile(times: np.ndarray, q: float, strata: Sequence[str], noun: str) -> Estimate:
    ordered = np.sort(times)
    worth = stats.quantile_deflation(times, q, strata=strata)

    def below(target: Target) -> float:
        return float(np.searchsorted(ordered, target.value)) / ordered.size

    return estimate.quantile(
        q,
        observed=float(ordered[stats.document_rank(ordered.size, q) - 1]),
        interval=stats.quantile_interval(ordered.tolist(), q, effective=worth.effective),
        samples=ordered.size,
        effective=worth.effective,
        noun=noun,
        below=below,
    )
