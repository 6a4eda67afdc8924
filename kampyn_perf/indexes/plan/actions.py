"""What a plan is made of: actions with their reasons, and the steps that carry them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kampyn_perf.indexes.model.live import LiveIndex
from kampyn_perf.indexes.model.spec import IndexSpec
from kampyn_perf.indexes.plan.step_kinds import Step


class ActionKind(StrEnum):
    KEEP = "keep"
    CREATE = "create"
    CHANGE = "change"
    """There in another form. Steps, if any, lead to the wanted one."""
    CONFLICT = "conflict"
    """Wanted, and cannot be had as things are; the reason says what to decide."""
    REDUNDANT = "redundant"
    """There, not wanted, and another index serves all it could."""
    EXTRA = "extra"
    """There, not wanted. Nothing is done about it unless --prune names it."""
    HIDDEN = "hidden"
    """There, not wanted, hidden from queries: on its way out, or forgotten."""


class PruneStage(StrEnum):
    HIDE = "hide"
    DROP = "drop"


@dataclass(frozen=True, kw_only=True)
class Prune:
    """One index that --prune names. HIDE first; DROP once it has soaked, or at once if asked."""

    collection: str
    name: str
    stage: PruneStage = PruneStage.HIDE


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What a server said to a collection's definitions, each built on an empty collection."""

    refused: Mapping[str, str] = field(default_factory=dict)
    """Its reason against one, by `obstacles.definition_key`."""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Action:
    """What becomes of one wanted or one live index."""

    kind: ActionKind
    collection: str
    name: str
    """Its name on the server now, or the name it gets."""
    reason: str
    purpose: str = ""
    """Why the catalogue wants it."""
    serves: tuple[str, ...] = ()
    """Names of the queries it is for."""
    wanted: IndexSpec | None = None
    live: LiveIndex | None = None
    differences: tuple[str, ...] = ()
    """`unique: false -> true`"""
    steps: tuple[Step, ...] = ()
    blocked: str = ""
    """Why a CHANGE has no steps yet, and what would give it some (`--prune orders.a_1`)."""
    gap: str = ""
    """Not empty: between two steps no index serves what this one does, and why that is so."""
    warnings: tuple[str, ...] = ()

    @property
    def pending(self) -> bool:
        """Whether the catalogue is not met here, or what --prune asks for cannot be done: what
        makes `plan --check` fail."""
        wanted = (ActionKind.CREATE, ActionKind.CHANGE, ActionKind.CONFLICT)
        return self.kind in wanted or bool(self.blocked)


@dataclass(frozen=True, kw_only=True)
class CollectionPlan:
    collection: str
    actions: tuple[Action, ...]
    documents: int | None = None
    server: str = ""
    place: str = ""
    """The database, without secrets."""
    notes: tuple[str, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """Action by action; `execute` orders them by what they need."""
        return tuple(step for action in self.actions for step in action.steps)


@dataclass(frozen=True, kw_only=True)
class IndexPlan:
    """A diff of catalogue and state, and what would be done about it."""

    collections: tuple[CollectionPlan, ...]
    content_hash: str
    """SHA-256 over the normalised catalogue, the normalised state and what --prune names."""
    state_hashes: Mapping[str, str] = field(default_factory=dict)
    """Per collection, of its live state alone: what apply compares before it begins."""
    prunes: tuple[Prune, ...] = ()
    """What may be dropped."""

    @property
    def actions(self) -> tuple[Action, ...]:
        return tuple(action for part in self.collections for action in part.actions)

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for part in self.collections for step in part.steps)

    @property
    def pending(self) -> bool:
        """Whether the catalogue is not met somewhere."""
        return any(action.pending for action in self.actions)

    @property
    def empty(self) -> bool:
        """Nothing pending, and nothing to do (a prune has steps without anything pending)."""
        return not self.pending and not self.steps
