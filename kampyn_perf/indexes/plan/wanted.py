"""One wanted index into one action: keep it, create it, or lead it to the wanted form."""

from __future__ import annotations

from kampyn_perf.indexes.model.matching import How, Match, ReadIndex, is_id_key
from kampyn_perf.indexes.model.spelling import expiry_words
from kampyn_perf.indexes.plan.actions import Action, ActionKind
from kampyn_perf.indexes.plan.context import CollectionContext, action_for, build_warnings, name_for
from kampyn_perf.indexes.plan.replace import replace_action
from kampyn_perf.indexes.plan.step_kinds import Step, StepKind
from kampyn_perf.indexes.plan.steps import create_step, in_place_steps


def wanted_action(context: CollectionContext, match: Match, refused: str) -> Action:
    """The action for one entry; `refused` is the reason why the server would not have it."""
    spec = match.entry.spec
    if refused:
        return action_for(
            match,
            context,
            kind=ActionKind.CONFLICT,
            name=match.live.name if match.live else spec.effective_name,
            reason=refused,
            live=match.live,
        )
    if match.live is None:
        build = _id if is_id_key(match.normal.keys) else _new
        return build(context, match)
    if match.how is How.SAME and match.live.index.building:
        return _still_building(context, match, match.live)
    steps = in_place_steps(context.name, match.live, match.normal, context.collection.server)
    if steps is None:
        change = _create if match.how is How.SAME_KEYS else replace_action
        return change(context, match, match.live)
    return (
        _in_place(context, match, match.live, steps) if steps else _keep(context, match, match.live)
    )


def _new(context: CollectionContext, match: Match) -> Action:
    return _create(context, match, None)


def _id(context: CollectionContext, match: Match) -> Action:
    reason = "every collection has it"
    return action_for(match, context, kind=ActionKind.KEEP, name="_id_", reason=reason, live=None)


def _keep(context: CollectionContext, match: Match, live: ReadIndex) -> Action:
    wish = match.entry.spec.name
    reason = "is as the catalogue wants it"
    if wish and wish != live.name:
        reason += f"; the catalogue calls it {wish}, and a server cannot rename an index"
    return action_for(
        match, context, kind=ActionKind.KEEP, name=live.name, reason=reason, live=live
    )


def _still_building(context: CollectionContext, match: Match, live: ReadIndex) -> Action:
    """The same command again joins the build that runs, and waits for it."""
    spec = match.entry.spec
    step = create_step(context.name, spec, live.name, note="joins the build that is running")
    return action_for(
        match,
        context,
        kind=ActionKind.CREATE,
        name=live.name,
        reason="is being built on the server now",
        live=live,
        steps=(step,),
    )


def _create(context: CollectionContext, match: Match, kin: ReadIndex | None) -> Action:
    """A new index, beside its kin where there is one."""
    spec = match.entry.spec
    name, needs, trouble = name_for(context, spec, kin)
    if trouble:
        return action_for(
            match, context, kind=ActionKind.CONFLICT, name=name, reason=trouble, live=kin
        )
    simple = context.has_default_collation and not match.normal.collation
    step = create_step(context.name, spec, name, simple_collation=simple, needs=needs)
    warnings = list(build_warnings(match.normal))
    reason = "is not there"
    if kin is not None:
        reason = f"{kin.name} has the same keys with other options; both can stand side by side"
        warnings.append(f"{kin.name} stays until --prune {context.name}.{kin.name} names it")
        if spec.name and name != spec.name:
            warnings.append(f"is named {name}, because the old one has the name {spec.name}")
    return action_for(
        match,
        context,
        kind=ActionKind.CREATE if kin is None else ActionKind.CHANGE,
        name=name,
        reason=reason,
        live=kin,
        steps=(step,),
        warnings=tuple(warnings),
    )


def _in_place(
    context: CollectionContext, match: Match, live: ReadIndex, steps: tuple[Step, ...]
) -> Action:
    warnings = []
    if any(step.kind is StepKind.SET_TTL for step in steps):
        warnings.append(f"deletes documents {expiry_words(match.normal.ttl)}, from then on")
    hides = any(step.kind is StepKind.HIDE for step in steps)
    return action_for(
        match,
        context,
        kind=ActionKind.CHANGE,
        name=live.name,
        reason="is changed in place",
        live=live,
        steps=steps,
        gap="the catalogue wants it hidden: it serves no query then" if hides else "",
        warnings=tuple(warnings),
    )
