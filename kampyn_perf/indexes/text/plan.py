"""A plan as lines for people. Pure; colours are the terminal's affair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kampyn_perf.indexes.model.normalise import read_listing
from kampyn_perf.indexes.model.spec import IndexSpec
from kampyn_perf.indexes.plan.actions import Action, ActionKind, CollectionPlan, IndexPlan
from kampyn_perf.indexes.plan.step_kinds import StepKind
from kampyn_perf.indexes.text.definitions import describe_spec, step_words


class LineKind(StrEnum):
    """What a line is about; a terminal gives each its colour."""

    TITLE = "title"
    PLAIN = "plain"
    FAINT = "faint"
    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"
    CONFLICT = "conflict"
    WARNING = "warning"


@dataclass(frozen=True)
class Line:
    kind: LineKind
    text: str


_SIGNS = {
    ActionKind.KEEP: ("=", LineKind.FAINT),
    ActionKind.CREATE: ("+", LineKind.ADD),
    ActionKind.CHANGE: ("~", LineKind.CHANGE),
    ActionKind.CONFLICT: ("!", LineKind.CONFLICT),
    ActionKind.REDUNDANT: ("?", LineKind.PLAIN),
    ActionKind.EXTRA: ("?", LineKind.PLAIN),
    ActionKind.HIDDEN: ("?", LineKind.PLAIN),
}


MOST_IN_FULL = 20
"""Creations that are each shown with what they are for; more of them are one line a collection."""
COMMON = 5
"""Creations from which on one and the same warning is said once for all of them."""


def plan_lines(plan: IndexPlan, *, keeps: bool = False, verbose: bool = False) -> Iterator[Line]:
    """The whole plan. `keeps` shows what stays as it is, too; `verbose` every creation in full,
    however many there are."""
    creations = [action for action in plan.actions if action.kind is ActionKind.CREATE]
    if len(creations) > MOST_IN_FULL and not verbose:
        yield from _short_plan(plan, creations, keeps)
        return
    place = ""
    for part in plan.collections:
        if part.place != place:
            place = part.place
            yield Line(LineKind.FAINT, place)
        yield from _collection_lines(part, keeps)
    yield from _summary(plan)


def _short_plan(plan: IndexPlan, creations: Sequence[Action], keeps: bool) -> Iterator[Line]:
    """What many creations have in common is said once, below them."""
    warnings = Counter(words for action in creations for words in action.warnings)
    common = {words for words, number in warnings.items() if number >= COMMON}
    place = server = ""
    for part in plan.collections:
        if part.place != place:
            place, server = part.place, ""
            yield Line(LineKind.FAINT, place)
        same, server = part.server == server, part.server
        yield from _short_lines(part, keeps, common, same_server=same)
    yield Line(LineKind.PLAIN, "")
    for words in sorted(common):
        yield Line(LineKind.WARNING, f"{warnings[words]} of them: {words}")
    yield from _summary(plan)
    yield Line(LineKind.FAINT, "--verbose shows each creation with what it is for.")


def _is_plain(action: Action, common: Collection[str]) -> bool:
    """A creation of which there is nothing to say but what is created."""
    return action.kind is ActionKind.CREATE and not (
        action.live or action.blocked or action.gap or set(action.warnings) - set(common)
    )


def _short_lines(
    part: CollectionPlan, keeps: bool, common: Collection[str], *, same_server: bool
) -> Iterator[Line]:
    """Title and creations on one line; all else as ever below it."""
    plain = [action for action in part.actions if _is_plain(action, common)]
    rest = [action for action in part.actions if action not in plain]
    kept = sum(action.kind is ActionKind.KEEP for action in rest)
    facts = [] if same_server else [part.server]
    facts += [] if part.documents is None else [f"{part.documents:,} documents"]
    facts += [f"= {kept}"] if kept and not keeps else []
    title = f"{part.collection}  ({', '.join(facts)})" if facts else part.collection
    if plain:
        made = ", ".join(describe_spec(a.wanted) if a.wanted else a.name for a in plain)
        yield Line(LineKind.ADD, f"{title}  + {len(plain)}  {made}")
    else:
        yield Line(LineKind.TITLE, title)
    for note in part.notes:
        if note.startswith("--prune"):
            yield Line(LineKind.WARNING, f"    {note}")
        elif not plain:
            yield Line(LineKind.FAINT, f"    {note}")
    for action in rest:
        if keeps or action.kind is not ActionKind.KEEP:
            yield from _action_lines(action)


def _collection_lines(part: CollectionPlan, keeps: bool) -> Iterator[Line]:
    shown = [action for action in part.actions if keeps or action.kind is not ActionKind.KEEP]
    kept = len(part.actions) - len(shown)
    count = "" if part.documents is None else f", {part.documents:,} documents"
    yield Line(LineKind.TITLE, f"{part.collection}  ({part.server}{count})")
    for note in part.notes:
        kind = LineKind.WARNING if note.startswith("--prune") else LineKind.FAINT
        yield Line(kind, f"    {note}")
    for action in shown:
        yield from _action_lines(action)
    if kept:
        yield Line(LineKind.FAINT, f"  = {kept} as wanted")
    yield Line(LineKind.PLAIN, "")


def _action_lines(action: Action) -> Iterator[Line]:
    sign, kind = _SIGNS[action.kind]
    dropping = any(step.kind is StepKind.DROP for step in action.steps)
    if dropping and action.wanted is None:
        sign, kind = "-", LineKind.REMOVE
    spec = action.wanted or live_spec(action)
    label = describe_spec(spec) if spec else ""
    yield Line(kind, f"  {sign} {action.kind.value:<9} {action.name}  {label}".rstrip())
    if action.kind is not ActionKind.CREATE or action.live:
        yield Line(LineKind.PLAIN, f"      {action.reason}")
    if action.purpose and action.kind is not ActionKind.KEEP:
        yield Line(LineKind.FAINT, f"      for: {action.purpose}")
    if action.kind is not ActionKind.KEEP:
        for difference in action.differences:
            yield Line(kind, f"      {difference}")
    if action.kind is not ActionKind.CREATE:
        for number, step in enumerate(action.steps, start=1):
            yield Line(LineKind.PLAIN, f"      {number}. {step_words(step)}")
    blocked = f"blocked: {action.blocked}" if action.blocked else ""
    for words in (blocked, action.gap and f"gap: {action.gap}", *action.warnings):
        if words:
            yield Line(LineKind.WARNING, f"      {words}")


def summary_words(plan: IndexPlan) -> tuple[str, ...]:
    """What it comes to, what is beyond the catalogue, and the hash."""
    return tuple(line.text for line in _summary(plan))


def live_spec(action: Action) -> IndexSpec | None:
    """What is there now."""
    return read_listing(action.live.definition) if action.live else None


def _summary(plan: IndexPlan) -> Iterator[Line]:
    counts = counts_of(plan)
    extras = sum(
        counts[kind] for kind in (ActionKind.EXTRA, ActionKind.REDUNDANT, ActionKind.HIDDEN)
    )
    if plan.empty:
        kept = counts[ActionKind.KEEP]
        words = "1 index is" if kept == 1 else f"{kept} indexes are"
        yield Line(LineKind.ADD, f"No changes: {words} as wanted.")
    else:
        yield Line(LineKind.TITLE, f"Plan: {', '.join(_parts(plan, counts))}.")
    if extras:
        yield Line(
            LineKind.FAINT,
            f"{extras} beyond the catalogue; none is dropped unless --prune COLLECTION.NAME "
            "names it.",
        )
    yield Line(LineKind.FAINT, f"hash {plan.content_hash[:12]}")


def _parts(plan: IndexPlan, counts: Counter[ActionKind]) -> list[str]:
    """`5 to create`, ...; hides and what is blocked only where there are some."""
    kinds = Counter(step.kind for action in plan.actions for step in action.steps)
    hides, drops = kinds[StepKind.HIDE], kinds[StepKind.DROP]
    blocked = sum(
        bool(action.blocked) and action.kind not in (ActionKind.CHANGE, ActionKind.CREATE)
        for action in plan.actions
    )
    return [
        f"{counts[ActionKind.CREATE]} to create",
        f"{counts[ActionKind.CHANGE]} to change",
        f"{counts[ActionKind.CONFLICT]} in conflict",
        *([f"{hides} to hide"] if hides else []),
        f"{drops} to drop",
        *([f"{blocked} not to be pruned"] if blocked else []),
        f"{counts[ActionKind.KEEP]} as wanted",
    ]


def counts_of(plan: IndexPlan) -> Counter[ActionKind]:
    return Counter(action.kind for action in plan.actions)
