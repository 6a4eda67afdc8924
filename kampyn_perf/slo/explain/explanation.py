"""A load and its judgements to what the first missed goal coincides with. Pure.

Causes come first, by the share of what was missed that they account for; then where and when it
was. Where no cause is seen, that is said: an answer, and a better one than a guess.
"""

from __future__ import annotations

from collections.abc import Sequence

from kampyn_perf.results.judgement import Judgement
from kampyn_perf.results.load import LoadResult
from kampyn_perf.results.verdict import Finding
from kampyn_perf.slo.explain.breach import Breach, Kind, first_breach
from kampyn_perf.slo.explain.facts import Facts
from kampyn_perf.slo.explain.rule import Hit
from kampyn_perf.slo.explain.rules import (
    RULES,
    cache,
    fault,
    generator,
    growing_backlog,
    other_programs,
    too_little_data,
)
from kampyn_perf.units import counted, format_duration, format_percent

UNKNOWN = "unknown"
"""The name of the finding that there is none."""
NO_CAUSE = frozenset({UNKNOWN, too_little_data.RULE.id})
"""Findings that say why nothing is known to have been at its end."""
_MOST = 4
_WAITED = 0.1
"""Of the time, from which on it is not the generator's own fault that it was late."""


def explain(result: LoadResult, judgements: Sequence[Judgement]) -> list[Finding]:
    """The likeliest first; none where no goal was missed."""
    breach = first_breach(result, judgements)
    if breach is None:
        return []
    facts = Facts(result, breach)
    findings = [
        _finding(rule.id, hit, facts, cause=rule.cause, metrics=rule.metrics)
        for rule in RULES
        if (hit := rule.check(facts))
    ]
    if findings and findings[0].rule == too_little_data.RULE.id:
        return [_beginning(findings[0], breach, facts)]
    others_work = any(finding.rule == other_programs.RULE.id for finding in findings)
    starved = others_work and _short_of_cpu(result)
    findings.sort(key=lambda finding: _order(finding, starved=starved))
    if not any(finding.cause for finding in findings):
        findings.append(_unknown(facts))
    return [_beginning(findings[0], breach, facts), *findings[1:_MOST]]


def _finding(
    rule: str, hit: Hit, facts: Facts, *, cause: bool = True, metrics: Sequence[str] = ()
) -> Finding:
    """With the place of its evidence: when it was measured, and in which metrics."""
    start_us, end_us = hit.span or facts.reach
    return Finding(
        rule=rule,
        words=hit.words,
        cause=cause,
        share=hit.share,
        from_us=start_us,
        to_us=end_us,
        evidence=list(dict.fromkeys([facts.breach.judgement.metric, *metrics])),
    )


def _short_of_cpu(result: LoadResult) -> bool:
    """Whether a generator was ready to work, and others had the CPU."""
    waits = (generator.cpu_wait_share or 0.0 for generator in result.validity.generators)
    return max(waits, default=0.0) >= _WAITED


def _order(finding: Finding, *, starved: bool) -> tuple[bool, int, float]:
    """What was done on purpose comes first: all else follows from it. What the cache does not have
    is asked of the store, so the cache comes before the queries.
    What took the generator's CPU comes before the generator. A backlog is what every overload
    looks like: it comes after what the backend lacked."""
    places = {fault.RULE.id: -1, cache.RULE.id: 0, growing_backlog.RULE.id: 3}
    if starved:
        places[generator.RULE.id] = 2
    return (not finding.cause, places.get(finding.rule, 1), -(finding.share or 0.0))


def _beginning(finding: Finding, breach: Breach, facts: Facts) -> Finding:
    """The first finding says what was missed, and when."""
    name = breach.judgement.name
    if breach.kind is Kind.OTHER:
        return finding.model_copy(update={"words": f"{name} was missed; {finding.words}"})
    what = f"{name} was missed {facts.when} by {counted(breach.bad, 'request')} of {breach.total:,}"
    return finding.model_copy(update={"words": f"{what}; {finding.words}"})


def _unknown(facts: Facts) -> Finding:
    """What was looked at, and how little of it there was."""
    return _finding(UNKNOWN, Hit(_what_was_seen(facts)), facts)


def _what_was_seen(facts: Facts) -> str:
    if facts.breach.kind is Kind.ERRORS:
        most = max(facts.failures, key=facts.failed_within, default=None)
        words = "the cause is not known"
        if most is not None:
            words += (
                f"; most of what failed was {most.cause} at {most.endpoint}, "
                f"{facts.failed_within(most):,} times"
            )
            words += f", in its words: {most.message!r}" if most.message else ""
        return words
    if facts.breach.kind is Kind.OTHER or not facts.result.measurements:
        return "the cause is not known: nothing that was watched tells it"
    seen = [
        f"hashes {format_percent(round(facts.hash_share, 2))}" if facts.hashing else "",
        f"queries {format_percent(round(facts.query_share, 2))}",
        f"waiting for them {format_percent(round(facts.lock_share, 2))}",
        f"garbage collection {format_percent(round(facts.gc_share, 2))}",
    ]
    cpu = facts.backend_cpu
    words = (
        f"the cause is not known: of the {format_duration(facts.waited_us)} that all requests took "
        f"together, {', '.join(part for part in seen if part)} are seen"
    )
    return words + (
        "" if cpu is None else f", and the backend used {cpu:.2f} of {facts.cores} cores"
    )
