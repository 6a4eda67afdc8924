"""A verdict as GitHub's workflow commands: an annotation at the line of each objective. Pure.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kampyn_perf.report.annotations import Place, command
from kampyn_perf.results.verdict import Conclusion, Judgement, Outcome, Verdict

__all__ = ["Place", "github"]


def github(verdict: Verdict, places: Mapping[str, Place]) -> bytes:
    """A line for each required objective that failed (error) or was not decided (warning), and for
    why there is no pass. `places`: by objective; one without is annotated at no file."""
    lines = [*_objectives(verdict, places), *_conclusion(verdict)]
    return ("\n".join(lines) + "\n" if lines else "").encode()


def _objectives(verdict: Verdict, places: Mapping[str, Place]) -> Iterator[str]:
    for each in verdict.objectives:
        if not each.required or each.outcome is Outcome.PASS:
            continue
        level = "error" if each.outcome is Outcome.FAIL else "warning"
        title = f"{each.name}: {each.outcome.value.replace('_', ' ')}"
        yield command(level, _words(each), title, places.get(each.name))


def _words(judgement: Judgement) -> str:
    scope = f"{judgement.scope_text}: " if judgement.scope else ""
    what = f"{scope}{judgement.observed_text}, promised {judgement.target_text}"
    return f"{what}; {judgement.explanation}" if judgement.explanation else what


def _conclusion(verdict: Verdict) -> Iterator[str]:
    if verdict.conclusion is Conclusion.PASS:
        return
    words = "failed" if verdict.conclusion is Conclusion.FAIL else "no verdict"
    yield command("error", "; ".join(verdict.reasons), f"kampyn-perf: {words}", None)
