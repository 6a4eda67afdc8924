"""Entries put into the text of a catalogue, with everything else left as it is: comments, order,
quotes, indentation. Pure.

The YAML is composed only to find places; text is inserted there, and the caller reads the result
again to see that it says what was meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from kampyn_perf.errors import KampynError
from kampyn_perf.indexes.catalogue.write import entry_data, yaml_lines
from kampyn_perf.indexes.model.catalogue import DEFAULT_CLUSTER, Catalogue, Entry, WantedCollection
from kampyn_perf.indexes.model.normalise import Normal, normal_of

_STEP = 2


@dataclass(frozen=True)
class _Edit:
    at: int
    """Characters from the start."""
    text: str


def inserted(text: str, additions: Sequence[WantedCollection]) -> str:
    """`text` with the entries of `additions` behind those that it has of each collection; a
    collection that it has not is put at the end. Raises KampynError where a place is shared."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    collections = _child(root, "collections")
    if not isinstance(collections, yaml.MappingNode):
        raise KampynError("the file has no collections", hint="Write one: indexes import")
    newline = "\r\n" if "\r\n" in text else "\n"
    edits = list(_edits(text, collections, additions))
    # From the end on, so that places stay right; of two at one place the later one first.
    for edit in sorted(edits, key=lambda edit: edit.at)[::-1]:
        body = edit.text.replace("\n", newline)
        text = text[: edit.at] + body + text[edit.at :]
    return text


def reads_back(before: Catalogue, after: Catalogue, additions: Sequence[WantedCollection]) -> str:
    """The first collection that is not what it was with its new entries behind; empty: all are."""
    added = {part.name: part for part in additions}
    names = [part.name for part in before.collections]
    names += [name for name in added if name not in names]
    if [part.name for part in after.collections] != names:
        return ", ".join(names)
    for part in after.collections:
        old, new = before.collection(part.name), added.get(part.name)
        wanted = [*(old.entries if old else ()), *(new.entries if new else ())]
        if list(map(_definition, part.entries)) != list(map(_definition, wanted)):
            return part.name
    return ""


def _definition(entry: Entry) -> tuple[str, Normal, str]:
    return entry.spec.effective_name, normal_of(entry.spec), " ".join(entry.reason.split())


def _edits(
    text: str, collections: yaml.MappingNode, additions: Sequence[WantedCollection]
) -> Iterator[_Edit]:
    present = {key.value: value for key, value in collections.value}
    shared: dict[int, list[str]] = {}
    for name, value in present.items():
        shared.setdefault(id(value), []).append(name)
    new = [part for part in additions if part.name not in present]
    done: set[int] = set()
    wanted = {part.name: part for part in additions}
    for part in additions:
        value = present.get(part.name)
        if value is None or id(value) in done:
            continue
        done.add(id(value))
        _check_shared(part, shared[id(value)], wanted)
        yield _into(text, value, part)
    if new:
        yield _appended(text, collections, new)


def _check_shared(
    part: WantedCollection, names: Sequence[str], wanted: Mapping[str, WantedCollection]
) -> None:
    """Collections behind one anchor are one text: what goes into one goes into all."""
    specs = [entry.spec for entry in part.entries]
    for name in names:
        others = wanted.get(name)
        if others is None or [entry.spec for entry in others.entries] != specs:
            raise KampynError(
                f"{' and '.join(names)} are one text in the file (an alias), and differ now",
                hint="Write each out for itself in the file, or choose with --only.",
            )


def _into(text: str, value: yaml.Node, part: WantedCollection) -> _Edit:
    """Behind the last index of a collection that the file has."""
    indexes = _child(value, "indexes") if isinstance(value, yaml.MappingNode) else None
    if isinstance(indexes, yaml.SequenceNode) and indexes.value:
        if indexes.flow_style:
            flow = ", ".join(_flow(entry_data(entry)) for entry in part.entries)
            return _Edit(_end(indexes.value[-1]), f", {flow}")
        return _after(text, indexes, _items(part, indexes.start_mark.column))
    if isinstance(indexes, yaml.SequenceNode):  # []
        flow = ", ".join(_flow(entry_data(entry)) for entry in part.entries)
        return _Edit(indexes.start_mark.index + 1, flow)
    if isinstance(value, yaml.MappingNode) and value.value and not value.flow_style:
        column = value.value[0][0].start_mark.column
        lines = [f"{' ' * column}indexes:", *_items(part, column + _STEP)]
        return _after(text, value, lines)
    flow = f"indexes: [{', '.join(_flow(entry_data(entry)) for entry in part.entries)}]"
    if isinstance(value, yaml.MappingNode) and value.value:
        return _Edit(_end(value.value[-1][1]), f", {flow}")
    return _Edit(value.start_mark.index + 1, flow)


def _appended(text: str, collections: yaml.MappingNode, parts: Sequence[WantedCollection]) -> _Edit:
    """Collections that the file has not, behind its last."""
    if collections.flow_style or not collections.value:
        raise KampynError(
            "the file's collections are written on one line, or there are none",
            hint="Give each collection a line of its own.",
        )
    column = collections.value[0][0].start_mark.column
    lines: list[str] = []
    for part in parts:
        lines += ["", f"{' ' * column}{yaml_lines({part.name: None})[0].removesuffix(' null')}"]
        inner = " " * (column + _STEP)
        if part.cluster != DEFAULT_CLUSTER:
            lines.append(f"{inner}cluster: {part.cluster}")
        lines += [f"{inner}indexes:", *_items(part, column + 2 * _STEP)]
    return _after(text, collections, lines)


def _items(part: WantedCollection, column: int) -> list[str]:
    """Block entries whose dashes stand in that column."""
    lines: list[str] = []
    for entry in part.entries:
        for number, line in enumerate(yaml_lines(entry_data(entry))):
            lead = "- " if number == 0 else "  "
            lines.append(f"{' ' * column}{lead}{line}" if line else "")
    return lines


def _after(text: str, node: yaml.Node, lines: Sequence[str]) -> _Edit:
    """Whole lines behind the one in which `node` really ends; a remark there stays with it."""
    end = text.find("\n", _end(node))
    body = "\n".join(lines)
    if end < 0:
        return _Edit(len(text), f"\n{body}\n")
    return _Edit(end + 1, f"{body}\n")


def _end(node: yaml.Node) -> int:
    """Where its last character is, which a block's own mark does not say: that is at what follows
    it, behind comments and empty lines."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    end: int = node.end_mark.index
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        return end - 1
    return end


def _child(node: Any, name: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for key, value in node.value if key.value == name), None)


def _flow(data: Mapping[str, Any]) -> str:
    return " ".join(
        yaml.safe_dump(
            _plain(data), default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**6
        ).split("\n")
    ).strip()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
