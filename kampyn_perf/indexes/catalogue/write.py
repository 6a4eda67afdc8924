"""A catalogue as the YAML text that `catalogue_load` reads back to the same catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from kampyn_perf.indexes.model.catalogue import DEFAULT_CLUSTER, Catalogue, Entry, WantedCollection
from kampyn_perf.indexes.model.spec import IndexSpec, default_name


class _Flow(dict[str, Any]):
    """A mapping that is written on one line."""


class _Dumper(yaml.SafeDumper):
    """No anchors, lists indented below their key."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:  # noqa: ARG002
        return super().increase_indent(flow, False)


def _represent_flow(dumper: yaml.SafeDumper, data: _Flow) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", data.items(), flow_style=True)


_Dumper.add_representer(_Flow, _represent_flow)


def catalogue_yaml(catalogue: Catalogue, *, comment: str = "") -> str:
    """The file's text. `comment` goes on top, one `#` line for each of its own."""
    clusters = {
        name: cluster.variable
        for name, cluster in catalogue.clusters.items()
        if name != DEFAULT_CLUSTER
    }
    data: dict[str, Any] = {"clusters": clusters} if clusters else {}
    data["collections"] = {part.name: _collection(part) for part in catalogue.collections}
    body = yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100, line_break="\n"
    )
    head = "".join(f"# {line}".rstrip() + "\n" for line in comment.splitlines())
    return f"{head}\n{body}" if head else body


def _collection(part: WantedCollection) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if part.cluster != DEFAULT_CLUSTER:
        data["cluster"] = part.cluster
    for name in ("required", "optional", "arrays"):
        fields = sorted(getattr(part, name))
        if fields:
            data[name] = fields
    data["indexes"] = [_entry(entry) for entry in part.entries]
    return data


def _entry(entry: Entry) -> dict[str, Any]:
    data: dict[str, Any] = {"key": _Flow(entry.spec.keys)} | _options(entry.spec)
    if entry.reason:
        data["reason"] = entry.reason
    return data


def _options(spec: IndexSpec) -> dict[str, Any]:
    named = spec.name and spec.name != default_name(spec.keys)
    return ({"name": spec.name} if named else {}) | {
        name: _Flow(value) if isinstance(value, Mapping) else value
        for name, value in spec.options.items()
    }
