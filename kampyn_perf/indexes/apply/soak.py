"""When an index that --prune names may be dropped: it is hidden first, and dropped once nobody has
missed it for the soaking time. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kampyn_perf.indexes.apply.journal import hidden_since
from kampyn_perf.indexes.model.live import LiveCollection
from kampyn_perf.indexes.model.normalise import normal_live
from kampyn_perf.indexes.plan.actions import Prune, PruneStage

DEFAULT_SOAK_US = 7 * 86_400 * 1_000_000


@dataclass(frozen=True, kw_only=True)
class Soaked:
    """A request, at the stage that is due, and why."""

    prune: Prune
    note: str = ""


def due(
    prune: Prune,
    live: LiveCollection,
    journal: Iterable[Mapping[str, Any]],
    *,
    now: dt.datetime,
    soak_us: int,
) -> Soaked:
    """`prune` as a DROP where its index has been hidden long enough, else as it was asked for."""
    index = next((index for index in live.indexes if index.name == prune.name), None)
    if prune.stage is PruneStage.DROP or index is None or not normal_live(index).hidden:
        return Soaked(prune=prune)
    name = f"{prune.collection}.{prune.name}"
    since = hidden_since(journal, prune.collection, prune.name)
    if since is None:
        return Soaked(
            prune=prune,
            note=f"{name} is hidden, and the journal does not say since when; --drop drops it now",
        )
    ready = since + dt.timedelta(microseconds=soak_us)
    if now >= ready:
        return Soaked(
            prune=replace(prune, stage=PruneStage.DROP),
            note=f"{name} has been hidden since {since:%Y-%m-%d %H:%M} UTC: it is dropped",
        )
    return Soaked(
        prune=prune,
        note=f"{name} soaks: hidden since {since:%Y-%m-%d %H:%M}, dropped from "
        f"{ready:%Y-%m-%d %H:%M} UTC on (--drop drops it now)",
    )
