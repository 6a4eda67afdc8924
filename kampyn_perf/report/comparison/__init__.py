"""A comparison as a document."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kampyn_perf.results.comparison import Comparison


class Format(StrEnum):
    """What a comparison can be written as."""

    TABLE = "table"
    """For people, on a terminal: what is shown without --format."""
    JSON = "json"
    MARKDOWN = "markdown"
    JUNIT = "junit"
    HTML = "html"
    """A page to look at."""
    GITHUB = "github"
    """Annotations, for the log of a job on GitHub."""


def export(comparison: Comparison, form: Format) -> bytes:
    """`comparison` in the format asked for, ending in a newline."""
    match form:  # imported only where it is the one
        case Format.TABLE:
            from kampyn_perf.report.comparison.table import table

            return table(comparison)
        case Format.JSON:
            from kampyn_perf.report.documents import indented_json

            return indented_json(comparison)
        case Format.MARKDOWN:
            from kampyn_perf.report.comparison.markdown import markdown

            return markdown(comparison)
        case Format.JUNIT:
            from kampyn_perf.report.comparison.junit import junit

            return junit(comparison)
        case Format.HTML:
            from kampyn_perf.report.html import comparison_page

            return comparison_page(comparison)
        case Format.GITHUB:
            from kampyn_perf.report.comparison.github import github

            return github(comparison)
