"""A plan's steps carried out over the port, as a generator of events. Nothing is remembered: a run
that was cut off anywhere is finished by planning again from what is there.

Builds of one collection go in one command, which MongoDB does in one scan. When that fails as a
whole, each index is built for itself, so that one bad one does not hold up the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from kampyn_perf.errors import KampynError
from kampyn_perf.indexes.model.matching import BRIDGE_PREFIX
from kampyn_perf.indexes.model.ports import (
    LOST_PRIMARY,
    BuildOptions,
    IndexWriter,
    ServerRefusal,
)
from kampyn_perf.indexes.model.spec import IndexSpec
from kampyn_perf.indexes.plan.actions import CollectionPlan, IndexPlan
from kampyn_perf.indexes.plan.step_kinds import Step, StepKind, make_step


class EventKind(StrEnum):
    STARTED = "started"
    """The command is about to be sent."""
    DONE = "done"
    FAILED = "failed"
    RETRY = "retry"
    """The builds failed as a whole; each is tried for itself."""
    SKIPPED = "skipped"
    """Something it needs failed."""
    UNDONE = "undone"
    """A preparation was taken back, because what it was for failed."""
    RESTORED = "restored"
    """The old form of an index was built again, because its successor could not be."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """What happened to the steps of one command. A run's events are its journal, but for times."""

    kind: EventKind
    steps: tuple[Step, ...]
    code: int = 0
    """MongoDB's error code, of FAILED and RETRY."""
    message: str = ""


def execute(
    plan: IndexPlan, writer_of: Callable[[str], IndexWriter], options: BuildOptions
) -> Iterator[Event]:
    """Carry out `plan`, collection by collection; `writer_of` gives the database of a collection.

    An event STARTED comes before each command, and one that says how it ended after it. Where the
    server is lost (UnreachableError) the generator ends there with that error.
    """
    allowed = {(prune.collection, prune.name) for prune in plan.prunes}
    for part in plan.collections:
        for step in part.steps:
            _check_drop(step, allowed)
    for part in plan.collections:
        if part.steps:
            yield from _CollectionRun(writer=writer_of(part.collection), options=options).carry_out(
                part
            )


def _check_drop(step: Step, allowed: set[tuple[str, str]]) -> None:
    """The last guard: whatever a plan says, what nobody named is not dropped."""
    named = (step.collection, step.name) in allowed or step.name.startswith(BRIDGE_PREFIX)
    if step.kind is StepKind.DROP and not named:
        raise KampynError(
            f"refused to drop {step.collection}.{step.name}: --prune does not name it"
        )


class _CollectionRun:
    """One collection's steps: which are done, which failed, what comes next."""

    def __init__(self, *, writer: IndexWriter, options: BuildOptions) -> None:
        self._writer = writer
        self._options = options
        self._done: set[str] = set()
        self._failed: set[str] = set()
        self._lost = ""
        self._why: dict[str, str] = {}
        """By the id of a step that failed: what the server said."""
        self._dropped: dict[str, Step] = {}
        self._restored: set[str] = set()
        """Builds that failed, and whose predecessor is there again."""

    def carry_out(self, part: CollectionPlan) -> Iterator[Event]:
        waiting = sorted(part.steps, key=lambda step: step.kind.position)
        while waiting:
            batch = self._next(waiting)
            waiting = [step for step in waiting if step not in batch]
            reason = self._lost or self._unmet(batch[0])
            if reason:
                self._failed |= {step.id for step in batch}
                yield Event(kind=EventKind.SKIPPED, steps=batch, message=reason)
            else:
                yield from self._send(batch)

    def _next(self, waiting: Sequence[Step]) -> tuple[Step, ...]:
        """All builds that can go at once; else the first step whose needs are settled."""
        settled = self._done | self._failed
        ready = [step for step in waiting if settled.issuperset(step.needs)]
        if not ready:
            return tuple(waiting[:1])
        kind = ready[0].kind
        if not kind.rules.together or self._unmet(ready[0]):
            return (ready[0],)
        return tuple(step for step in ready if step.kind is kind and not self._unmet(step))

    def _unmet(self, step: Step) -> str:
        settled = self._done
        if step.kind is StepKind.DROP and step.name.startswith(BRIDGE_PREFIX):
            settled = settled | self._restored  # it stood in for what is there again
        missing = [need for need in step.needs if need not in settled]
        return f"needs {'; '.join(map(self._missing, missing))}" if missing else ""

    def _missing(self, need: str) -> str:
        """`orders: create a_1, which failed: E11000 ...`: what blocked it, with its own cause."""
        why = self._why.get(need, "")
        return f"{need}, which failed: {why}" if why else f"{need}, which was not done"

    def _send(self, batch: tuple[Step, ...]) -> Iterator[Event]:
        rules = batch[0].kind.rules
        yield Event(kind=EventKind.STARTED, steps=batch)
        try:
            rules.send(self._writer, batch, self._options)
        except ServerRefusal as refusal:
            if refusal.code in rules.settled:
                yield self._success(batch)
            elif len(batch) == 1 or refusal.code in LOST_PRIMARY:
                yield self._failure(batch, refusal)
                yield from self._undo(batch[0])
                yield from self._restore(batch[0])
            else:
                yield Event(
                    kind=EventKind.RETRY, steps=batch, code=refusal.code, message=refusal.message
                )
                for step in batch:
                    yield from self._send_or_skip(step)
        else:
            yield self._success(batch)

    def _send_or_skip(self, step: Step) -> Iterator[Event]:
        if self._lost:
            self._failed.add(step.id)
            yield Event(kind=EventKind.SKIPPED, steps=(step,), message=self._lost)
        else:
            yield from self._send((step,))

    def _undo(self, step: Step) -> Iterator[Event]:
        rules = step.kind.rules
        if rules.undo is None:
            return
        try:
            rules.undo(self._writer, step)
        except ServerRefusal as refusal:
            yield Event(
                kind=EventKind.FAILED, steps=(step,), code=refusal.code, message=refusal.message
            )
        else:
            yield Event(kind=EventKind.UNDONE, steps=(step,), message=rules.undone)

    def _restore(self, failed: Step) -> Iterator[Event]:
        """The old forms that this run dropped to make room for `failed`, built again."""
        if failed.kind is not StepKind.CREATE or self._lost:
            return
        for need in failed.needs:
            drop = self._dropped.get(need)
            if drop is not None and drop.restore is not None:
                yield from self._build_again(failed, drop, drop.restore)

    def _build_again(self, failed: Step, drop: Step, spec: IndexSpec) -> Iterator[Event]:
        build = make_step(drop.collection, StepKind.CREATE, drop.name, spec=spec)
        step = replace(build, id=f"{drop.collection}: restore {drop.name}")
        yield Event(kind=EventKind.STARTED, steps=(step,))
        try:
            step.kind.rules.send(self._writer, (step,), self._options)
        except ServerRefusal as refusal:
            yield Event(
                kind=EventKind.FAILED,
                steps=(step,),
                code=refusal.code,
                message=f"the old form could not be built again either: {refusal.message}",
            )
        else:
            self._restored.add(failed.id)
            message = f"{failed.name} could not be built; the old form of it is there again"
            yield Event(kind=EventKind.RESTORED, steps=(step,), message=message)

    def _success(self, steps: tuple[Step, ...]) -> Event:
        self._done |= {step.id for step in steps}
        self._dropped |= {step.id: step for step in steps if step.kind is StepKind.DROP}
        return Event(kind=EventKind.DONE, steps=steps)

    def _failure(self, steps: tuple[Step, ...], refusal: ServerRefusal) -> Event:
        self._failed |= {step.id for step in steps}
        self._why |= {step.id: refusal.message for step in steps}
        if refusal.code in LOST_PRIMARY:
            self._lost = f"the server is no longer primary (error {refusal.code})"
        return Event(kind=EventKind.FAILED, steps=steps, code=refusal.code, message=refusal.message)
