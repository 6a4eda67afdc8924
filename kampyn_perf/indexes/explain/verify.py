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


def judge(query: Query, found: Explained) -> Verified:
    """`found` held to the query's expectation."""
    failures = tuple(_failures(query, found))
    doubts = tuple(_doubts(query, found))
    verdict = Verdict.FAIL if failures else Verdict.NO_VERDICT if doubts else Verdict.PASS
    return Verified(
        query=query,
        verdict=verdict,
        reasons=failures or doubts,
        notes=tuple(_notes(found)),
        explained=found,
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


def _failures(query: Query, found: Explained) -> Iterator[str]:
    expect = query.expect
    if expect.access is Access.INDEX and found.reach is Reach.COLLECTION:
        shards = sorted(
            {scan.shard for scan in found.scans if scan.reach is Reach.COLLECTION and scan.shard}
        )
        where = f" on {', '.join(shards)}" if shards else ""
        yield f"reads the whole collection{where}"
    if expect.access is Access.SCAN and found.reach is Reach.INDEX:
        yield f"uses {', '.join(found.indexes)}, where a collection scan was expected"
    if expect.indexes and found.indexes and not set(expect.indexes) & set(found.indexes):
        yield f"uses {', '.join(found.indexes)}, not {' or '.join(expect.indexes)}"
    if found.in_memory_sort and not expect.in_memory_sort:
        yield "sorts in memory"
    most, ratio = expect.max_examined_per_result, found.examined_per_result
    if most is not None and ratio is not None and ratio > most:
        yield f"examines {ratio:.3g} keys or documents per result, more than {most:g}"


def _doubts(query: Query, found: Explained) -> Iterator[str]:
    expect = query.expect
    if expect.access is Access.INDEX and found.reach is Reach.UNKNOWN:
        yield f"how it reaches documents is not known: {', '.join(found.unknown_stages) or 'empty'}"
    if expect.access is Access.INDEX and found.reach is Reach.NOTHING:
        yield "the collection is not there, or the query can match nothing"
    if expect.max_examined_per_result is not None and found.examined_per_result is None:
        yield "the server does not say how much it examined"


def _notes(found: Explained) -> Iterator[str]:
    if found.unknown_stages:
        yield f"stages that are not known here: {', '.join(found.unknown_stages)}"
    if found.spilled:
        yield "wrote to disk while sorting or grouping"
    for scan in found.scans:
        if scan.collection and scan.reach is Reach.COLLECTION:
            yield f"reads the whole of {scan.collection} ({scan.stage})"
