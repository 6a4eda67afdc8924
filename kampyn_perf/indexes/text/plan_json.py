"""A plan as data for programs. Pure."""

from __future__ import annotations

from typing import Any

from kampyn_perf.indexes.plan.actions import Action, IndexPlan
from kampyn_perf.indexes.plan.saved import PLAN_SCHEMA, PLAN_VERSION
from kampyn_perf.indexes.plan.step_kinds import Step
from kampyn_perf.indexes.text.definitions import spec_json
from kampyn_perf.indexes.text.plan import counts_of


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
        "counts": {kind.value: n for kind, n in sorted(counts_of(plan).items())},
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
