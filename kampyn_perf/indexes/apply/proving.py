"""Definitions that the server has not seen yet, shown to it before anything depends on them: built
on an empty scratch collection of the same database. Done under the lock, like all that writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kampyn_perf.indexes.apply.preflight import PreflightFinding, PreflightLevel, finding_of
from kampyn_perf.indexes.model.ports import LOST_PRIMARY, Database, ServerRefusal
from kampyn_perf.indexes.plan.actions import Action, CollectionPlan, IndexPlan, Tried
from kampyn_perf.indexes.plan.obstacles import definition_key
from kampyn_perf.indexes.plan.step_kinds import Step, StepKind
from kampyn_perf.units import counted


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What the server said to one definition; `refusal` is None where it takes it."""

    step: Step
    refusal: ServerRefusal | None = None


def unproven(part: CollectionPlan) -> tuple[Step, ...]:
    """The builds of definitions that are new to the server. One that it builds already is not."""
    return tuple(
        step
        for action in part.actions
        for step in action.steps
        if step.kind is StepKind.CREATE and step.spec is not None and not _is_known(action)
    )


def _is_known(action: Action) -> bool:
    return action.live is not None and action.live.building


def prove(
    part: CollectionPlan, database: Database
) -> tuple[tuple[Proof, ...], ServerRefusal | None]:
    """One proof for each new definition; or why the server could not be asked at all."""
    steps = unproven(part)
    specs = [step.spec for step in steps if step.spec is not None]
    if not specs:
        return (), None
    try:
        answers = database.probe_indexes(part.collection, specs)
    except ServerRefusal as refusal:
        if refusal.code in LOST_PRIMARY:
            raise
        return (), refusal
    pairs = zip(steps, answers, strict=True)
    return tuple(Proof(step=step, refusal=answer) for step, answer in pairs), None


def proof_findings(
    plan: IndexPlan, database_of: Callable[[str], Database]
) -> Iterator[PreflightFinding]:
    """What stands against the plan's builds by the server's own word. Where it could not be asked,
    nothing is dropped for the sake of a definition that nobody has tried."""
    for part in plan.collections:
        proofs, unasked = prove(part, database_of(part.collection))
        for proof in proofs:
            if proof.refusal is not None:
                yield finding_of(proof.step, PreflightLevel.BLOCK, refused_words(proof.refusal))
        if unasked is not None:
            yield from _unasked(part, unasked)


def tried(plan: IndexPlan, database_of: Callable[[str], Database]) -> Mapping[str, Tried]:
    """By collection, what the server said to the plan's builds: for a plan that is only shown."""
    return {
        part.collection: _tried(part, database_of(part.collection)) for part in plan.collections
    }


def _tried(part: CollectionPlan, database: Database) -> Tried:
    proofs, unasked = prove(part, database)
    refused = {
        definition_key(proof.step.spec): refused_words(proof.refusal)
        for proof in proofs
        if proof.refusal is not None and proof.step.spec is not None
    }
    note = f"{counted(len(proofs), 'definition')} tried on an empty collection" if proofs else ""
    if unasked is not None:
        note = f"no definition could be tried on an empty collection: {unasked.message}"
    return Tried(refused=refused, note=note)


def refused_words(refusal: ServerRefusal) -> str:
    """`the server refuses it, tried on an empty collection: ... (error 67)`."""
    code = f" (error {refusal.code})" if refusal.code else ""
    return f"the server refuses it, tried on an empty collection: {refusal.message}{code}"


def _unasked(part: CollectionPlan, refusal: ServerRefusal) -> Iterator[PreflightFinding]:
    words = f"not tried on an empty collection first: {refusal.message}"
    for action in part.actions:
        needed = _replacing(action.steps)
        if needed is not None:
            yield finding_of(needed, PreflightLevel.BLOCK, f"{words}; its old form stays")
    yield PreflightFinding(
        severity=PreflightLevel.WARN, collection=part.collection, message=f"builds were {words}"
    )


def _replacing(steps: Sequence[Step]) -> Step | None:
    """The build that its action drops something for."""
    drops = {step.id for step in steps if step.kind is StepKind.DROP}
    return next(
        (step for step in steps if step.kind is StepKind.CREATE and drops & set(step.needs)), None
    )
