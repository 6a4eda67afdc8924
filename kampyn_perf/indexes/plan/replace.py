"""Dropping the old form of an index to build the new one: the last resort, over a bridge."""

from __future__ import annotations

from kampyn_perf.indexes.model.coverage import covers
from kampyn_perf.indexes.model.matching import Match, ReadIndex
from kampyn_perf.indexes.model.normalise import Normal
from kampyn_perf.indexes.model.spec import IndexSpec
from kampyn_perf.indexes.plan.actions import Action, ActionKind
from kampyn_perf.indexes.plan.context import CollectionContext, action_for, build_warnings, name_for
from kampyn_perf.indexes.plan.step_kinds import Step, StepKind, make_step
from kampyn_perf.indexes.plan.steps import bridge_spec, create_step


def replace_action(context: CollectionContext, match: Match, live: ReadIndex) -> Action:
    """Drop and build, over a bridge where there can be one. Only with the old one's name given."""
    bridge, gap = _bridge(context, match, live)
    reason = "the server takes neither a change in place nor both forms side by side"
    blocked = ""
    if live.normal.unique and match.normal.unique and bridge is None:
        blocked = "nothing could enforce its uniqueness meanwhile: do this one by hand"
    elif live.name not in context.prunes:
        blocked = f"needs --prune {context.name}.{live.name}: the old form must be dropped"
    name, trouble = live.name, ""
    needs: tuple[str, ...] = ()
    if not blocked and match.entry.spec.name != live.name:
        name, needs, trouble = _replacement_name(context, match, live)
    if trouble:
        blocked = trouble
    if not gap and not live.normal.hidden and not _covered_by_others(context, live):
        gap = _lasting_gap(match.normal, live.normal)
    return action_for(
        match,
        context,
        kind=ActionKind.CHANGE,
        name=live.name,
        reason=reason,
        live=live,
        steps=() if blocked else _replace_steps(context, match, live, bridge, name, needs),
        blocked=blocked,
        gap=gap,
        warnings=build_warnings(match.normal),
    )


def _covered_by_others(context: CollectionContext, live: ReadIndex) -> bool:
    """Whether something else serves its queries, before and after this plan."""
    hiding = {m.live.name for m in context.matches if m.live and m.normal.hidden}
    return any(
        covers(other.normal, live.normal)
        for other in context.lives
        if other is not live
        and not other.is_bridge
        and not other.index.building
        and other.name not in context.prunes
        and other.name not in hiding
    )


def _lasting_gap(wanted: Normal, live: Normal) -> str:
    """What the wanted form does not do that the old one did."""
    if wanted.hidden:
        return "the catalogue wants it hidden: it serves no query then"
    if not covers(wanted, live):
        return "the wanted form does not serve all queries that the old one does"
    return ""


def _replacement_name(
    context: CollectionContext, match: Match, live: ReadIndex
) -> tuple[str, tuple[str, ...], str]:
    """The old name is free for its successor, and for nobody else: others build before the drop."""
    others = {m.entry.spec.name for m in context.matches if m is not match}
    if live.name not in others:
        context.taken.discard(live.name)
    naming = name_for(context, match.entry.spec, live)
    context.taken.add(live.name)
    return naming


def _bridge(
    context: CollectionContext, match: Match, live: ReadIndex
) -> tuple[IndexSpec | None, str]:
    """The bridge that is needed, and where none can be built, what that means."""
    keeps_unique = live.normal.unique and match.normal.unique
    covered = live.normal.hidden or _covered_by_others(context, live)
    if covered and not keeps_unique:
        return None, ""
    bridge = bridge_spec(live, match.normal)
    stands = bridge is not None and context.live_named(bridge.name) is not None
    if bridge is not None and (stands or context.slots > 0):
        context.slots -= 0 if stands else 1
        return bridge, ""
    if live.normal.is_text:
        return None, ("a collection has one text index: between drop and build $text queries fail")
    return None, "between drop and build no index serves its queries, and a bridge has no room"


def _replace_steps(
    context: CollectionContext,
    match: Match,
    live: ReadIndex,
    bridge: IndexSpec | None,
    name: str,
    needs: tuple[str, ...],
) -> tuple[Step, ...]:
    steps: list[Step] = []
    after: tuple[str, ...] = ()
    if bridge is not None:
        standing = context.live_named(bridge.name)
        if standing is None or standing.index.building:
            steps.append(create_step(context.name, bridge, bridge.name, note="bridge"))
            after = (steps[-1].id,)
    drop = make_step(context.name, StepKind.DROP, live.name, needs=after, restore=live.spec)
    simple = context.has_default_collation and not match.normal.collation
    create = create_step(
        context.name,
        match.entry.spec,
        name,
        simple_collation=simple,
        needs=(drop.id, *needs),
    )
    steps += [drop, create]
    if bridge is not None:
        steps.append(
            make_step(context.name, StepKind.DROP, bridge.name, needs=(create.id,), note="bridge")
        )
    return tuple(steps)
