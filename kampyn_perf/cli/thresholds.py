"""`kampyn-perf check --thresholds`: objectives in the words of another tool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kampyn_perf.alerts.promql import Selector
    from kampyn_perf.slo.objective import Objective

_Plain = Mapping[str, Mapping[str, Any]]
"""Objectives by name, as `slo.yaml` has them."""


class Tool(StrEnum):
    """Whose words."""

    K6 = "k6"
    ARTILLERY = "artillery"
    OPENSLO = "openslo"
    PROMETHEUS = "prometheus"


def show(
    tool: Tool | None,
    slo: str | None,
    sets: Sequence[str],
    *,
    selector: Selector,
    output: Path | None,
) -> int:
    """On stdout, or in a file, what can be said there; on stderr why the rest cannot. Raises
    KampynError for a selector of series where none are asked for."""
    from kampyn_perf.cli import console
    from kampyn_perf.config import own_sets
    from kampyn_perf.errors import KampynError
    from kampyn_perf.files import write_whole
    from kampyn_perf.slo import objectives

    of_series = tool in (Tool.OPENSLO, Tool.PROMETHEUS)
    if tool is None or ((selector.backend or selector.node) and not of_series):
        raise KampynError("--match and --match-node go with --thresholds openslo or prometheus")
    goals = objectives.load(slo or objectives.CONFIG_NAME, sets=own_sets(sets, "slo"))
    plain = {name: as_plain(objective) for name, objective in goals.objectives.items()}
    text, left = _written(tool, plain, selector)
    if output is not None:
        write_whole(output, text)
    else:
        console.print_text(text)
    for name, why in left.items():
        console.say(f"not carried over: {name}: {why}")
    return 0


def _written(tool: Tool, plain: _Plain, selector: Selector) -> tuple[str, dict[str, str]]:
    from kampyn_perf.convert.project.yaml_text import block
    from kampyn_perf.thresholds import ensure, k6

    if tool is Tool.K6:
        import orjson

        made, left = k6.write(plain)
        document = orjson.dumps({"thresholds": made}, option=orjson.OPT_INDENT_2)
        return f"{document.decode()}\n", left
    if tool is Tool.ARTILLERY:
        made, left = ensure.write(plain)
        return block({"config": {"plugins": {"ensure": {}}, "ensure": made}}), left
    return (_openslo if tool is Tool.OPENSLO else _prometheus)(plain, selector)


def _openslo(plain: _Plain, selector: Selector) -> tuple[str, dict[str, str]]:
    from kampyn_perf.alerts import openslo
    from kampyn_perf.backend.metrics import HTTP_BUCKETS
    from kampyn_perf.convert.project.yaml_text import block, comment

    made, left = openslo.documents(plain, edges=HTTP_BUCKETS, selector=selector)
    head = comment(
        "Made by kampyn-perf check --thresholds openslo. Queries are of the bundled backend's "
        "counters; the window of four weeks is a proposal."
    )
    return head + "---\n".join(block(document) for document in made), left


def _prometheus(plain: _Plain, selector: Selector) -> tuple[str, dict[str, str]]:
    from kampyn_perf.alerts import prometheus
    from kampyn_perf.alerts.metrics import METRICS
    from kampyn_perf.alerts.settings import Alerts
    from kampyn_perf.config import Source, parse
    from kampyn_perf.convert.project.yaml_text import comment
    from kampyn_perf.errors import ConfigError
    from kampyn_perf.thresholds import rules

    made, left = rules.write(plain, METRICS)
    head = comment("Made by kampyn-perf check --thresholds prometheus from objectives.")
    chosen = {}
    for name, rule in made.items():
        try:
            alert = parse(Alerts, Source({"alerts": {name: rule}}, "objectives")).alerts[name]
            prometheus.export({name: alert}, selector)
            chosen[name] = alert
        except ConfigError as error:
            left[name] = error.problems[0].message
    if not chosen:
        return head + "groups: []\n", left
    return prometheus.export(chosen, selector, header=head), left


def as_plain(objective: Objective) -> dict[str, Any]:
    """What `slo.yaml` would say of it, its target exactly."""
    from kampyn_perf.results.unit import Unit
    from kampyn_perf.slo.objective import Under
    from kampyn_perf.units import spell_duration

    target = objective.target
    value = Decimal(repr(target.value))
    exact = {Unit.DURATION: (value / 1000, " ms"), Unit.SHARE: (value * 100, " %")}
    if target.relative or target.unit not in exact:
        text = str(target)
    else:
        number, unit = exact[target.unit]
        text = f"{target.comparison.value} {number.normalize():f}{unit}"
    plain: dict[str, Any] = {
        "metric": objective.metric,
        "statistic": objective.statistic,
        "target": text,
        "scope": objective.scope.as_dict(),
        "of": objective.of.value,
        "required": objective.required,
        "abort": objective.abort,
    }
    lengths = {
        "for": objective.window_us,
        "within": objective.within_us,
        "grace": objective.grace_us,
    }
    if objective.faults is not Under.MASKED:
        plain["faults"] = objective.faults.value
    for key, length in lengths.items():
        if length is not None:
            plain[key] = spell_duration(length)
    return plain
