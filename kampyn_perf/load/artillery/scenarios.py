"""Artillery's scenarios as flows. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from kampyn_perf.load.artillery.durations import duration
from kampyn_perf.load.artillery.places import Notes
from kampyn_perf.load.artillery.requests import Requests
from kampyn_perf.load.target.flow import EndsOn
from kampyn_perf.load.target.step import REQUESTS
from kampyn_perf.schedule import numbered
from kampyn_perf.sources import PathKey

_KEYS = (
    "name", "weight", "flow", "engine", "beforeScenario", "afterScenario", "beforeRequest",
    "afterResponse", "onError",
)  # fmt: skip
_STEPS = (*REQUESTS, "think", "loop", "parallel", "log", "function")
_BESIDE = {
    "loop": ("count", "over", "whileTrue", "loopValue", "loopElement"),
    "parallel": ("limit",),
    "think": ("jitter", "ifTrue"),
    "log": ("ifTrue",),
}
_PYTHON = "write the scenario in Python, as a task of a locustfile"
_MOST_AT_ONCE = 100
"""Of Artillery's `parallel`, where it has no limit of its own."""


GAP: dict[str, Any] = {"log": ""}
"""In the place of a step that cannot be said here."""


def without_gaps(steps: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Steps, or flows, without those that could not be said, and what is empty without them."""
    made = []
    for step in steps:
        if step == GAP:
            continue
        kinds = [key for key in ("loop", "parallel", "flow") if key in step]
        inside: dict[str, Any] = {key: without_gaps(step[key]) for key in kinds}
        if all(inside.values()):
            made.append({**step, **inside})
    return made


class Scenarios:
    """Translates them."""

    def __init__(
        self, notes: Notes, requests: Requests, *, ends_on: EndsOn, jitter: Any = None
    ) -> None:
        """`jitter` is that of pauses which have none of their own."""
        self._notes = notes
        self._requests = requests
        self._ends_on = ends_on
        self._jitter = jitter

    def flows(self, value: Any) -> list[dict[str, Any]]:
        """All scenarios."""
        path: PathKey = ("scenarios",)
        entries = self._notes.entries(path, value)
        if not entries:
            self._notes.wrong(path, "has no scenario")
        made = [self._flow((*path, index), entry) for index, entry in enumerate(entries)]
        for flow, name in zip(made, numbered([flow["name"] for flow in made]), strict=True):
            flow["name"] = name
        for flow, weight in zip(made, self._weights(path, entries), strict=True):
            flow["weight"] = weight
        return made

    def steps(self, path: PathKey, value: Any) -> list[dict[str, Any]]:
        """A list of steps, each where it stood."""
        return [
            self._step((*path, index), step)
            for index, step in enumerate(self._notes.entries(path, value))
        ]

    def scenario(self, path: PathKey, value: Any) -> list[dict[str, Any]]:
        """The steps of a scenario; its hooks are problems."""
        given = self._notes.mapping(path, value)
        engine = given.get("engine", "http")
        if engine != "http":
            self._notes.wrong((*path, "engine"), f"{engine} is not spoken here; HTTP is")
            return []
        for key in ("beforeScenario", "afterScenario", "beforeRequest", "afterResponse", "onError"):
            if given.get(key):
                self._notes.hook((*path, key), given[key], _PYTHON)
        self._notes.known(path, given, _KEYS)
        if "flow" not in given:
            self._notes.wrong(path, "has no flow")
            return []
        steps = self.steps((*path, "flow"), given["flow"])
        if not steps and not self._notes.problems:
            self._notes.wrong((*path, "flow"), "has no steps")
        return steps

    def _flow(self, path: PathKey, value: Any) -> dict[str, Any]:
        given = value if isinstance(value, dict) else {}
        return {
            "name": str(given.get("name") or f"Scenario {int(path[-1]) + 1}"),
            "flow": self.scenario(path, value),
            "artillery": True,
            "endsOn": self._ends_on.value,
        }

    def _weights(self, path: PathKey, entries: Sequence[Any]) -> list[int]:
        """Whole numbers in the same proportion."""
        weights = []
        for index, entry in enumerate(entries):
            given = entry.get("weight", 1) if isinstance(entry, dict) else 1
            try:
                weight = Fraction(str(given))
            except (ValueError, ZeroDivisionError):
                weight = Fraction(-1)
            if weight < 0:
                self._notes.wrong((*path, index, "weight"), f"is no weight: {given!r}")
                weight = Fraction(1)
            weights.append(weight)
        whole = math.lcm(*(weight.denominator for weight in weights)) if weights else 1
        return [int(weight * whole) for weight in weights]

    def _step(self, path: PathKey, value: Any) -> dict[str, Any]:
        given = self._notes.mapping(path, value)
        kinds = [key for key in _STEPS if key in given]
        if len(kinds) != 1:
            several = f"has {' and '.join(kinds)}; a step is one of them"
            if kinds:
                self._notes.wrong(path, several)
            else:
                self._notes.known(path, given, _STEPS)
                if not given:
                    self._notes.wrong(path, f"is no step; there are {', '.join(_STEPS)}")
            return GAP
        kind = kinds[0]
        self._notes.known(path, given, (kind, *_BESIDE.get(kind, ())))
        if kind in REQUESTS:
            return {kind: self._requests.translate((*path, kind), given[kind])}
        return getattr(self, f"_{kind}")(path, given)  # type: ignore[no-any-return]

    def _function(self, path: PathKey, given: dict[str, Any]) -> dict[str, Any]:
        instead = f"{_PYTHON}, where it is a method"
        self._notes.hook((*path, "function"), given["function"], instead)
        return GAP

    def _think(self, path: PathKey, given: dict[str, Any]) -> dict[str, Any]:
        made = {"think": duration(given["think"])}
        jitter = given.get("jitter", self._jitter)
        if jitter not in (None, ""):
            number = re.match(r"\s*\d+", str(jitter))
            if number is None:
                self._notes.wrong((*path, "jitter"), f"is a percentage or milliseconds: {jitter!r}")
            else:
                made["jitter"] = number[0].strip() + ("%" if "%" in str(jitter) else "")
        return made | ({"ifTrue": str(given["ifTrue"])} if "ifTrue" in given else {})

    def _log(self, _path: PathKey, given: dict[str, Any]) -> dict[str, Any]:
        return {"log": str(given["log"])} | (
            {"ifTrue": str(given["ifTrue"])} if "ifTrue" in given else {}
        )

    def _parallel(self, path: PathKey, given: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {"parallel": self.steps((*path, "parallel"), given["parallel"])}
        limit = given.get("limit", _MOST_AT_ONCE)
        if "limit" in given or len(made["parallel"]) > _MOST_AT_ONCE:
            made["limit"] = limit
        return made

    def _loop(self, path: PathKey, given: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {"loop": self.steps((*path, "loop"), given["loop"])}
        made |= {key: given[key] for key in ("loopValue", "loopElement") if key in given}
        if "whileTrue" in given:
            condition = str(given["whileTrue"])
            if re.fullmatch(r"\w+", condition):
                instead = 'a condition may stand here, as `whileTrue: "page < 10"`'
                self._notes.hook((*path, "whileTrue"), condition, instead)
                condition = "false"
            return made | {"whileTrue": condition}
        if "over" in given:
            return made | {"over": given["over"]}
        count = given.get("count", -1)
        if isinstance(count, int) and count <= 0:
            where = (*path, "count") if "count" in given else path
            self._notes.wrong(where, "the loop has no end: give it a `count` above 0, or `over`")
            count = 1
        return made | {"count": count}
