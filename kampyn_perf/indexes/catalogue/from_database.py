"""A catalogue from the indexes that a database has. Its plan against that database is empty."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import permutations
from typing import Any

from kampyn_perf.indexes.catalogue.load import DEFAULT_VARIABLE
from kampyn_perf.indexes.model.catalogue import (
    DEFAULT_CLUSTER,
    Catalogue,
    Cluster,
    Entry,
    WantedCollection,
)
from kampyn_perf.indexes.model.live import CollectionKind, LiveCollection
from kampyn_perf.indexes.model.matching import Found, read_live
from kampyn_perf.indexes.model.normalise import SIMPLE, normal_of
from kampyn_perf.indexes.model.spec import TEXT, IndexSpec, Key, default_name

MOST_PERMUTED = 6
"""Text fields whose orders are tried: 720 of them."""


def catalogue_of(
    collections: Iterable[tuple[str, LiveCollection]], variables: Mapping[str, str] | None = None
) -> Catalogue:
    """`collections` with the name of each one's cluster; `variables` by cluster. Views and
    collections without an index of their own are left out, and so are bridges."""
    clusters = {DEFAULT_CLUSTER: DEFAULT_VARIABLE, **(variables or {})}
    return Catalogue(
        collections=tuple(
            wanted
            for cluster, live in collections
            if live.kind is not CollectionKind.VIEW
            and (wanted := _collection(cluster, live)).entries
        ),
        clusters={
            name: Cluster(name=name, variable=variable) for name, variable in clusters.items()
        },
    )


def _collection(cluster: str, live: LiveCollection) -> WantedCollection:
    entries = tuple(
        Entry(spec=_spec(found, live)) for found in read_live(live) if not found.is_bridge
    )
    return WantedCollection(name=live.name, cluster=cluster, entries=entries)


def _spec(found: Found, live: LiveCollection) -> IndexSpec:
    """As little as says the same: what is default is left out."""
    spec = found.spec
    weights = {field: weight for field, weight in (spec.weights or {}).items() if weight != 1}
    english = found.normal.default_language == "english"
    short = replace(
        spec,
        keys=_keys_as_named(spec),
        collation=_collation(found, live),
        weights=weights or None,
        default_language=None if english else spec.default_language,
        language_override=(
            None if found.normal.language_override == "language" else spec.language_override
        ),
    )
    # What cannot be said shorter is said in full.
    same = normal_of(short, collation=live.collation) == found.normal
    return short if same else replace(spec, collation=_collation(found, live))


def _keys_as_named(spec: IndexSpec) -> tuple[Key, ...]:
    """A server lists the fields of a text index by the alphabet; a default name tells in which
    order they were declared."""
    words = [key for key in spec.keys if key[1] == TEXT]
    if not 2 <= len(words) <= MOST_PERMUTED:
        return spec.keys
    start = spec.keys.index(words[0])
    head, tail = spec.keys[:start], spec.keys[start + len(words) :]
    orders = ((*head, *order, *tail) for order in permutations(words))
    return next((keys for keys in orders if default_name(keys) == spec.name), spec.keys)


def _collation(found: Found, live: LiveCollection) -> Mapping[str, Any] | None:
    """None where the index gets the right one by default."""
    inherited = normal_of(replace(found.spec, collation=None), collation=live.collation)
    if inherited.collation == found.normal.collation:
        return None
    if not found.normal.collation:
        return SIMPLE
    full: dict[str, Any] = json.loads(found.normal.collation)
    shortest = {"locale": full["locale"]}
    default = normal_of(replace(found.spec, collation=shortest)).collation
    usual = json.loads(default)
    return shortest | {key: value for key, value in full.items() if usual.get(key) != value}
