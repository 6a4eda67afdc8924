"""Queries took the time."""

from kampyn_perf import names
from kampyn_perf.slo.explain.breach import Kind
from kampyn_perf.slo.explain.facts import Facts
from kampyn_perf.slo.explain.rule import ENOUGH, Hit, Rule
from kampyn_perf.slo.explain.watched import Events, Watched
from kampyn_perf.units import format_duration, format_percent


def _check(facts: Facts) -> Hit | None:
    queries = facts.events(names.DB_QUERY_TIME)
    if queries is None or not (facts.slow or facts.breach.kind is Kind.OTHER):
        return None
    subject, slowest = _slowest(facts)
    words = (
        f"{queries.count:,.0f} queries took {format_duration(queries.mean_us)} each; most of it "
        f"{slowest.count:,.0f} of {subject}, {format_duration(slowest.mean_us)} each"
    )
    if facts.breach.kind is Kind.OTHER:
        of_queries = facts.breach.judgement.metric == names.DB_QUERY_TIME
        return Hit(words, slowest.total_us / queries.total_us) if of_queries else None
    if facts.query_share < ENOUGH:
        return None
    of, total = format_percent(round(facts.query_share, 2)), format_duration(facts.answered_us)
    return Hit(
        f"{words}: {of} of the {total} that answered requests took together",
        facts.query_share,
    )


def _slowest(facts: Facts) -> tuple[str, Events]:
    """The kind of query that took most in all."""
    queries = [
        (measurement.subject, events)
        for measurement in facts.result.measurements
        if measurement.metric == names.DB_QUERY_TIME
        and (events := Watched([measurement]).events(names.DB_QUERY_TIME, facts.spans))
    ]
    return max(queries, key=lambda pair: pair[1].total_us)


RULE = Rule(
    id="database",
    needs="the time of queries, and of their waiting for a connection",
    test="queries at work, without their waiting for a turn, are a quarter of the time waited",
    metrics=(names.DB_QUERY_TIME,),
    check=_check,
)
