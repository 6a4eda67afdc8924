"""`alerts list`: the rules as they will be judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kampyn_perf.cli.alerts.options import Sets
from kampyn_perf.cli.flags import Json, RulesName

if TYPE_CHECKING:
    from typing import Any

    from kampyn_perf.alerts.rules import Rule


def list_rules(
    rules: RulesName = "alerts",
    sets: Sets = [],  # noqa: B006 - typer's way to declare a repeatable option
    metrics: Annotated[
        bool, typer.Option("--metrics", help="Only list what rules may be about.")
    ] = False,
    json: Json = False,
) -> int:
    """Show the rules: what fires, over which window, what resolves it, what is done.

    \b
    Examples:
      kampyn-perf alerts list
      kampyn-perf alerts list --alerts my-alerts.yaml --json
      kampyn-perf alerts list --metrics
    """
    if metrics:
        return _list_metrics(json=json)
    from kampyn_perf.cli import console
    from kampyn_perf.cli.alerts import options, view

    known = options.chosen(rules, sets)
    if json:
        console.print_json({name: _plain(rule) for name, rule in known.items()})
    else:
        with console.answering():
            view.show_rules(known)
    return 0


def _plain(rule: Rule) -> dict[str, Any]:
    from kampyn_perf.units import MICROSECONDS

    return {
        "metric": rule.metric,
        "statistic": rule.statistic,
        "scope": rule.scope.as_dict(),
        "unit": rule.described.unit.value,
        "fires": {"comparison": rule.fires.comparison.value, "limit": rule.fires.limit},
        "clears": {
            "comparison": rule.cleared_by.comparison.value,
            "limit": rule.cleared_by.limit,
        },
        "window_s": rule.window / MICROSECONDS,
        "keep_firing_for_s": rule.keepFiringFor / MICROSECONDS,
        "min_samples": rule.minSamples,
        "full_window": rule.fullWindow,
        "severity": rule.severity.value,
        "description": rule.description,
        "actions": list(rule.actions),
    }


def _list_metrics(*, json: bool) -> int:
    from kampyn_perf.alerts.metrics import METRICS
    from kampyn_perf.cli import console
    from kampyn_perf.statistic import spelled

    if json:
        console.print_json(
            [
                {
                    "metric": metric.name,
                    "unit": metric.unit.value,
                    "statistics": list(metric.statistics),
                    "by_endpoint": metric.by_endpoint,
                    "meaning": metric.meaning,
                }
                for metric in METRICS.values()
            ]
        )
        return 0
    with console.answering():
        for metric in METRICS.values():
            console.say(metric.name, style="bold")
            console.say(f"  {metric.meaning}")
            scopes = "overall, endpoint" if metric.by_endpoint else "overall"
            statistics = ", ".join(spelled(metric.statistics))
            console.say(f"  statistics: {statistics}; scopes: {scopes}", style="dim")
    return 0
