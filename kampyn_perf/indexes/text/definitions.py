"""One definition, or one step of a plan, in words and as data. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kampyn_perf.indexes.model.collation import show_collation
from kampyn_perf.indexes.model.normalise import Normal, normal_of
from kampyn_perf.indexes.model.options import OPTIONS, Kind, Option
from kampyn_perf.indexes.model.spec import IndexSpec, describe_keys
from kampyn_perf.indexes.model.spelling import expiry_words, filter_words
from kampyn_perf.indexes.plan.step_kinds import Step


def step_words(step: Step) -> str:
    """One step in words: `build vendorId_1 {vendorId: 1}`."""
    expiry = "" if step.ttl_seconds is None else expiry_words(step.ttl_seconds)
    words = step.kind.rules.words.format(name=step.name, ttl=expiry)
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
    if option.kind is Kind.SECONDS:
        return f"expires {expiry_words(value)}"
    if option.kind is Kind.FILTER:
        return f"where {filter_words(value)}"
    return f"{option.name}: {filter_words(value) if isinstance(value, Mapping) else value}"


def spec_json(spec: IndexSpec) -> dict[str, Any]:
    """The definition in MongoDB's own words, without what is default."""
    return {"key": dict(spec.keys), "name": spec.effective_name, **spec.options}
