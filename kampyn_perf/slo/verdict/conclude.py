"""All objectives of a result, or of several, to a verdict and an exit code. Pure.

The rules, in this order (documented in `docs/exit-codes.md`):

0. not one answer ever came (refused, no agreement on TLS, not HTTP): there was no target (3);
1. a run that holds no sample: no verdict (4);
2. a required objective failed: 1. In a run that is not valid only those have, of which its
   disturbance cannot have been the reason;
3. a run that is not valid: no verdict (4);
4. not one request succeeded, whatever was asked of them: 1;
5. a partial run: no verdict (4), unless it was asked to count. It can fail but not pass: what it
   did not come to, the peak above all, is what objectives are for;
6. a required objective was not decided, and its observed value misses the target: no verdict (4);
   what is only inconclusive because the sample is small does not stop anybody, but 0 never stands
   beside a value that is worse than was promised;
7. `strict`, and a required objective was not decided: no verdict (4);
8. no required objective passed: no verdict (4);
9. otherwise 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kampyn_perf.errors import ExitCode
from kampyn_perf.results.judgement import Judgement, Outcome
from kampyn_perf.results.verdict import Conclusion, Verdict
from kampyn_perf.slo.evidence.baseline import NONE_GIVEN, Baseline, against
from kampyn_perf.slo.evidence.estimate import Evidence, Missing, Standing
from kampyn_perf.slo.evidence.together import Together
from kampyn_perf.slo.objective import Objective
from kampyn_perf.slo.objectives import Slo
from kampyn_perf.slo.scope import Scope
from kampyn_perf.slo.verdict.outcome import hold, invalidate, judge, warn
from kampyn_perf.units import format_duration

PARTIAL_RULE = "a partial run can fail but not pass (--allow-partial lets it)"
LET_BY = "required and not decided (with --strict there is no pass)"
_UNDECIDED = (Outcome.INCONCLUSIVE, Outcome.NO_DATA, Outcome.NOT_EXERCISED)


_SAYS_MOST = (
    Outcome.FAIL,
    Outcome.PASS,
    Outcome.INCONCLUSIVE,
    Outcome.INVALID,
    Outcome.NOT_EXERCISED,
    Outcome.NO_DATA,
)
"""Of several results, the one that says most of an objective: a failure before all, and what
decides before what does not."""


def conclude(
    *evidences: Evidence,
    slo: Slo,
    strict: bool = False,
    allow_partial: bool = False,
    baselines: Sequence[Baseline] = (),
) -> Verdict:
    """What one result comes to, or several together, judged by every objective of `slo`.

    Of several, each objective takes the one that says most of it: a capacity search answers what a
    load could not try. A flaw of any (partial, not valid) is a flaw of all. `baselines` has for
    each of them what it is compared with, or why it is with nothing.
    """
    evidence: Standing = evidences[0] if len(evidences) == 1 else Together(evidences)
    judgements_by_part: dict[tuple[str, Scope], Judgement] = {}
    compared = baselines or [Baseline(evidence=Missing(NONE_GIVEN))] * len(evidences)
    for part, baseline in zip(evidences, compared, strict=True):
        for name, objective in _expanded(part, slo):
            judgement = _judgement(part, name, objective, baseline)
            known = judgements_by_part.setdefault((name, objective.scope), judgement)
            if _rank(judgement) < _rank(known):
                judgements_by_part[name, objective.scope] = judgement
    judgements = _without_idle_patterns(judgements_by_part)
    code, reasons = _exit_code(
        evidence, judgements, strict=strict, partial_counts=allow_partial or not evidence.partial
    )
    return Verdict(
        subject=evidence.subject,
        started_at=evidence.started_at,
        partial=bool(evidence.partial),
        strict=strict,
        conclusion=_CONCLUSIONS[code],
        exit_code=code,
        reasons=reasons,
        objectives=judgements,
    )


def _rank(judgement: Judgement) -> int:
    """Lower says more. What missed its target, although not for sure, is made good by no other."""
    missed = judgement.unanswered or (judgement.margin or 0) < 0
    if missed and judgement.outcome is Outcome.INCONCLUSIVE:
        return _SAYS_MOST.index(Outcome.FAIL)
    return _SAYS_MOST.index(judgement.outcome)


def _without_idle_patterns(
    judgements_by_part: dict[tuple[str, Scope], Judgement],
) -> list[Judgement]:
    """A pattern that stood for nothing in one result, and for parts in another, is no gap."""
    parts = {name for name, scope in judgements_by_part if not scope.is_pattern}
    return [
        judgement
        for (name, scope), judgement in judgements_by_part.items()
        if not (scope.is_pattern and name in parts)
    ]


def _judgement(
    evidence: Evidence, name: str, objective: Objective, baseline: Baseline
) -> Judgement:
    """Of one objective. A run that is not valid cannot pass it; it has failed where its disturbance
    cannot have been the reason."""
    if objective.target.relative:
        objective, estimate = against(evidence, baseline, objective)
    else:
        estimate = evidence.find(objective)
    judgement = judge(name, objective, estimate)
    if objective.warn is not None:
        stricter = objective.model_copy(update={"target": objective.warn, "warn": None})
        judgement = warn(judgement, objective.warn, evidence.find(stricter))
    if not evidence.invalid:
        return judgement
    bound = evidence.held(objective)
    if judgement.outcome is Outcome.FAIL and bound is not None:
        return hold(judgement, bound)
    return invalidate(judgement, evidence.invalid[0])


def _expanded(evidence: Evidence, slo: Slo) -> Iterator[tuple[str, Objective]]:
    """Every objective; one whose scope is a pattern once for each part that it stands for.

    A pattern that stands for nothing stays as it is, and is found missing under its own name.
    """
    for name, objective in slo.objectives.items():
        scope = objective.scope
        parts = [part for part in evidence.names(scope.kind) if scope.fits(part)]
        if not scope.is_pattern or not parts:
            yield name, objective
            continue
        for part in parts:
            yield name, objective.model_copy(update={"scope": Scope(scope.kind, part)})


_CONCLUSIONS = {
    ExitCode.OK: Conclusion.PASS,
    ExitCode.FAILED: Conclusion.FAIL,
    ExitCode.NO_VERDICT: Conclusion.NO_VERDICT,
    ExitCode.UNREACHABLE: Conclusion.NO_VERDICT,
}


def _exit_code(
    evidence: Standing, judgements: list[Judgement], *, strict: bool, partial_counts: bool
) -> tuple[ExitCode, list[str]]:
    """The exit code and its reasons, by the rules above."""
    required = [judgement for judgement in judgements if judgement.required]
    partial = [f"the run is partial: {evidence.partial}"] if evidence.partial else []
    invalid = [f"the run is not valid: {reason}" for reason in evidence.invalid]
    failed = _named(required, Outcome.FAIL)
    undecided = _named(required, *_UNDECIDED)
    missed = [
        judgement for judgement in required if judgement.unanswered or (judgement.margin or 0) < 0
    ]
    doubtful = _named(missed, Outcome.INCONCLUSIVE)
    passed = _named(required, Outcome.PASS)
    near = ", ".join(dict.fromkeys(judgement.name for judgement in judgements if judgement.warned))
    warned = [f"near the limit: {near}"] if near else []
    masked = _worse_with_faults(required)
    nothing = "no required objective passed" if required else "no objective is required"
    no_verdict = ExitCode.NO_VERDICT
    rules: list[tuple[bool, ExitCode, list[str]]] = [
        (
            bool(evidence.unreachable),
            ExitCode.UNREACHABLE,
            [f"the target never answered: {evidence.unreachable}"],
        ),
        (evidence.empty, no_verdict, ["the result holds no sample at all", *invalid]),
        (bool(failed), ExitCode.FAILED, [f"failed: {failed}", *invalid]),
        (bool(invalid), no_verdict, invalid),
        (evidence.all_failed, ExitCode.FAILED, ["not one request succeeded"]),
        (not partial_counts, no_verdict, [PARTIAL_RULE]),
        (bool(doubtful), no_verdict, [f"missed its target, but not for sure: {doubtful}"]),
        (strict and bool(undecided), no_verdict, [f"required, but not decided: {undecided}"]),
        (not passed, no_verdict, [nothing]),
        (True, ExitCode.OK, [*([f"{LET_BY}: {undecided}"] if undecided else []), *warned]),
    ]
    return next((code, [*reasons, *partial, *masked]) for holds, code, reasons in rules if holds)


def _worse_with_faults(required: list[Judgement]) -> list[str]:
    """What is only kept where faults are left out: told in every case."""
    lost = [
        judgement
        for judgement in required
        if judgement.with_faults_outcome not in (None, Outcome.PASS, judgement.outcome)
        and judgement.outcome in (Outcome.PASS, Outcome.INCONCLUSIVE)
    ]
    if not lost:
        return []
    left_out = format_duration(lost[0].masked_us)
    told = ", ".join(f"{judgement.name} {judgement.with_faults_text}" for judgement in lost)
    return [f"{left_out} under faults are left out; with them: {told}"]


def _named(judgements: list[Judgement], *outcomes: Outcome) -> str:
    """Names of those with one of the outcomes; each once, however many parts it stood for."""
    names = dict.fromkeys(
        judgement.name for judgement in judgements if judgement.outcome in outcomes
    )
    return ", ".join(names)
