"""The steps of a plan, by kind: what each sends, what it takes, how it is told.

One row each, in the order in which they are carried out as far as their needs allow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kampyn_perf.indexes.model.normalise import Normal
from kampyn_perf.indexes.model.ports import INDEX_NOT_FOUND, BuildOptions, IndexWriter
from kampyn_perf.indexes.model.server import Feature, ServerInfo
from kampyn_perf.indexes.model.spec import IndexSpec


class StepKind(StrEnum):
    UNHIDE = "unhide"
    CREATE = "create"
    SET_TTL = "set-ttl"
    PREPARE_UNIQUE = "prepare-unique"
    MAKE_UNIQUE = "make-unique"
    HIDE = "hide"
    DROP = "drop"

    @property
    def rules(self) -> StepRules:
        return _RULES[self]

    @property
    def position(self) -> int:
        """In the order of the rows."""
        return list(_RULES).index(self)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One command of a plan. `needs` are the ids of steps that must have succeeded before."""

    id: str
    """Unique in the plan, the same for the same work: `orders: drop vendorId_1`."""
    kind: StepKind
    collection: str
    name: str
    """The index."""
    spec: IndexSpec | None = None
    """Of a CREATE: with its name filled in."""
    ttl_seconds: int | float | None = None
    needs: tuple[str, ...] = ()
    note: str = ""
    """What a person should know of this step."""
    restore: IndexSpec | None = None
    """Of a DROP that makes room: what is built again where the successor cannot be."""


def step_id(collection: str, kind: StepKind, name: str) -> str:
    return f"{collection}: {kind.value} {name}"


def make_step(
    collection: str,
    kind: StepKind,
    name: str,
    *,
    spec: IndexSpec | None = None,
    ttl_seconds: int | float | None = None,
    needs: tuple[str, ...] = (),
    note: str = "",
    restore: IndexSpec | None = None,
) -> Step:
    return Step(
        id=step_id(collection, kind, name),
        kind=kind,
        collection=collection,
        name=name,
        spec=spec,
        ttl_seconds=ttl_seconds,
        needs=needs,
        note=note,
        restore=restore,
    )


@dataclass(frozen=True, kw_only=True)
class StepRules:
    send: Callable[[IndexWriter, Sequence[Step], BuildOptions], None]
    """Steps of one collection: several where `together`, else one."""
    words: str
    """In a plan. `{name}` and `{ttl}` are filled in."""
    doing: str
    done: str
    together: bool = False
    able: Callable[[ServerInfo, Normal, Normal], bool] = lambda server, live, wanted: True  # noqa: ARG005
    """Whether the server can change a live index into the wanted one by it."""
    settled: frozenset[int] = frozenset()
    """Errors that say that it has been done already."""
    undo: Callable[[IndexWriter, Step], None] | None = None
    """What a failure must not leave behind is taken back by it."""
    undone: str = ""


def _create(writer: IndexWriter, steps: Sequence[Step], options: BuildOptions) -> None:
    specs = [step.spec for step in steps if step.spec is not None]
    writer.create_indexes(steps[0].collection, specs, options)


def _can_expire(server: ServerInfo, live: Normal, wanted: Normal) -> bool:
    if wanted.ttl is None or isinstance(wanted.ttl, str):
        return False
    return server.has(Feature.TTL_CHANGE if live.ttl is not None else Feature.TTL_ADD)


_RULES = {
    StepKind.UNHIDE: StepRules(
        send=lambda writer, steps, _: writer.set_hidden(steps[0].collection, steps[0].name, False),
        words="show {name} to queries again (collMod hidden: false)",
        doing="showing",
        done="shown again",
        able=lambda server, _, wanted: server.has(Feature.HIDE) and not wanted.hidden,
    ),
    StepKind.CREATE: StepRules(
        send=_create,
        words="build {name}",
        doing="building",
        done="built",
        together=True,
    ),
    StepKind.SET_TTL: StepRules(
        send=lambda writer, steps, _: writer.set_ttl(
            steps[0].collection, steps[0].name, steps[0].ttl_seconds or 0
        ),
        words="let {name} expire documents {ttl} (collMod)",
        doing="setting the expiry of",
        done="expiry set",
        able=_can_expire,
    ),
    StepKind.PREPARE_UNIQUE: StepRules(
        send=lambda writer, steps, _: writer.prepare_unique(
            steps[0].collection, steps[0].name, True
        ),
        words="refuse new duplicates in {name} (collMod prepareUnique)",
        doing="refusing new duplicates in",
        done="refuses new duplicates",
        able=lambda server, _, wanted: server.has(Feature.MAKE_UNIQUE) and wanted.unique,
    ),
    StepKind.MAKE_UNIQUE: StepRules(
        send=lambda writer, steps, _: writer.make_unique(steps[0].collection, steps[0].name),
        words="make {name} unique (collMod unique)",
        doing="making unique",
        done="unique now",
        able=lambda server, _, wanted: server.has(Feature.MAKE_UNIQUE) and wanted.unique,
        # A prepared index refuses writes that touch duplicates: not left so behind a failure.
        undo=lambda writer, step: writer.prepare_unique(step.collection, step.name, False),
        undone="prepareUnique taken back",
    ),
    StepKind.HIDE: StepRules(
        send=lambda writer, steps, _: writer.set_hidden(steps[0].collection, steps[0].name, True),
        words="hide {name} from queries (collMod hidden: true)",
        doing="hiding",
        done="hidden",
        able=lambda server, _, wanted: server.has(Feature.HIDE) and wanted.hidden,
    ),
    StepKind.DROP: StepRules(
        send=lambda writer, steps, _: writer.drop_index(steps[0].collection, steps[0].name),
        words="drop {name}",
        doing="dropping",
        done="dropped",
        settled=frozenset({INDEX_NOT_FOUND}),
    ),
}
