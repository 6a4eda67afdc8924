"""A plan as lines for people, and as data for programs. Pure; colours are the terminal's affair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kampyn_perf.indexes.model.collation import show_collation
from kampyn_perf.indexes.model.normalise import Normal, normal_of, read_listing
from kampyn_perf.indexes.model.options import OPTIONS, Kind, Option
from kampyn_perf.indexes.model.spec import IndexSpec, describe_keys
from kampyn_perf.indexes.model.values import canonical
from kampyn_perf.indexes.plan.actions import Action, ActionKind, CollectionPlan, IndexPlan
from kampyn_perf.indexes.plan.saved import PLAN_SCHEMA, PLAN_VERSION
from kampyn_perf.indexes.plan.step_kinds import Step, StepKind


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


def plan_lines(plan: IndexPlan, *, keeps: bool = False) -> Iterator[Line]:
    """The whole plan. `keeps` shows what stays as it is, too."""
    place = ""
    for part in plan.collections:
        if part.place != place:
            place = part.place
            yield Line(LineKind.FAINT, place)
        yield from _collection_lines(part, keeps)
    yield from _summary(plan)


def plan_json(plan: IndexPlan) -> dict[str, Any]:
    """The machine form: `kampyn-perf/index-plan`, version 1."""
    return {
        "schema": PLAN_SCHEMA,
        "version": PLAN_VERSION,
        "contentHash": plan.content_hash,
        "pending": plan.pending,
        "empty": plan.empty,
        "prunes": [
            {"collection": prune.collection, "name": prune.name, "stage": prune.stage.value}
            for prune in plan.prunes
        ],
        "counts": {kind.value: n for kind, n in sorted(_counts(plan).items())},
        "collections": [
            {
                "collection": part.collection,
                "server": part.server,
                "database": part.place,
                "documents": part.documents,
                "stateHash": plan.state_hashes.get(part.collection, ""),
                "notes": list(part.notes),
                "actions": [_action_json(action) for action in part.actions],
            }
            for part in plan.collections
        ],
    }


def step_words(step: Step) -> str:
    """One step in words: `build vendorId_1 {vendorId: 1}`."""
    words = step.kind.rules.words.format(name=step.name, ttl=step.ttl_seconds)
    if step.spec is not None:
        words += f" {describe_spec(step.spec)}"
    return f"{words} ({step.note})" if step.note else words


def describe_spec(spec: IndexSpec) -> str:
    """Keys and options that are not default: `{email: 1} unique`."""
    normal = normal_of(spec)
    shown = (_shown(option, spec, normal) for option in OPTIONS)
    return " ".join([describe_keys(spec.keys), ", ".join(filter(None, shown))]).strip()


def _shown(option: Option, spec: IndexSpec, normal: Normal) -> str:
    """`unique`, `expireAfterSeconds: 60`; empty where there is nothing to say."""
    value = spec.options.get(option.name)
    if option.kind is Kind.COLLATION:
        value = show_collation(normal.collation) if normal.collation else None
    elif option.kind is Kind.WEIGHTS:
        value = {field: weight for field, weight in spec.weights.items() if weight != 1} or None
    if value is None or normal.get(option.name) == option.default:
        return ""
    if option.kind is Kind.FLAG:
        return option.name
    return f"{option.name}: {canonical(value) if isinstance(value, Mapping) else value}"


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
    spec = action.wanted or (read_listing(action.live.definition) if action.live else None)
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
    for words in (action.blocked, action.gap and f"gap: {action.gap}", *action.warnings):
        if words:
            yield Line(LineKind.WARNING, f"      {words}")


def _summary(plan: IndexPlan) -> Iterator[Line]:
    counts = _counts(plan)
    drops = sum(step.kind is StepKind.DROP for action in plan.actions for step in action.steps)
    extras = sum(
        counts[kind] for kind in (ActionKind.EXTRA, ActionKind.REDUNDANT, ActionKind.HIDDEN)
    )
    if plan.empty:
        kept = counts[ActionKind.KEEP]
        words = "1 index is" if kept == 1 else f"{kept} indexes are"
        yield Line(LineKind.ADD, f"No changes: {words} as wanted.")
    else:
        parts = [
            f"{counts[ActionKind.CREATE]} to create",
            f"{counts[ActionKind.CHANGE]} to change",
            f"{counts[ActionKind.CONFLICT]} in conflict",
            f"{drops} to drop",
            f"{counts[ActionKind.KEEP]} as wanted",
        ]
        yield Line(LineKind.TITLE, f"Plan: {', '.join(parts)}.")
    if extras:
        yield Line(
            LineKind.FAINT,
            f"{extras} beyond the catalogue; none is dropped unless --prune COLLECTION.NAME "
            "names it.",
        )
    yield Line(LineKind.FAINT, f"hash {plan.content_hash[:12]}")


def _counts(plan: IndexPlan) -> Counter[ActionKind]:
    return Counter(action.kind for action in plan.actions)


def _action_json(action: Action) -> dict[str, Any]:
    return {
        "action": action.kind.value,
        "name": action.name,
        "reason": action.reason,
        "purpose": action.purpose,
        "serves": list(action.serves),
        "wanted": spec_json(action.wanted) if action.wanted else None,
        "live": dict(action.live.definition) if action.live else None,
        "differences": list(action.differences),
        "steps": [_step_json(step) for step in action.steps],
        "blocked": action.blocked,
        "gap": action.gap,
        "warnings": list(action.warnings),
        "pending": action.pending,
    }


def _step_json(step: Step) -> dict[str, Any]:
    return {
        "id": step.id,
        "step": step.kind.value,
        "name": step.name,
        "index": spec_json(step.spec) if step.spec else None,
        "expireAfterSeconds": step.ttl_seconds,
        "needs": list(step.needs),
        "note": step.note,
    }


def spec_json(spec: IndexSpec) -> dict[str, Any]:
    """The definition in MongoDB's own words, without what is default."""
    return {"key": dict(spec.keys), "name": spec.effective_name, **spec.options}
