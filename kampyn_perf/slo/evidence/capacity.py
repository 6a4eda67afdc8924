"""A capacity search, as far as a verdict needs it: it answers throughput, and nothing else. Pure.

The steps of a search overload the system on purpose, so that what they say of other objectives is
part of the answer and no verdict of its own.
"""

from __future__ import annotations

from kampyn_perf import stats
from kampyn_perf.results.capacity import Answer, CapacityResult, Ending
from kampyn_perf.results.unit import Unit
from kampyn_perf.slo.evidence.estimate import Estimate, Missing
from kampyn_perf.slo.evidence.result_evidence import ResultEvidence
from kampyn_perf.slo.kinds import RequestRate
from kampyn_perf.slo.metrics import ScopeKind
from kampyn_perf.slo.objective import Objective

_UNFINISHED = (Ending.INTERRUPTED, Ending.LOST)


class CapacityEvidence(ResultEvidence[CapacityResult]):
    """What a capacity search says about objectives. A step that was not valid is in no answer."""

    @property
    def partial(self) -> str:
        if self._result.ending is None:
            return "the search was killed, or still goes on"
        return self._result.reason if self._result.ending in _UNFINISHED else ""

    @property
    def empty(self) -> bool:
        return not self._result.steps

    def names(self, kind: ScopeKind) -> list[str]:  # noqa: ARG002 - it has no parts
        """None."""
        return []

    def find(self, objective: Objective) -> Estimate | Missing:
        """What the search says about `objective`."""
        if not isinstance(objective.described.evidence, RequestRate):
            return Missing(
                "a capacity search goes beyond the limit on purpose, and answers throughput alone; "
                "judge it together with a load"
            )
        if objective.scope.kind is not ScopeKind.OVERALL:
            return Missing("a capacity search has no phases")
        answer = self._result.answer
        if answer is None:
            return self._without_answer(objective)
        asked = objective.target.value
        shown = answer.confirmed
        if shown and objective.target.met_by(shown.rate):
            return _estimate(answer, shown.rate, shown.interval.low, shown.interval.high)
        requests = answer.requests
        high = None if answer.at_least else requests.interval.high
        tried = "" if high is not None and high < asked else self._untried(asked)
        return _estimate(answer, requests.rate, requests.interval.low, high, unexercised=tried)

    def _without_answer(self, objective: Objective) -> Estimate | Missing:
        if self._result.ending is Ending.TOO_SLOW:
            missed = [step.requests_rate for step in self._result.steps if step.missed]
            least = min(missed, default=0.0)
            return Estimate(
                observed=0.0,
                interval=stats.Interval(0.0, least),
                samples=len(self._result.steps),
                noun="steps",
                note=self._result.reason,
            )
        del objective
        return Missing(f"the search came to no answer: {self._result.reason or 'it was ended'}")

    def _untried(self, asked: float) -> str:
        return f"{Unit.RATE.text(asked)} was not reached, and not ruled out: {self._result.reason}"


def _estimate(
    answer: Answer, rate: float, low: float | None, high: float | None, *, unexercised: str = ""
) -> Estimate:
    broke = f"; {answer.broke_first} breaks first" if answer.broke_first else ""
    return Estimate(
        observed=rate,
        interval=stats.Interval(low, high),
        samples=answer.of_held + answer.of_missed,
        noun="steps",
        note=f"while every other objective held{broke}",
        unexercised=unexercised,
    )
