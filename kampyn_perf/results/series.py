"""What was measured beside the client: series in time of processes, machine, database and probe,
what could not be measured, and what the measuring itself cost."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from kampyn_perf.results.io import Record

NonNegative = Annotated[int, Field(ge=0)]


class Series(Record):
    """One quantity of one subject, sampled again and again.

    Units by metric (`names.py`): `cpu`, `memory` and `disk_io` are shares of the backend's machine
    (0.7 = 70 %); `memory_per_instance` is bytes; `db_query_time` microseconds, each value the mean
    of `weights` queries; `probe_availability` the share of `weights` probes that succeeded. `unit`
    says it of every other.
    """

    metric: str
    subject: str
    """What was watched: `machine`, `worker 1`, `orders.find`."""
    source: str
    """How it was measured, for people: `psutil`, `/metrics`, `serverStatus`."""
    unit: str = ""
    """`us`, `share`, `bytes`, `per_s`, `bytes_per_s`, `count`; empty where nobody knows it."""
    labels: dict[str, str] = Field(default_factory=dict)
    """What tells it from other series of its metric: a Prometheus series' labels."""
    at_us: list[int]
    """When each sample was taken, since the start of the run; ascending. A mean or a rate is of
    the time from the sample before it to this moment."""
    values: list[float]
    weights: list[NonNegative] | None = None
    """How many events (or samples, or intervals) each value is the mean of; None: one each."""
    minima: list[float] | None = None
    maxima: list[float] | None = None
    """The least and the greatest of what each value is the mean of; None where values are single
    samples. A long run keeps as many points as a short one, each the mean of more."""
    maximum: float | None = None
    """The greatest single value, where it is known more exactly than `values` has it."""
    at_least: NonNegative = 0
    """How many of its samples were only known to be so much or more: quantiles beyond the last
    bucket of a Prometheus histogram that has an upper edge."""

    @model_validator(mode="after")
    def _same_length(self) -> Series:
        if len(self.at_us) != len(self.values):
            raise ValueError(f"{len(self.values)} values at {len(self.at_us)} moments")
        columns = {"weights": self.weights, "minima": self.minima, "maxima": self.maxima}
        for name, column in columns.items():
            if column is not None and len(column) != len(self.values):
                raise ValueError(f"{len(column)} {name} for {len(self.values)} values")
        return self


class Unmeasured(Record):
    """Why nothing measured a metric in this run, and what would."""

    reason: str
    """As the end of a sentence: `the backend's processes are not known`."""
    remedy: str = ""
    """What to do, with the flag's name; empty where nothing can be done."""

    @property
    def text(self) -> str:
        """Both, in a line."""
        return f"{self.reason}; {self.remedy}" if self.remedy else self.reason


class WatcherFacts(Record):
    """One watcher, and how it fared."""

    name: str
    interval_us: NonNegative
    """Between two samples: as it was at the end, longer for one that failed or cost too much."""
    samples: NonNegative
    """Times that it looked."""
    failures: NonNegative = 0
    """Times that it could not see what it is there for."""
    missed: NonNegative = 0
    """Times that it should have looked while it was still busy, or the machine was."""
    late_max_us: NonNegative = 0
    cpu_us: NonNegative = 0


class Watching(Record):
    """What was watched beside the client, and what that cost."""

    cpu_share: float
    """CPU time of all watchers over wall time; 1 is one core."""
    watchers: list[WatcherFacts]
    remarks: list[str] = Field(default_factory=list)
    """What is worth knowing of it: a worker that was restarted, a watcher that lags."""
