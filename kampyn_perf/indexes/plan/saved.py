"""A plan that `indexes plan --json` wrote and `indexes apply --plan` carries out: only what it
takes to know it again. The plan itself is made anew, and must come out the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.indexes.plan.actions import IndexPlan, Prune, PruneStage

PLAN_SCHEMA = "kampyn-perf/index-plan"
PLAN_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class SavedPlan:
    content_hash: str
    prunes: tuple[Prune, ...]
    state_hashes: Mapping[str, str]


def read_plan(path: Path) -> SavedPlan:
    """Raises KampynError for a file that is no plan, or one of a later version."""
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if data["schema"] != PLAN_SCHEMA:
            raise ValueError(f"its schema is {data['schema']}")
        if data["version"] > PLAN_VERSION:
            raise ValueError(f"it has version {data['version']}, this program knows {PLAN_VERSION}")
        return SavedPlan(
            content_hash=str(data["contentHash"]),
            prunes=tuple(
                Prune(
                    collection=str(prune["collection"]),
                    name=str(prune["name"]),
                    stage=PruneStage(prune["stage"]),
                )
                for prune in data["prunes"]
            ),
            state_hashes={str(c["collection"]): str(c["stateHash"]) for c in data["collections"]},
        )
    except OSError as error:
        raise KampynError(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise KampynError(
            f"{path} is not a plan: {error}",
            hint="`kampyn-perf indexes plan --json > plan.json` writes one.",
        ) from error


def check_same(saved: SavedPlan, plan: IndexPlan) -> None:
    """Raises KampynError unless `plan` is the one that was saved."""
    if saved.content_hash == plan.content_hash:
        return
    changed = sorted(
        name
        for name in {*saved.state_hashes, *plan.state_hashes}
        if saved.state_hashes.get(name) != plan.state_hashes.get(name)
    )
    what = f"the indexes of {', '.join(changed)}" if changed else "the catalogue"
    raise KampynError(
        f"{what} changed since the plan was made",
        code=ExitCode.FAILED,
        hint="Nothing was done. Make the plan again, and look at it again.",
    )
