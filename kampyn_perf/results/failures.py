"""What failed: by endpoint and cause, how often, when, and in whose words. Whole microseconds."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from kampyn_perf.results.io import Record
from kampyn_perf.results.latency import NonNegative


class Failure(Record):
    """The failed requests of one endpoint that failed in the same way."""

    endpoint: str
    cause: str
    """The status, as `503`, where that is what failed; or else the kind (`outcomes.ErrorKind`)."""
    kind: str
    count: Annotated[int, Field(gt=0)]
    first_us: NonNegative
    """The beginning of the second in which the first of them ended."""
    last_us: NonNegative
    """The end of the second in which the last of them ended."""
    message: str = ""
    """Of the first one: the error's words, or the beginning of the body. Secrets are hidden."""
    width_us: Annotated[int, Field(gt=0)]
    """Of a stretch: number n begins at n * `width_us`."""
    at: list[NonNegative]
    """The numbers of the stretches in which some ended, ascending."""
    counts: list[NonNegative]
    """How many, in each of them."""

    @model_validator(mode="after")
    def _adds_up(self) -> Failure:
        if len(self.at) != len(self.counts) or sum(self.counts) != self.count:
            raise ValueError("the counts of its stretches do not add up to `count`")
        return self
