"""Throughput: what was shown, and whether the target was tried at all. Pure.

A load that offers 240 requests/s and gets them all answered says nothing about 1000: neither fail
nor pass. One that offers 240 and gets 180 answered has shown that 1000 is out of reach. What the
answers said is for other objectives: wrong content is no missing throughput.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kampyn_perf import stats
from kampyn_perf.results.load import PhaseResult
from kampyn_perf.results.unit import Unit
from kampyn_perf.slo.evidence.estimate import Estimate, Missing
from kampyn_perf.slo.evidence.estimate import mean as mean_estimate
from kampyn_perf.slo.evidence.timeline import Timeline
from kampyn_perf.slo.targets import Target

MET = 0.95
"""The share of an offered load that must be answered for it to count as met. Below 1, because a
phase's last requests end in the next one."""


@dataclass(frozen=True, kw_only=True)
class PhaseRate:
    """Requests per second of one phase."""

    name: str
    offered: float
    """Sessions that were due per second, times the requests of a session."""
    succeeded: float
    """By the clock of the phase."""
    interval: stats.Interval
    """Of `succeeded`."""
    answered: float
    """With whatever answer, but for 5xx."""
    answered_at_most: float | None
    successes: int

    @property
    def met(self) -> bool:
        """Whether what was offered was answered, as far as the interval can tell.

        A pause at the end of a phase moves answers into the next one; that is for the response
        times to tell, and no limit of throughput.
        """
        high = self.answered_at_most
        return self.answered >= MET * self.offered or high is None or high >= self.offered


def phase_rates(
    phases: Sequence[PhaseResult],
    names: Sequence[str],
    timeline: Timeline,
    *,
    in_part: bool = False,
) -> list[PhaseRate]:
    """The rates of every phase that offered something and took time; `names` are told apart. Of a
    timeline that is a part of the run's, what was offered is what began in that part."""
    rates = []
    for index, phase in enumerate(phases):
        part = timeline.of_phase(index)
        lasted = float(part.seconds.sum())
        if not lasted or not phase.sessions.started:
            continue
        offered = float(part.started.sum()) / lasted if in_part else phase.offered_rate
        successes = float((part.totals - part.failed).sum())
        answers = float((part.totals - part.unavailable).sum())
        rates.append(
            PhaseRate(
                name=names[index],
                offered=offered * phase.requests.count / phase.sessions.started,
                succeeded=successes / lasted,
                interval=part.success_rate(),
                answered=answers / lasted,
                answered_at_most=part.answer_rate().high,
                successes=round(successes),
            )
        )
    return rates


def throughput(rates: Sequence[PhaseRate], target: Target) -> Estimate | Missing:
    """The best rate of any phase, or the reason why it says nothing about `target`."""
    if not rates:
        return Missing("no phase lasted long enough to have a rate")
    best = max(rates, key=lambda rate: rate.succeeded)
    most = max(rates, key=lambda rate: rate.offered)
    if target.met_by(most.offered) or target.met_by(best.succeeded):
        return _estimate(best)
    if not most.met:
        return _estimate(most)
    offered, answered, asked = (
        Unit.RATE.text(round(value, 1)) for value in (most.offered, most.answered, target.value)
    )
    how = "and got it answered" if most.answered >= MET * most.offered else f"({answered} answered)"
    tried = f'phase "{most.name}" offered {offered} at most {how}'
    return _estimate(most, unexercised=f"{tried}, so {asked} was not tried")


def _estimate(rate: PhaseRate, *, unexercised: str = "") -> Estimate:
    plain = mean_estimate(
        rate.succeeded,
        rate.interval,
        samples=rate.successes,
        noun="requests",
        note=f'in phase "{rate.name}", which offered {Unit.RATE.text(round(rate.offered, 1))}',
    )
    return Estimate(
        observed=plain.observed,
        interval=plain.interval,
        samples=plain.samples,
        noun=plain.noun,
        needed=plain.needed,
        note=plain.note,
        unexercised=unexercised,
    )
