"""What the suite `generator` found, in sentences: above all what a run carries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kampyn_perf.results.bench import BenchResult
from kampyn_perf.units import format_duration, format_percent, format_size

OURS = "kampyn-perf"
_WORDS = {"mix": "the documented mix", "request": "a single request"}


def headline(result: BenchResult) -> Iterator[str]:
    """The figure by which a run is sized, and what stands beside it."""
    facts = result.context.get("generator", {})
    carried = facts.get("carried", [])
    for work, words in _WORDS.items():
        here = [row for row in carried if row["work"] == work]
        for row in here:
            if row["program"] == OURS:
                yield from _ours(row, words)
        others = ", ".join(_program_text(row) for row in here if row["program"] != OURS)
        if others:
            yield f"    beside it: {others}"
    yield from _alone(facts.get("comparison", {}))
    if carried:
        yield _shared(result, facts.get("cores", {}), carried)


def cautions(result: BenchResult) -> Sequence[str]:
    """What makes it doubtful."""
    facts = result.context.get("generator", {})
    return [*facts.get("warnings", []), *facts.get("comparison", {}).get("warnings", [])]


def _ours(row: dict[str, Any], words: str) -> Iterator[str]:
    if row["rate"] is None:
        reason = row["rounds"][-1][-1]["invalid"][0]
        yield f"No rate of {words} was valid here: {reason}"
        return
    low, high = row["spread"]
    rounds = len(row["rounds"])
    spread = f", {low:,.0f} to {high:,.0f} in {rounds} rounds" if rounds > 1 else ""
    yield (
        f"A run with one generator carries {row['rate']:,.0f} requests/s of {words} on this "
        f"machine, end to end{spread} ({row['sessions']:,.0f} sessions/s)."
    )
    at = row["at"]
    yield (
        f"    there: P50 {_time(at['p50_us'])}, P99 {_time(at['p99_us'])}; the whole program took "
        f"{at['cpu_share']:.2f} of a core and {format_size(at['rss'])}, the server "
        f"{at['server_share']:.2f} of a core"
    )
    if beyond := row["beyond"]:
        yield f"    {beyond['asked']:,.0f}/s was not valid: {beyond['invalid'][0]}"


def _program_text(row: dict[str, Any]) -> str:
    if row["rate"] is None:
        return f"{row['program']} nothing valid ({row['rounds'][-1][-1]['invalid'][0]})"
    how = "" if row["scheduled"] else " (no schedule: as fast as it goes)"
    return f"{row['program']} {row['rate']:,.0f}/s{how}"


def _alone(comparison: dict[str, Any]) -> Iterator[str]:
    flat = comparison.get("medians", {}).get("flat", {})
    if "lean" in flat:
        yield (
            f"The client alone, without schedule, flows, checks and hand-over, makes "
            f"{flat['lean']['rate']:,.0f} requests/s (stock Locust's "
            f"{flat['stock']['rate']:,.0f}): no run gets that."
        )
    for goal in comparison.get("goals", []):
        if goal["value"] is not None:
            sign, met = (">=" if goal["at_least"] else "<="), ("met" if goal["met"] else "missed")
            yield f"{goal['name']}: {goal['value']:.2f} (goal {sign} {goal['limit']:g}, {met})"


def _shared(result: BenchResult, cores: dict[str, Any], carried: Sequence[dict[str, Any]]) -> str:
    shares = [row["at"]["server_share"] for row in carried if row["at"]]
    most = f" (at most {format_percent(round(max(shares), 3))} of a core)" if shares else ""
    pinned = cores.get("generator") is not None
    where = (
        f"each program on one of them, the server{most} on another"
        if pinned
        else f"the server{most} among them"
    )
    return (
        f"Server and generator shared this machine's {result.machine.cores} cores, {where}. "
        "For more than one generator carries: load --workers N, as many times as there are cores."
    )


def _time(us: int | None) -> str:
    return "unknown" if us is None else format_duration(us)
