"""How many generators a run would have needed, as far as one was ever measured here. Pure."""

from __future__ import annotations

import math

from kampyn_perf.load.coordinator.facts import GeneratorFacts
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.schedule import Schedule

_COMPILE = "one that is compiled carries a third more (kampyn-perf doctor)"
_USED = 0.8
"""Of what one carries at most: near that it is late now and then."""


def asked_rate(collector: Collector, schedule: Schedule) -> float:
    """Requests per second at the schedule's peak, with as many to a session as there were."""
    peak = max((float(max(phase.rates)) for phase in schedule.phases), default=0.0)
    started = sum(counts.started for counts in collector.sessions.values())
    total = collector.total
    requests = total.service.count + total.failed_service.count
    return peak * requests / started if started else 0.0


def advice(collector: Collector, schedule: Schedule, facts: GeneratorFacts) -> str:
    """What to do where generators could not do more."""
    words = _workers(facts, asked_rate(collector, schedule))
    return words if all(facts.compiled.values()) else f"{words}; {_COMPILE}"


def _workers(facts: GeneratorFacts, asked: float) -> str:
    sizing = facts.sizing
    if not sizing.rate:
        return (
            f"use --workers (this run asked for about {asked:,.0f} requests/s; "
            "kampyn-perf bench generator measures what one generator carries here)"
        )
    have = max(len(facts.names), 1)
    needed = max(math.ceil(asked / (sizing.rate * _USED)), have + 1)
    what = (
        f"this run asked for about {asked:,.0f} requests/s, one generator on this machine carries "
        f"about {sizing.rate:,.0f} of the documented mix ({sizing.when})"
    )
    if sizing.cores and needed > sizing.cores:
        return (
            f"{what}: that takes about {needed} of them, and there are {sizing.cores} cores; use "
            "more machines (--role master, --role worker)"
        )
    return f"{what}: use --workers {needed}"
