"""`--dry-run`: what would run, at no cost."""

from __future__ import annotations

import orjson

from kampyn_perf import load
from kampyn_perf.cli import console
from kampyn_perf.errors import ExitCode
from kampyn_perf.redact import redact, redact_url
from kampyn_perf.units import counted, format_duration, format_rate


def show(request: load.LoadRequest, *, as_json: bool) -> ExitCode:
    """Phases, flows and totals for people, or the resolved configuration as JSON."""
    spec = request.spec
    schedule = spec.schedule()
    weights = load.flows(request)
    if as_json:
        document = redact(orjson.loads(spec.dump()))
        console.print_json({"spec": document, "flows": weights, "planned": schedule.planned})
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
    length = format_duration(schedule.duration_us)
    console.say(
        f"{counted(schedule.planned, 'session')} in {length}; nothing was started (--dry-run)."
    )
    return ExitCode.OK
