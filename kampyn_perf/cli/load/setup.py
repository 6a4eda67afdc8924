"""What the flags and files of one `kampyn-perf load` come to, before anything is started: what is
wrong with any of it ends the command here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kampyn_perf import load
from kampyn_perf.alerts.actions.delivery import Receiver
from kampyn_perf.alerts.settings import Alerts
from kampyn_perf.cli import console, judging, naming, watching
from kampyn_perf.cli.load import alerting, exporting, faulting, flame
from kampyn_perf.cli.load.flags import LoadFlags, Role
from kampyn_perf.errors import ConfigError
from kampyn_perf.faults.plan import Fault
from kampyn_perf.load.resolver import split_sets
from kampyn_perf.measure import WatchSettings
from kampyn_perf.results.bench import BenchResult
from kampyn_perf.results.folder import REPORTS
from kampyn_perf.results.load import LoadResult
from kampyn_perf.results.tags import Tags
from kampyn_perf.slo import objectives
from kampyn_perf.slo.objectives import Slo

if TYPE_CHECKING:
    from kampyn_perf.report.telemetry.snapshot import Sender


@dataclass(frozen=True, kw_only=True)
class Setup:
    """One run, and what stands around it."""

    request: load.LoadRequest
    slo: Slo
    strict: bool
    tags: Tags
    baseline: tuple[Path, LoadResult | BenchResult] | None
    rules: Alerts
    receivers: Mapping[str, Receiver]
    watch: WatchSettings
    faults: tuple[Fault, ...]
    senders: Sequence[Sender]
    """Who is told of the run while it goes on."""
    flame_seconds: int


def set_up(flags: LoadFlags) -> Setup:
    """Raises KampynError or ConfigError."""
    strict = judging.is_strict(strict=flags.strict, lenient=flags.lenient)
    tags = naming.asked(flags.tags, flags.note)
    sets = split_sets(flags.options.sets, "slo", "alerts", "watch")
    request = load.resolve(replace(flags.options, sets=sets[""]))
    slo = _objectives_for(request, flags.slo, sets["slo"])
    for remark in request.remarks:
        console.say(f"note: {remark}")
    request = _as_flagged(request, slo, flags)
    baseline = judging.read_run(flags.baseline) if flags.baseline else None
    rules = alerting.rules_of(flags.alerts, sets["alerts"])
    receivers = alerting.receivers_of(rules, request)
    watch = watching.settings_of(request, flags.watch, sets["watch"])
    faults = faulting.faults_of(request, flags.role)
    senders = exporting.told_to(request)
    request = exporting.traced(request)
    return Setup(
        request=request,
        slo=slo,
        strict=strict,
        tags=tags,
        baseline=baseline,
        rules=rules,
        receivers=receivers,
        watch=watch,
        faults=faults,
        senders=senders,
        flame_seconds=flame.seconds_of(flags.flame_graph, request),
    )


def _as_flagged(request: load.LoadRequest, slo: Slo, flags: LoadFlags) -> load.LoadRequest:
    """With what its objectives and flags say of it."""
    spec = request.spec.model_copy(
        update={
            "thresholds": (*request.spec.thresholds, *slo.thresholds_us),
            "objectives": {} if flags.slo else request.objectives.data.get("objectives", {}),
        }
    )
    return replace(
        request,
        spec=spec,
        master=flags.master if flags.role is Role.MASTER else None,
        folder=flags.out,
        reports=REPORTS,
        audit=flags.audit,
    )


def _objectives_for(request: load.LoadRequest, name: str | None, sets: Sequence[str]) -> Slo:
    """Those of the file that was named, or the usual ones and those that a script has itself.
    Raises ConfigError for a limit of it that nothing here judges."""
    if request.unjudged and not name:
        raise ConfigError(
            request.unjudged,
            hint="Take it out, or judge by objectives of your own instead of the script's: --slo "
            "FILE (docs/slo.md).",
            what="script",
        )
    usual = name or objectives.usual_for(request.spec.target)
    return objectives.load(usual, sets=sets, more=None if name else request.objectives)
