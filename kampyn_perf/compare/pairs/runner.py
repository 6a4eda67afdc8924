"""Leads the runs of a comparison, one after the other, until it is decided."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace

from kampyn_perf import load
from kampyn_perf.compare import conclude
from kampyn_perf.compare.judging import Paired, judge
from kampyn_perf.compare.pairs import server
from kampyn_perf.compare.pairs.arms import Arm, PairsRequest, Role
from kampyn_perf.compare.pairs.plan import Plan, reasons_of
from kampyn_perf.compare.pairs.ports import Observer, Unobserved
from kampyn_perf.compare.settings import Condition
from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.results.comparison import Comparison, RunName
from kampyn_perf.results.load import LoadResult

Measure = Callable[[Arm, Role, int], LoadResult]


def run(
    request: PairsRequest, observer: Observer | None = None, *, measure: Measure | None = None
) -> Comparison:
    """Run both sides until it is decided, or `request.most` pairs are done.

    Ctrl-C ends it with what is known; `reasons` of the comparison say so. Raises KampynError for
    what cannot be run, and where nothing at all came of it. `measure` makes a run, in place of
    `load.run`.
    """
    watching = observer or Unobserved()
    plan = Plan(request)
    measured = measure or (lambda arm, role, number: _measure(request, arm, role, number))
    try:
        interrupted = _rounds(plan, watching, measured)
    except KeyboardInterrupt:  # between two runs, or before one has begun
        if not plan.pairs:
            raise
        interrupted = signal.SIGINT.name
    return _comparison(plan, interrupted)


def _rounds(plan: Plan, watching: Observer, measured: Measure) -> str:
    """All of them; the signal that ended one early, if any did."""
    request = plan.request
    while not plan.over:
        number = plan.pairs + len(plan.lost) + 1
        results: dict[Role, LoadResult] = {}
        for role in plan.order():
            watching.begin(number, role)
            arm = request.new if role is Role.NEW else request.base
            results[role] = measured(arm, role, number)
            if interrupted := results[role].interrupted:
                return interrupted
            time.sleep(request.rest_s)
        if reason := plan.take(results):
            watching.discarded(number, reason)
        else:
            watching.decided(number, plan.primary())
    return ""


def _comparison(plan: Plan, interrupted: str) -> Comparison:
    request = plan.request
    if not plan.pairs:
        why = interrupted or next(iter(reasons_of(plan)), "")
        raise KampynError(
            f"nothing can be compared: {why}",
            code=ExitCode.NO_VERDICT,
            hint="No round of runs was usable.",
        )
    base, new = (
        [
            RunName(name=f"{arm.name} ({number})", started_at=result.started_at)
            for number, result in enumerate(plan.kept[role], start=1)
        ]
        for role, arm in ((Role.BASE, request.base), (Role.NEW, request.new))
    )
    settings = request.settings
    # The two sides are what is compared, wherever they are.
    allowed = {*settings.allowed, Condition.TARGET}
    comparison = judge(
        plan.kept[Role.BASE],
        plan.kept[Role.NEW],
        settings=replace(settings, allowed=sorted(allowed)),
        names=(base, new),
        paired=Paired(
            control=plan.kept.get(Role.CONTROL, []),
            primary=request.primary,
            figures=[plan.figures.get(role, []) for role in (Role.BASE, Role.NEW, Role.CONTROL)],
        ),
    )
    remarks = [
        f"{plan.pairs} pairs in random order (seed {request.seed}), "
        f"{'with' if request.control else 'without'} the base as its own control",
        *(f"a round did not count: {reason}" for reason in plan.lost),
        *([f"ended early by {interrupted}"] if interrupted else []),
    ]
    comparison = comparison.model_copy(update={"remarks": [*remarks, *comparison.remarks]})
    reasons = reasons_of(plan)
    return (
        conclude.concluded(comparison, [*reasons, *comparison.reasons]) if reasons else comparison
    )


def _measure(request: PairsRequest, arm: Arm, role: Role, number: int) -> LoadResult:
    """One run of an arm, with its server."""
    with server.running(arm.server) if arm.server else nullcontext("") as url:
        asked = arm.request(url)
        folder = request.folder / f"{number:03}-{role}" if request.folder else None
        asked = replace(asked, folder=folder, reports=None)
        return load.run(asked, watcher=request.watcher(asked))
