"""A plan carried out on real databases: locked, checked against what is there now, journalled.

Nothing is remembered between runs but the journal, which nothing depends on: a run that was killed
anywhere is finished by planning again from what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.indexes.apply.execute import Event, EventKind, execute
from kampyn_perf.indexes.apply.guards import blocked_steps, check_unchanged, check_writable
from kampyn_perf.indexes.apply.journal import Journaler
from kampyn_perf.indexes.apply.locking import Locks
from kampyn_perf.indexes.apply.preflight import PreflightFinding
from kampyn_perf.indexes.apply.proving import proof_findings
from kampyn_perf.indexes.apply.waiting import BuildWait, WaitingWriter
from kampyn_perf.indexes.model.ports import LOST_PRIMARY, BuildOptions, Database, ServerRefusal
from kampyn_perf.indexes.model.refusals import refusal_error
from kampyn_perf.indexes.plan.actions import CollectionPlan, IndexPlan
from kampyn_perf.indexes.plan.step_kinds import Step


class StepOutcome(StrEnum):
    """What became of a step."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    """Something it needs was not done."""
    BLOCKED = "blocked"
    """The pre-flight found that it would fail."""
    STOPPED = "stopped"
    """The run ended before it was answered."""
    NOT_BEGUN = "not-begun"


@dataclass(frozen=True, kw_only=True)
class StepResult:
    step: Step
    outcome: StepOutcome
    code: int = 0
    message: str = ""
    took_us: int | None = None


@dataclass(frozen=True, kw_only=True)
class ApplyReport:
    """What a run did. `stopped` is why it ended early, if it did."""

    run: str
    plan: IndexPlan
    results: tuple[StepResult, ...]
    findings: tuple[PreflightFinding, ...] = ()
    stopped: KampynError | None = None

    @property
    def code(self) -> ExitCode:
        """How the command ends, as far as the steps decide it."""
        if self.stopped is not None:
            return ExitCode(self.stopped.code)
        if any(result.code in LOST_PRIMARY for result in self.results):
            return ExitCode.UNREACHABLE
        done = all(result.outcome is StepOutcome.DONE for result in self.results)
        return ExitCode.OK if done else ExitCode.FAILED


@dataclass(frozen=True, kw_only=True)
class ApplyContext:
    """What a run needs beside its plan."""

    database_of: Callable[[str], Database]
    options: BuildOptions
    waiting: BuildWait
    journaler: Journaler
    owner: str
    on_event: Callable[[Event, int | None], None] = lambda *_: None
    """Each event, and after a command how long it took (microseconds)."""
    on_finding: Callable[[PreflightFinding], None] = lambda _: None
    """What the server itself has against a definition."""


def apply_plan(
    plan: IndexPlan, findings: Iterable[PreflightFinding], applying: ApplyContext
) -> ApplyReport:
    """Carry out what the pre-flight does not stand against. Raises KampynError before the first
    change: no permission to write, somebody else's lock, a state that is not the plan's."""
    noticed = list(findings)
    wanted = _without(plan, blocked_steps(plan, noticed))
    done: list[StepResult] = []
    stopped = None
    if wanted.steps:
        databases = _databases(wanted, applying)
        check_writable(databases)
        with Locks(
            databases=databases, owner=applying.owner, clock=applying.waiting.clock
        ) as locks:
            check_unchanged(plan, applying.database_of)
            for finding in proof_findings(wanted, locks.keeping(applying.database_of)):
                applying.on_finding(finding)
                noticed.append(finding)
            wanted = _without(plan, blocked_steps(plan, noticed))
            run = _Execution(plan=wanted, applying=applying, locks=locks)
            stopped = run.go()
            done += run.results()
    blocks = blocked_steps(plan, noticed)
    results = [
        StepResult(step=step, outcome=StepOutcome.BLOCKED, message=blocks[step.id])
        for step in plan.steps
        if step.id in blocks
    ]
    results += done
    return ApplyReport(
        run=applying.journaler.run,
        plan=plan,
        results=tuple(results),
        findings=tuple(noticed),
        stopped=stopped,
    )


class _Execution:
    """The execution of one plan, event by event."""

    def __init__(self, *, plan: IndexPlan, applying: ApplyContext, locks: Locks) -> None:
        self._plan = plan
        self._applying = applying
        self._locks = locks
        self._results: dict[str, StepResult] = {}
        self._started_us = 0
        self._under_way: tuple[Step, ...] = ()

    def go(self) -> KampynError | None:
        """Every step in its order; the error that ended the run early, if one did."""
        applying = self._applying
        waiting = replace(applying.waiting, on_tick=self._locks.keep)

        def writer_of(collection: str) -> WaitingWriter:
            return WaitingWriter(database=applying.database_of(collection), waiting=waiting)

        try:
            for event in execute(self._plan, writer_of, applying.options):
                self._on(event)
        except KeyboardInterrupt:
            return self._end(KampynError("interrupted", code=ExitCode.INTERRUPTED))
        except ServerRefusal as refusal:
            return self._end(refusal_error("cannot go on", refusal))
        except KampynError as error:
            return self._end(error)
        return None

    def results(self) -> Iterator[StepResult]:
        """One for each step, in the plan's order."""
        for step in self._plan.steps:
            yield self._results.get(step.id, StepResult(step=step, outcome=StepOutcome.NOT_BEGUN))

    def _on(self, event: Event) -> None:
        clock = self._applying.waiting.clock
        took = None if event.kind is EventKind.STARTED else clock() - self._started_us
        if event.kind is EventKind.STARTED:
            self._locks.keep()
            self._under_way = event.steps
        self._write(event, took)
        self._applying.on_event(event, took)
        if event.kind is EventKind.STARTED:
            self._started_us = clock()
            return
        outcome = _OUTCOMES.get(event.kind)
        if outcome is not None:
            self._under_way = ()
            for step in event.steps:
                self._results[step.id] = StepResult(
                    step=step,
                    outcome=outcome,
                    code=event.code,
                    message=event.message,
                    took_us=took,
                )

    def _write(self, event: Event, took_us: int | None) -> None:
        """Before a command the journal must take the entry; after it, the outcome stands anyway."""
        database = self._applying.database_of(event.steps[0].collection)
        try:
            self._applying.journaler.note(database, event, took_us)
        except (ServerRefusal, KampynError):
            if event.kind is EventKind.STARTED:
                raise

    def _end(self, error: KampynError) -> KampynError:
        took = self._applying.waiting.clock() - self._started_us
        for step in self._under_way:
            self._results[step.id] = StepResult(
                step=step, outcome=StepOutcome.STOPPED, message=error.message, took_us=took
            )
        if self._under_way and error.code != ExitCode.UNREACHABLE:
            database = self._applying.database_of(self._under_way[0].collection)
            try:
                self._applying.journaler.write(
                    database,
                    "stopped",
                    collection=self._under_way[0].collection,
                    indexes=[step.name for step in self._under_way],
                    message=error.message,
                )
            except (ServerRefusal, KampynError):
                return error
        return error


_OUTCOMES = {
    EventKind.DONE: StepOutcome.DONE,
    EventKind.FAILED: StepOutcome.FAILED,
    EventKind.SKIPPED: StepOutcome.SKIPPED,
}


def _databases(plan: IndexPlan, applying: ApplyContext) -> tuple[Database, ...]:
    """Those that change, each once, always in the same order: two runs cannot wait for each other
    crosswise."""
    changing = [applying.database_of(part.collection) for part in plan.collections if part.steps]
    unique = {id(database): database for database in changing}.values()
    return tuple(sorted(unique, key=lambda database: database.label))


def _without(plan: IndexPlan, steps: Mapping[str, str]) -> IndexPlan:
    """`plan` less some steps. What needs one of them is skipped when its turn comes."""
    return replace(plan, collections=tuple(_part(part, steps) for part in plan.collections))


def _part(part: CollectionPlan, steps: Mapping[str, str]) -> CollectionPlan:
    return replace(
        part,
        actions=tuple(
            replace(action, steps=tuple(s for s in action.steps if s.id not in steps))
            for action in part.actions
        ),
    )
