"""A catalogue from its file: checked as a whole, every problem with its path and line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from kampyn_perf import config
from kampyn_perf.errors import ConfigError, KampynError, Problem
from kampyn_perf.indexes.catalogue.file import (
    CatalogueSection,
    CollectionSection,
    IndexSection,
    SuppressionSection,
)
from kampyn_perf.indexes.catalogue.file_query import QuerySection
from kampyn_perf.indexes.model.catalogue import (
    DEFAULT_CLUSTER,
    Catalogue,
    Cluster,
    Entry,
    Suppression,
    WantedCollection,
)
from kampyn_perf.indexes.model.query import Expectation, Query, QueryKind, placeholders, resolve
from kampyn_perf.indexes.model.server import Target
from kampyn_perf.indexes.model.spec import IndexSpec
from kampyn_perf.units import parse_duration

DEFAULT_VARIABLE = "MONGO_URI"


def load_catalogue(source: config.Source) -> Catalogue:
    """The catalogue in `source`. Raises ConfigError with everything that is wrong with it."""
    section = config.parse(CatalogueSection, source)
    problems = list(_cross_check(section, source))
    if problems:
        raise ConfigError(problems)
    return Catalogue(
        collections=tuple(_collection(name, part) for name, part in section.collections.items()),
        clusters=_clusters(section),
        parameters=section.parameters,
        suppress=_suppressions(section.suppress, ("suppress",)),
        server=_target(section),
        confirm_expiry_above=section.confirm_expiry_above,
        source=source.name,
    )


def read_catalogue(name: str = "indexes") -> tuple[Catalogue, config.Source]:
    """The user's own file, or `configs/indexes.yaml` here, or the one that came along; and the
    source, for the line of a path."""
    source = config.read_yaml(config.find(name))
    return load_catalogue(source), source


def resolved_queries(
    catalogue: Catalogue,
    *,
    now: dt.datetime,
    parameters: Mapping[str, Any] | None = None,
) -> tuple[Query, ...]:
    """Every declared query with its placeholders filled: from `parameters`, else from the
    catalogue's samples. `{$ago: 30d}` becomes that long before `now` (an aware datetime)."""
    values = {**catalogue.parameters, **(parameters or {})}
    ready = {name: _ago(value, now) for name, value in values.items()}
    try:
        return tuple(resolve(query, ready) for query in catalogue.queries)
    except KeyError as error:
        raise KampynError(
            f"a query needs the parameter {error.args[0]}, and nothing gives it a value",
            hint=f"Add it under parameters: in {catalogue.source or 'the catalogue'}.",
        ) from error


def cluster_uri(
    catalogue: Catalogue, collection: WantedCollection, environ: Mapping[str, str], uri: str = ""
) -> str:
    """Where a collection lives: `uri` if given, else its cluster's variable, else the default's.

    Raises KampynError naming the variables that were looked at.
    """
    if uri:
        return uri
    names = (collection.cluster, DEFAULT_CLUSTER)
    variables = list(dict.fromkeys(catalogue.clusters[name].variable for name in names))
    for variable in variables:
        if environ.get(variable):
            return environ[variable]
    raise KampynError(
        f"{collection.name}: no database: {' and '.join(variables)} not set",
        hint="Set the variable, or give --db mongodb://... or --db sqlite:///file.db.",
    )


def _cross_check(section: CatalogueSection, source: config.Source) -> Iterator[Problem]:
    known = {DEFAULT_CLUSTER, *section.clusters}
    for name, part in section.collections.items():
        at = ("collections", name)
        if part.cluster is not None and part.cluster not in known:
            message = f"no such cluster: {part.cluster}; known here: {', '.join(sorted(known))}"
            yield _problem((*at, "cluster"), message, source)
        for field in sorted(set(part.required) & set(part.optional)):
            yield _problem(at, f"{field} is both required and optional", source)
        for position, index in enumerate(part.indexes):
            for served in index.serves:
                if served not in part.queries:
                    message = f"no such query: {served}; known here: {_listed(part.queries)}"
                    yield _problem((*at, "indexes", position, "serves"), message, source)
        yield from _check_queries(at, part, section.parameters, source)


def _check_queries(
    at: config.PathKey,
    part: CollectionSection,
    parameters: Mapping[str, Any],
    source: config.Source,
) -> Iterator[Problem]:
    names = {_spec(index).effective_name for index in part.indexes}
    for name, query in part.queries.items():
        path = (*at, "queries", name)
        for missing in sorted(placeholders([query.filter, query.pipeline]) - set(parameters)):
            yield _problem(path, f"parameter {missing} has no sample under parameters", source)
        for wanted in query.expect.index or ():
            if wanted not in names:
                message = f"no such index here: {wanted}; known: {_listed(names)}"
                yield _problem((*path, "expect", "index"), message, source)


def _problem(path: config.PathKey, message: str, source: config.Source) -> Problem:
    return Problem(config.format_path(path), message, source.where(path))


def _listed(names: Any) -> str:
    return ", ".join(sorted(names)) or "none"


def _target(section: CatalogueSection) -> Target | None:
    given = section.server
    return None if given is None else Target(engine=given.engine, version=given.min)


def _clusters(section: CatalogueSection) -> dict[str, Cluster]:
    default = Cluster(name=DEFAULT_CLUSTER, variable=DEFAULT_VARIABLE)
    return {DEFAULT_CLUSTER: default} | {
        name: Cluster(name=name, variable=part.variable, database=part.database)
        for name, part in section.clusters.items()
    }


def _collection(name: str, part: CollectionSection) -> WantedCollection:
    path: config.PathKey = ("collections", name)
    entries = tuple(
        Entry(
            spec=_spec(index),
            reason=index.reason,
            serves=index.serves,
            suppress=_suppressions(index.suppress, (*path, "indexes", position, "suppress")),
            path=(*path, "indexes", position),
        )
        for position, index in enumerate(part.indexes)
    )
    return WantedCollection(
        name=name,
        cluster=part.cluster or DEFAULT_CLUSTER,
        entries=entries,
        queries=tuple(
            _query(name, query_name, query, entries) for query_name, query in part.queries.items()
        ),
        required=frozenset(part.required),
        optional=frozenset(part.optional),
        arrays=frozenset(part.arrays),
        suppress=_suppressions(part.suppress, (*path, "suppress")),
        path=path,
    )


def _spec(index: IndexSection) -> IndexSpec:
    return IndexSpec(keys=tuple(index.key.items()), name=index.name or "", options=index.options())


def _query(collection: str, name: str, section: QuerySection, entries: tuple[Entry, ...]) -> Query:
    serving = tuple(entry.spec.effective_name for entry in entries if name in entry.serves)
    return Query(
        name=name,
        collection=collection,
        kind=_kind(section),
        filter=section.filter,
        sort=section.sort,
        projection=section.projection,
        skip=section.skip,
        limit=section.limit,
        pipeline=section.pipeline or (),
        key=section.distinct or "",
        update=section.update,
        multi=section.multi,
        hint=section.hint,
        collation=section.collation.plain() if section.collation else None,
        reason=section.reason,
        expect=Expectation(
            access=section.expect.access,
            indexes=serving if section.expect.index is None else section.expect.index,
            in_memory_sort=section.expect.in_memory_sort,
            max_examined_per_result=section.expect.max_examined,
            foreign=section.expect.foreign,
        ),
    )


def _kind(section: QuerySection) -> QueryKind:
    if section.pipeline is not None:
        return QueryKind.AGGREGATE
    if section.count:
        return QueryKind.COUNT
    if section.distinct is not None:
        return QueryKind.DISTINCT
    if section.update is not None:
        return QueryKind.UPDATE
    return QueryKind.DELETE if section.delete else QueryKind.FIND


def _suppressions(
    sections: tuple[SuppressionSection, ...], path: config.PathKey
) -> tuple[Suppression, ...]:
    return tuple(
        Suppression(rule=part.rule, reason=part.reason, path=(*path, position))
        for position, part in enumerate(sections)
    )


def _ago(value: Any, now: dt.datetime) -> Any:
    if isinstance(value, Mapping) and set(value) == {"$ago"}:
        return now - dt.timedelta(microseconds=parse_duration(value["$ago"]))
    return value
