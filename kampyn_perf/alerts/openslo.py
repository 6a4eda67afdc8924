"""Objectives as OpenSLO documents (openslo/v1), over the series of the bundled backend. Pure.

OpenSLO promises a share of good events within a window of time. Percentiles are that: P95 below
200 ms is 95 % of the requests within the bucket that ends there. Means, maxima and rates are not,
and are left out with the reason. Queries are of counters, which the reader puts a window around.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from kampyn_perf import names
from kampyn_perf.alerts.promql import Selector, endpoint_matchers, quoted
from kampyn_perf.alerts.routes import UNCOUNTED_ROUTES
from kampyn_perf.thresholds.limit import NotCarriedError, only, plain, put_each, target_of

WINDOW = "28d"
"""The rolling window that promises hold over: four weeks have as many weekends each."""
SERVICE = "kampyn-backend"
_BAD = {
    "error_rate": "[45]..",
    "error_rate_4xx": "4..",
    "error_rate_5xx": "5..",
    "availability": "5..",
}
"""Statuses that count against a metric; what never answered, a server does not know."""
_PERCENTILE = re.compile(r"p(\d+(?:\.\d+)?)")
_NO_EVENTS = "OpenSLO promises a share of good events, and this is the {} of a whole run"


def documents(
    objectives: Mapping[str, Mapping[str, Any]],
    *,
    edges: Sequence[float],
    selector: Selector | None = None,
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """A service and an SLO for each objective; by name why one is none. `edges`: where the buckets
    of the backend's histogram end, in seconds."""
    made: list[dict[str, Any]] = []
    selector = selector or Selector()

    def put(name: str, objective: Mapping[str, Any]) -> None:
        share, indicator = _indicator(objective, edges, selector)
        made.append(_slo(_label(name, made), objective, share, indicator))

    left = put_each(objectives, put)
    if not made:
        return [], left
    service = {
        "apiVersion": "openslo/v1",
        "kind": "Service",
        "metadata": {"name": SERVICE},
        "spec": {"description": "What the objectives of kampyn-perf are about."},
    }
    return [service, *made], left


def _slo(
    name: str, objective: Mapping[str, Any], share: Decimal, indicator: dict[str, Any]
) -> dict[str, Any]:
    if not 0 <= share < 1:
        raise NotCarriedError(f"a share of {plain(float(share * 100))} % leaves no budget")
    statistic = str(objective.get("statistic") or "").removeprefix("share")
    what = f"{objective['metric']} {statistic}".strip()
    words = f"{what} {objective['target']}"
    if scope := _endpoint(objective):
        words += f" of {scope}"
    required = "true" if objective.get("required", True) else "false"
    return {
        "apiVersion": "openslo/v1",
        "kind": "SLO",
        "metadata": {"name": name, "displayName": words[:63], "labels": {"required": required}},
        "spec": {
            "description": f"{words}, as kampyn-perf judges it of a load.",
            "service": SERVICE,
            "indicator": {"metadata": {"name": f"{name[:59]}-sli"}, "spec": indicator},
            "timeWindow": [{"duration": WINDOW, "isRolling": True}],
            "budgetingMethod": "Occurrences",
            "objectives": [{"displayName": words[:63], "target": float(share)}],
        },
    }


def _indicator(
    objective: Mapping[str, Any], edges: Sequence[float], selector: Selector
) -> tuple[Decimal, dict[str, Any]]:
    """The share that has to be good, and of what."""
    only(objective, ("scope", "of", "abort", "grace"))
    metric = objective["metric"]
    matchers = [f"route!~{quoted(UNCOUNTED_ROUTES)}", *endpoint_matchers(_endpoint(objective))]
    if metric in _BAD:
        return _share(objective), _bad_of(selector, matchers, _BAD[metric])
    if metric == names.PROBE_AVAILABILITY:
        probe = selector.of("probe_success")
        good, every = _source(f"sum({probe})"), _source(f"count({probe})")
        return _share(objective), {"ratioMetric": {"counter": False, "good": good, "total": every}}
    if metric != "response_time":
        statistic = objective.get("statistic") or "rate"
        raise NotCarriedError(_NO_EVENTS.format(f"{statistic} of {metric}"))
    percentile = _PERCENTILE.fullmatch(str(objective.get("statistic")))
    if percentile is None:
        raise NotCarriedError(_NO_EVENTS.format(str(objective.get("statistic"))))
    edge = _edge(objective, edges)
    if objective.get("of") == "successful":
        matchers.append('status!~"[45].."')
    within = _sum(selector, "bucket", [*matchers, f'le="{edge}"'])
    ratio = {"counter": True, "good": _source(within), "total": _source(_total(selector, matchers))}
    return Decimal(percentile[1]) / 100, {"ratioMetric": ratio}


def _share(objective: Mapping[str, Any]) -> Decimal:
    sign, value = target_of(objective, "%")
    return value / 100 if sign in (">", ">=") else 1 - value / 100


def _edge(objective: Mapping[str, Any], edges: Sequence[float]) -> str:
    sign, milliseconds = target_of(objective, "ms")
    if sign not in ("<", "<="):
        raise NotCarriedError(f"a time {sign} its target is no promise")
    seconds = float(milliseconds / 1000)
    if seconds not in edges:
        near = ", ".join(f"{plain(edge * 1000)} ms" for edge in edges)
        raise NotCarriedError(
            f"the backend's histogram has no bucket that ends at {plain(seconds * 1000)} ms; "
            f"there are {near}"
        )
    return repr(float(seconds))


def _bad_of(selector: Selector, matchers: list[str], status: str) -> dict[str, Any]:
    bad = _sum(selector, "count", [*matchers, f"status=~{quoted(status)}"])
    ratio = {"counter": True, "bad": _source(bad), "total": _source(_total(selector, matchers))}
    return {"ratioMetric": ratio}


def _total(selector: Selector, matchers: list[str]) -> str:
    return _sum(selector, "count", matchers)


def _sum(selector: Selector, suffix: str, matchers: list[str]) -> str:
    return f"sum({selector.of(f'{names.METRIC_HTTP}_{suffix}', *matchers)})"


def _source(query: str) -> dict[str, Any]:
    return {"metricSource": {"type": "Prometheus", "spec": {"query": query}}}


def _endpoint(objective: Mapping[str, Any]) -> str:
    scope = objective.get("scope")
    if not isinstance(scope, Mapping) or not scope:
        return ""
    (kind, name) = next(iter(scope.items()))
    if kind != "endpoint":
        raise NotCarriedError(f"a server knows no {kind}")
    return str(name)


def _label(name: str, made: Sequence[Mapping[str, Any]]) -> str:
    """As RFC 1123 has names, each once."""
    plain_name = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:58] or "objective"
    taken = {document["metadata"]["name"] for document in made}
    if plain_name not in taken:
        return plain_name
    return next(n for i in range(2, len(taken) + 3) if (n := f"{plain_name}-{i}") not in taken)
