"""Documents that an index would refuse for their form: found before its build is begun."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, islice
from typing import Any

from kampyn_perf.indexes.engines.mongo.connection import Document, MongoConnection
from kampyn_perf.indexes.engines.mongo.duplicates import among
from kampyn_perf.indexes.engines.mongo.sampling import sample_documents, values_at
from kampyn_perf.indexes.engines.mongo.values import to_plain
from kampyn_perf.indexes.model.arrays import parallel_arrays, prefixes
from kampyn_perf.indexes.model.facts import Unindexable
from kampyn_perf.indexes.model.limits.text import is_language
from kampyn_perf.indexes.model.options import TEXT
from kampyn_perf.indexes.model.spec import HASHED, WILDCARD, IndexSpec

CANDIDATES = 200
"""Documents with two arrays that are looked at one by one."""
SAMPLE = 1_000
"""Documents whose own languages are looked at."""


def find_unindexable(
    connection: MongoConnection, collection: str, spec: IndexSpec, limit: int
) -> Sequence[Unindexable]:
    """At most `limit` of them."""
    checks = _text if spec.is_text else _arrays
    return tuple(islice(checks(connection, collection, spec), limit))


def _arrays(connection: MongoConnection, collection: str, spec: IndexSpec) -> Iterator[Unindexable]:
    if spec.is_wildcard:
        return
    for path, kind in spec.keys:
        if kind == HASHED:
            conditions = [{prefix: {"$type": "array"}} for prefix in prefixes(path)]
            for document in _find(connection, collection, spec, conditions):
                reason = f"{path} is an array, which a hashed index refuses (error 16766)"
                yield Unindexable(id=to_plain(document["_id"]), reason=reason)
    pairs = list(_pairs(spec.fields))
    for document in _find(connection, collection, spec, pairs) if pairs else ():
        both = parallel_arrays(document, spec.fields)
        if both:
            reason = f"{' and '.join(both)} are arrays both (error 171)"
            yield Unindexable(id=to_plain(document["_id"]), reason=reason)


def _pairs(fields: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Conditions under which two fields might be two arrays; below one array, too many."""
    for first, second in combinations(fields, 2):
        mine = [prefix for prefix in prefixes(first) if prefix not in prefixes(second)]
        theirs = [prefix for prefix in prefixes(second) if prefix not in prefixes(first)]
        for one in mine:
            for other in theirs:
                yield {one: {"$type": "array"}, other: {"$type": "array"}}


def _find(
    connection: MongoConnection,
    collection: str,
    spec: IndexSpec,
    conditions: Sequence[Mapping[str, Any]],
) -> list[Document]:
    condition = {"$and": [{"$or": list(conditions)}, among(spec)]}
    with connection.answers():
        cursor = connection.database[collection].find(condition, limit=CANDIDATES)
        return [dict(document) for document in cursor]


def _text(connection: MongoConnection, collection: str, spec: IndexSpec) -> Iterator[Unindexable]:
    """Documents name their own language in a field; an unknown one fails the build."""
    override = str(spec.options.get("language_override") or "language")
    places = _language_places(spec, override)
    for document in sample_documents(connection, collection, SAMPLE):
        for place in places:
            for language in values_at(document, place.split(".")):
                if not isinstance(language, str) or not is_language(language):
                    reason = f"its {place} is {language!r}, no language of a text index (17262)"
                    yield Unindexable(id=to_plain(document.get("_id")), reason=reason)


def _language_places(spec: IndexSpec, override: str) -> list[str]:
    """Beside each text field, and at the top."""
    parents = {""}
    for path, kind in spec.keys:
        if kind == TEXT and path != WILDCARD:
            parents.update(prefixes(path)[:-1])
    return [f"{parent}.{override}" if parent else override for parent in sorted(parents)]
