"""One limit between two notations: what is measured, on which side of what value. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kampyn_perf.operators import split

Objective = dict[str, Any]
"""An entry of `slo.yaml`: metric, statistic, target, ..."""


class NotCarriedError(ValueError):
    """A limit that the other side has no words for; its text says why."""


def number(value: object) -> float:
    """A limit's value. Raises ValueError for what is no number above 0, or 0."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"is no number: {value!r}")
    try:
        number = float(value)
    except ValueError:
        raise ValueError(f"is no number: {value!r}") from None
    if not math.isfinite(number) or number < 0:
        raise ValueError(f"is no limit: {value!r}")
    return number


def plain(value: float) -> str:
    """Without an exponent, and no more digits than there are."""
    text = format(Decimal(repr(float(value))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def milliseconds(comparison: str, value: float) -> str:
    """`< 200 ms`."""
    return f"{comparison} {plain(value)} ms"


def percent(comparison: str, share: Decimal) -> str:
    """`< 1 %` of a share of one."""
    return f"{comparison} {plain(float(share * 100))} %"


_VALUE = re.compile(r"(\d+(?:\.\d+)?)\s*(us|µs|ms|s|min|m|%|/s)?")
_MILLISECONDS = {"us": "0.001", "µs": "0.001", "ms": "1", "s": "1000", "min": "60000", "m": "60000"}


def target_of(objective: Mapping[str, Any], unit: str) -> tuple[str, Decimal]:
    """Comparison and value of an objective: milliseconds, percent or per second, by `unit` (`ms`,
    `%`, `/s`). Raises NotCarriedError."""
    text = str(objective.get("target", ""))
    parts = split(text)
    match = _VALUE.fullmatch(parts[1]) if parts else None
    if parts is None or match is None:
        raise NotCarriedError(f"the target {text!r} has no words there")
    comparison, value, given = str(parts[0]), Decimal(match[1]), match[2] or ""
    if unit == "ms" and given in _MILLISECONDS:
        return comparison, value * Decimal(_MILLISECONDS[given])
    if unit != given:
        raise NotCarriedError(f"the target {text!r} is not in {unit}")
    return comparison, value


@dataclass(frozen=True, kw_only=True)
class Times:
    """What another tool calls times, and their statistics."""

    metrics: Mapping[str, str]
    """By its name of a metric: ours."""
    statistics: Mapping[str, str]
    """By its name of a statistic: ours, where that is another."""

    def read(self, metric: str, statistic: str, sign: str, value: float) -> Objective:
        """The objective. The statistic is one of ours, if it is not among `statistics`."""
        here = self.statistics.get(statistic, statistic)
        return {
            "metric": self.metrics[metric],
            "statistic": here,
            "target": milliseconds(sign, value),
        }

    def write(self, objective: Mapping[str, Any]) -> tuple[str, str, str, Decimal] | None:
        """Its metric and statistic there, the sign, and milliseconds; None for no time. Raises
        NotCarriedError."""
        for there, here in self.metrics.items():
            if objective["metric"] == here:
                own = str(objective.get("statistic", ""))
                names = {own_name: name for name, own_name in self.statistics.items()}
                sign, value = target_of(objective, "ms")
                return there, names.get(own, own), sign, value
        return None


def put_each(
    objectives: Mapping[str, Mapping[str, Any]], put: Callable[[str, Mapping[str, Any]], None]
) -> dict[str, str]:
    """Hand each to `put`, with its name; by name, why one was not taken."""
    left: dict[str, str] = {}
    for name, objective in objectives.items():
        try:
            put(name, objective)
        except NotCarriedError as error:
            left[name] = str(error)
    return left


def only(objective: Mapping[str, Any], allowed: Iterable[str]) -> None:
    """Raises NotCarriedError for a key of an objective that changes what it says, and has no
    counterpart."""
    known = {"metric", "statistic", "target", "required", *allowed}
    for key, value in objective.items():
        if key not in known and value not in (None, False, "overall", "all", {}, ""):
            raise NotCarriedError(f"`{key}` has no counterpart there")


def unused_name(wish: str, taken: Iterable[str]) -> str:
    """A name of an objective, with a number where it is taken."""
    base = re.sub(r"[^A-Za-z0-9_-]+", "_", wish).strip("_") or "objective"
    names = set(taken)
    if base not in names:
        return base
    return next(name for n in range(2, len(names) + 3) if (name := f"{base}_{n}") not in names)
