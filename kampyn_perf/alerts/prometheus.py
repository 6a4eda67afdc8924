"""Rules as Prometheus alerting rules, which fire and resolve exactly where the engine does. Pure.

Each rule becomes two: a recording rule with the value over its window, which has no sample where
the engine has no data, and an alert on it. `keep_firing_for` is the engine's; that two limits keep
an alert from flapping, and that missing data resolves nothing, is written out with `ALERTS`, the
series in which Prometheus keeps what fired at its last evaluation.

Names are those of the bundled backend's /metrics and, for its machine, of node_exporter. Each
scraped instance is judged by itself. Seconds and bytes, as Prometheus wants.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from kampyn_perf.alerts.condition import Condition
from kampyn_perf.alerts.promql import Selector, range_of, value_of
from kampyn_perf.alerts.rules import Rule
from kampyn_perf.errors import ConfigError, Problem
from kampyn_perf.results.unit import Unit
from kampyn_perf.units import MICROSECONDS

GROUP = "kampyn_perf"
_HEADER = "# Made by kampyn-perf alerts export from the rules of configs/alerts.yaml.\n"


def export(
    rules: Mapping[str, Rule], selector: Selector | None = None, *, header: str = _HEADER
) -> str:
    """The rules file, asking for the series of `selector`.

    Raises ConfigError with every rule that Prometheus could not judge.
    """
    selector = selector or Selector()
    problems = []
    made: list[dict[str, Any]] = []
    for name, rule in rules.items():
        try:
            made += _rules(name, rule, selector)
        except ValueError as error:
            problems.append(Problem(f"alerts.{name}", str(error)))
    problems += _twice(rules)
    if problems:
        raise ConfigError(
            problems,
            what="rules for Prometheus",
            hint="Name the alerts to export, without these: kampyn-perf alerts export NAME ...",
        )
    return header + _dump({"groups": [{"name": GROUP, "rules": made}]})


def alert_name(name: str) -> str:
    """`HighErrorRate` of `high_error_rate`, as Prometheus's own examples are written."""
    return "".join(word.capitalize() for word in name.split("_"))


def between_edges(rules: Mapping[str, Rule], edges_us: Iterable[int]) -> list[str]:
    """Percentile rules whose limits lie between two edges of the backend's histogram."""
    edges = set(edges_us)
    return [
        f"{name}: {condition} is between two buckets of the backend's histogram, where Prometheus "
        "takes times as evenly spread; a limit on an edge is judged exactly"
        for name, rule in rules.items()
        if rule.quantile is not None
        for condition in (rule.fires, rule.cleared_by)
        if condition.limit not in edges
    ]


def _rules(name: str, rule: Rule, selector: Selector) -> list[dict[str, Any]]:
    record = f"kampyn:{name}:value"
    value = value_of(rule, selector)
    return [
        {"record": record, "expr": value},
        {
            "alert": alert_name(name),
            "expr": _fires(record, name, rule),
            "keep_firing_for": range_of(rule.keepFiringFor),
            "labels": {"severity": rule.severity.value},
            "annotations": _annotations(name, rule),
        },
    ]


def _fires(record: str, name: str, rule: Rule) -> str:
    firing = f'ALERTS{{alertname="{alert_name(name)}", alertstate="firing"}}'
    # "NaN *", because the value is not known then, and no annotation should show another one. An
    # instance that Prometheus does not know any more has no `up`, and does not fire for ever.
    return (
        f"{record} {_comparison(rule.fires)}\n"
        f"or ({record} {_comparison(_not(rule.cleared_by))} and on (instance) {firing})\n"
        f"or ((NaN * max by (instance) ({firing}) and on (instance) up) "
        f"unless on (instance) {record})\n"
    )


def _not(condition: Condition) -> Condition:
    return Condition(condition.comparison.negated, condition.limit, condition.unit)


def _comparison(condition: Condition) -> str:
    limit = condition.limit
    if condition.unit is Unit.DURATION:
        limit /= MICROSECONDS
    return f"{condition.comparison.value} {limit:.12g}"


_HUMANIZED = {
    Unit.DURATION: "humanizeDuration",
    Unit.SHARE: "humanizePercentage",
    Unit.RATE: "humanize",
    Unit.SIZE: "humanize1024",
    Unit.COUNT: "humanize",
}


def _annotations(name: str, rule: Rule) -> dict[str, str]:
    statistic = "" if rule.statistic == "share" else f" {rule.statistic}"
    scope = f" of {rule.scope}" if rule.scope.endpoint else ""
    value = f"{{{{ $value | {_HUMANIZED[rule.described.unit]} }}}}"
    subject = f"{rule.metric}{statistic}{_escaped(scope)} over {range_of(rule.window)}"
    return {
        "summary": rule.description or name.replace("_", " "),
        "description": f"{{{{ $labels.instance }}}}: {subject} is {value} (fires {rule.fires})",
    }


def _escaped(text: str) -> str:
    """A template reads what stands in double braces; an endpoint's name has single ones."""
    return text.replace("{{", "{ {").replace("}}", "} }")


def _twice(rules: Mapping[str, Rule]) -> list[Problem]:
    names: dict[str, str] = {}
    problems = []
    for name in rules:
        other = names.setdefault(alert_name(name), name)
        if other != name:
            problems.append(
                Problem(f"alerts.{name}", f"would be {alert_name(name)}, as {other} is already")
            )
    return problems


class _Dumper(yaml.SafeDumper):
    """Expressions of several lines stay so."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def _dump(document: Mapping[str, Sequence[Any]]) -> str:
    return yaml.dump(dict(document), Dumper=_Dumper, sort_keys=False, width=10_000)
