"""One `kampyn-perf load`, from flags to exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kampyn_perf import machine, names
from kampyn_perf.backend import launcher
from kampyn_perf.backend.audit import AuditReport
from kampyn_perf.backend.settings import BackendSettings
from kampyn_perf.backend.state import StateFolder
from kampyn_perf.cli import audit_view, console, judging, verdict_view
from kampyn_perf.cli.load import auditing, dry_run, machines, tables
from kampyn_perf.cli.load.drive import Driven, drive, local_crew
from kampyn_perf.cli.load.flags import LoadFlags, Role
from kampyn_perf.cli.load.resolve import Plan, resolve
from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.load.coordinator.describe import declared_flows
from kampyn_perf.load.coordinator.outcome import RunFacts
from kampyn_perf.load.reach import check_reachable
from kampyn_perf.load.spec import RunSpec, choose_flows
from kampyn_perf.redact import redact
from kampyn_perf.results.folder import (
    REPORTS,
    claim_run_folder,
    create_run_folder,
    discard_run_folder,
)
from kampyn_perf.results.io import Record
from kampyn_perf.results.labels import safe_label
from kampyn_perf.slo import judge, objectives
from kampyn_perf.slo.objectives import Slo


def run(flags: LoadFlags) -> ExitCode:
    """Run, report, judge."""
    if flags.role is Role.WORKER:
        return machines.work(flags)
    plan = resolve(flags)
    slo = objectives.load(flags.slo, sets=plan.slo_sets)
    spec = plan.spec.model_copy(update={"thresholds": slo.thresholds_us})
    plan = replace(plan, spec=spec)
    if flags.audit and plan.backend is None:
        raise KampynError("--audit looks into the bundled backend's store, which --target replaces")
    if flags.dry_run:
        return dry_run.show(plan, as_json=flags.as_json)
    _check(plan.spec, generators=_generators(flags, plan.spec))
    now = datetime.now(UTC)
    if flags.out:
        folder = claim_run_folder(flags.out)
    else:
        folder = create_run_folder(REPORTS, label=f"load-{safe_label(plan.spec.profile)}", now=now)
    try:
        with _target(plan, flags, folder) as target:
            driven = drive(
                target.facts(now),
                folder,
                quiet=flags.as_json,
                make_crew=machines.machine_crew(flags) if flags.role is Role.MASTER else local_crew,
            )
    except (KampynError, KeyboardInterrupt, SystemExit):
        discard_run_folder(folder, own=flags.out is None)
        raise
    report = None
    if flags.audit and plan.backend:
        report = auditing.audit_after(driven.result, plan.backend, state=flags.state)
        auditing.write_report(report, folder)
    code = _report(driven, folder, flags, slo, report)
    if report and not report.ok:
        code = code or ExitCode.FAILED
    return driven.interrupted or code


def _check(spec: RunSpec, *, generators: int) -> None:
    """What would be found wrong only once everything is started. Raises KampynError."""
    choose_flows(declared_flows(spec.scenarios), spec.flows, spec.weights)
    limits = {"config.maxVusers": spec.max_vusers} | {
        f"maxVusers of phase {number}": phase.maxVusers
        for number, phase in enumerate(spec.phases, start=1)
        if phase.maxVusers
    }
    for name, limit in limits.items():
        if limit < generators:
            raise KampynError(
                f"{name} is {limit}: too few virtual users for {generators} generators",
                hint="Each needs one at least; use fewer workers, or allow more virtual users.",
            )


def _generators(flags: LoadFlags, spec: RunSpec) -> int:
    return flags.expect_workers if flags.role is Role.MASTER else spec.workers


@dataclass(frozen=True)
class _Target:
    spec: RunSpec
    bundled: bool
    context: dict[str, Any]

    def facts(self, now: datetime) -> RunFacts:
        """What is known before the first arrival."""
        return RunFacts(
            spec=self.spec,
            machine=machine.describe(),
            started_at=now.isoformat(timespec="seconds"),
            bundled=self.bundled,
            context=self.context,
        )


@contextmanager
def _target(plan: Plan, flags: LoadFlags, folder: Path) -> Iterator[_Target]:
    """The backend to load: somebody's, proven to answer, or the bundled one, started for us."""
    if plan.backend is None:
        check_reachable(plan.spec.url)
        yield _Target(plan.spec, bundled=False, context={})
        return
    StateFolder(flags.state).clear()
    note = nullcontext() if flags.as_json else console.working("Starting the bundled backend ...")
    with note:
        backend = launcher.start(
            plan.backend, state_dir=flags.state, log_path=folder / names.BACKEND_LOG
        )
    with backend:
        spec = plan.spec.model_copy(update={"url": backend.url, "data": backend.data_file})
        yield _Target(spec, bundled=True, context=_context(plan.backend))
        if not backend.alive():
            log = folder / names.BACKEND_LOG
            console.say(
                f"The bundled backend died during the run; {log} may say why", style="bold red"
            )


def _context(settings: BackendSettings) -> dict[str, Any]:
    """What of the backend decides the numbers: its password cost above all."""
    plain = settings.model_dump(mode="json", include={"auth", "passwords", "store", "cache"})
    return {"backend": redact({"workers": settings.worker_count(), **plain})}


def _report(
    driven: Driven, folder: Path, flags: LoadFlags, slo: Slo, audit: AuditReport | None
) -> ExitCode:
    """Tables and verdict for people, or one JSON document; the verdict's code."""
    result = driven.result
    verdict = judge(result, slo, strict=flags.strict)
    if not driven.unwritten:
        judging.write_verdict(verdict, folder / names.VERDICT_FILE)
    if flags.as_json:
        document = {"folder": str(folder), "result": result, "verdict": verdict}
        if audit:
            document["audit"] = audit.as_json()
        console.print_json({key: _plain(value) for key, value in document.items()})
    else:
        tables.show(result)
        verdict_view.show(verdict)
        if audit:
            audit_view.show(audit)
        console.say(f"Report: {folder}")
    if driven.unwritten:
        console.say(f"The result is not in {folder}: {driven.unwritten}", style="bold red")
        return ExitCode(verdict.exit_code) or ExitCode.NO_VERDICT
    return ExitCode(verdict.exit_code)


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, Record) else value
