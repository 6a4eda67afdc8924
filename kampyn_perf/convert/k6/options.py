"""`options` of a script: when iterations begin, which function they run, what is promised. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tree_sitter import Node

from kampyn_perf.convert.k6.syntax import UnknownError
from kampyn_perf.convert.k6.values import Scope, entries, evaluate
from kampyn_perf.units import MICROSECONDS, parse_duration, spell_duration

NO_RATE = {"duration": "30s", "arrivalRate": 1}
_CLOSED = ("vus", "duration", "stages", "iterations")
_CONSTANT, _RAMPING = "constant-arrival-rate", "ramping-arrival-rate"
_USED = ("executor", "exec", "rate", "timeUnit", "duration", "startRate", "stages")
_OURS = ("preAllocatedVUs", "maxVUs", "gracefulStop")
_REPLACED = "is not needed: virtual users are made on demand, and `drain` lets sessions finish"

Say = Callable[[Node, str], None]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One of k6's scenarios."""

    name: str
    node: Node
    function: str = "default"
    phases: tuple[dict[str, Any], ...] = ()
    """None for an executor without an arrival rate."""
    rate: Fraction | None = None
    """Where it is the same throughout."""


@dataclass(kw_only=True)
class Options:
    """What a script's options come to."""

    scenarios: list[Scenario] = field(default_factory=list)
    thresholds: dict[str, tuple[Node, Any]] = field(default_factory=dict)


def read_options(node: Node | None, scope: Scope, *, left: Say, remark: Say) -> Options:
    """Of the object's node; None where the script has no options."""
    options = Options()
    closed: list[tuple[str, Node]] = []
    for key, value in _entries(node, scope, left) if node is not None else ():
        if key == "thresholds":
            for metric, limits in _entries(value, scope, left):
                try:
                    options.thresholds[metric] = (limits, evaluate(limits, scope))
                except UnknownError as error:
                    left(error.node, f"threshold {metric}: {error}")
        elif key == "scenarios":
            for name, scenario in _entries(value, scope, left):
                try:
                    options.scenarios.append(_scenario(name, scenario, scope, left, remark))
                except UnknownError as error:
                    left(error.node, f"scenario {name}: {error}")
        elif key in _CLOSED:
            closed.append((key, value))
        else:
            left(value, f"the option {key} has no counterpart")
    for key, value in closed:
        left(
            value,
            f"the option {key}: users in a loop have no arrival rate; write the rate that you "
            "expect into configs/load.yaml",
        )
    return options


def _entries(node: Node, scope: Scope, left: Say) -> list[tuple[str, Node]]:
    try:
        return entries(node, scope)
    except UnknownError as error:
        left(error.node, str(error))
        return []


def _scenario(name: str, node: Node, scope: Scope, left: Say, remark: Say) -> Scenario:
    nodes = dict(entries(node, scope))
    values = {key: evaluate(nodes[key], scope) for key in _USED if key in nodes}
    for key, at in nodes.items():
        if key in _OURS:
            remark(at, f"{key} {_REPLACED}")
        elif key not in _USED and values.get("executor") in (_CONSTANT, _RAMPING):
            left(at, f"scenario {name}: {key} has no counterpart")
    function = str(values.get("exec", "default"))
    executor = values.get("executor")
    rate = None
    phases: list[dict[str, Any]] = []
    try:
        if executor == _CONSTANT:
            rate = _rate(values["rate"], values)
            if not rate:
                raise ValueError("it is 0")
            phases = [{"duration": _duration(values["duration"]), "arrivalRate": spelled(rate)}]
        elif executor == _RAMPING:
            phases = _stages(values)
        else:
            left(
                nodes.get("executor", node),
                f"scenario {name}: users of {executor} loop, which is no arrival rate; write the "
                "rate that you expect into configs/load.yaml",
            )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        what = f"without {error}" if isinstance(error, KeyError) else str(error)
        left(node, f"scenario {name}: its arrival rate cannot be read: {what}")
        rate, phases = None, []
    return Scenario(name=name, node=node, function=function, phases=tuple(phases), rate=rate)


def _duration(value: Any) -> str:
    """A bare number is in milliseconds there."""
    return spell_duration(parse_duration(value, default_unit="ms"))


def _rate(value: Any, values: dict[str, Any]) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(f"{value!r} is no rate")
    unit = parse_duration(values.get("timeUnit", "1s"), default_unit="ms")
    if not unit:
        raise ValueError("timeUnit is 0")
    return Fraction(str(value)) * MICROSECONDS / unit


def spelled(rate: Fraction) -> int | str:
    """As load.yaml has a rate, exactly."""
    whole = f"{rate.numerator}/{rate.denominator}/s"
    return rate.numerator if rate.denominator == 1 else whole


def _stages(values: dict[str, Any]) -> list[dict[str, Any]]:
    rate = _rate(values.get("startRate", 0), values)
    phases: list[dict[str, Any]] = []
    for stage in values["stages"]:
        target = _rate(stage["target"], values)
        duration = parse_duration(stage["duration"], default_unit="ms")
        if duration and not rate and not target:
            phases.append({"pause": spell_duration(duration)})
        elif duration:
            phase = {"duration": spell_duration(duration), "arrivalRate": spelled(rate)}
            phases.append(phase if rate == target else {**phase, "rampTo": spelled(target)})
        rate = target
    if not any("arrivalRate" in phase for phase in phases):
        raise ValueError("no stage has arrivals")
    return phases


def plan(scenarios: list[Scenario], left: Say) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Phases and weights of all scenarios together: those at one rate over one time are a mix.

    One without an arrival rate beside others that have one gets the weight 0.
    """
    with_rate = [scenario for scenario in scenarios if scenario.phases]
    if len(with_rate) == 1:
        return list(with_rate[0].phases), {
            scenario.name: int(bool(scenario.phases)) for scenario in scenarios
        }
    rates = [scenario.rate for scenario in with_rate if scenario.rate]
    times = {scenario.phases[0].get("duration") for scenario in with_rate}
    if with_rate and len(rates) == len(with_rate) and len(times) == 1:
        total = sum(rates, Fraction(0))
        least = min(rates)
        parts = [rate / least for rate in rates]
        common = math.lcm(*(part.denominator for part in parts))
        weights = {scenario.name: 0 for scenario in scenarios}
        pairs = zip(with_rate, parts, strict=True)
        weights |= {scenario.name: int(part * common) for scenario, part in pairs}
        return [{"duration": times.pop(), "arrivalRate": spelled(total)}], weights
    for scenario in with_rate:
        left(
            scenario.node,
            f"scenario {scenario.name}: its rate beside other scenarios of other times or ramps; "
            "phases are the whole run's here",
        )
    return [], {}
