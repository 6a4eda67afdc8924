"""The plan that shows hidden indexes again. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from kampyn_perf.errors import KampynError
from kampyn_perf.indexes.model.live import LiveCollection, LiveIndex, LiveState
from kampyn_perf.indexes.model.normalise import digest, normal_live, state_hash
from kampyn_perf.indexes.model.server import Feature
from kampyn_perf.indexes.plan.actions import Action, ActionKind, CollectionPlan, IndexPlan
from kampyn_perf.indexes.plan.step_kinds import StepKind, make_step


def unhide_plan(names: Sequence[tuple[str, str]], state: LiveState) -> IndexPlan:
    """One step for each of `names` (collection, index) that is hidden. Raises KampynError for one
    that is not there."""
    collections = dict.fromkeys(collection for collection, _ in names)
    parts = tuple(
        _part(state.collections[collection], [i for c, i in names if c == collection])
        for collection in collections
    )
    hashes = {name: state_hash(state.collections[name]) for name in collections}
    return IndexPlan(
        collections=parts,
        content_hash=digest([sorted(hashes.items()), [list(name) for name in names]]),
        state_hashes=hashes,
    )


def _part(live: LiveCollection, names: Sequence[str]) -> CollectionPlan:
    actions = [_action(live, _find(live, name)) for name in names]
    return CollectionPlan(
        collection=live.name,
        actions=tuple(action for action in actions if action is not None),
        documents=live.documents,
        server=live.server.label,
    )


def _find(live: LiveCollection, name: str) -> LiveIndex:
    index = next((index for index in live.indexes if index.name == name), None)
    if index is None:
        known = ", ".join(index.name for index in live.indexes) or "none"
        raise KampynError(f"there is no index {live.name}.{name}", hint=f"There are: {known}.")
    return index


def _action(live: LiveCollection, index: LiveIndex) -> Action | None:
    if not live.server.has(Feature.HIDE):
        raise KampynError(f"{live.server.label} cannot hide indexes")
    if not normal_live(index).hidden:
        return None
    return Action(
        kind=ActionKind.CHANGE,
        collection=live.name,
        name=index.name,
        reason="is hidden from queries",
        live=index,
        steps=(make_step(live.name, StepKind.UNHIDE, index.name),),
    )
