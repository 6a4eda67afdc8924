"""Declared queries explained on their databases, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from kampyn_perf.indexes.engines.sqlite.explain import parse_plan
from kampyn_perf.indexes.explain.classify import Explained, NotAnExplainError, parse_explain
from kampyn_perf.indexes.explain.verify import Verdict, Verified, judge, unexplained
from kampyn_perf.indexes.model.live import Engine
from kampyn_perf.indexes.model.ports import LOST_PRIMARY, Database, ServerRefusal
from kampyn_perf.indexes.model.query import Query
from kampyn_perf.indexes.model.refusals import UNAUTHORISED, refusal_error


def verify(queries: Iterable[Query], database_of: Callable[[str], Database]) -> Iterator[Verified]:
    """One outcome per query. The server runs each of them (executionStats). Raises KampynError
    where it may not be asked, or is lost."""
    for query in queries:
        database = database_of(query.collection)
        try:
            yield judge(query, explain(query, database))
        except NotAnExplainError as error:
            yield unexplained(
                query, f"{error}: {database.server.label} explains otherwise", Verdict.NO_VERDICT
            )
        except ServerRefusal as refusal:
            if refusal.code == UNAUTHORISED or refusal.code in LOST_PRIMARY:
                raise refusal_error(f"cannot explain {query.name}", refusal) from refusal
            yield unexplained(query, refusal.message, Verdict.FAIL)


def explain(query: Query, database: Database) -> Explained:
    """The query's plan, read in its engine's words."""
    document = database.explain(query)
    if database.server.engine is Engine.SQLITE:
        return parse_plan(document)
    return parse_explain(document)
