"""Rules: a pure grammar, checked before anything runs; every problem at once, with its path.

`configs/alerts.yaml` has the document's. Durations are whole microseconds inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
)

from kampyn_perf import patterns
from kampyn_perf.alerts.condition import Condition, parse_condition
from kampyn_perf.alerts.metrics import METRICS, Kind, Metric
from kampyn_perf.config import Duration, written
from kampyn_perf.metric_section import MetricSection
from kampyn_perf.operators import Operator
from kampyn_perf.results.alerts import Severity
from kampyn_perf.results.unit import Unit
from kampyn_perf.suggest import near_or_known
from kampyn_perf.units import MICROSECONDS, spell_duration

LOG = "log"
STOP = "stop"
BUILT_IN_ACTIONS = (LOG, STOP)
LONGEST_WINDOW_US = 3_600 * MICROSECONDS
"""A window is kept second by second."""


@dataclass(frozen=True)
class ActionName:
    """An action's name in a rule, with those that there are."""

    name: object
    known: tuple[str, ...]


def _known_action(value: object) -> object:
    if not isinstance(value, ActionName):
        return value
    if value.name not in value.known:
        raise ValueError(
            f"unknown action {value.name!r}; {near_or_known(str(value.name), value.known)}"
        )
    return value.name


@dataclass(frozen=True)
class Scope:
    """All requests, or those of the endpoints that a pattern fits."""

    endpoint: str = ""

    def fits(self, name: str) -> bool:
        """Whether the endpoint `name` (empty: all together) is meant; `*` is any text."""
        if not self.endpoint or not name:
            return self.endpoint == name
        return patterns.fits(self.endpoint, name)

    def as_dict(self) -> dict[str, str]:
        """{"endpoint": "GET /..."}; empty for overall."""
        return {"endpoint": self.endpoint} if self.endpoint else {}

    def __str__(self) -> str:
        return f"endpoint {self.endpoint}" if self.endpoint else "overall"


def _parse_scope(value: object) -> Scope:
    if isinstance(value, Scope):
        return value
    if value == "overall":
        return Scope()
    if not isinstance(value, Mapping) or list(value) != ["endpoint"]:
        raise ValueError(
            'expected overall, or {endpoint: "POST /order/{userId}"} with * for any text '
            f"(got {value!r})"
        )
    name = str(value["endpoint"]).strip()
    if not name:
        raise ValueError("the name of the endpoint is missing")
    return Scope(name)


_ANY_CONDITION = Condition(Operator.ABOVE, 0, Unit.DURATION)


def within(low_us: int, high_us: int) -> AfterValidator:
    """A length of time between two, in words that people would use."""

    def check(length_us: int) -> int:
        if not low_us <= length_us <= high_us:
            low, high = spell_duration(low_us), spell_duration(high_us)
            raise ValueError(
                f"has to be between {low} and {high} (got {spell_duration(length_us)})"
            )
        return length_us

    return AfterValidator(check)


class Rule(MetricSection):
    """When an alert fires, when it is resolved, and what is done about it."""

    metrics = METRICS

    metric: str
    """What is watched; as in objectives, and what the backend itself says."""
    scope: Annotated[
        Scope,
        BeforeValidator(_parse_scope),
        Field(validate_default=True),
        written("`overall`, or `{endpoint: NAME}`", "string", "object"),
    ] = Scope()
    """`overall`, or `{endpoint: ...}`, with `*` for any text."""
    fires: Annotated[Condition, written("condition", "string")]
    """Written as `> 1000 ms`."""
    window: Annotated[Duration, within(MICROSECONDS, LONGEST_WINDOW_US)]
    """The stretch that the value is of."""
    clears: Annotated[
        Annotated[Condition, written("condition", "string")] | None, Field(validate_default=True)
    ] = None
    """What resolves it, on the good side of `fires`; None: a tenth better than `fires`."""
    keepFiringFor: Annotated[Duration, within(0, LONGEST_WINDOW_US)] = 60 * MICROSECONDS  # noqa: N815
    """How long `clears` has to hold without a break."""
    minSamples: int = Field(default=1, ge=1)  # noqa: N815
    """Events in the window below which there is no data."""
    fullWindow: bool = True  # noqa: N815
    """Whether there is no data until a whole window was seen."""
    severity: Severity = Severity.WARNING
    """How much it matters."""
    description: str = ""
    """For people, and in notices."""
    actions: tuple[Annotated[str, BeforeValidator(_known_action)], ...] = (LOG,)
    """What is done: `log`, `stop` (ends the run), or names of `actions`."""

    @property
    def described(self) -> Metric:
        """What is known of its metric."""
        return METRICS[self.metric]

    @property
    def cleared_by(self) -> Condition:
        """What resolves it."""
        return self.clears or self.fires.eased

    @property
    def upwards(self) -> bool:
        """Whether it is greater values that are worse."""
        return self.fires.comparison.upwards

    @field_validator("scope")
    @classmethod
    def _measured(cls, scope: Scope, info: ValidationInfo) -> Scope:
        metric = METRICS.get(info.data.get("metric", ""))
        if metric is not None and scope.endpoint and not metric.by_endpoint:
            raise ValueError(f"{metric.name} is not known of an endpoint by itself")
        return scope

    @field_validator("fires", "clears", mode="before")
    @classmethod
    def _in_unit(cls, value: object, info: ValidationInfo) -> object:
        metric = METRICS.get(info.data.get("metric", ""))
        if isinstance(value, Condition) or (value is None and info.field_name == "clears"):
            return value
        if metric is None:  # a problem already, and this can only be checked against one
            return _ANY_CONDITION
        return parse_condition(value, metric.unit)

    @field_validator("clears")
    @classmethod
    def _on_the_good_side(cls, clears: Condition | None, info: ValidationInfo) -> Condition | None:
        fires: Condition | None = info.data.get("fires")
        if clears is None or fires is None or "metric" not in info.data:
            return clears
        if clears.comparison.upwards is fires.comparison.upwards or fires.holds(clears.limit):
            side = "below" if fires.comparison.upwards else "above"
            raise ValueError(
                f"has to be on the other side of fires ({fires}): a limit {side} it (got {clears})"
            )
        return clears

    @field_validator("minSamples")
    @classmethod
    def _countable(cls, count: int, info: ValidationInfo) -> int:
        metric = METRICS.get(info.data.get("metric", ""))
        if metric is not None and metric.kind is Kind.RATE:
            raise ValueError(f"{metric.name} counts requests itself; leave it out")
        return count
