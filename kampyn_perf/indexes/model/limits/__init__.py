"""What servers refuse of a single definition, known beforehand: the rules of MongoDB by version,
and those of what speaks its protocol. Pure.

Each module holds the rules about one kind of index, and cites where they are written. In the
sources of MongoDB they are in `index_key_validate.cpp`, `index_catalog_impl.cpp` and
`fts_spec.cpp`.
"""

from kampyn_perf.indexes.model.limits.of_engine import engine_refusals
from kampyn_perf.indexes.model.limits.of_mongodb import (
    max_indexes,
    max_namespace_bytes,
    refusals,
    refusals_on,
)
from kampyn_perf.indexes.model.limits.refusal import Refusal
from kampyn_perf.indexes.model.limits.timeseries import is_own_index, timeseries_refusals

__all__ = [
    "Refusal",
    "engine_refusals",
    "is_own_index",
    "max_indexes",
    "max_namespace_bytes",
    "refusals",
    "refusals_on",
    "timeseries_refusals",
]
