"""A catalogue from what `exporter.js` prints in a Mongoose project: models with their indexes, the
cluster that each lives on, and what their schemas promise of each field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kampyn_perf.config import format_path
from kampyn_perf.errors import ConfigError, Problem
from kampyn_perf.indexes.catalogue.load import DEFAULT_VARIABLE
from kampyn_perf.indexes.catalogue.mongoose_index import mongoose_spec
from kampyn_perf.indexes.catalogue.repeated import unrepeated
from kampyn_perf.indexes.model.catalogue import (
    DEFAULT_CLUSTER,
    Catalogue,
    Cluster,
    Entry,
    WantedCollection,
)

SCHEMA = "kampyn-perf/mongoose-indexes"
VERSION = 1
_EXPORTER = Path(__file__).with_name("exporter.js")


def exporter_text() -> str:
    """The program to run with node in the user's project."""
    return _EXPORTER.read_text(encoding="utf-8")


def is_export(data: Any) -> bool:
    return isinstance(data, Mapping) and data.get("schema") == SCHEMA


@dataclass
class _Part:
    """One collection, of all models that share it."""

    cluster: str
    entries: list[Entry] = field(default_factory=list)
    required: set[str] = field(default_factory=set)
    optional: set[str] = field(default_factory=set)
    arrays: set[str] = field(default_factory=set)


def catalogue_of_export(data: Any, *, source: str) -> tuple[Catalogue, tuple[str, ...]]:
    """The catalogue, and notes: the exporter's own problems and what was put together. Raises
    ConfigError naming what cannot be read."""
    if data.get("version") != VERSION:
        raise ConfigError([Problem("version", f"{data.get('version')!r} is not {VERSION}", source)])
    notes = [str(problem) for problem in data.get("problems") or ()]
    problems: list[Problem] = []
    parts: dict[str, _Part] = {}
    for position, model in enumerate(data.get("models") or ()):
        path = format_path(["models", position])
        try:
            _add(parts, model, notes)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            problems.append(Problem(path, f"not a model: {error}", source))
    if not problems and not any(part.entries for part in parts.values()):
        words = f"no index is declared in it: {len(parts)} collections, {len(notes)} problems"
        problems.append(Problem("models", words, source))
    if problems:
        raise ConfigError(problems)
    catalogue = Catalogue(
        collections=tuple(_collections(parts, notes)),
        clusters=_clusters(data.get("clusters") or {}, parts),
    )
    return catalogue, tuple(notes)


def _add(parts: dict[str, _Part], model: Mapping[str, Any], notes: list[str]) -> None:
    name, cluster = str(model["collection"]), str(model.get("cluster") or DEFAULT_CLUSTER)
    part = parts.setdefault(name, _Part(cluster))
    if part.cluster != cluster:
        raise ValueError(
            f"the collection {name} is in the clusters {part.cluster} and {cluster}; a catalogue "
            "knows a collection by its name: import each cluster's models for themselves"
        )
    for keys, options in model.get("indexes") or ():
        part.entries.append(Entry(spec=mongoose_spec(keys, options, name, notes)))
    required = set(map(str, model.get("required") or ()))
    optional = set(map(str, model.get("optional") or ()))
    # Of two models of one collection (discriminators), both must demand it.
    part.required = part.required & required if part.required or part.optional else required
    part.optional |= optional
    part.arrays |= set(map(str, model.get("arrays") or ()))


def _collections(parts: Mapping[str, _Part], notes: list[str]) -> Iterator[WantedCollection]:
    for name, part in parts.items():
        if not part.entries:
            continue
        entries = tuple(unrepeated(part.entries, name, notes))
        fields = {path for entry in entries for path in entry.spec.fields}
        yield WantedCollection(
            name=name,
            cluster=part.cluster,
            entries=entries,
            required=frozenset(part.required & fields),
            optional=frozenset((part.optional & fields) - part.required),
            arrays=frozenset(array for array in part.arrays if _concerns(array, fields)),
        )


def _concerns(array: str, fields: Iterable[str]) -> bool:
    """Whether an index has it, or something inside it."""
    return any(path == array or path.startswith(array + ".") for path in fields)


def _clusters(declared: Mapping[str, Any], parts: Mapping[str, _Part]) -> dict[str, Cluster]:
    used = {part.cluster for part in parts.values() if part.entries}
    clusters = {
        str(name): Cluster(
            name=str(name),
            variable=str(given.get("variable") or DEFAULT_VARIABLE),
            database=str(given.get("database") or ""),
        )
        for name, given in declared.items()
        if name in used or name == DEFAULT_CLUSTER
    }
    default = Cluster(name=DEFAULT_CLUSTER, variable=DEFAULT_VARIABLE)
    return {DEFAULT_CLUSTER: default, **clusters}
