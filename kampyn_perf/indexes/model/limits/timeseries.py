"""Indexes of a time-series collection, whose measurements lie in buckets. Source:
https://www.mongodb.com/docs/manual/core/timeseries/timeseries-index/."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kampyn_perf.indexes.model.limits.refusal import INVALID_OPTIONS, Refusal, Version
from kampyn_perf.indexes.model.options import PLANE
from kampyn_perf.indexes.model.spec import SPHERE, IndexSpec
from kampyn_perf.indexes.model.values import normal_filter

MEASUREMENTS_SINCE: Version = (6, 0)
PARTIAL_SINCE: Version = (6, 0)
EXPIRY_SINCE: Version = (6, 3)


def timeseries_refusals(
    spec: IndexSpec, series: Mapping[str, Any], version: Version
) -> Iterator[Refusal]:
    """What MongoDB of this version has against `spec` there. `series` is the collection's own
    `timeseries` option."""
    time, meta = str(series.get("timeField", "")), str(series.get("metaField", ""))
    refused = (
        ("unique", spec.unique),
        ("text", spec.is_text),
        ("2d", any(kind == PLANE for _, kind in spec.keys)),
    )
    words = " or ".join(word for word, is_so in refused if is_so)
    if words:
        yield _refusal(f"has no {words} indexes")
    if spec.sparse and any(_is_meta(path, meta) or path == time for path in spec.fields):
        yield _refusal("has no sparse indexes on its time and meta fields")
    measured = [
        (path, kind) for path, kind in spec.keys if path != time and not _is_meta(path, meta)
    ]
    if measured and version < MEASUREMENTS_SINCE:
        yield _refusal(f"has indexes on {measured[0][0]} and other measurements from 6.0 on")
    if any(isinstance(kind, str) and kind not in (SPHERE, PLANE, "text") for _, kind in measured):
        yield _refusal("has only ascending, descending and 2dsphere keys on measurements")
    if any(path == time and isinstance(kind, str) for path, kind in spec.keys):
        yield _refusal("has only ascending and descending keys on its time field")
    if spec.partial is not None and version < PARTIAL_SINCE:
        yield _refusal("has partial indexes from 6.0 on")
    if spec.ttl_seconds is not None:
        yield from _expiry(spec, time, meta, version)


def is_own_index(spec: IndexSpec, series: Mapping[str, Any] | None) -> bool:
    """Whether a live index is the one that the server made with its time-series collection."""
    if not series or not series.get("metaField"):
        return False
    own = ((str(series["metaField"]), 1), (str(series.get("timeField", "")), 1))
    return spec.keys == own and not set(spec.options) - {"collation"}


def _expiry(spec: IndexSpec, time: str, meta: str, version: Version) -> Iterator[Refusal]:
    if version < EXPIRY_SINCE:
        yield _refusal(
            "has indexes that expire documents from 6.3 on (its own expireAfterSeconds does)"
        )
        return
    leaves = normal_filter(spec.partial or {})
    by_meta = bool(leaves) and all(_is_meta(str(leaf[0]), meta) for leaf in leaves)
    if spec.fields != (time,) or not by_meta:
        yield _refusal("expires documents by its time field, with a filter on its meta field alone")


def _is_meta(path: str, meta: str) -> bool:
    return bool(meta) and (path == meta or path.startswith(meta + "."))


def _refusal(words: str) -> Refusal:
    message = f"a time-series collection {words}"
    return Refusal(rule="time-series", message=message, code=INVALID_OPTIONS)
