"""What a written project is, what its owner has to edit, and what to do next. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from kampyn_perf.convert.draft import PLACEHOLDER, Draft
from kampyn_perf.convert.project.files import SMOKE, host_to_allow
from kampyn_perf.convert.project.target_file import DATA_FOLDER, has_placeholder
from kampyn_perf.units import counted


@dataclass(frozen=True)
class Summary:
    """For people and programs."""

    contents: str
    to_edit: tuple[str, ...]
    command: list[str]
    """Commands, one after the other, in the project's folder."""


def summarise(draft: Draft) -> Summary:
    """Of a draft that was written."""
    requests = sum(flow.requests() for flow in draft.flows)
    contents = (
        f"{counted(len(draft.flows), 'flow')}, {counted(requests, 'request')}, "
        f"{counted(len(draft.tables), 'list')} of data; target {draft.name}, {draft.url}"
    )
    return Summary(contents, _to_edit(draft), _commands(draft))


def _to_edit(draft: Draft) -> tuple[str, ...]:
    placeholders = has_placeholder(draft)
    target = f"configs/targets/{draft.name}.yaml"
    lines = [
        f"{DATA_FOLDER}/{table.name}.csv: {table.note}"
        + (f" (has {PLACEHOLDER} in it)" if table.name in placeholders else "")
        for table in draft.tables
    ]
    lines += [f"{target}: {place}" for place in draft.to_edit]
    lines += [
        f"{target}: the weights of the flows, to be like your traffic",
        "configs/load.yaml: the arrival rate of the profile average",
        "configs/slo.yaml: what you promise",
    ]
    return tuple(lines)


def _commands(draft: Draft) -> list[str]:
    exports = [f"export {name}=..." for name in draft.environment]
    host = host_to_allow(draft.url)
    allow = f" --allow-host {host}" if host else ""
    return [*exports, f"kampyn-perf load --profile {SMOKE}{allow}"]
