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
from kampyn_perf.indexes.model.matching import ReadIndex, read_live
from kampyn_perf.indexes.model.normalise import SIMPLE, normal_of
from kampyn_perf.indexes.model.options import TEXT
from kampyn_perf.indexes.model.spec import IndexSpec, Key, default_name

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
        Entry(spec=_spec(index, live)) for index in read_live(live) if not index.is_bridge
    )
    return WantedCollection(name=live.name, cluster=cluster, entries=entries)


def _spec(index: ReadIndex, live: LiveCollection) -> IndexSpec:
    """As little as says the same: what is default is left out."""
    full = index.spec.having(collation=_collation(index, live))
    weights = {field: weight for field, weight in full.weights.items() if weight != 1}
    short = replace(full, keys=_keys_as_named(full)).having(weights=weights or None)
    if normal_of(short, collation=live.collation) != index.normal:
        short = full  # what cannot be said shorter is said in full
    for name in full.options:
        without = short.having(**{name: None})
        if normal_of(without, collation=live.collation) == index.normal:
            short = without
    return short


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


def _collation(index: ReadIndex, live: LiveCollection) -> Mapping[str, Any] | None:
    """None where the index gets the right one by default."""
    inherited = normal_of(index.spec.having(collation=None), collation=live.collation)
    if inherited.collation == index.normal.collation:
        return None
    if not index.normal.collation:
        return SIMPLE
    full: dict[str, Any] = json.loads(index.normal.collation)
    shortest = {"locale": full["locale"]}
    default = normal_of(index.spec.having(collation=shortest)).collation
    usual = json.loads(default or "{}")
    return shortest | {key: value for key, value in full.items() if usual.get(key) != value}
