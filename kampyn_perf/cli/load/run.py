"""One `kampyn-perf load`: flags to a request, one call, and what came of it for people or JSON."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from kampyn_perf import load, names
from kampyn_perf.cli import (
    alike,
    audit_view,
    console,
    failures_view,
    judging,
    naming,
    pages,
    verdict_view,
    watching,
)
from kampyn_perf.cli.alerts import view as alerts_view
from kampyn_perf.cli.load import (
    alerting,
    dry_run,
    exporting,
    faulting,
    flame,
    live_page,
    tables,
)
from kampyn_perf.cli.load.aborting import Aborting
from kampyn_perf.cli.load.alerting import Alerting, WithAlerts
from kampyn_perf.cli.load.faulting import Faulting, WithFaults
from kampyn_perf.cli.load.fitness import unfitness
from kampyn_perf.cli.load.flags import LoadFlags, Role
from kampyn_perf.cli.load.flame import FlameGraph
from kampyn_perf.cli.load.live import LiveView
from kampyn_perf.cli.load.standing import Looking
from kampyn_perf.errors import ConfigError, ExitCode
from kampyn_perf.load.resolver import split_sets
from kampyn_perf.results.folder import REPORTS
from kampyn_perf.results.io import Record
from kampyn_perf.results.load import LoadResult
from kampyn_perf.results.verdict import Verdict
from kampyn_perf.slo import judge, objectives
from kampyn_perf.slo.objectives import Slo


def run(flags: LoadFlags, standby: load.Standby | None = None) -> ExitCode:
    """Run, judge, report. `standby` is a generator that starts meanwhile."""
    if flags.role is Role.WORKER:
        return load.join(flags.master.host, flags.master.port)
    strict = judging.is_strict(strict=flags.strict, lenient=flags.lenient)
    tags = naming.asked(flags.tags, flags.note)
    sets = split_sets(flags.options.sets, "slo", "alerts", "watch")
    request = load.resolve(replace(flags.options, sets=sets[""]))
    slo = objectives_for(request, flags.slo, sets["slo"])
    for remark in request.remarks:
        console.say(f"note: {remark}")
    request = replace(
        request,
        spec=request.spec.model_copy(
            update={
                "thresholds": (*request.spec.thresholds, *slo.thresholds_us),
                "objectives": {} if flags.slo else request.objectives.data.get("objectives", {}),
            }
        ),
        master=flags.master if flags.role is Role.MASTER else None,
        folder=flags.out,
        reports=REPORTS,
        audit=flags.audit,
    )
    baseline = judging.read_run(flags.baseline) if flags.baseline else None
    rules = alerting.rules_of(flags.alerts, sets["alerts"])
    made = alerting.receivers_of(rules, request)
    watch = watching.settings_of(request, flags.watch, sets["watch"])
    faults = faulting.faults_of(request, flags.role)
    told = exporting.told_to(request)
    request = exporting.traced(request)
    flame_seconds = flame.seconds_of(flags.flame_graph, request)
    if flags.dry_run:
        with console.answering(aside=flags.as_json):
            return dry_run.show(request, watch, faults, as_json=flags.as_json)
    looking = Looking(slo)
    page = live_page.opened(flags.live_report, slo)
    exports = exporting.Exporting(told, slo, every_us=request.export.every)
    with closing(page), closing(exports), LiveView(quiet=flags.as_json, looking=looking) as view:
        if page.url:
            view.remark(f"Live report: {page.url}", load.Severity.INFO)
        for words in unfitness():
            view.remark(words, load.Severity.WARNING)
        alerts = Alerting(rules, made, remark=view.remark)
        beside = watching.BesideLoad(request, watch, listener=alerts.hear)
        disturbing = Faulting(faults, request, remark=view.remark)
        graph = FlameGraph(flame_seconds, request, remark=view.remark)
        faulting.undo_left_behind(view.remark)
        looks = [] if flags.as_json else [looking]
        with disturbing.proxies() as led, closing(graph):
            result = load.run(
                led,
                load.Observers(
                    disturbing, graph, *looks, view, page, exports, alerts, Aborting(slo)
                ),
                watcher=WithFaults(WithAlerts(beside, alerts), disturbing),
                standby=standby,
                route=disturbing.route,
            )
            graph.keep(result.folder)
        verdict = judge(
            result,
            slo,
            strict=strict,
            baseline=baseline[1] if baseline else None,
            apart=alike.apart_of(
                slo, baseline, ((result.folder or REPORTS) / names.RESULT_FILE, result)
            ),
        )
        page.ended(result, verdict)
        exports.ended(result, verdict)
    if result.folder and not result.unsaved:
        judging.write_verdict(verdict, result.folder / names.VERDICT_FILE)
        pages.keep(result, verdict, folder=result.folder)
        naming.keep(result.folder, tags)
    if flags.as_json:
        _print_json(result, verdict)
    else:
        with console.answering():
            _show(result, verdict)
    _say_unsaved(result)
    exports.say()
    judging.say_why_strict(verdict, asked=flags.strict)
    return _exit_code(result, verdict)


def objectives_for(request: load.LoadRequest, name: str | None, sets: Sequence[str]) -> Slo:
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


def _exit_code(result: LoadResult, verdict: Verdict) -> ExitCode:
    """A signal's, or the verdict's, or that of what else went wrong."""
    if result.interrupted:
        return ExitCode(128 + signal.Signals[result.interrupted])
    if result.given_up:
        return ExitCode.UNREACHABLE
    code = ExitCode(verdict.exit_code)
    if result.unsaved:
        code = code or ExitCode.NO_VERDICT
    if result.audit and not result.audit.ok and code in (ExitCode.OK, ExitCode.NO_VERDICT):
        code = ExitCode.FAILED  # found for sure, whatever the times would have come to
    return code


def _show(result: LoadResult, verdict: Verdict) -> None:
    """Tables and verdict for people."""
    verdict_view.show(verdict, result=result)
    failures_view.show(result.failures)
    tables.show(result)
    alerts_view.show_beside(result.alerts)
    for fault in result.faults:
        words = f"Fault: {fault.name} ({fault.kind}), {fault.span_text}"
        console.say(words + (f": {fault.error}" if fault.error else ""), style="yellow")
    if result.faults:
        verdict_view.show_unusual(verdict)
    if result.audit:
        audit_view.show(result.audit)
    if console.is_terminal():  # where it began has gone beyond the upper edge by now
        console.say("")
        verdict_view.show_conclusion(verdict)
    console.say(f"Report: {_page_of(result)}")


def _page_of(result: LoadResult) -> Path | None:
    """The page of the run, or its folder where there is none."""
    page = result.folder / names.REPORT_FILE if result.folder else None
    return page if page and page.exists() else result.folder


def _print_json(result: LoadResult, verdict: Verdict) -> None:
    """One document."""
    document = {"folder": str(result.folder), "result": result, "verdict": verdict}
    if result.audit:
        document["audit"] = result.audit
    console.print_json({key: _plain(value) for key, value in document.items()})


def _say_unsaved(result: LoadResult) -> None:
    if result.unsaved:
        console.say(f"The result is not in {result.folder}: {result.unsaved}", style="bold red")


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, Record) else value
