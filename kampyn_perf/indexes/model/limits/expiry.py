"""TTL. Source: https://www.mongodb.com/docs/manual/core/index-ttl/."""

from __future__ import annotations

from collections.abc import Iterator

from kampyn_perf.indexes.model.limits.refusal import Refusal
from kampyn_perf.indexes.model.spec import IndexSpec

MAX_TTL_SECONDS = 2**31 - 1


def refusals(spec: IndexSpec) -> Iterator[Refusal]:
    seconds = spec.ttl_seconds
    if seconds is None:
        return
    if len(spec.keys) > 1:
        message = "documents expire by a single-field index only"
        yield Refusal(rule="ttl-on-compound", message=message)
    if spec.is_special:
        message = "documents expire by a plain ascending or descending key"
        yield Refusal(rule="ttl-on-special", message=message)
    if spec.fields == ("_id",):
        message = "the index on _id cannot expire documents"
        yield Refusal(rule="ttl-on-special", message=message)
    if isinstance(seconds, int | float) and not 0 <= seconds <= MAX_TTL_SECONDS:
        message = f"{seconds} is not within 0 and {MAX_TTL_SECONDS} s"
        yield Refusal(rule="ttl-out-of-range", message=message)
