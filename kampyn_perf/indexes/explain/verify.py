"""Declared queries explained, each held to what the catalogue expects of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from kampyn_perf.errors import ExitCode
from kampyn_perf.indexes.model.explained import Explained, NotAnExplainError, Reach
from kampyn_perf.indexes.model.ports import LOST_PRIMARY, ServerRefusal
from kampyn_perf.indexes.model.query import Access, Query
from kampyn_perf.indexes.model.refusals import UNAUTHORISED, refusal_error
from kampyn_perf.indexes.model.server import ServerInfo


class Verdict(StrEnum):
    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    NO_VERDICT = "no-verdict"
    """The plan does not say enough; never a pass."""


@dataclass(frozen=True, kw_only=True)
class Verified:
    """One query's outcome."""

    query: Query
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    """Why it fails, or why there is no verdict; empty for a pass."""
    notes: tuple[str, ...] = ()
    explained: Explained | None = None
    """None: the server gave no plan."""


class Explainer(Protocol):
    @property
    def server(self) -> ServerInfo: ...
    def explain(self, query: Query) -> Explained: ...


def verify(queries: Iterable[Query], database_of: Callable[[str], Explainer]) -> Iterator[Verified]:
    """One outcome per query. The server runs each of them once. Raises KampynError where it may
    not be asked, or is lost."""
    for query in queries:
        database = database_of(query.collection)
        try:
            yield judge(query, database.explain(query))
        except NotAnExplainError as error:
            yield unexplained(
                query, f"{error}: {database.server.label} explains otherwise", Verdict.NO_VERDICT
            )
        except ServerRefusal as refusal:
            if refusal.code == UNAUTHORISED or refusal.code in LOST_PRIMARY:
                raise refusal_error(f"cannot explain {query.name}", refusal) from refusal
            yield unexplained(query, refusal.message, Verdict.FAIL)


def judge(query: Query, explained: Explained) -> Verified:
    """`found` held to the query's expectation."""
    failures = tuple(_failures(query, explained))
    undecided = tuple(_undecided(query, explained))
    verdict = Verdict.FAIL if failures else Verdict.NO_VERDICT if undecided else Verdict.PASS
    return Verified(
        query=query,
        verdict=verdict,
        reasons=failures or undecided,
        notes=tuple(_notes(explained)),
        explained=explained,
    )


def unexplained(query: Query, reason: str, verdict: Verdict) -> Verified:
    """A query without a plan: refused by the server, or explained in words that nobody knows."""
    return Verified(query=query, verdict=verdict, reasons=(reason,))


def exit_code(results: tuple[Verified, ...]) -> ExitCode:
    """1 if a query fails its expectation, 4 if one could not be judged."""
    verdicts = {result.verdict for result in results}
    if Verdict.FAIL in verdicts:
        return ExitCode.FAILED
    return ExitCode.NO_VERDICT if Verdict.NO_VERDICT in verdicts else ExitCode.OK


def _failures(query: Query, explained: Explained) -> Iterator[str]:
    expect = query.expect
    if expect.access is Access.INDEX and explained.reach is Reach.COLLECTION:
        shards = sorted(
            {
                scan.shard
                for scan in explained.scans
                if scan.reach is Reach.COLLECTION and scan.shard
            }
        )
        where = f" on {', '.join(shards)}" if shards else ""
        yield f"reads the whole collection{where}"
    if expect.access is Access.SCAN and explained.reach is Reach.INDEX:
        yield f"uses {', '.join(explained.indexes)}, where a collection scan was expected"
    if expect.indexes and explained.indexes and not set(expect.indexes) & set(explained.indexes):
        yield f"uses {', '.join(explained.indexes)}, not {' or '.join(expect.indexes)}"
    if explained.in_memory_sort and not expect.in_memory_sort:
        yield "sorts in memory"
    yield from _foreign_failures(query, explained)
    most, ratio = expect.max_examined_per_result, explained.examined_per_result
    if most is not None and ratio is not None and ratio > most:
        yield f"examines {ratio:.3g} keys or documents per result, more than {most:g}"


def _foreign_failures(query: Query, explained: Explained) -> Iterator[str]:
    """Of the collections that are joined."""
    for scan in explained.foreign:
        wanted = query.expect.of_foreign(scan.collection)
        how = f"{scan.collection} ({scan.stage})"
        if scan.reach is Reach.COLLECTION and wanted not in (Access.SCAN, Access.ANY):
            yield f"reads the whole of {how}"
        if scan.reach is Reach.INDEX and wanted is Access.SCAN:
            yield f"uses {scan.index} of {how}, where a collection scan was expected"
        if scan.index and isinstance(wanted, tuple) and scan.index not in wanted:
            yield f"uses {scan.index} of {how}, not {' or '.join(wanted)}"


def _foreign_undecided(query: Query, explained: Explained) -> Iterator[str]:
    for scan in explained.foreign:
        asked = query.expect.of_foreign(scan.collection) is not Access.ANY
        if scan.reach is Reach.UNKNOWN and asked:
            yield f"how {scan.collection} is reached is not known: {scan.stage}"
        if scan.reach is Reach.NOTHING and asked:
            yield f"{scan.collection}, which is joined, is not there"
    seen = {scan.collection for scan in explained.foreign}
    for name in query.expect.foreign:
        if name not in seen:
            yield f"the plan says nothing of {name}, of which something is expected"


def _undecided(query: Query, explained: Explained) -> Iterator[str]:
    expect = query.expect
    yield from _foreign_undecided(query, explained)
    if expect.access is Access.INDEX and explained.reach is Reach.UNKNOWN:
        stages = ", ".join(explained.unknown_stages) or "empty"
        yield f"how it reaches documents is not known: {stages}"
    if expect.access is Access.INDEX and explained.reach is Reach.NOTHING:
        yield "the collection is not there, or the query can match nothing"
    if expect.max_examined_per_result is not None and explained.examined_per_result is None:
        yield "the server does not say how much it examined"


def _notes(explained: Explained) -> Iterator[str]:
    if explained.unknown_stages:
        yield f"stages that are not known here: {', '.join(explained.unknown_stages)}"
    if explained.spilled:
        yield "wrote to disk while sorting or grouping"
    for scan in explained.foreign:
        how = scan.index or scan.reach.value
        yield f"joins {scan.collection} by {how} ({scan.stage})"
