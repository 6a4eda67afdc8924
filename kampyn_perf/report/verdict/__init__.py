"""A verdict as a document."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kampyn_perf.report.verdict.github import Place
    from kampyn_perf.results.bench import BenchResult
    from kampyn_perf.results.load import LoadResult
    from kampyn_perf.results.verdict import Verdict


class Format(StrEnum):
    """What a verdict can be written as."""

    JSON = "json"
    JUNIT = "junit"
    MARKDOWN = "markdown"
    GITHUB = "github"
    """Annotations, for the log of a job on GitHub."""
    GITLAB = "gitlab"
    """The same for GitLab, as a code quality report."""


def export(
    verdict: Verdict,
    form: Format,
    *,
    result: LoadResult | BenchResult | None = None,
    places: Mapping[str, Place] | None = None,
) -> bytes:
    """`verdict` in the format asked for, ending in a newline; `result` is what it is about, and
    `places` where each objective stands."""
    match form:  # imported only where it is the one
        case Format.JSON:
            from kampyn_perf.report.documents import indented_json

            return indented_json(verdict)
        case Format.JUNIT:
            from kampyn_perf.report.verdict.junit import junit

            return junit(verdict)
        case Format.MARKDOWN:
            from kampyn_perf.report.verdict.markdown import markdown

            return markdown(verdict, result)
        case Format.GITHUB:
            from kampyn_perf.report.verdict.github import github

            return github(verdict, places or {})
        case Format.GITLAB:
            from kampyn_perf.report.verdict.gitlab import gitlab

            return gitlab(verdict, places or {})
