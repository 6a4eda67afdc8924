"""What `indexes apply` does once its flags are read: plan, look, ask, apply, look again."""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kampyn_perf.cli.console import print_json, say
from kampyn_perf.cli.indexes import options
from kampyn_perf.cli.indexes.progress import Progress, as_termination, working
from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.indexes.apply.guards import check_writable
from kampyn_perf.indexes.apply.journal import Journaler, who
from kampyn_perf.indexes.apply.preflight import Finding, preflight
from kampyn_perf.indexes.apply.run import Applying, ApplyReport, apply_plan
from kampyn_perf.indexes.apply.soak import due
from kampyn_perf.indexes.apply.waiting import Waiting, deadline
from kampyn_perf.indexes.databases import Databases
from kampyn_perf.indexes.model.catalogue import Catalogue
from kampyn_perf.indexes.model.live import LiveState
from kampyn_perf.indexes.model.ports import BuildOptions, Database
from kampyn_perf.indexes.model.server import Feature
from kampyn_perf.indexes.plan.actions import Plan, Prune
from kampyn_perf.indexes.plan.diff import make_plan
from kampyn_perf.indexes.plan.saved import SavedPlan, check_same, read_plan
from kampyn_perf.indexes.text.apply import finding_line, report_json, report_lines
from kampyn_perf.indexes.text.plan import plan_lines

JOURNAL_ENTRIES = 1_000
"""How far back the journal is read for the soaking time of a hidden index."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The command line's, as given."""

    file: Path | None
    yes: bool
    prunes: Sequence[Prune]
    soak: str
    commit_quorum: str
    timeout: str
    preflight: bool
    json: bool


def run(wanted: Catalogue, databases: Databases, settings: Settings) -> int:
    """The whole of it; the exit code."""
    saved = read_plan(settings.file) if settings.file else None
    build = _build_options(settings, wanted, databases)
    timeout_us = options.duration(settings.timeout, "--timeout") if settings.timeout else None
    made = _plan(wanted, databases, settings, saved)
    options.say_lines(plan_lines(made))
    if not made.steps:
        return _nothing_to_do(made, settings)
    check_writable(_changed(made, databases))
    findings = _look_first(made, databases) if settings.preflight else []
    _ask(settings)
    report = carry_out(made, findings, databases, build, timeout_us)
    lost = report.code is ExitCode.UNREACHABLE
    after = None if lost else make_plan(wanted, databases.state())
    options.say_lines(report_lines(report, after))
    if settings.json:
        print_json(report_json(report, after))
    if report.stopped is not None:
        raise report.stopped
    return ExitCode.FAILED if report.code is ExitCode.OK and _unmet(after) else report.code


def _unmet(after: Plan | None) -> bool:
    return after is not None and after.pending


def _plan(
    wanted: Catalogue, databases: Databases, settings: Settings, saved: SavedPlan | None
) -> Plan:
    state = databases.state()
    if saved is not None:
        made = make_plan(wanted, state, saved.prunes)
        check_same(saved, made)
        return made
    return make_plan(wanted, state, _due(settings, databases, state))


def _due(settings: Settings, databases: Databases, state: LiveState) -> Iterable[Prune]:
    """What --prune names, at the stage that its soaking time has brought it to."""
    soak_us = options.duration(settings.soak, "--soak")
    now = dt.datetime.now(dt.UTC)
    for prune in settings.prunes:
        journal = databases.of(prune.collection).read_journal(JOURNAL_ENTRIES)
        live = state.collections[prune.collection]
        soaked = due(prune, live, journal, now=now, soak_us=soak_us)
        if soaked.note:
            say(soaked.note)
        yield soaked.prune


def _nothing_to_do(made: Plan, settings: Settings) -> int:
    """No step: the catalogue is met, or what keeps it from being met is not for a program."""
    if settings.json:
        print_json(report_json(ApplyReport(run="", plan=made, results=()), made))
    return ExitCode.FAILED if made.pending else ExitCode.OK


def _look_first(made: Plan, databases: Databases) -> list[Finding]:
    findings = []
    with working("looking for duplicates, long keys and room"):
        for finding in preflight(made, databases.of):
            options.say_lines([finding_line(finding)])
            findings.append(finding)
    return findings


def _ask(settings: Settings) -> None:
    if settings.yes:
        return
    if not sys.stdin.isatty():
        raise KampynError(
            "nobody is there to confirm this plan",
            hint="Give --yes, or a plan that somebody looked at: --plan plan.json.",
        )
    say("Apply this plan? Only 'yes' does: ")
    if sys.stdin.readline().strip() != "yes":
        raise KampynError("not confirmed; nothing was done", code=ExitCode.FAILED)


def carry_out(
    made: Plan,
    findings: Iterable[Finding],
    databases: Databases,
    build: BuildOptions,
    timeout_us: int | None,
    command: str = "apply",
) -> ApplyReport:
    """`made` carried out, with progress on the terminal and an answer to Ctrl-C and SIGTERM."""
    by = who()
    clock = _monotonic_us
    journaler = Journaler(
        command=command,
        plan_hash=made.content_hash[:12],
        by=by,
        now=lambda: dt.datetime.now(dt.UTC),
    )
    with Progress(clock=clock) as progress, as_termination() as termination:
        report = apply_plan(
            made,
            findings,
            Applying(
                database_of=databases.of,
                options=build,
                waiting=Waiting(
                    clock=clock,
                    deadline_us=deadline(clock, timeout_us),
                    on_progress=progress.building,
                ),
                journaler=journaler,
                owner=f"{by}, process {os.getpid()}, run {journaler.run}",
                on_event=progress.event,
            ),
        )
    return termination.applied_to(report)


def _changed(made: Plan, databases: Databases) -> list[Database]:
    return [databases.of(part.collection) for part in made.collections if part.steps]


def _build_options(settings: Settings, wanted: Catalogue, databases: Databases) -> BuildOptions:
    text = settings.commit_quorum
    if not text:
        return BuildOptions()
    for part in wanted.collections:
        server = databases.of(part.name).server
        if not server.has(Feature.COMMIT_QUORUM):
            raise KampynError(f"--commit-quorum: {server.label} has none (replica sets have)")
    return BuildOptions(commit_quorum=int(text) if text.isdigit() else text)


def _monotonic_us() -> int:
    return time.monotonic_ns() // 1_000
