"""A result and objectives to the verdict. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from kampyn_perf.errors import KampynError
from kampyn_perf.results import io
from kampyn_perf.results.bench import BenchResult
from kampyn_perf.results.capacity import CapacityResult
from kampyn_perf.results.judgement import Outcome
from kampyn_perf.results.load import LoadResult
from kampyn_perf.results.verdict import Finding, Verdict
from kampyn_perf.slo.evidence.baseline import NONE_GIVEN, Apart, Baseline, nobody_knows, why_not
from kampyn_perf.slo.evidence.bench import BenchEvidence
from kampyn_perf.slo.evidence.capacity import CapacityEvidence
from kampyn_perf.slo.evidence.estimate import Evidence, Missing
from kampyn_perf.slo.evidence.load import LoadEvidence
from kampyn_perf.slo.explain import explain
from kampyn_perf.slo.explain.unusual import unusual
from kampyn_perf.slo.growth import memory_of
from kampyn_perf.slo.kinds import RequestRate
from kampyn_perf.slo.objectives import Slo
from kampyn_perf.slo.steady import phases
from kampyn_perf.slo.verdict.conclude import conclude

Result = LoadResult | BenchResult | CapacityResult


def judge(
    results: Result | Sequence[Result],
    slo: Slo,
    *,
    strict: bool = False,
    allow_partial: bool = False,
    baseline: Result | None = None,
    apart: Apart = nobody_knows,
) -> Verdict:
    """The verdict on a result, or on several together, of which each objective takes the one that
    says most of it. Raises KampynError where histograms or samples are damaged.

    With `strict`, what is required and was not decided is no success. With `allow_partial`, a run
    that ended early may pass. `baseline` is the earlier run that relative targets are about, and
    `apart` knows how much runs like the two differ.
    """
    try:
        several = [results] if isinstance(results, Result) else results
        evidences = [_evidence(result) for result in several]
        verdict = conclude(
            *evidences,
            slo=slo,
            strict=strict,
            allow_partial=allow_partial,
            baselines=[
                Baseline(evidence=_baseline(result, baseline), apart=apart) for result in several
            ],
        )
        loads = [result for result in several if isinstance(result, LoadResult)]
        exhausted = _exhausted(several, verdict, slo)
        if len(loads) != 1:
            explanations = [*exhausted, *_explained_each(loads, slo)]
            return verdict.model_copy(update={"explanation": explanations})
        alone = len(several) == 1
        own = verdict if alone else conclude(LoadEvidence(loads[0]), slo=slo)
        explanation = [*exhausted, *explain(loads[0], own.objectives)]
        more = {
            "steadiness": phases(loads[0]),
            "memory": memory_of(loads[0]),
            "unusual": unusual(loads[0]),
        }
        return verdict.model_copy(update={"explanation": explanation, **more})
    except ValueError as error:  # what was written encoded is only read when it is judged
        raise KampynError(f"the result cannot be judged: {error}", hint=io.DAMAGED) from error


def judge_so_far(result: LoadResult, slo: Slo) -> Verdict:
    """How it stands with a run that goes on: without an explanation, which takes longer."""
    return conclude(
        _evidence(result),
        slo=slo,
        strict=False,
        allow_partial=True,
        baselines=[Baseline(evidence=_baseline(result, None))],
    )


def _exhausted(results: Sequence[Result], verdict: Verdict, slo: Slo) -> list[Finding]:
    """Where throughput was missed, what was at its end in a capacity search: a load beside it that
    asked for less knows nothing of that."""
    missed = any(
        isinstance(slo.objectives[one.name].described.evidence, RequestRate)
        for one in verdict.objectives
        if one.outcome is Outcome.FAIL
    )
    searches = [result for result in results if isinstance(result, CapacityResult) and missed]
    return [
        finding.model_copy(update={"words": f"capacity search: {finding.words}"})
        for search in searches
        for finding in search.evidence
    ]


def _explained_each(loads: Sequence[LoadResult], slo: Slo) -> list[Finding]:
    """What each load's own breach coincides with; together, a goal does not say where it was
    missed."""
    return [
        finding.model_copy(update={"words": f"load of {load.started_at}: {finding.words}"})
        for load in loads
        for finding in explain(load, conclude(LoadEvidence(load), slo=slo).objectives)
    ]


def _baseline(result: Result, baseline: Result | None) -> Evidence | Missing:
    if baseline is None:
        return Missing(NONE_GIVEN)
    if not isinstance(result, LoadResult) or not isinstance(baseline, LoadResult):
        return Missing("only two loads are compared")
    reason = why_not(result, baseline)
    return Missing(f"not compared: {reason}") if reason else LoadEvidence(baseline)


def _evidence(result: Result) -> Evidence:
    match result:
        case LoadResult():
            return LoadEvidence(result)
        case CapacityResult():
            return CapacityEvidence(result)
        case _:
            return BenchEvidence(result)
