"""A verdict as GitHub's workflow commands: an annotation at the line of each objective. Pure.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kampyn_perf.report.annotations import Place, command
from kampyn_perf.report.verdict.words import promised
from kampyn_perf.results.judgement import Outcome
from kampyn_perf.results.verdict import Conclusion, Verdict

__all__ = ["Place", "github"]

_MOST_OF_A_LEVEL = 10
"""Errors, and warnings, of one step that GitHub shows; it drops the others without a word."""


def github(verdict: Verdict, places: Mapping[str, Place]) -> bytes:
    """A line for each required objective that failed (error) or was not decided (warning), as far
    as GitHub shows them, and for why there is no pass: it names all. `places`: by objective; one
    without is annotated at no file."""
    failed = list(_objectives(verdict, places, failed=True))[: _MOST_OF_A_LEVEL - 1]
    undecided = list(_objectives(verdict, places, failed=False))[:_MOST_OF_A_LEVEL]
    lines = [*failed, *undecided, *_conclusion(verdict)]
    return ("\n".join(lines) + "\n" if lines else "").encode()


def _objectives(verdict: Verdict, places: Mapping[str, Place], *, failed: bool) -> Iterator[str]:
    for judgement in verdict.objectives:
        if not judgement.required or judgement.outcome is Outcome.PASS:
            continue
        if failed is not (judgement.outcome is Outcome.FAIL):
            continue
        level = "error" if failed else "warning"
        title = f"{judgement.name}: {judgement.outcome.value.replace('_', ' ')}"
        yield command(level, promised(judgement), title, places.get(judgement.name))


def _conclusion(verdict: Verdict) -> Iterator[str]:
    if verdict.conclusion is Conclusion.PASS:
        return
    words = "failed" if verdict.conclusion is Conclusion.FAIL else "no verdict"
    yield command("error", "; ".join(verdict.reasons), f"kampyn-perf: {words}", None)
