"""`capacity.run`: a search, from a request to its result, saved whole after every step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from kampyn_perf import load, machine, names
from kampyn_perf.capacity.answer import answer_of
from kampyn_perf.capacity.asks import Ask, Stop
from kampyn_perf.capacity.judged import aside_of, relevant
from kampyn_perf.capacity.plan import Plan, shape
from kampyn_perf.capacity.probe import Probe
from kampyn_perf.capacity.request import CapacityRequest, Observer, Unobserved
from kampyn_perf.capacity.search import beyond, decide
from kampyn_perf.capacity.stepping import Interrupted, Stepper
from kampyn_perf.capacity.steps import spent_us, without
from kampyn_perf.errors import KampynError
from kampyn_perf.load.bundled import context
from kampyn_perf.redact import redact_url
from kampyn_perf.results import io
from kampyn_perf.results.capacity import Beyond, CapacityResult, CapacityStep, Ending, Limiter
from kampyn_perf.results.folder import (
    RunKind,
    claimed_run_folder,
    find_result,
    new_run_folder,
    point_latest,
)
from kampyn_perf.results.load import Target
from kampyn_perf.results.verdict import Finding
from kampyn_perf.slo.explain import NO_CAUSE
from kampyn_perf.slo.objectives import Slo

_EVIDENCE = 3
"""Findings that stand in the answer."""


def run(request: CapacityRequest, observer: Observer | None = None) -> CapacityResult:
    """Search, and return what was found; blocks for as long as the budget says.

    Raises KampynError for a search that cannot begin: a budget that is too small, a target that
    does not answer (`UnreachableError`), no objective that a rate has to keep.
    """
    slo = relevant(request.slo)
    if slo is None:
        raise KampynError(
            "no objective is left that a rate has to keep",
            hint="Capacity is the rate at which the required objectives hold: name objectives with "
            "--slo, such as response_time.",
        )
    earlier = read_search(request.resume) if request.resume else None
    plan = _plan(request, earlier, aside_of(slo))
    with _folder(request) as folder:
        return _Search(request, slo, plan, folder, observer or Unobserved()).run(earlier)


def read_search(path: Path) -> CapacityResult:
    """The result of an earlier search. Raises KampynError."""
    return io.read(find_result(path), {names.CAPACITY_SCHEMA: CapacityResult})


def _plan(request: CapacityRequest, earlier: CapacityResult | None, aside: tuple[str, ...]) -> Plan:
    """A new one, or that of the search that goes on, with the time that is given now."""
    seed = request.load.spec.seed
    if request.plan is not None:
        return request.plan
    if earlier is None:
        return shape(request.budget_us, seed=seed, aside=aside)
    try:
        known = {**earlier.plan, "rungs": tuple(earlier.plan["rungs"])}
        return replace(Plan(**known), budget_us=request.budget_us, aside=aside)
    except (KeyError, TypeError) as error:
        raise KampynError("the search to go on with has no plan", hint=io.DAMAGED) from error


@contextmanager
def _folder(request: CapacityRequest) -> Iterator[Path]:
    with ExitStack() as stack:
        if request.resume:
            yield find_result(request.resume).resolve().parent
        elif request.folder is not None:
            yield stack.enter_context(claimed_run_folder(request.folder))
        else:
            reports = request.reports or Path("reports")
            new = new_run_folder(reports, label="capacity", now=datetime.now(UTC))
            yield stack.enter_context(new)


class _Search:
    """One search, wired."""

    def __init__(
        self, request: CapacityRequest, slo: Slo, plan: Plan, folder: Path, observer: Observer
    ) -> None:
        self._request = request
        self._slo = slo
        self._plan = plan
        self._folder = folder
        self._observer = observer
        self._steps: list[CapacityStep] = []
        self._started_at = datetime.now(UTC).isoformat(timespec="seconds")

    def run(self, earlier: CapacityResult | None) -> CapacityResult:
        if earlier:
            self._take_up(earlier)
        # Whoever ends it while something is started ends the search as well, and nothing is lost.
        log = self._folder / names.BACKEND_LOG
        self._observer.begin(self._plan, known=len(self._steps))
        if self._request.load.bundled:
            self._observer.remark("Starting the bundled backend ...")
        with load.backend_for(self._request.load, log_path=log) as ready:
            url = ready.running.url if ready.running else ready.spec.url
            probe = Probe(url)
            probe.first()
            stepper = Stepper(
                request=ready,
                slo=self._slo,
                probe=probe,
                folder=self._folder,
                watcher=self._request.watcher,
            )
            return self._loop(stepper, probe)

    def _loop(self, stepper: Stepper, probe: Probe) -> CapacityResult:
        try:
            stop = self._until_over(stepper, probe)
        except (Interrupted, KeyboardInterrupt) as error:  # within a step, or between two
            signal = str(error) or "SIGINT"
            stop = Stop(ending=Ending.INTERRUPTED, reason=f"it was ended by {signal}")
            return self._end(stop, probe, interrupted=signal)
        return self._end(stop, probe)

    def _until_over(self, stepper: Stepper, probe: Probe) -> Stop:
        while isinstance(ask := decide(self._plan, self._steps, probe.limiter), Ask):
            number = len(self._steps) + 1
            self._observer.asking(number, ask)
            for step in stepper.carry_out(ask, number):
                self._steps.append(step)
                self._observer.step(step)
            self._save(self._result(None, probe))
        return ask

    def _end(self, stop: Stop, probe: Probe, *, interrupted: str = "") -> CapacityResult:
        result = self._result(stop, probe, interrupted=interrupted)
        self._save(result)
        reports = self._request.reports
        if reports is not None:
            point_latest(self._folder, base=reports, kind=RunKind.CAPACITY)
        return result.model_copy(update={"folder": self._folder})

    def _save(self, result: CapacityResult) -> None:
        io.write(self._folder / names.RESULT_FILE, result)

    def _take_up(self, earlier: CapacityResult) -> None:
        """Go on after the steps of an earlier search; one without its target tells nothing."""
        identity = self._identity()
        differ = [key for key, value in identity.items() if earlier.context.get(key) != value]
        if differ:
            raise KampynError(
                f"the search to go on with was of something else: {', '.join(differ)} differ",
                hint="Go on with the flags that it was begun with, or begin a new one.",
            )
        self._started_at = earlier.started_at
        self._steps = [step for step in earlier.steps if not step.lost]

    def _identity(self) -> dict[str, Any]:
        """What makes steps of one search comparable with each other."""
        request = self._request.load
        spec = request.spec
        facts: dict[str, Any] = {
            "target": spec.target,
            "url": "bundled" if request.bundled else redact_url(spec.url),
            "flows": list(spec.flows),
            "workers": spec.workers,
            "mode": spec.mode.value,
            "objectives": self._objectives(),
        }
        facts |= context(request.bundled.settings) if request.bundled else {}
        return dict(orjson.loads(orjson.dumps(facts, default=str)))

    def _objectives(self) -> dict[str, str]:
        return {name: str(objective.target) for name, objective in self._slo.objectives.items()}

    def _result(self, stop: Stop | None, probe: Probe, *, interrupted: str = "") -> CapacityResult:
        request, spec = self._request.load, self._request.load.spec
        steps = self._steps
        ending = stop.ending if stop else Ending.ROUGH
        answer = answer_of(steps, ending, limiter=probe.limiter, seed=self._plan.seed)
        measured = _measured(steps)
        return CapacityResult(
            started_at=self._started_at,
            elapsed_us=spent_us(steps),
            budget_us=self._plan.budget_us,
            target=Target(
                name=spec.target,
                url=redact_url(spec.url),
                bundled=request.bundled is not None,
            ),
            machine=machine.describe(),
            seed=self._plan.seed,
            context=self._identity(),
            plan=asdict(self._plan),
            objectives=self._objectives(),
            unmeasured=[name for name in self._slo.objectives if name not in measured]
            if measured
            else [],
            ending=stop.ending if stop else None,
            reason=stop.reason if stop else "",
            interrupted=interrupted,
            answer=answer,
            beyond=self._beyond(stop, probe.limiter),
            limiter=probe.limiter,
            evidence=[] if ending is Ending.LIMITER else exhausted(steps),
            steps=list(steps),
        )

    def _beyond(self, stop: Stop | None, limiter: Limiter | None) -> Beyond | None:
        """The limit by requests alone, as far as it is known; `stop` is the whole's."""
        further = beyond(self._plan, self._steps, limiter)
        if further is None:
            return None
        steps = without(self._steps, self._plan.aside)
        over = further if isinstance(further, Stop) else None
        if stop and not over:
            over = stop  # interrupted, or lost
        ending = over.ending if over else Ending.ROUGH
        return Beyond(
            aside=[name for name in self._plan.aside if name in _measured(self._steps)],
            answer=answer_of(steps, ending, limiter=limiter, seed=self._plan.seed),
            ending=over.ending if over else None,
            reason=over.reason if over else "",
        )


def _measured(steps: Sequence[CapacityStep]) -> set[str]:
    """Objectives that any step measured."""
    return {margin.objective.partition(" (")[0] for step in steps for margin in step.margins}


def exhausted(steps: list[CapacityStep]) -> list[Finding]:
    """What the steps that missed an objective say was at its end: causes that several of them name
    come first, in the words of the slowest of these steps."""
    missed = sorted(
        (step for step in steps if step.missed and not step.invalid and step.explanation),
        key=lambda step: step.rate,
    )
    causes = [cause for step in missed for cause in step.explanation if cause.cause]
    # That one step could not be explained is nothing beside others that could.
    causes = [cause for cause in causes if cause.rule not in NO_CAUSE] or causes
    by_rule: dict[str, Finding] = {}
    for cause in causes:
        by_rule.setdefault(cause.rule, cause)
    order = [rule for rule, _ in Counter(cause.rule for cause in causes).most_common()]
    return [by_rule[rule] for rule in order][:_EVIDENCE]
