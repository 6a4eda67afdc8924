"""Objectives as rules of `alerts.yaml`, which fire while a promise is not kept. Pure.

A verdict is about a whole run, and a rule about a window of it: the objective's `for`, or five
minutes. What nobody promised of a quiet hour (throughput) is no rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from kampyn_perf.thresholds.limit import NotCarriedError, only, put_each, unused_name

WINDOW = "5m"
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_TARGET = re.compile(r"\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)?)\s*(\S.*?)\s*")
_OF_A_RUN = {
    "throughput": "a quiet hour misses it, too, and is no alarm",
    "session_time": "a server knows no sessions",
    "service_time": "a server's own times are response times there",
    "start_lag": "it is the generator's",
}


def write(
    objectives: Mapping[str, Mapping[str, Any]], known: Mapping[str, Any]
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Rules by name, and by name why an objective is none. `known`: what rules may be about."""
    made: dict[str, dict[str, Any]] = {}

    def put(name: str, objective: Mapping[str, Any]) -> None:
        rule = _rule(objective, known)
        made[_unused(name, made)] = rule

    left = put_each(objectives, put)
    return made, left


def _rule(objective: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    only(objective, ("scope", "for", "abort", "grace"))
    metric, target = objective["metric"], str(objective["target"])
    match = _TARGET.fullmatch(target)
    if match is None:
        raise NotCarriedError(f"the target {target!r} is no limit by itself")
    sign, number, unit = match.groups()
    if metric == "availability":  # what no answer came to, a server does not know
        metric, sign, number = "error_rate_5xx", _FLIPPED[sign], _failing(number)
    if metric in _OF_A_RUN:
        raise NotCarriedError(_OF_A_RUN[metric])
    if metric not in known:
        raise NotCarriedError(f"no rule is about {metric}")
    scope = objective.get("scope")
    scope = dict(scope) if isinstance(scope, Mapping) else {}
    if scope and list(scope) != ["endpoint"]:
        raise NotCarriedError(f"a server knows no {next(iter(scope))}")
    statistic = str(objective.get("statistic") or "").removeprefix("share")
    what = f"{objective['metric']} {statistic}".strip()
    rule = {"metric": metric, "fires": f"{_NEGATED[sign]} {number} {unit}"}
    return {
        **rule,
        **({"statistic": statistic} if statistic else {}),
        **({"scope": scope} if scope else {}),
        "window": objective.get("for") or WINDOW,
        "severity": "critical" if objective.get("required", True) else "warning",
        "description": f"the objective {what} {objective['target']} is missed",
    }


_FLIPPED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}


def _failing(number: str) -> str:
    """What is missing of 100 %, exactly."""
    return f"{(100 - Decimal(number)).normalize():f}"


def _unused(name: str, taken: Mapping[str, Any]) -> str:
    words = [word for word in re.split(r"[^a-z0-9]+", name.lower()) if word]
    plain = "_".join(words) or "objective"
    return unused_name(plain if plain[0].isalpha() else f"objective_{plain}", taken)
