"""`kampyn-perf check --thresholds`: objectives in the words of another tool."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kampyn_perf.slo.objectives import Objective


class Tool(StrEnum):
    """Whose thresholds."""

    K6 = "k6"
    ARTILLERY = "artillery"


def show(tool: Tool, slo: str | None, sets: Sequence[str]) -> int:
    """On stdout what can be said there; on stderr why the rest cannot."""
    from kampyn_perf.cli import console
    from kampyn_perf.config import own_sets
    from kampyn_perf.convert.project.yaml_text import block
    from kampyn_perf.slo import objectives
    from kampyn_perf.thresholds import ensure, k6

    goals = objectives.load(slo or objectives.CONFIG_NAME, sets=own_sets(sets, "slo"))
    plain = {name: as_plain(one) for name, one in goals.objectives.items()}
    if tool is Tool.K6:
        made, left = k6.write(plain)
        console.print_json({"thresholds": made})
    else:
        made, left = ensure.write(plain)
        console.print_text(block({"config": {"plugins": {"ensure": {}}, "ensure": made}}))
    for name, why in left.items():
        console.say(f"not carried over: {name}: {why}")
    return 0


def as_plain(objective: Objective) -> dict[str, Any]:
    """What `slo.yaml` would say of it, its target exactly."""
    from kampyn_perf.results.verdict import Unit
    from kampyn_perf.units import spell_duration

    target = objective.target
    value = Decimal(repr(target.value))
    exact = {Unit.DURATION: (value / 1000, " ms"), Unit.SHARE: (value * 100, " %")}
    if target.relative or target.unit not in exact:
        text = str(target)
    else:
        number, unit = exact[target.unit]
        text = f"{target.comparison.value} {number:f}{unit}"
    plain: dict[str, Any] = {
        "metric": objective.metric,
        "statistic": objective.statistic,
        "target": text,
        "scope": objective.scope.as_dict(),
        "of": objective.of.value,
        "required": objective.required,
        "abort": objective.abort,
    }
    for key, length in (("for", objective.window_us), ("grace", objective.grace_us)):
        if length is not None:
            plain[key] = spell_duration(length)
    return plain
