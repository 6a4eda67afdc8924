"""The journal's entries as rows for a table and as data. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kampyn_perf.units import format_duration

JOURNAL_SCHEMA = "kampyn-perf/index-journal"
JOURNAL_VERSION = 1
COLUMNS = ("when (UTC)", "by", "command", "collection", "indexes", "what", "took", "")


def journal_json(entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The machine form: `kampyn-perf/index-journal`, version 1."""
    return {"schema": JOURNAL_SCHEMA, "version": JOURNAL_VERSION, "entries": entries}


def row(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """One line of the table, in the order of COLUMNS."""
    took = entry.get("tookUs")
    code = f"error {entry['code']}: " if entry.get("code") else ""
    return (
        str(entry.get("at", ""))[:19].replace("T", " "),
        str(entry.get("by", "")),
        str(entry.get("command", "")),
        str(entry.get("collection", "")),
        ", ".join(map(str, entry.get("indexes") or ())),
        " ".join(str(entry[name]) for name in ("step", "event") if entry.get(name)),
        "" if took is None else format_duration(int(took)),
        code + str(entry.get("message", "")),
    )
