"""A catalogue as the YAML text that `load` reads back to the same catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from kampyn_perf.indexes.catalogue.load import DEFAULT_VARIABLE
from kampyn_perf.indexes.model.catalogue import (
    DEFAULT_CLUSTER,
    Catalogue,
    Cluster,
    Entry,
    WantedCollection,
)
from kampyn_perf.indexes.model.query import Query, QueryKind
from kampyn_perf.indexes.model.server import Target
from kampyn_perf.indexes.model.spec import IndexSpec, default_name
from kampyn_perf.yaml_dumper import PlainDumper

_DEFAULT = Cluster(name=DEFAULT_CLUSTER, variable=DEFAULT_VARIABLE)


class _Flow(dict[str, Any]):
    """A mapping that is written on one line."""


class _Dumper(PlainDumper):
    """The same, and what is to be on one line."""


def _represent_flow(dumper: yaml.SafeDumper, data: _Flow) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", data.items(), flow_style=True)


_Dumper.add_representer(_Flow, _represent_flow)


def catalogue_yaml(catalogue: Catalogue, *, comment: str = "") -> str:
    """The file's text. `comment` goes on top, one `#` line for each of its own."""
    clusters = {
        name: cluster.variable
        if not cluster.database
        else {"variable": cluster.variable, "database": cluster.database}
        for name, cluster in catalogue.clusters.items()
        if name != DEFAULT_CLUSTER or cluster != _DEFAULT
    }
    data: dict[str, Any] = {}
    if catalogue.server is not None:
        data["server"] = _Flow(_server(catalogue.server))
    if catalogue.confirm_expiry_above != Catalogue.confirm_expiry_above:
        data["confirmExpiryAbove"] = catalogue.confirm_expiry_above
    if clusters:
        data["clusters"] = clusters
    if catalogue.parameters:
        data["parameters"] = dict(catalogue.parameters)
    data["collections"] = {part.name: _collection(part) for part in catalogue.collections}
    body = yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100, line_break="\n"
    )
    head = "".join(f"# {line}".rstrip() + "\n" for line in comment.splitlines())
    return f"{head}\n{body}" if head else body


def _server(target: Target) -> dict[str, Any]:
    least = {"min": ".".join(map(str, target.version))} if target.version else {}
    return {"engine": target.engine.value, **least}


def _collection(part: WantedCollection) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if part.cluster != DEFAULT_CLUSTER:
        data["cluster"] = part.cluster
    for name in ("required", "optional", "arrays"):
        fields = sorted(getattr(part, name))
        if fields:
            data[name] = fields
    if part.queries:
        data["queries"] = {query.name: query_data(query) for query in part.queries}
    data["indexes"] = [entry_data(entry) for entry in part.entries]
    return data


def query_data(query: Query) -> dict[str, Any]:
    """A query as the file has it; what `verify` expects by default is left out."""
    kind = query.kind
    written: dict[str, Any] = {
        "filter": query.filter,
        "sort": query.sort,
        "projection": query.projection,
        "skip": query.skip,
        "limit": query.limit,
        "count": kind is QueryKind.COUNT or None,
        "distinct": query.key or None,
        "update": query.update,
        "delete": kind is QueryKind.DELETE or None,
        "multi": query.multi or None,
        "pipeline": [_Flow(stage) for stage in query.pipeline] or None,
        "hint": query.hint,
        "collation": query.collation,
        "reason": query.reason or None,
    }
    return {
        name: _Flow(value) if isinstance(value, Mapping) else value
        for name, value in written.items()
        if value is not None
    }


def entry_data(entry: Entry) -> dict[str, Any]:
    """An index as the file has it."""
    data: dict[str, Any] = {"key": _Flow(entry.spec.keys)} | _options(entry.spec)
    if entry.serves:
        data["serves"] = list(entry.serves)
    if entry.reason:
        data["reason"] = entry.reason
    return data


def yaml_lines(data: Any) -> list[str]:
    """`data` as the lines of a file, without an indentation of its own."""
    text = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return text.splitlines()


def _options(spec: IndexSpec) -> dict[str, Any]:
    named = spec.name and spec.name != default_name(spec.keys)
    return ({"name": spec.name} if named else {}) | {
        name: _Flow(value) if isinstance(value, Mapping) else value
        for name, value in spec.options.items()
    }
