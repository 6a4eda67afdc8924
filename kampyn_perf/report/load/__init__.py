"""A load's result as a document."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kampyn_perf.results.load import LoadResult
    from kampyn_perf.results.verdict import Verdict


class Format(StrEnum):
    """What a result can be written as; what it came to goes with it where the format has room."""

    CSV = "csv"
    HGRM = "hgrm"
    """HdrHistogram's table of percentiles, as its plotter reads it."""
    HLOG = "hlog"
    """HdrHistogram's log: a histogram for each second, as its tools read it."""
    OPENMETRICS = "openmetrics"


def export(result: LoadResult, form: Format, *, verdict: Verdict | None = None) -> bytes:
    """`result` in the format asked for, ending in a newline."""
    match form:  # imported only where it is the one
        case Format.CSV:
            from kampyn_perf.report.load.csv import csv

            return csv(result)
        case Format.HGRM:
            from kampyn_perf.report.load.hgrm import hgrm

            return hgrm(result.requests.response)
        case Format.HLOG:
            from kampyn_perf.report.load.hlog import hlog

            return hlog(result)
        case Format.OPENMETRICS:
            from kampyn_perf.report.load.openmetrics import openmetrics

            return openmetrics(result, verdict)
