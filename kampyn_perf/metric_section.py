"""An entry of a file that is about one metric, by one statistic of it: an objective, a rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Protocol

from pydantic import Field, ValidationInfo, field_validator

from kampyn_perf import statistic
from kampyn_perf.config import Section


class Described(Protocol):
    """What has to be known of a metric for that."""

    @property
    def statistics(self) -> tuple[str, ...]:
        """What may be asked of it; the first one is meant where none is named."""


class MetricSection(Section):
    """Checked against the metrics that there are: a subclass says which."""

    metrics: ClassVar[Mapping[str, Described]]

    # The order of the fields is the order of their checks: each one needs the metric.
    metric: str
    statistic: Annotated[str, Field(validate_default=True)] = ""
    """`p95`, `mean`, `max`, ...; where left out, the metric's own."""

    @property
    def quantile(self) -> float | None:
        """0.95 of p95; None for another statistic."""
        return statistic.quantile_of(self.statistic)

    @field_validator("metric")
    @classmethod
    def _known(cls, name: str) -> str:
        return statistic.known_metric(name, cls.metrics)

    @field_validator("statistic", mode="before")
    @classmethod
    def _offered(cls, name: object, info: ValidationInfo) -> str:
        metric = info.data.get("metric", "")
        described = cls.metrics.get(metric)
        if described is None:  # a problem already
            return ""
        return statistic.chosen(name, described.statistics, metric=metric)
