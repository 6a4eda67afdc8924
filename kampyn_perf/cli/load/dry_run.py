"""`--dry-run`: what would run, at no cost."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from kampyn_perf import load
from kampyn_perf.cli import console, watching
from kampyn_perf.errors import ExitCode
from kampyn_perf.faults.plan import Fault
from kampyn_perf.measure import WatchPlan, WatchSettings
from kampyn_perf.redact import redact, redact_url
from kampyn_perf.units import counted, format_duration, format_rate


def show(
    request: load.LoadRequest, watch: WatchSettings, faults: Sequence[Fault], *, as_json: bool
) -> ExitCode:
    """Phases, flows, totals and what is watched for people, or all of it resolved, as JSON."""
    plan = watching.plan_before(request, watch)
    spec = request.spec
    schedule = spec.schedule()
    described = load.described(request)
    weights = dict(described.weights)
    if as_json:
        document = redact(orjson.loads(spec.dump()))
        console.print_json(
            {
                "spec": document,
                "flows": weights,
                "remarks": list(described.remarks),
                "planned": schedule.planned,
                "faults": [
                    {
                        "name": fault.name,
                        "kind": fault.kind,
                        "start_us": fault.start_us,
                        "end_us": fault.end_us,
                    }
                    for fault in faults
                ],
                "watched": [{"kind": spec.kind, "what": spec.what} for spec in plan.specs],
                "unmeasured": {name: gap.text for name, gap in plan.unmeasured.items()},
            }
        )
        return ExitCode.OK
    where = "the bundled backend" if request.bundled else redact_url(spec.url)
    console.say(f"Profile {spec.profile} against {where}, seed {spec.seed}, {spec.mode} arrivals")
    for index, phase in enumerate(schedule.phases):
        start, end = (format_rate(float(rate)) for rate in phase.rates)
        rate = start if start == end else f"{start} to {end}"
        console.say(
            f"  {phase.name:<20} {format_duration(phase.duration_us):>12}  {rate:>16}"
            f"  {schedule.planned_in(index):>8,} sessions"
        )
    total = sum(weights.values())
    for name, weight in weights.items():
        console.say(f"  {name:<28} weight {weight} ({100 * weight / total:.4g} %)")
    for words in described.remarks:
        console.say(f"  {words}", style="yellow")
    for fault in faults:
        length = format_duration(fault.end_us - fault.start_us)
        console.say(f"  fault at {format_duration(fault.start_us)}, for {length}: {fault.name}")
    _show_watched(plan)
    length = format_duration(schedule.duration_us)
    console.say(
        f"{counted(schedule.planned, 'session')} in {length}; nothing was started (--dry-run)."
    )
    return ExitCode.OK


def _show_watched(plan: WatchPlan) -> None:
    if plan.specs:
        console.say(f"  watched beside it: {', '.join(dict.fromkeys(s.kind for s in plan.specs))}")
    metrics: dict[str, list[str]] = {}
    for metric, gap in plan.unmeasured.items():
        metrics.setdefault(gap.text, []).append(metric)
    for reason, names in metrics.items():
        console.say(f"  not measured: {', '.join(names)}: {reason}", style="yellow")
