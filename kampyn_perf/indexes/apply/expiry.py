"""What an index that expires documents would delete, told before it is made or shortened: how many
of how many, since when, and what the field holds. Above a share it takes a confirmation of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from kampyn_perf.indexes.apply.preflight import PreflightFinding, PreflightLevel, finding_of
from kampyn_perf.indexes.model.facts import Expiry
from kampyn_perf.indexes.model.normalise import read_listing
from kampyn_perf.indexes.model.ports import Database, ServerRefusal
from kampyn_perf.indexes.model.spec import IndexSpec
from kampyn_perf.indexes.plan.actions import Action, IndexPlan
from kampyn_perf.indexes.plan.step_kinds import Step, StepKind
from kampyn_perf.units import MICROSECONDS, counted, format_percent

TIMEOUT_US = 30 * MICROSECONDS
"""For counting; after that, a sample says about how many."""


@dataclass(frozen=True, kw_only=True)
class ExpiryPolicy:
    share: float = 0.01
    """Of the documents: more than that, deleted at once, is confirmed by name."""
    confirmed: Collection[tuple[str, str]] = ()
    """Collection and index."""


def expiry_findings(
    plan: IndexPlan, database_of: Callable[[str], Database], policy: ExpiryPolicy
) -> Iterator[PreflightFinding]:
    """One for each index that the plan makes expire documents, or expire them earlier."""
    for part in plan.collections:
        for action in part.actions:
            for step in action.steps:
                asked = _expiring(step, action)
                if asked is not None:
                    yield _finding(step, *asked, database_of(part.collection), policy)


def _expiring(step: Step, action: Action) -> tuple[IndexSpec, float] | None:
    """The definition and the seconds of a step that makes documents expire earlier than now."""
    if step.kind is StepKind.CREATE and step.spec is not None:
        known = action.live is not None and action.live.building
        seconds = None if known else step.spec.ttl_seconds
        return None if seconds is None else (step.spec, seconds)
    if step.kind is not StepKind.SET_TTL or action.live is None or step.ttl_seconds is None:
        return None
    live = read_listing(action.live.definition)
    before = live.ttl_seconds
    if isinstance(before, int | float) and before <= step.ttl_seconds:
        return None
    return live, step.ttl_seconds


def _finding(
    step: Step, spec: IndexSpec, seconds: float, database: Database, policy: ExpiryPolicy
) -> PreflightFinding:
    confirmed = (step.collection, step.name) in policy.confirmed
    flag = f"--expire {step.collection}.{step.name}"
    try:
        expiry = database.count_expired(step.collection, spec, seconds, TIMEOUT_US)
    except ServerRefusal as refusal:
        words = f"could not count what would be deleted: {refusal.message}"
        level = PreflightLevel.WARN if confirmed else PreflightLevel.BLOCK
        return finding_of(step, level, words if confirmed else f"{words}; {flag} allows it")
    words = f"{_words(expiry)}; {_types(expiry, spec.fields[0])}"
    if expiry.share <= policy.share:
        return finding_of(step, PreflightLevel.NOTE, words)
    if confirmed:
        return finding_of(step, PreflightLevel.WARN, words)
    most = format_percent(policy.share)
    return finding_of(step, PreflightLevel.BLOCK, f"{words}; more than {most}: {flag} allows it")


def _words(expiry: Expiry) -> str:
    """`5 of 9 documents (55.6 %) are deleted at once, the oldest of 2025-10-24`."""
    if not expiry.documents:
        return "there are no documents to delete"
    if not expiry.expired:
        whole = counted(expiry.documents, "document")
        return f"none of {'a sample of ' if expiry.sampled else ''}{whole} is old enough yet"
    oldest = "" if expiry.oldest_us is None else f", the oldest of {_date(expiry.oldest_us)}"
    share = format_percent(expiry.share)
    if expiry.sampled:
        sample = f"by a sample of {expiry.documents:,} (counting all took too long)"
        return f"about {share} of the documents are deleted at once{oldest}, {sample}"
    return (
        f"{expiry.expired:,} of {expiry.documents:,} documents ({share}) are deleted at "
        f"once{oldest}"
    )


def _types(expiry: Expiry, path: str) -> str:
    parts = ", ".join(f"{name} in {n:,}" for name, n in sorted(expiry.types.items()))
    if not expiry.types:
        return f"of {path} nothing is known"
    never = not {"date", "array"} & set(expiry.types)
    warning = ": nothing ever expires by it" if never else ""
    return f"{path} is {parts}{warning}"


def _date(unix_us: int) -> str:
    return f"{dt.datetime.fromtimestamp(unix_us / MICROSECONDS, tz=dt.UTC):%Y-%m-%d}"
