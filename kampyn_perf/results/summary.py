"""The head of a run: what lists and trends need, in a small file beside the result.

A result may have megabytes, and a thousand of them are listed; so what is shown of it is taken out
once. The file says which state of the result it is of (size and time), and is made anew where that
is another. It is read as plain JSON, and imports nothing that costs time.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from kampyn_perf import names
from kampyn_perf.errors import KampynError
from kampyn_perf.files import write_whole
from kampyn_perf.units import counted

_PERCENTILES = ("p50", "p95", "p99")
BROKEN = "unreadable"


@dataclass(frozen=True, kw_only=True)
class Summary:
    """One run, in short."""

    kind: str
    """`load`, `bench`, `capacity`, `compare`; empty for what is no result of any."""
    status: str
    valid: bool
    started_at: str
    elapsed_us: int
    label: str
    """Profile and target, or suites."""
    key: str
    """Runs with the same one can be put into one history: same schedule, target, machine."""
    commit: str
    metrics: Mapping[str, float] = field(default_factory=dict)
    """By name: `p95`, `POST /order p95` (µs), `error_rate` (share), `throughput`, `capacity` (per
    second)."""


def read(folder: Path) -> Summary:
    """That of the run in `folder`: from its file, or made from the result and kept there, where
    that can be written. One that says so (`BROKEN`) where there is no result to read."""
    return find(os.fspath(folder)) or _broken("no result")


def find(folder: str) -> Summary | None:
    """The same; None where there is no result. A list asks so a thousand times, so paths are texts
    here, and each file is touched once."""
    place = _result(folder)
    if place is None:
        return None
    result, of = place
    file = f"{folder}/{names.SUMMARY_FILE}"
    kept = _kept(file, of)
    if kept is not None:
        return kept
    try:
        document = orjson.loads(Path(result).read_bytes())
        summary = summarise(document)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return _broken(BROKEN)
    if summary.status != "running":
        with contextlib.suppress(KampynError):
            write_whole(Path(file), _packed(summary, of), durable=False)
    return summary


def _result(folder: str) -> tuple[str, list[int]] | None:
    """The result in `folder`, and which state of it that is: bytes, and when it was written."""
    for name in (names.RESULT_FILE, names.COMPARISON_FILE):
        path = f"{folder}/{name}"
        try:
            state = os.stat(path)  # noqa: PTH116 (a Path for each costs more than the call)
        except OSError:
            continue
        return path, [state.st_size, state.st_mtime_ns]
    return None


def result_of(folder: Path) -> Path:
    """Where the result of the run in `folder` is: that of pairs that were compared has another
    name."""
    comparison = folder / names.COMPARISON_FILE
    result = folder / names.RESULT_FILE
    return comparison if comparison.exists() and not result.exists() else result


def summarise(document: Mapping[str, Any]) -> Summary:
    """Of a result, as it stands in its file. Raises KeyError or the like for what is none."""
    schema = document["schema"]
    if schema == names.CAPACITY_SCHEMA:
        return _of_capacity(document)
    if schema == names.COMPARISON_SCHEMA:
        return _of_comparison(document)
    common: dict[str, Any] = {
        "status": str(document["status"]),
        "started_at": str(document["started_at"]),
        "elapsed_us": int(document["elapsed_us"]),
        "commit": str(document["machine"].get("git_commit", "")),
    }
    machine = document["machine"]
    hardware = [machine["hostname"], machine["cpu"], machine["cores"]]
    if schema == names.LOAD_SCHEMA:
        validity = document.get("validity") or document.get("certificate") or {}
        target = document["target"]
        phases = [[p["name"], p["duration_us"], p["offered_rate"]] for p in document["phases"]]
        flows = sorted([flow["name"], flow["weight"]] for flow in document["flows"])
        return Summary(
            kind="load",
            valid=bool(validity.get("valid")),
            label=f"{document['profile']} on {target['name']}",
            key=_key(schema, phases, flows, target["name"], hardware),
            metrics=dict(_of_load(document)),
            **common,
        )
    if schema == names.BENCH_SCHEMA:
        cases = document["cases"]
        suites = sorted({case["suite"] for case in cases})
        return Summary(
            kind="bench",
            valid=all(case["status"] == "ok" for case in cases),
            label=", ".join(suites),
            key=_key(schema, suites, hardware),
            metrics=dict(_of_bench(document)),
            **common,
        )
    raise KeyError(schema)


def _of_capacity(document: Mapping[str, Any]) -> Summary:
    machine, target, answer = document["machine"], document["target"], document.get("answer")
    ended, broken = document.get("ending"), document.get("interrupted")
    metrics: dict[str, float] = {}
    if answer:
        metrics = {
            "capacity": float(answer["sessions"]["rate"]),
            "throughput": float(answer["requests"]["rate"]),
        }
    return Summary(
        kind="capacity",
        status="partial" if broken or ended is None else "complete",
        valid=bool(answer) and ended in ("found", "rough", "limiter"),
        started_at=str(document["started_at"]),
        elapsed_us=int(document["elapsed_us"]),
        label=f"capacity of {target['name']}",
        key=_key(
            document["schema"],
            document.get("context"),
            [machine["hostname"], machine["cpu"], machine["cores"]],
        ),
        commit=str(machine.get("git_commit", "")),
        metrics=metrics,
    )


def _of_comparison(document: Mapping[str, Any]) -> Summary:
    """It has no figures of its own: what came of it is in its label."""
    conclusion = str(document["conclusion"])
    runs = [*document["base"], *document["new"]]
    return Summary(
        kind="compare",
        status="complete",
        valid=conclusion != "not_comparable",
        started_at=min(str(run["started_at"]) for run in runs),
        elapsed_us=0,
        label=f"{counted(len(document['base']), 'pair')}: {conclusion.replace('_', ' ')}",
        key="",
        commit="",
    )


def _of_load(document: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    yield from _requests("", document["requests"])
    seconds = document["elapsed_us"] / 1e6
    if warm_up := document.get("warm_up"):
        seconds -= warm_up["duration_us"] / 1e6
    if seconds > 0:
        yield "throughput", document["requests"]["count"] / seconds
    for endpoint in document["endpoints"]:
        yield from _requests(f"{endpoint['name']} ", endpoint["requests"])
    for series in document.get("measurements", ()):
        values, weights = series["values"], series.get("weights")
        weights = weights or [1] * len(values)
        labels = series.get("labels") or {}
        if (total := sum(weights)) and "quantile" not in labels:
            told = " ".join(f"{key}={value}" for key, value in sorted(labels.items()))
            name = " ".join(part for part in (series["subject"], told, series["metric"]) if part)
            yield name, sum(v * w for v, w in zip(values, weights, strict=True)) / total


def _requests(prefix: str, requests: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    times = requests.get("successful_response") or requests["response"]
    for name in _PERCENTILES:
        if (value := times[f"{name}_us"]) is not None:
            yield f"{prefix}{name}", float(value)
    if requests["count"]:
        yield f"{prefix}error_rate", requests["failed"] / requests["count"]


def _of_bench(document: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for case in document["cases"]:
        if case["status"] == "ok" and (summary := case.get("summary")):
            for name in ("mean", *_PERCENTILES):
                yield f"{case['name']} {name}", summary[name]["value_ns"] / 1_000


def _key(*parts: object) -> str:
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()[:12]


def _kept(path: str, of: list[int]) -> Summary | None:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 (as above)
            document = orjson.loads(file.read())
        if document["schema"] != names.SUMMARY_SCHEMA or document["of"] != of:
            return None
        if document["version"] != names.SUMMARY_VERSION:
            return None
        return Summary(**document["summary"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _packed(summary: Summary, of: list[int]) -> bytes:
    document = {
        "schema": names.SUMMARY_SCHEMA,
        "version": names.SUMMARY_VERSION,
        "of": of,
        "summary": asdict(summary),
    }
    return orjson.dumps(document) + b"\n"


def _broken(why: str) -> Summary:
    return Summary(
        kind="",
        status=why,
        valid=False,
        started_at="",
        elapsed_us=0,
        label="",
        key="",
        commit="",
    )
