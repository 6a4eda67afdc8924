"""Catalogue and live state in, plan out. Pure: the same two give the same plan, hash and all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from kampyn_perf.indexes.model.catalogue import Catalogue, WantedCollection
from kampyn_perf.indexes.model.live import CollectionKind, LiveCollection, LiveState
from kampyn_perf.indexes.model.matching import How, match, read_live
from kampyn_perf.indexes.model.normalise import describe, digest, normal_of, state_hash
from kampyn_perf.indexes.model.server import Engine, ServerInfo, Target
from kampyn_perf.indexes.plan.actions import (
    Action,
    ActionKind,
    CollectionPlan,
    IndexPlan,
    Prune,
    Tried,
)
from kampyn_perf.indexes.plan.context import CollectionContext
from kampyn_perf.indexes.plan.leftovers import bridge_actions, leftover_actions, prune_notes
from kampyn_perf.indexes.plan.obstacles import additions, free_slots, obstacles
from kampyn_perf.indexes.plan.wanted import wanted_action

_KIND_NOTES = {
    CollectionKind.VIEW: "is a view: it has no indexes of its own",
    CollectionKind.CAPPED: "is a capped collection",
    CollectionKind.TIMESERIES: "is a time-series collection",
}


_NOTHING_TRIED = Tried()


def make_plan(
    catalogue: Catalogue,
    state: LiveState,
    prunes: Iterable[Prune] = (),
    tried: Mapping[str, Tried] = MappingProxyType({}),
) -> IndexPlan:
    """The diff of every collection of the catalogue that `state` has.

    `prunes` name live indexes that may go. Nothing else is ever dropped, but this program's own
    bridges. `tried` is what servers said to definitions, by collection.
    """
    asked = tuple(sorted(prunes, key=lambda prune: (prune.collection, prune.name)))
    parts = [
        plan_collection(
            wanted,
            state.collections[wanted.name],
            asked,
            tried=tried.get(wanted.name, Tried()),
            target=catalogue.server,
        )
        for wanted in catalogue.collections
        if wanted.name in state.collections
    ]
    hashes = {name: state_hash(live) for name, live in sorted(state.collections.items())}
    return IndexPlan(
        collections=tuple(parts),
        content_hash=content_hash(catalogue, hashes, asked),
        state_hashes=hashes,
        prunes=asked,
    )


def content_hash(
    catalogue: Catalogue, state_hashes: dict[str, str], prunes: Iterable[Prune]
) -> str:
    """SHA-256 that changes with what is wanted, with what is there, and with what may go."""
    wanted = [
        [
            part.name,
            part.cluster,
            [[e.spec.name, describe(normal_of(e.spec))] for e in part.entries],
        ]
        for part in catalogue.collections
    ]
    asked = [[prune.collection, prune.name, prune.stage.value] for prune in prunes]
    return digest([wanted, sorted(state_hashes.items()), asked])


def plan_collection(
    wanted: WantedCollection,
    live: LiveCollection,
    prunes: Iterable[Prune],
    *,
    tried: Tried = _NOTHING_TRIED,
    target: Target | None = None,
) -> CollectionPlan:
    """One collection's actions, in the catalogue's order, then what else the server has."""
    lives = read_live(live)
    asked = {prune.name: prune for prune in prunes if prune.collection == wanted.name}
    matches = match(wanted.entries, lives, live)
    refused = obstacles(matches, live, tried.refused)
    room = free_slots(live) - additions(matches, live, refused)
    context = CollectionContext(
        collection=live, lives=lives, matches=matches, prunes=asked, slots=room
    )
    actions = [
        wanted_action(context, matched, refused.get(position, ""))
        for position, matched in enumerate(matches)
    ]
    claimed = {
        action.name
        for matched, action in zip(matches, actions, strict=True)
        if _takes_live(action) or matched.how is How.SAME
    }
    leftovers = [
        matched for matched in lives if matched.name not in claimed and not matched.is_bridge
    ]
    actions += leftover_actions(context, leftovers, tuple(actions))
    actions += bridge_actions(context, tuple(actions))
    return CollectionPlan(
        collection=wanted.name,
        actions=tuple(actions),
        documents=live.documents,
        server=live.server.label,
        place=live.place,
        notes=(
            *_collection_notes(live),
            *_server_notes(live.server, target),
            *([tried.note] if tried.note else []),
            *prune_notes(asked, lives, actions),
        ),
    )


def _collection_notes(live: LiveCollection) -> tuple[str, ...]:
    notes = []
    if live.kind is CollectionKind.MISSING:
        notes.append("does not exist yet; building its first index makes it")
    elif live.kind is not CollectionKind.NORMAL:
        notes.append(_KIND_NOTES[live.kind])
    if not live.server.writable:
        notes.append(f"the server takes no writes: {live.server.note or 'read-only'}")
    return tuple(notes)


def _server_notes(server: ServerInfo, target: Target | None) -> tuple[str, ...]:
    """How far the rules about definitions are known, and whether the catalogue is for it at all."""
    notes = []
    if server.engine is Engine.UNKNOWN:
        notes.append(
            "unknown engine: the rules about definitions were not checked (--probe asks it)"
        )
    if target is not None and not target.takes(server):
        notes.append(f"the catalogue is meant for {target.label}, and this is {server.label}")
    return tuple(notes)


def _takes_live(action: Action) -> bool:
    """Whether the action says all there is to say about a live index of its name."""
    has_live = action.live is not None and action.live.name == action.name
    return has_live and action.kind is not ActionKind.CONFLICT
