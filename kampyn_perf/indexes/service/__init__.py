"""Everything the index commands do, for programs: one call each, without a command line.

from kampyn_perf.indexes import service

catalogue, _ = service.read_catalogue("configs/indexes.yaml")
with service.Databases(catalogue=catalogue, uri="sqlite:///.kampyn/backend.db") as databases:
    plan = service.plan(catalogue, databases)
    result = service.apply(service.ApplyRequest(catalogue=catalogue), databases)
"""

from kampyn_perf.indexes.catalogue.load import read_catalogue, resolved_queries
from kampyn_perf.indexes.databases import Databases
from kampyn_perf.indexes.lint.engine import lint
from kampyn_perf.indexes.service.adopting import Adopted, adopt
from kampyn_perf.indexes.service.advising import (
    AdviceObserver,
    AdviceRequest,
    Advised,
    advise_indexes,
)
from kampyn_perf.indexes.service.changes import (
    ApplyObserver,
    ApplyRequest,
    ApplyResult,
    apply,
    plan,
    unhide,
)
from kampyn_perf.indexes.service.measurements import (
    EffectObserver,
    EffectRequest,
    QueryTimings,
    compare,
    effect,
    restore,
    time_queries,
)
from kampyn_perf.indexes.service.reading import (
    catalogue_of_databases,
    journal,
    lint_evidence,
    stats,
    verify,
)

__all__ = [
    "Adopted",
    "AdviceObserver",
    "AdviceRequest",
    "Advised",
    "ApplyObserver",
    "ApplyRequest",
    "ApplyResult",
    "Databases",
    "EffectObserver",
    "EffectRequest",
    "QueryTimings",
    "adopt",
    "advise_indexes",
    "apply",
    "catalogue_of_databases",
    "compare",
    "effect",
    "journal",
    "lint",
    "lint_evidence",
    "plan",
    "read_catalogue",
    "resolved_queries",
    "restore",
    "stats",
    "time_queries",
    "unhide",
    "verify",
]
