"""What the server has beyond the catalogue: extra, redundant or hidden, and what --prune does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kampyn_perf.indexes.model.coverage import covers, redundant_to
from kampyn_perf.indexes.model.limits import is_own_index
from kampyn_perf.indexes.model.matching import ReadIndex
from kampyn_perf.indexes.model.normalise import Normal, normal_of
from kampyn_perf.indexes.model.server import Feature
from kampyn_perf.indexes.plan.actions import Action, ActionKind, Prune, PruneStage
from kampyn_perf.indexes.plan.context import CollectionContext
from kampyn_perf.indexes.plan.step_kinds import Step, StepKind, make_step, step_id
from kampyn_perf.indexes.plan.steps import stands_for


def leftover_actions(
    context: CollectionContext, leftovers: Sequence[ReadIndex], wanted: Sequence[Action]
) -> list[Action]:
    """One action for each live index that no entry is."""
    successors = {
        action.live.name: action.name
        for action in wanted
        if action.kind is ActionKind.CHANGE and action.live and action.live.name != action.name
    }
    return [_leftover(context, live, wanted, successors) for live in leftovers]


def bridge_actions(context: CollectionContext, wanted: Sequence[Action]) -> list[Action]:
    """What becomes of bridges that an interrupted change left."""
    used = {step.name for action in wanted for step in action.steps}
    bridges = [live for live in context.lives if live.is_bridge and live.name not in used]
    return [_bridge_action(context, bridge, wanted) for bridge in bridges]


def prune_notes(
    asked: Mapping[str, Prune], lives: Sequence[ReadIndex], actions: Sequence[Action]
) -> tuple[str, ...]:
    """Names given to --prune that lead to nothing, so that a typing error does not pass."""
    live_names = {live.name for live in lives}
    notes = []
    for name in asked:
        action = next((a for a in actions if a.live and a.live.name == name), None)
        if name not in live_names:
            notes.append(f"--prune {name}: there is no such index (dropped already, or misspelt)")
        elif action is not None and action.kind is ActionKind.KEEP:
            notes.append(f"--prune {name}: stays, because the catalogue wants it")
    return tuple(notes)


def _leftover(
    context: CollectionContext,
    live: ReadIndex,
    wanted: Sequence[Action],
    successors: Mapping[str, str],
) -> Action:
    if live.name not in context.prunes and is_own_index(live.spec, context.collection.timeseries):
        return Action(
            kind=ActionKind.KEEP,
            collection=context.name,
            name=live.name,
            reason="the server made it with the time-series collection",
            live=live.index,
        )
    standing = _standing(context, live, wanted)
    # Of two that serve the same, one must stay: only the later one is called redundant.
    others = [
        (name, other)
        for name, other in standing
        if not (covers(live.normal, other) and _before(context, live.name, name))
    ]
    cover = redundant_to(live.normal, others)
    kind, reason = ActionKind.EXTRA, "is not in the catalogue"
    if live.name in successors:
        reason = f"is the old form of {successors[live.name]}"
    if cover:
        kind, reason = ActionKind.REDUNDANT, f"{reason}; {cover} serves all that it could"
    if live.normal.hidden:
        kind, reason = ActionKind.HIDDEN, f"{reason}, and hidden from queries"
    prune = context.prunes.get(live.name)
    steps, blocked = _prune_steps(context, live, prune, wanted, successors)
    # An index that takes the name of this one is built after its drop: too late to cover it.
    drop = step_id(context.name, StepKind.DROP, live.name)
    late = {a.name for a in wanted if any(drop in step.needs for step in a.steps)}
    has_cover = any(name not in late and covers(other, live.normal) for name, other in standing)
    lonely = bool(steps) and not has_cover and not live.normal.hidden
    return Action(
        kind=kind,
        collection=context.name,
        name=live.name,
        reason=reason,
        live=live.index,
        steps=steps,
        blocked=blocked,
        gap="no other index serves its queries" if lonely else "",
        warnings=_prune_warnings(live.normal, steps),
    )


def _standing(
    context: CollectionContext, live: ReadIndex, wanted: Sequence[Action]
) -> list[tuple[str, Normal]]:
    """The indexes that are there after the plan: wanted ones, then live ones that stay."""
    default = context.collection.collation
    after = [
        (action.name, normal_of(action.wanted, collation=default))
        for action in wanted
        if action.wanted is not None
        and action.kind is not ActionKind.CONFLICT
        and not action.blocked
    ]
    names = {name for name, _ in after}
    after += [
        (other.name, other.normal)
        for other in context.lives
        if other is not live
        and other.name not in names
        and other.name not in context.prunes
        and not other.is_bridge
        and not other.index.building
    ]
    return after


def _before(context: CollectionContext, name: str, other: str) -> bool:
    """Whether the server lists `name` before `other`, and neither is the catalogue's."""
    wanted = {match.live.name for match in context.matches if match.live}
    names = [live.name for live in context.lives if live.name not in wanted]
    return name in names and other in names and names.index(name) < names.index(other)


def _prune_steps(
    context: CollectionContext,
    live: ReadIndex,
    prune: Prune | None,
    wanted: Sequence[Action],
    successors: Mapping[str, str],
) -> tuple[tuple[Step, ...], str]:
    if prune is None:
        return (), ""
    needed = _needed(context, live, wanted)
    if needed:
        return (), needed
    needs = _builds_before(context, live, wanted, successors)
    if prune.stage is PruneStage.DROP:
        return (make_step(context.name, StepKind.DROP, live.name, needs=needs),), ""
    if live.normal.hidden:
        return (), ""
    if not context.collection.server.has(Feature.HIDE):
        return (), f"{context.collection.server.label} cannot hide it first; ask for the drop"
    return (make_step(context.name, StepKind.HIDE, live.name, needs=needs),), ""


def _needed(context: CollectionContext, live: ReadIndex, wanted: Sequence[Action]) -> str:
    """Why it stays although --prune names it, or an empty text."""
    if _supports_shard_key(context, live):
        return "the collection is sharded by its keys, and no other index begins with them"
    if any(a.kind is ActionKind.CONFLICT and a.live is live.index for a in wanted):
        return "stays, because what is to take its place cannot be had (see there)"
    return ""


def _supports_shard_key(context: CollectionContext, live: ReadIndex) -> bool:
    """Whether it is the only live index that begins with the shard key: sharding needs one."""
    shard = tuple((context.collection.shard_key or {}).items())
    if not shard:
        return False
    able = [
        other.name
        for other in context.lives
        if other.spec.keys[: len(shard)] == shard
        and not (other.normal.partial or other.normal.sparse or other.normal.hidden)
        and (other is live or other.name not in context.prunes)
    ]
    return able == [live.name]


def _builds_before(
    context: CollectionContext,
    live: ReadIndex,
    wanted: Sequence[Action],
    successors: Mapping[str, str],
) -> tuple[str, ...]:
    """The builds that must have succeeded before `live` may go: of what takes its place."""
    drop = step_id(context.name, StepKind.DROP, live.name)
    default = context.collection.collation
    return tuple(
        step.id
        for action in wanted
        for step in action.steps
        if step.kind is StepKind.CREATE
        and step.spec is not None
        and drop not in step.needs
        and (
            action.name == successors.get(live.name)
            or covers(normal_of(step.spec, collation=default), live.normal)
        )
    )


def _prune_warnings(normal: Normal, steps: Sequence[Step]) -> tuple[str, ...]:
    if not steps:
        return ()
    drops = any(step.kind is StepKind.DROP for step in steps)
    warnings = []
    if normal.unique:
        warnings.append(
            "nothing enforces its uniqueness any more"
            if drops
            else "goes on enforcing its uniqueness while hidden"
        )
    if normal.ttl is not None:
        warnings.append(
            "documents no longer expire" if drops else "goes on expiring documents while hidden"
        )
    return tuple(warnings)


def _bridge_action(
    context: CollectionContext, bridge: ReadIndex, wanted: Sequence[Action]
) -> Action:
    default = context.collection.collation
    served = [
        action
        for action in wanted
        if action.wanted is not None
        and stands_for(bridge, normal_of(action.wanted, collation=default))
    ]
    finished = bool(served) and all(
        action.kind is not ActionKind.CONFLICT and not action.blocked for action in served
    )
    asked = bridge.name in context.prunes
    needs = tuple(
        step.id for action in served for step in action.steps if step.kind is StepKind.CREATE
    )
    drop = make_step(context.name, StepKind.DROP, bridge.name, needs=needs, note="bridge")
    reason = "is a bridge that an interrupted change left"
    if not finished and not asked:
        reason += "; it stays until that change can be finished"
    return Action(
        kind=ActionKind.CHANGE if finished else ActionKind.EXTRA,
        collection=context.name,
        name=bridge.name,
        reason=reason,
        live=bridge.index,
        steps=(drop,) if finished or asked else (),
    )
