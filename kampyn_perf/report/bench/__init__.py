"""A benchmark's result as a document."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kampyn_perf.results.bench import BenchResult


class Format(StrEnum):
    """What a result can be written as."""

    JSON = "json"
    MARKDOWN = "markdown"
    CSV = "csv"
    PYTEST_BENCHMARK = "pytest-benchmark"


def export(result: BenchResult, form: Format) -> bytes:
    """`result` in the format asked for, ending in a newline."""
    match form:  # imported only where it is the one
        case Format.JSON:
            from kampyn_perf.results.io import dumps

            return dumps(result)
        case Format.MARKDOWN:
            from kampyn_perf.report.bench.markdown import markdown

            return markdown(result)
        case Format.CSV:
            from kampyn_perf.report.bench.csv import csv

            return csv(result)
        case Format.PYTEST_BENCHMARK:
            from kampyn_perf.report.bench.pytest_benchmark import saved_run

            return saved_run(result)
