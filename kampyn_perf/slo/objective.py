"""One objective: a metric, a statistic of it, a target, and which part of the result it is about.
Checked field by field, before anything runs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from kampyn_perf import statistic
from kampyn_perf.config import Duration, Section, written
from kampyn_perf.metric_section import MetricSection
from kampyn_perf.operators import Operator
from kampyn_perf.results.unit import Unit
from kampyn_perf.slo.kinds import (
    AnySeries,
    RequestRate,
    RequestShare,
    RequestTimes,
    SessionTimes,
    Watched,
)
from kampyn_perf.slo.metrics import METRICS, Metric
from kampyn_perf.slo.scope import Scope, parse_scope
from kampyn_perf.slo.targets import (
    Target,
    is_relative,
    parse_any_target,
    parse_relative,
    parse_target,
)
from kampyn_perf.statistic import SLOPE
from kampyn_perf.units import MICROSECONDS

_KNOWN_EARLY = (RequestTimes, SessionTimes, RequestShare, Watched, AnySeries)
"""Evidence that says the same of a part of a run; rates of a phase that still goes on do not."""


MASKABLE = (RequestTimes, SessionTimes, RequestShare, RequestRate, Watched, AnySeries)
"""Evidence that is kept by the second."""


class SeriesName(Section):
    """Which series an objective is about."""

    name: str = Field(min_length=1)
    """`mongo_connections`, or a Prometheus name of a page that was scraped."""
    labels: dict[str, str] = Field(default_factory=dict)
    """All of those that have these; empty: all of the name."""


class Of(StrEnum):
    """Which requests a time is asked of."""

    ALL = "all"
    """A failed request was not answered in time, however soon it failed: it counts as slower than
    any time."""
    SUCCESSFUL = "successful"


class Under(StrEnum):
    """What becomes of requests that ended under a fault (docs/faults.md)."""

    MASKED = "masked"
    """Left out; the value with them is told beside it."""
    COUNTED = "counted"
    ONLY = "only"
    """All others are left out."""


class Objective(MetricSection):
    """One promise."""

    metrics = METRICS

    metric: str
    """What is judged; `kampyn-perf check --metrics` lists them."""
    scope: Annotated[
        Scope,
        BeforeValidator(parse_scope),
        Field(validate_default=True),
        written("`overall`, or a kind with a name", "string", "object"),
    ] = Scope()
    """`overall`, or one of `{endpoint: ...}`, `{flow: ...}`, `{phase: ...}`, `{case: ...}`, with
    `*` for any text."""
    of: Annotated[Of, Field(validate_default=True)] = Of.ALL
    """For times of requests and sessions: of `all` of them, or of `successful` ones alone."""
    window_us: Duration | None = Field(default=None, alias="for", validate_default=True)
    """It has to hold over every stretch of this length; None: over the run as a whole."""
    within_us: Duration | None = Field(default=None, alias="within", validate_default=True)
    """With `for`: only of the last so much of the run."""
    faults: Annotated[Under, Field(validate_default=True)] = Under.MASKED
    """Of what is kept by the second (times, rates, what is watched): whether what was under a fault
    counts."""
    abort: bool = False
    """Whether a load ends early once it has failed for sure."""
    grace_us: Duration | None = Field(default=None, alias="grace", validate_default=True)
    """With `abort`: what the first so much of a run says ends none."""
    series: Annotated[SeriesName | None, Field(validate_default=True)] = None
    """Of the metric `series`: which one."""
    target: Annotated[Target, written("target", "string")]
    """Written as `< 200 ms`."""
    warn: Annotated[Target, written("target", "string")] | None = None
    """A stricter target: what passes, but not this one, is warned of."""
    required: bool = True
    """Whether it counts for the exit code."""

    @property
    def described(self) -> Metric:
        """What is known of its metric."""
        return METRICS[self.metric]

    @field_validator("scope")
    @classmethod
    def _measured(cls, scope: Scope, info: ValidationInfo) -> Scope:
        metric = METRICS.get(info.data.get("metric", ""))
        if metric is not None and scope.kind not in metric.scopes:
            allowed = ", ".join(kind.value for kind in metric.scopes)
            raise ValueError(f"{metric.name} is measured for {allowed} (got {scope.kind.value})")
        return scope

    @field_validator("of")
    @classmethod
    def _of_times(cls, of: Of, info: ValidationInfo) -> Of:
        metric = METRICS.get(info.data.get("metric", ""))
        timed = metric is None or isinstance(metric.evidence, RequestTimes | SessionTimes)
        if of is not Of.ALL and not timed:
            raise ValueError(f"only times of a load can be of successful requests (got {of.value})")
        return of

    @field_validator("window_us")
    @classmethod
    def _windowed(cls, window_us: int | None, info: ValidationInfo) -> int | None:
        metric = METRICS.get(info.data.get("metric", ""))
        if window_us is None or metric is None:
            return window_us
        if window_us < MICROSECONDS:
            raise ValueError("a window is at least 1 s long: a run is kept by the second")
        timed = isinstance(metric.evidence, RequestTimes | SessionTimes)
        asked = info.data.get("statistic", "")
        if (timed and statistic.quantile_of(asked)) or isinstance(metric.evidence, RequestShare):
            return window_us
        raise ValueError(
            "only percentiles of a load's times, availability and error rates are judged by "
            f"windows (got {asked or 'another statistic'} of {metric.name})"
        )

    @field_validator("within_us")
    @classmethod
    def _of_windows(cls, within_us: int | None, info: ValidationInfo) -> int | None:
        if within_us is None or "window_us" not in info.data:
            return within_us
        window_us = info.data["window_us"]
        if window_us is None:
            raise ValueError("it says which windows count, and there is no `for` that makes some")
        if within_us < window_us:
            raise ValueError("it is shorter than one window (`for`)")
        return within_us

    @field_validator("faults")
    @classmethod
    def _by_the_second(cls, faults: Under, info: ValidationInfo) -> Under:
        metric = METRICS.get(info.data.get("metric", ""))
        known = metric is None or isinstance(metric.evidence, MASKABLE)
        if faults is not Under.MASKED and (not known or info.data.get("statistic") == SLOPE):
            raise ValueError(
                "only times of requests and sessions, availability, error rates, throughput and "
                "levels that are watched are told apart by faults "
                f"(got {faults.value})"
            )
        return faults

    @field_validator("abort")
    @classmethod
    def _known_early(cls, abort: bool, info: ValidationInfo) -> bool:
        metric = METRICS.get(info.data.get("metric", ""))
        if abort and metric is not None and not isinstance(metric.evidence, _KNOWN_EARLY):
            raise ValueError(
                f"what {metric.name} comes to is only known at the end of a run; times of requests "
                "and sessions, availability, error rates and what is watched can end one"
            )
        return abort

    @field_validator("grace_us")
    @classmethod
    def _of_abort(cls, grace_us: int | None, info: ValidationInfo) -> int | None:
        if grace_us is not None and info.data.get("abort") is False:
            raise ValueError("only an objective with `abort: true` has one")
        return grace_us

    @field_validator("series")
    @classmethod
    def _named(cls, series: SeriesName | None, info: ValidationInfo) -> SeriesName | None:
        metric = METRICS.get(info.data.get("metric", ""))
        if metric is not None and (series is None) is isinstance(metric.evidence, AnySeries):
            needs = "needs one, such as {name: mongo_connections}" if series is None else "has none"
            raise ValueError(f"the metric {metric.name} {needs}")
        return series

    @field_validator("warn", mode="after")
    @classmethod
    def _stricter(cls, warn: Target | None, info: ValidationInfo) -> Target | None:
        target = info.data.get("target")
        if warn is not None and target is not None and target.relative:
            raise ValueError("a target against a baseline has no warning level")
        if warn is None or target is None or target.margin(warn.value) > 0:
            return warn
        raise ValueError(f"a warning comes before the target {target} is missed (got {warn})")

    @field_validator("target", "warn", mode="before")
    @classmethod
    def _fits(cls, value: object, info: ValidationInfo) -> Target | None:
        metric = METRICS.get(info.data.get("metric", ""))
        if value is None and info.field_name == "warn":
            return None
        if isinstance(value, Target):
            return value
        if metric is not None and is_relative(value):
            return _relative(str(value), metric, info)
        if metric is None:  # a problem already; this one can only be checked against a metric
            return Target(Operator.BELOW, 0, Unit.DURATION)
        if isinstance(metric.evidence, AnySeries):
            return parse_any_target(value)
        sloping = info.data.get("statistic") == SLOPE and metric.unit.slope is not None
        unit = metric.unit.slope if sloping and metric.unit.slope else metric.unit
        return parse_target(value, unit, more_is_better=metric.more_is_better)


def _relative(text: str, metric: Metric, info: ValidationInfo) -> Target:
    if info.field_name == "warn":
        raise ValueError(f"a warning level is no change against a baseline (got {text!r})")
    timed = isinstance(metric.evidence, RequestTimes | SessionTimes)
    if not timed or info.data.get("statistic") == "max":
        raise ValueError(
            "only percentiles and means of a load's times are compared with a baseline "
            f"(got {text!r} for {info.data.get('statistic') or 'a statistic'} of {metric.name})"
        )
    if info.data.get("window_us") is not None or info.data.get("abort"):
        raise ValueError("a target against a baseline takes neither `for` nor `abort`")
    return parse_relative(text)
