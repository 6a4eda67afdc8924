"""What was measured beside the client, as a series in time: processes, machine, database, probe."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from kampyn_perf.results.io import Record


class Series(Record):
    """One quantity of one subject, sampled again and again.

    Units by metric (`names.py`): `cpu`, `memory` and `disk_io` are shares of the backend's machine
    (0.7 = 70 %); `memory_per_instance` is bytes; `db_query_time` microseconds, each value the mean
    of `weights` queries; `probe_availability` the share of `weights` probes that succeeded.
    """

    metric: str
    subject: str
    """What was watched: `machine`, `worker 4711`, `orders.find`."""
    source: str
    """How it was measured, for people: `psutil`, `/metrics`, `serverStatus`."""
    at_us: list[int]
    """When each sample was taken, since the start of the run; ascending."""
    values: list[float]
    weights: list[Annotated[int, Field(ge=0)]] | None = None
    """How many events each value is the mean of; None for a sample of a state."""
    maximum: float | None = None
    """The greatest single value, where it is known more exactly than `values` has it."""

    @model_validator(mode="after")
    def _same_length(self) -> Series:
        if len(self.at_us) != len(self.values):
            raise ValueError(f"{len(self.values)} values at {len(self.at_us)} moments")
        if self.weights is not None and len(self.weights) != len(self.values):
            raise ValueError(f"{len(self.weights)} weights for {len(self.values)} values")
        return self
