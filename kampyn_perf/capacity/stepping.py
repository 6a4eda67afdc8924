"""One step of a search carried out: a load, and what the search is told of it.

Warm-up and what is measured are two phases of one load, so that nothing lies between them: a pause
there would make a cold start of what is to be measured. Before that the target comes to rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from kampyn_perf import load
from kampyn_perf.capacity import judged
from kampyn_perf.capacity.asks import Ask
from kampyn_perf.capacity.probe import Probe
from kampyn_perf.capacity.steady import hopeless
from kampyn_perf.errors import UnreachableError
from kampyn_perf.load.settings import PhaseSettings
from kampyn_perf.load.spec import RunSpec
from kampyn_perf.outcomes import TRANSPORT_KINDS
from kampyn_perf.results.capacity import CapacityStep, StepKind
from kampyn_perf.results.load import LoadResult
from kampyn_perf.slo.objectives import Slo
from kampyn_perf.units import MICROSECONDS, spell_duration

LONGEST_DRAIN_US = 10 * MICROSECONDS
_SETTLE_S = 10.0
_ALL_SHORT = 0.999999
"""Of a ladder more arrivals come than can be taken: none of them is missing."""
_PILED_UP = "sessions piled up: waiting longer would tell nothing more"
_GONE = 0.5
"""Of requests that had no answer at all, from which on it is asked whether the target is gone."""


class Interrupted(Exception):  # noqa: N818 (nothing is wrong)
    """Somebody ended the search; the words name the signal."""


class _Hopeless(load.Unobserved):
    """Ends a step that is overloaded beyond doubt."""

    def __init__(self, rate: float, from_us: int) -> None:
        self._rate = rate
        self._from_us = from_us
        self._in_flight: list[float] = []

    def interval(self, progress: load.Progress) -> None:
        if progress.elapsed_us < self._from_us:
            return
        self._in_flight.append(progress.in_flight)
        if hopeless(self._in_flight, rate=self._rate):
            progress.stop(_PILED_UP)


@dataclass(frozen=True, kw_only=True)
class Stepper:
    """Carries out what the search asks for."""

    request: load.LoadRequest
    """With a target that is up."""
    slo: Slo
    probe: Probe
    folder: Path
    watcher: Callable[[load.LoadRequest], load.Watcher] | None

    def carry_out(self, ask: Ask, number: int) -> list[CapacityStep]:
        """The steps that it came to: several of a ladder. Raises Interrupted."""
        began = time.monotonic()
        settled = number == 1 or self.probe.settle(_SETTLE_S)
        name = f"{number:02}-{ask.kind.value}" + (f"-{ask.rate:g}" if ask.rate else "")
        name = free_name(self.folder / "steps", name)
        spec = self._spec(ask, number)
        request = replace(
            self.request, spec=spec, folder=self.folder / "steps" / name, reports=None
        )
        try:
            result = load.run(
                request,
                _Hopeless(ask.rate, ask.warm_up_us) if ask.kind is not StepKind.LADDER else None,
                watcher=self.watcher(request) if self.watcher else None,
            )
        except UnreachableError as error:
            return [self._lost(ask, number, error.message, began)]
        if result.interrupted:
            raise Interrupted(result.interrupted)
        steps = self._steps(result, ask, number)
        took_us = round((time.monotonic() - began) * 1e6)
        lost = self._gone(result)
        return [
            step.model_copy(
                update={
                    "took_us": took_us // len(steps),
                    "folder": f"steps/{name}",
                    "lost": lost,
                    "note": step.note if settled else "the target was still busy when it began",
                }
            )
            for step in steps
        ]

    def _steps(self, result: LoadResult, ask: Ask, number: int) -> list[CapacityStep]:
        if ask.kind is StepKind.LADDER:
            rungs = judged.rungs_of(result, ask, first=number)
            return rungs or [CapacityStep(number=number, kind=ask.kind, rate=0.0)]
        if ask.kind is StepKind.LIGHT:
            return [judged.light_step(result, ask, number=number, slo=self.slo)]
        return [judged.open_step(result, self.slo, ask, number=number)]

    def _spec(self, ask: Ask, number: int) -> RunSpec:
        spec = self.request.spec
        update: dict[str, object] = {
            "profile": "capacity",
            "phases": _phases(ask),
            "warm_up": ask.warm_up_us,
            "drain": min(spec.drain, LONGEST_DRAIN_US),
            "seed": spec.seed + number - 1,
            "thresholds": self.slo.thresholds_us,
        }
        if ask.kind is StepKind.LADDER:
            update["max_waiting"] = spec.workers
            update["validity"] = spec.validity.model_copy(update={"rateShortfall": _ALL_SHORT})
        return spec.model_copy(update=update)

    def _gone(self, result: LoadResult) -> str:
        requests = result.requests
        unanswered = sum(requests.errors.get(kind, 0) for kind in TRANSPORT_KINDS)
        if requests.count and unanswered < _GONE * requests.count:
            return ""
        return self.probe.lost()

    def _lost(self, ask: Ask, number: int, words: str, began: float) -> CapacityStep:
        took_us = round((time.monotonic() - began) * 1e6)
        return CapacityStep(
            number=number,
            kind=ask.kind,
            rate=ask.rate,
            took_us=took_us,
            lost=words,
            beyond=ask.beyond,
        )


def free_name(folder: Path, name: str) -> str:
    """A step that was interrupted, or lost its target, leaves its folder, and a search that goes on
    makes the one of that number once more."""
    tries = (name if attempt == 1 else f"{name}-{attempt}" for attempt in count(1))
    return next(attempt for attempt in tries if not (folder / attempt).exists())


def _phases(ask: Ask) -> tuple[PhaseSettings, ...]:
    length = spell_duration(ask.measured_us)
    if ask.kind is not StepKind.LADDER:
        return (PhaseSettings(name="Measured", duration=length, arrivalRate=f"{ask.rate:.6g}"),)
    return tuple(
        PhaseSettings(
            name=f"{rung.users} users",
            duration=length,
            arrivalRate=f"{rung.rate:.6g}",
            maxVusers=rung.users,
        )
        for rung in ask.rungs
    )
