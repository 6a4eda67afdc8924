"""Lead a run to its end, saving as it goes: specification to result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import orjson

from kampyn_perf import names
from kampyn_perf.cli import console
from kampyn_perf.cli.load.live import LiveView
from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.files import write_whole
from kampyn_perf.load.coordinator.crew import Crew, LocalCrew
from kampyn_perf.load.coordinator.facts import CrewFacts
from kampyn_perf.load.coordinator.outcome import RunEnd, RunFacts, make_result
from kampyn_perf.load.coordinator.supervisor import Supervisor
from kampyn_perf.load.spec import RunSpec
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.redact import redact
from kampyn_perf.results import io
from kampyn_perf.results.folder import point_latest
from kampyn_perf.results.load import LoadResult, RunStatus


@dataclass(frozen=True)
class Driven:
    """A run that is over."""

    result: LoadResult
    interrupted: ExitCode | None
    """The code of the signal that ended it early."""
    unwritten: str
    """Why the result could not be written; empty when it was."""


class Saver:
    """Puts the result into its file again and again. A full disk does not end a run."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.failures = 0
        self.last_failure = ""

    def save(self, result: LoadResult, *, durable: bool = False) -> str:
        """Save; the reason why it could not be done, or nothing."""
        try:
            io.write(self._path, result, durable=durable)
        except KampynError as error:
            if not self.failures:
                console.say(f"{error.message}; the run goes on", style="yellow")
            self.failures += 1
            self.last_failure = error.message
            return error.message
        return ""

    @property
    def words(self) -> str:
        """For the certificate: what could not be saved meanwhile."""
        if not self.failures:
            return ""
        return f"{self.failures} times the result could not be saved: {self.last_failure}"


MakeCrew = Callable[[RunSpec, IO[bytes], Path], Crew]
"""Of a specification, and a log that is open, and its path."""


def local_crew(spec: RunSpec, log: IO[bytes], log_path: Path) -> Crew:
    """Generators on this machine."""
    return LocalCrew(spec.workers, log=log, log_path=log_path)


def drive(
    facts: RunFacts, folder: Path, *, quiet: bool, make_crew: MakeCrew = local_crew
) -> Driven:
    """Run the generators to their end."""
    write_whole(folder / names.CONFIG_FILE, _config_document(facts.spec))
    path = folder / names.GENERATOR_LOG
    with path.open("ab") as log:
        crew = make_crew(facts.spec, log, path)
        try:
            return lead(crew, facts, folder, quiet=quiet)
        finally:
            crew.close()


def lead(crew: Crew, facts: RunFacts, folder: Path, *, quiet: bool) -> Driven:
    """Lead `crew` through the run of `facts`."""
    spec = facts.spec
    schedule = spec.schedule()
    weights: dict[str, int] = {}
    view = LiveView(schedule, quiet=quiet)
    saver = Saver(folder / names.RESULT_FILE)

    def result_so_far(end: RunEnd) -> LoadResult:
        return make_result(
            facts, schedule=schedule, weights=weights, collector=supervisor.collector, end=end
        )

    def save(collector: Collector) -> None:
        saver.save(result_so_far(RunEnd(crew=_crew_facts(supervisor, crew, saver))))
        view.update(collector)

    def begin(flows: dict[str, int], note: str | None) -> None:
        weights.update(flows)
        # From now on this is the newest run: one that is killed in its first second, too.
        save(supervisor.collector)
        point_latest(folder)
        view.begin(spec, flows, note)

    supervisor = Supervisor(
        spec,
        crew=crew,
        on_start=begin,
        on_interval=save,
        on_signal=lambda draining: view.ending(draining, spec.drain),
    )
    with view:
        supervisor.run()
    result = result_so_far(_end_of(supervisor, _crew_facts(supervisor, crew, saver)))
    unwritten = saver.save(result, durable=True)
    signal = supervisor.signal
    return Driven(result, ExitCode(128 + signal) if signal else None, unwritten)


def _crew_facts(supervisor: Supervisor, crew: Crew, saver: Saver) -> CrewFacts:
    dealing = supervisor.dealing
    return CrewFacts(
        names=crew.names,
        lost=dealing.lost,
        taken_over=not dealing.without_heirs,
        joined_us=dealing.joined_us,
        declined=supervisor.latecomers.declined,
        clocks=supervisor.clocks,
        scenario_errors=supervisor.scenario_errors,
        trouble=supervisor.trouble,
        unwritten=saver.words,
    )


def _end_of(supervisor: Supervisor, crew: CrewFacts) -> RunEnd:
    if supervisor.complete:
        return RunEnd(status=RunStatus.COMPLETE, crew=crew)
    until_us = supervisor.dealt_until_us
    reason = supervisor.trouble
    if supervisor.signal:
        reason = f"ended early by {supervisor.signal.name}"
    return RunEnd(status=RunStatus.PARTIAL, reason=reason, dealt_until_us=until_us, crew=crew)


def _config_document(spec: RunSpec) -> bytes:
    """The resolved configuration, as it was run."""
    document = redact(orjson.loads(spec.dump()))
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
