"""Documents that an index would refuse for their form: found before its build is begun."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, islice
from typing import Any

from kampyn_perf.indexes.engines.mongo.connection import Document, MongoConnection
from kampyn_perf.indexes.engines.mongo.duplicates import among
from kampyn_perf.indexes.engines.mongo.sampling import sample_documents, values_at
from kampyn_perf.indexes.engines.mongo.values import to_plain
from kampyn_perf.indexes.model.arrays import has_array, parallel_arrays, prefixes
from kampyn_perf.indexes.model.facts import Unindexable
from kampyn_perf.indexes.model.limits.text import is_language
from kampyn_perf.indexes.model.options import TEXT
from kampyn_perf.indexes.model.spec import HASHED, WILDCARD, IndexSpec
from kampyn_perf.indexes.model.values import canonical

CANDIDATES = 200
"""Documents with two arrays that are looked at one by one."""
SAMPLE = 1_000
"""Documents whose own languages are looked at."""
TIMEOUT_MS = 60_000
"""For one look through a collection."""


def find_unindexable(
    connection: MongoConnection, collection: str, specs: Sequence[IndexSpec], limit: int
) -> Sequence[Sequence[Unindexable]]:
    """At most `limit` for each of `specs`. Those that hold the same documents share one look
    through the collection, as their builds do."""
    by_spec: list[Sequence[Unindexable]] = [()] * len(specs)
    shared: dict[str, list[int]] = {}
    for place, spec in enumerate(specs):
        if spec.is_text:
            by_spec[place] = tuple(islice(_text(connection, collection, spec), limit))
        elif list(_conditions(spec)):
            shared.setdefault(canonical(to_plain(among(spec))), []).append(place)
    for places in shared.values():
        documents = _candidates(connection, collection, [specs[place] for place in places])
        for place in places:
            by_spec[place] = tuple(islice(_refused(documents, specs[place]), limit))
    return by_spec


def _refused(documents: Sequence[Document], spec: IndexSpec) -> Iterator[Unindexable]:
    hashed = [path for path, kind in spec.keys if kind == HASHED]
    for document in documents:
        reason = ""
        both = parallel_arrays(document, spec.fields)
        if both:
            reason = f"{' and '.join(both)} are arrays both (error 171)"
        elif any(has_array(document, path) for path in hashed):
            path = next(path for path in hashed if has_array(document, path))
            reason = f"{path} is an array, which a hashed index refuses (error 16766)"
        if reason:
            yield Unindexable(id=to_plain(document["_id"]), reason=reason)


def _conditions(spec: IndexSpec) -> Iterator[Mapping[str, Any]]:
    """Under which a document might be refused; some that are not meet them, too."""
    if spec.is_wildcard:
        return
    for path, kind in spec.keys:
        if kind == HASHED:
            yield from ({prefix: {"$type": "array"}} for prefix in prefixes(path))
    for first, second in combinations(spec.fields, 2):
        mine = [prefix for prefix in prefixes(first) if prefix not in prefixes(second)]
        theirs = [prefix for prefix in prefixes(second) if prefix not in prefixes(first)]
        for one in mine:
            for other in theirs:
                yield {one: {"$type": "array"}, other: {"$type": "array"}}


def _candidates(
    connection: MongoConnection, collection: str, specs: Sequence[IndexSpec]
) -> list[Document]:
    """Of specs that hold the same documents."""
    conditions = [condition for spec in specs for condition in _conditions(spec)]
    with connection.answers():
        cursor = connection.database[collection].find(
            {"$and": [{"$or": conditions}, among(specs[0])]},
            limit=CANDIDATES * len(specs),
            max_time_ms=TIMEOUT_MS,
        )
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
