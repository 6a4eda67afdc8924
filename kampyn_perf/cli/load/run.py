"""One `kampyn-perf load`, from flags to exit code."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kampyn_perf import machine, names
from kampyn_perf.backend import control
from kampyn_perf.backend.settings import BackendSettings
from kampyn_perf.backend.state import StateFolder
from kampyn_perf.cli import console, judging, verdict_view
from kampyn_perf.cli.load import dry_run, tables
from kampyn_perf.cli.load.command import LoadFlags
from kampyn_perf.cli.load.live import LiveView
from kampyn_perf.cli.load.resolve import Plan, resolve
from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.files import write_whole
from kampyn_perf.load.outcome import RunEnd, RunFacts, make_result
from kampyn_perf.load.reach import check_reachable
from kampyn_perf.load.spec import RunSpec
from kampyn_perf.load.supervisor import Supervisor
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.redact import redact
from kampyn_perf.results import io
from kampyn_perf.results.folder import REPORTS, claim_run_folder, create_run_folder, point_latest
from kampyn_perf.results.io import Record
from kampyn_perf.results.load import LoadResult, RunStatus
from kampyn_perf.slo import objectives
from kampyn_perf.slo.objectives import Slo


def run(flags: LoadFlags) -> ExitCode:
    """Run, report, judge."""
    plan = resolve(flags)
    slo = objectives.load(flags.slo, sets=plan.slo_sets)
    if flags.dry_run:
        return dry_run.show(plan, as_json=flags.as_json)
    now = datetime.now(UTC)
    if flags.out:
        folder = claim_run_folder(flags.out)
    else:
        folder = create_run_folder(REPORTS, label=f"load-{plan.spec.profile}", now=now)
    try:
        with _target(plan, flags, folder) as target:
            result, interrupted = _drive(target, folder, now, quiet=flags.as_json)
    except KampynError:
        _remove_if_empty(folder)
        raise
    point_latest(folder)
    code = _report(result, folder, flags, slo)
    return interrupted or code


@dataclass(frozen=True)
class _Target:
    spec: RunSpec
    bundled: bool
    context: dict[str, Any]


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
        backend = control.start(
            plan.backend, state_dir=flags.state, log_path=folder / "backend.log"
        )
    with backend:
        spec = plan.spec.model_copy(update={"url": backend.url, "data": backend.data_file})
        yield _Target(spec, bundled=True, context=_context(plan.backend))


def _context(settings: BackendSettings) -> dict[str, Any]:
    """What of the backend decides the numbers: its password cost above all."""
    plain = settings.model_dump(mode="json", include={"auth", "passwords", "store", "cache"})
    return {"backend": redact({"workers": settings.worker_count(), **plain})}


def _drive(
    target: _Target, folder: Path, now: datetime, *, quiet: bool
) -> tuple[LoadResult, ExitCode | None]:
    """Run the generator to its end, saving as it goes."""
    spec = target.spec
    write_whole(folder / names.CONFIG_FILE, _config_document(spec))
    facts = RunFacts(
        spec=spec,
        machine=machine.describe(),
        started_at=now.isoformat(timespec="seconds"),
        bundled=target.bundled,
        context=target.context,
    )
    schedule = spec.schedule()
    weights: dict[str, int] = {}
    view = LiveView(schedule, quiet=quiet)

    def result_so_far(end: RunEnd) -> LoadResult:
        return make_result(
            facts, schedule=schedule, weights=weights, collector=supervisor.collector, end=end
        )

    def save(collector: Collector) -> None:
        io.write(folder / names.RESULT_FILE, result_so_far(RunEnd()), durable=False)
        view.update(collector)

    def begin(flows: dict[str, int], note: str | None) -> None:
        weights.update(flows)
        view.begin(spec, flows, note)

    supervisor = Supervisor(
        spec,
        log_path=folder / "generator.log",
        on_start=begin,
        on_interval=save,
    )
    with view:
        supervisor.run()
    end = _end_of(supervisor)
    result = result_so_far(end)
    io.write(folder / names.RESULT_FILE, result)
    return result, _interrupted(supervisor)


def _end_of(supervisor: Supervisor) -> RunEnd:
    if supervisor.complete:
        return RunEnd(status=RunStatus.COMPLETE, scenario_errors=supervisor.scenario_errors)
    reason = supervisor.trouble
    if supervisor.signal:
        reason = f"ended early by {supervisor.signal.name}"
    return RunEnd(
        status=RunStatus.PARTIAL,
        reason=reason,
        trouble=supervisor.trouble,
        scenario_errors=supervisor.scenario_errors,
    )


def _interrupted(supervisor: Supervisor) -> ExitCode | None:
    return ExitCode(128 + supervisor.signal) if supervisor.signal else None


def _config_document(spec: RunSpec) -> str:
    """The resolved configuration, as it was run."""
    import orjson

    document = redact(orjson.loads(spec.dump()))
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _report(result: LoadResult, folder: Path, flags: LoadFlags, slo: Slo) -> ExitCode:
    """Tables and verdict for people, or one JSON document; the verdict's code."""
    verdict = judging.judge(result, slo, strict=flags.strict)
    judging.write_verdict(verdict, folder / names.VERDICT_FILE)
    if flags.as_json:
        document = {"folder": str(folder), "result": result, "verdict": verdict}
        console.print_json(
            {key: _plain(value) for key, value in document.items()},
        )
    else:
        tables.show(result)
        verdict_view.show(verdict)
        console.say(f"Report: {folder}")
    return ExitCode(verdict.exit_code)


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, Record) else value


def _remove_if_empty(folder: Path) -> None:
    """A run that could not begin leaves no folder behind, unless a log in it says why."""
    for log in folder.glob("*.log"):
        if log.stat().st_size:
            return
    shutil.rmtree(folder, ignore_errors=True)
