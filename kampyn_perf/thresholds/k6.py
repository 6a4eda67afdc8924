"""k6's thresholds (`http_req_duration: ['p(95)<500']`) as objectives and back. Pure.

Its times begin with the send, and a response time here when the request was due: the same limit is
a stricter promise. A threshold on a metric without samples passes there; here it is `no_data`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from kampyn_perf.thresholds.limit import (
    NotCarriedError,
    Objective,
    Times,
    number,
    only,
    percent,
    plain,
    put_each,
    target_of,
    unused_name,
)

_TIMES = Times(
    metrics={"http_req_duration": "response_time", "iteration_duration": "session_time"},
    statistics={"avg": "mean", "med": "p50", "max": "max"},
)
_SHARES = {"http_req_failed": "error_rate"}
_SCOPES = {"name": "endpoint", "scenario": "flow"}
_METRIC = re.compile(r"\s*(\w+)\s*(?:\{(.*)\})?\s*")
_EXPRESSION = re.compile(
    r"\s*(?:p\(\s*(?P<percentile>\d+(?:\.\d+)?)\s*\)|(?P<aggregate>\w+))\s*"
    r"(?P<sign><=|>=|<|>|===?|!=)\s*(?P<value>\d+(?:\.\d+)?)\s*"
)


def read(thresholds: Mapping[str, Any]) -> tuple[dict[str, Objective], list[tuple[str, str]]]:
    """The objectives of `options.thresholds`, and what is none, as (metric, why)."""
    objectives: dict[str, Objective] = {}
    wrong: list[tuple[str, str]] = []
    for metric, entries in thresholds.items():
        for entry in entries if isinstance(entries, list | tuple) else [entries]:
            try:
                objective = _objective(str(metric), entry)
            except ValueError as error:
                wrong.append((str(metric), str(error)))
                continue
            parts = [objective["metric"], objective.get("statistic", "")]
            parts += objective.get("scope", {}).values()
            objectives[unused_name("_".join(filter(None, parts)), objectives)] = objective
    return objectives, wrong


def _objective(metric: str, entry: Any) -> Objective:
    options = entry if isinstance(entry, Mapping) else {"threshold": entry}
    match = _METRIC.fullmatch(metric)
    if match is None:
        raise NotCarriedError("is no metric with tags")
    made = {**_limit(match[1], str(options.get("threshold", ""))), **_tags(match[1], match[2])}
    if options.get("abortOnFail") is True:
        made["abort"] = True
        if options.get("delayAbortEval"):
            made["grace"] = str(options["delayAbortEval"])
    return made


def _limit(metric: str, text: str) -> Objective:
    match = _EXPRESSION.fullmatch(text)
    if match is None:
        raise NotCarriedError(f"{text!r} is no threshold, as 'p(95)<500'")
    sign, value = match["sign"], match["value"]
    if metric in _TIMES.metrics:
        statistic = match["aggregate"] or f"p{plain(float(match['percentile']))}"
        known = match["percentile"] or statistic in _TIMES.statistics
        if not known or sign not in ("<", "<="):
            raise NotCarriedError(
                f"{text!r}: of times, percentiles, avg, med and max have an upper limit here"
            )
        return _TIMES.read(metric, statistic, sign, number(value))
    if metric in _SHARES:
        if match["aggregate"] != "rate" or sign not in ("<", "<=") or Decimal(value) > 1:
            raise NotCarriedError(f"{text!r}: of failures, the rate has an upper limit here")
        return {"metric": _SHARES[metric], "target": percent(sign, Decimal(value))}
    known = ", ".join((*_TIMES.metrics, *_SHARES))
    raise NotCarriedError(f"is not measured here; of k6's metrics {known} are")


def _tags(metric: str, text: str | None) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in _pairs(text or ""):
        if (name, value) == ("expected_response", "true") and metric in _TIMES.metrics:
            made["of"] = "successful"
        elif name in _SCOPES and "scope" not in made:
            made["scope"] = {_SCOPES[name]: value}
        else:
            raise NotCarriedError(
                f"the tag {name}:{value} tells no part apart here; name (of a request), scenario "
                "and expected_response:true do"
            )
    return made


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, colon, value = part.partition(":")
        if not colon:
            raise NotCarriedError(f"{part!r} is no tag with a value")
        yield name.strip(), value.strip().strip("'\"")


def write(objectives: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, Any], dict[str, str]]:
    """`options.thresholds`, and by name why an objective is not in it."""
    thresholds: dict[str, list[Any]] = {}

    def put(_name: str, objective: Mapping[str, Any]) -> None:
        metric, entry = _threshold(objective)
        thresholds.setdefault(metric, []).append(entry)

    left = put_each(objectives, put)
    return thresholds, left


def _threshold(objective: Mapping[str, Any]) -> tuple[str, Any]:
    only(objective, ("scope", "of", "abort", "grace"))
    if objective.get("required") is False:
        raise NotCarriedError("every threshold decides there, and `required: false` does not")
    metric, text = _expression(objective)
    tags = []
    for kind, value in dict(_scope(objective)).items():
        tag = next((there for there, here in _SCOPES.items() if here == kind), None)
        if tag is None or re.search(r"[,{}*:]", value) or value.strip(" '\"") != value:
            raise NotCarriedError(f"the {kind} {value} has no tag there")
        tags.append(f"{tag}:{value}")
    if objective.get("of") == "successful":
        tags.append("expected_response:true")
    key = f"{metric}{{{','.join(tags)}}}" if tags else metric
    if not objective.get("abort"):
        return key, text
    grace = {"delayAbortEval": objective["grace"]} if objective.get("grace") else {}
    return key, {"threshold": text, "abortOnFail": True, **grace}


def _scope(objective: Mapping[str, Any]) -> Mapping[str, str]:
    scope = objective.get("scope")
    return scope if isinstance(scope, Mapping) else {}


def _expression(objective: Mapping[str, Any]) -> tuple[str, str]:
    if time := _TIMES.write(objective):
        metric, statistic, sign, value = time
        return metric, f"{_aggregate(statistic)}{sign}{plain(float(value))}"
    if objective["metric"] == "error_rate" and objective.get("of", "all") == "all":
        sign, value = target_of(objective, "%")
        return "http_req_failed", f"rate{sign}{plain(float(value / 100))}"
    raise NotCarriedError(f"{objective['metric']} is none of its metrics")


def _aggregate(statistic: str) -> str:
    if statistic in _TIMES.statistics:
        return statistic
    if not re.fullmatch(r"p\d+(?:\.\d+)?", statistic):
        raise NotCarriedError(f"{statistic} is none of its aggregates")
    return f"p({statistic[1:]})"
