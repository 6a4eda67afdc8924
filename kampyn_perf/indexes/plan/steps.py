"""The safe steps from one form of an index to another.

In order of preference: change it in place (collMod), build the new one beside it, and, where the
server allows neither, drop and build with a bridge: a temporary index of the same keys and one
more field that no document has. It serves the same queries and enforces the same uniqueness.
"""

from __future__ import annotations

from dataclasses import replace

from kampyn_perf.indexes.model.matching import BRIDGE_PREFIX, ReadIndex
from kampyn_perf.indexes.model.normalise import (
    SIMPLE,
    Normal,
    describe,
    differing,
    digest,
    normal_of,
)
from kampyn_perf.indexes.model.options import OPTIONS, InPlace
from kampyn_perf.indexes.model.server import ServerInfo
from kampyn_perf.indexes.model.spec import MAX_KEYS, IndexSpec
from kampyn_perf.indexes.model.values import truth
from kampyn_perf.indexes.plan.step_kinds import Step, StepKind, make_step

BRIDGE_FIELD = "kampyn_bridge"
"""A field that no document has: it makes another key pattern and nothing else."""
_IN_PLACE = {
    InPlace.HIDDEN: (StepKind.UNHIDE, StepKind.HIDE),
    InPlace.EXPIRY: (StepKind.SET_TTL,),
    InPlace.UNIQUE: (StepKind.MAKE_UNIQUE,),
}
"""The steps that change an option of an index that is there."""


def create_step(
    collection: str,
    spec: IndexSpec,
    name: str,
    *,
    simple_collation: bool = False,
    needs: tuple[str, ...] = (),
    note: str = "",
) -> Step:
    """Build `spec` under `name`. `simple_collation`: say so, because the collection's default is
    another one and this kind of index knows only that."""
    named = replace(spec, name=name)
    if simple_collation and named.collation is None:
        named = named.having(collation=SIMPLE)
    return make_step(collection, StepKind.CREATE, name, spec=named, needs=needs, note=note)


def in_place_steps(
    collection: str, live: ReadIndex, wanted: Normal, server: ServerInfo
) -> tuple[Step, ...] | None:
    """collMod commands that lead from the live index to the wanted one; None if some option
    cannot be changed that way on this server."""
    steps: list[Step] = []
    for option in differing(live.normal, wanted):
        more = _option_steps(collection, live, wanted, option, server)
        if more is None:
            return None
        steps += more
    return tuple(sorted(steps, key=lambda step: step.kind.position))


def bridge_spec(old: ReadIndex, wanted: Normal) -> IndexSpec | None:
    """What stands in while `old` is gone, or None where nothing can (text, wildcard, 32 keys)."""
    if old.normal.is_text or old.spec.is_wildcard or len(old.spec.keys) >= MAX_KEYS:
        return None
    keys = (*old.spec.keys, (BRIDGE_FIELD, 1))
    unseen = {option.name: None for option in OPTIONS if not option.for_queries}
    unique = old.spec.unique and wanted.unique
    spec = replace(old.spec, keys=keys).having(**{**unseen, "unique": unique})
    return replace(spec, name=BRIDGE_PREFIX + digest(describe(normal_of(spec)))[:12])


def stands_for(bridge: ReadIndex, wanted: Normal) -> bool:
    """Whether a bridge found on the server was made for an index of these keys."""
    return bridge.normal.keys[:-1] == wanted.keys


def _option_steps(
    collection: str, live: ReadIndex, wanted: Normal, option: str, server: ServerInfo
) -> list[Step] | None:
    in_place = next((known.in_place for known in OPTIONS if known.name == option), None)
    kinds = _IN_PLACE[in_place] if in_place is not None else ()
    kind = next((k for k in kinds if k.rules.able(server, live.normal, wanted)), None)
    if kind is None:
        return None
    if kind is StepKind.MAKE_UNIQUE:
        return _unique_steps(collection, live)
    if kind is StepKind.SET_TTL:
        assert not isinstance(wanted.ttl, str)  # noqa: S101 - NaN is refused before
        return [make_step(collection, kind, live.name, ttl_seconds=wanted.ttl)]
    return [make_step(collection, kind, live.name)]


def _unique_steps(collection: str, live: ReadIndex) -> list[Step]:
    """prepareUnique makes the server refuse new duplicates, so that none comes in between."""
    steps: list[Step] = []
    if not truth(live.index.definition.get("prepareUnique")):
        steps.append(make_step(collection, StepKind.PREPARE_UNIQUE, live.name))
    needs = tuple(step.id for step in steps)
    steps.append(make_step(collection, StepKind.MAKE_UNIQUE, live.name, needs=needs))
    return steps
