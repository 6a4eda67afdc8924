"""Advice as lines for people, and as data for programs. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kampyn_perf.indexes.advise.advice import Advice, Report
from kampyn_perf.indexes.advise.judge import Judged, Verdict
from kampyn_perf.indexes.advise.tally import Tally
from kampyn_perf.indexes.text.definitions import describe_spec, spec_json
from kampyn_perf.indexes.text.plan import Line, LineKind
from kampyn_perf.units import counted, format_duration, format_size

ADVICE_SCHEMA = "kampyn-perf/index-advice"
ADVICE_VERSION = 1
_MOST_SENDERS = 3
_HEADS = {
    Verdict.DECLARED: "In the catalogue already",
    Verdict.THERE: "There, and not used",
    Verdict.NO_HELP: "No index helps",
    Verdict.UNKNOWN: "The record does not say enough",
    Verdict.HEALTHY: "Nothing wrong",
}


def advice_lines(report: Report, *, everything: bool = False) -> Iterator[Line]:
    """All advice, then the other verdicts; healthy shapes are only counted, unless `everything`."""
    for number, advice in enumerate(report.advice, start=1):
        yield from _advice_lines(number, advice)
    for verdict, head in _HEADS.items():
        shapes = report.of(verdict)
        if not shapes:
            continue
        if verdict is Verdict.HEALTHY and not everything:
            yield Line(LineKind.FAINT, f"{head}: {counted(len(shapes), 'shape')} (--all shows).")
            continue
        yield Line(LineKind.TITLE, f"{head}:")
        for judged in shapes:
            yield from _judged_lines(judged)
        yield Line(LineKind.PLAIN, "")
    yield from _summary(report)


def evidence(tally: Tally) -> str:
    """`4,120 times, 512 s in all, P95 168 ms; each examined 50,000 and returned 20; COLLSCAN`."""
    times = "once" if tally.count == 1 else f"{tally.count:,} times"
    parts = [
        f"{times}, {format_duration(tally.total_us)} in all, P95 {format_duration(tally.p95_us)}"
    ]
    if tally.examined is not None:
        words = "each read all" if tally.supposed else "each examined"
        words += f" {tally.examined:,.0f}" + (" there are now" if tally.supposed else "")
        if tally.given is not None:
            words += f" and returned {tally.given:,.0f}"
        parts.append(words)
    elif tally.given is not None:
        parts.append(f"each returned {tally.given:,.0f}")
    plans = [plan for plan, _ in tally.plans.most_common(2)]
    if plans:
        parts.append(", ".join(plans))
    if tally.sorted:
        parts.append("sorted in memory")
    return "; ".join(parts)


def reason_of(advice: Advice) -> str:
    """One line for the catalogue: the numbers that it rests on."""
    judged = advice.shapes[0]
    more = len(advice.shapes) - 1
    also = f"; and {counted(more, 'more shape')}" if more else ""
    return f"advised: {judged.tally.shape.words()}: {evidence(judged.tally)}{also}"


def advice_json(report: Report, sources: Sequence[str]) -> dict[str, Any]:
    """The machine form: `kampyn-perf/index-advice`, version 1."""
    return {
        "schema": ADVICE_SCHEMA,
        "version": ADVICE_VERSION,
        "sources": list(sources),
        "operations": report.operations,
        "leftOut": report.left_out,
        "from": report.first or None,
        "to": report.last or None,
        "advice": [_advice_json(advice) for advice in report.advice],
        "shapes": [_judged_json(judged) for judged in report.judged],
    }


def _advice_lines(number: int, advice: Advice) -> Iterator[Line]:
    yield Line(LineKind.ADD, f"{number}. {advice.namespace}  {describe_spec(advice.spec)}")
    for judged in advice.shapes:
        yield from _judged_lines(judged)
    if advice.supersedes:
        names = ", ".join(advice.supersedes)
        yield Line(LineKind.CHANGE, f"     makes superfluous: {names}")
    yield Line(LineKind.FAINT, f"     costs: {_cost(advice)}")
    yield Line(LineKind.PLAIN, "")


def _judged_lines(judged: Judged) -> Iterator[Line]:
    tally = judged.tally
    yield Line(LineKind.PLAIN, f"   {tally.shape.namespace}  {tally.shape.words()}")
    yield Line(LineKind.FAINT, f"     {evidence(tally)}")
    yield Line(LineKind.FAINT, f"     {judged.reason}")
    senders = [f"{name} ({n:,})" for name, n in tally.senders.most_common(_MOST_SENDERS)]
    if senders:
        yield Line(LineKind.FAINT, f"     sent by {', '.join(senders)}")
    for remark in judged.remarks:
        yield Line(LineKind.WARNING, f"     {remark}")


def _cost(advice: Advice) -> str:
    cost = advice.cost
    parts = ["an entry for each insert" + (f" ({cost.inserts:,} recorded)" if cost.inserts else "")]
    moved = f" ({cost.updates:,} recorded)" if cost.updates else ""
    parts.append(f"one for each update of its fields{moved}")
    if cost.bytes is not None:
        parts.append(f"about {format_size(cost.bytes)}, by a sample")
    if cost.others is not None:
        parts.append(f"beside {cost.others} that {'is' if cost.others == 1 else 'are'} there")
    return "; ".join(parts)


def _summary(report: Report) -> Iterator[Line]:
    span = f", {report.first[:19]} to {report.last[:19]}" if report.first else ""
    shapes = counted(len(report.judged), "shape")
    yield Line(LineKind.TITLE, f"{counted(report.operations, 'operation')} of {shapes}{span}.")
    if report.left_out:
        words = f"{report.left_out:,} operations were left out"
        yield Line(LineKind.WARNING, f"{words}: of too many shapes to tell apart, or too deep.")
    declared = {
        f"{shape.tally.shape.collection}.{name}"
        for shape in report.of(Verdict.DECLARED)
        for name in shape.indexes
    }
    if declared:
        words = f"Declared, and to be built: {', '.join(sorted(declared))}."
        yield Line(LineKind.ADD, f"{words} Next: kampyn-perf indexes plan")
    elif not report.advice and report.operations:
        yield Line(LineKind.ADD, "No index is missing, as far as this shows.")


def _advice_json(advice: Advice) -> dict[str, Any]:
    return {
        "collection": advice.collection,
        "database": advice.database,
        "index": spec_json(advice.spec),
        "supersedes": list(advice.supersedes),
        "reason": reason_of(advice),
        "wastedMs": round(advice.wasted_us / 1_000),
        "cost": {
            "indexesThere": advice.cost.others,
            "recordedInserts": advice.cost.inserts,
            "recordedUpdates": advice.cost.updates,
            "estimatedBytes": advice.cost.bytes,
        },
        "shapes": [judged.tally.shape.words() for judged in advice.shapes],
    }


def _judged_json(judged: Judged) -> dict[str, Any]:
    tally = judged.tally
    return {
        "namespace": tally.shape.namespace,
        "shape": tally.shape.words(),
        "verdict": judged.verdict.value,
        "reason": judged.reason,
        "remarks": list(judged.remarks),
        "indexes": list(judged.indexes),
        "count": tally.count,
        "totalMs": round(tally.total_us / 1_000),
        "p95Ms": tally.p95_us / 1_000,
        "examined": tally.examined,
        "returned": tally.given,
        "skipped": tally.walked,
        "sortedInMemory": tally.sorted,
        "plans": dict(tally.plans),
        "senders": dict(tally.senders.most_common()),
    }
