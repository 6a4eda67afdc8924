"""What the actions of one collection's plan share: names, room, and the form of an action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kampyn_perf.indexes.model.live import LiveCollection
from kampyn_perf.indexes.model.matching import How, Match, ReadIndex
from kampyn_perf.indexes.model.normalise import Normal, differences
from kampyn_perf.indexes.model.spec import IndexSpec, describe_keys
from kampyn_perf.indexes.model.spelling import expiry_words
from kampyn_perf.indexes.plan.actions import Action, ActionKind, Prune, PruneStage
from kampyn_perf.indexes.plan.step_kinds import StepKind, step_id


@dataclass(kw_only=True)
class CollectionContext:
    """What the actions of one collection share: what is there, what may go, which names are gone.

    Names are given out while the plan is made, in the catalogue's order; explicit ones first.
    """

    collection: LiveCollection
    lives: Sequence[ReadIndex]
    matches: Sequence[Match]
    prunes: Mapping[str, Prune]
    slots: int
    """Indexes that may still be added, beyond those the plan creates: room for bridges."""
    taken: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self.taken = {index.name for index in self.collection.indexes} | {"_id_"}
        self.taken |= {match.entry.spec.name for match in self.matches if match.entry.spec.name}

    @property
    def name(self) -> str:
        return self.collection.name

    @property
    def has_default_collation(self) -> bool:
        return bool(self.collection.collation)

    def live_named(self, name: str) -> ReadIndex | None:
        return next((live for live in self.lives if live.name == name), None)

    def free_name(self, wish: str) -> str:
        """`wish`, or `wish_2` and so on where it is taken."""
        name, number = wish, 2
        while name in self.taken:
            name, number = f"{wish}_{number}", number + 1
        self.taken.add(name)
        return name


def name_for(
    context: CollectionContext, spec: IndexSpec, kin: ReadIndex | None
) -> tuple[str, tuple[str, ...], str]:
    """A name that is free when the index is built, what must be dropped before, and trouble."""
    holder = context.live_named(spec.name) if spec.name else None
    if not spec.name:
        return context.free_name(spec.effective_name), (), ""
    if holder is None:
        return spec.name, (), ""
    if kin is not None and holder.name == kin.name:
        return context.free_name(spec.name), (), ""
    prune = context.prunes.get(holder.name)
    is_leftover = all(
        match.live is not holder or match.how is How.SAME_KEYS for match in context.matches
    )
    if is_leftover and prune is not None and prune.stage is PruneStage.DROP:
        return spec.name, (step_id(context.name, StepKind.DROP, holder.name),), ""
    trouble = (
        f"the name {spec.name} belongs to {describe_keys(holder.spec.keys)} on the server "
        f"(error 86): choose another name, or drop that one with --prune "
        f"{context.name}.{holder.name}"
    )
    return spec.name, (), trouble


def build_warnings(normal: Normal) -> tuple[str, ...]:
    warnings = []
    if normal.unique:
        warnings.append("fails if values stand twice; apply looks for duplicates first")
    if normal.ttl is not None:
        warnings.append(f"deletes documents {expiry_words(normal.ttl)}, as soon as it is built")
    return tuple(warnings)


def action_for(
    match: Match,
    context: CollectionContext,
    *,
    kind: ActionKind,
    name: str,
    reason: str,
    live: ReadIndex | None,
    **rest: object,
) -> Action:
    differs = differences(live.normal, match.normal) if live is not None else ()
    return Action(
        kind=kind,
        collection=context.name,
        name=name,
        reason=reason,
        purpose=match.entry.reason,
        serves=match.entry.serves,
        wanted=match.entry.spec,
        live=live.index if live else None,
        differences=differs,
        **rest,  # type: ignore[arg-type]
    )
