"""One `kampyn-perf load`: flags to a request, one call, and what came of it for people or JSON."""

from __future__ import annotations

import signal
from contextlib import closing
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
    dry_run,
    exporting,
    faulting,
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
from kampyn_perf.cli.load.setup import Setup, set_up
from kampyn_perf.cli.load.standing import Looking
from kampyn_perf.errors import ExitCode
from kampyn_perf.results.folder import REPORTS
from kampyn_perf.results.io import Record
from kampyn_perf.results.load import LoadResult
from kampyn_perf.results.verdict import Verdict
from kampyn_perf.slo import judge


def run(flags: LoadFlags, standby: load.Standby | None = None) -> ExitCode:
    """Run, judge, report. `standby` is a generator that starts meanwhile."""
    if flags.role is Role.WORKER:
        return load.join(flags.master.host, flags.master.port)
    setup = set_up(flags)
    if flags.dry_run:
        with console.answering(aside=flags.as_json):
            return dry_run.show(setup.request, setup.watch, setup.faults, as_json=flags.as_json)
    every_us = setup.request.export.every
    exports = exporting.Exporting(setup.senders, setup.slo, every_us=every_us)
    page = live_page.opened(flags.live_report, setup.slo)
    with closing(page), closing(exports):
        result, verdict = _run(setup, flags, page, exports, standby)
    if result.folder and not result.unsaved:
        judging.write_verdict(verdict, result.folder / names.VERDICT_FILE)
        pages.keep(result, verdict, folder=result.folder)
        naming.keep(result.folder, setup.tags)
    if flags.as_json:
        _print_json(result, verdict)
    else:
        with console.answering():
            _show(result, verdict)
    _say_unsaved(result)
    exports.say()
    judging.say_why_strict(verdict, asked=flags.strict)
    return _exit_code(result, verdict)


def _run(
    setup: Setup,
    flags: LoadFlags,
    page: live_page.ShowingPage,
    exports: exporting.Exporting,
    standby: load.Standby | None,
) -> tuple[LoadResult, Verdict]:
    """The run with all that stands around it, and what it is judged."""
    looking = Looking(setup.slo)
    with LiveView(quiet=flags.as_json, looking=looking) as view:
        if page.url:
            view.remark(f"Live report: {page.url}", load.Severity.INFO)
        for words in unfitness():
            view.remark(words, load.Severity.WARNING)
        alerts = Alerting(setup.rules, setup.receivers, remark=view.remark)
        beside = watching.BesideLoad(setup.request, setup.watch, listener=alerts.hear)
        disturbing = Faulting(setup.faults, setup.request, remark=view.remark)
        graph = FlameGraph(setup.flame_seconds, setup.request, remark=view.remark)
        faulting.undo_left_behind(view.remark)
        looks = [] if flags.as_json else [looking]
        aborting = Aborting(setup.slo)
        with disturbing.proxies() as proxied, closing(graph):
            result = load.run(
                proxied,
                load.Observers(disturbing, graph, *looks, view, page, exports, alerts, aborting),
                watcher=WithFaults(WithAlerts(beside, alerts), disturbing),
                standby=standby,
                route=disturbing.route,
            )
            graph.keep(result.folder)
        verdict = _judged(result, setup)
        page.ended(result, verdict)
        exports.ended(result, verdict)
    return result, verdict


def _judged(result: LoadResult, setup: Setup) -> Verdict:
    place = (result.folder or REPORTS) / names.RESULT_FILE
    return judge(
        result,
        setup.slo,
        strict=setup.strict,
        baseline=setup.baseline[1] if setup.baseline else None,
        apart=alike.apart_of(setup.slo, setup.baseline, (place, result)),
    )


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
