"""A verdict as GitLab's code quality report: a finding at the line of each objective, shown in a
merge request. Pure.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import orjson

from kampyn_perf.report.annotations import Place
from kampyn_perf.report.verdict.words import promised
from kampyn_perf.results.judgement import Judgement, Outcome
from kampyn_perf.results.verdict import Verdict

_NOWHERE = Place(".gitlab-ci.yml", 1)
"""A finding has to stand in a file; those of the built-in objectives are in none of the
repository's, and this one is always there."""


def gitlab(verdict: Verdict, places: Mapping[str, Place]) -> bytes:
    """A list with each required objective that failed (major) or was not decided (minor).
    `places`: by objective."""
    findings = [
        _finding(judgement, places.get(judgement.name, _NOWHERE))
        for judgement in verdict.objectives
        if judgement.required and judgement.outcome is not Outcome.PASS
    ]
    return orjson.dumps(findings, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _finding(judgement: Judgement, place: Place) -> dict[str, object]:
    """The fingerprint tells findings of two runs apart by what they are about, not by figures."""
    scope = sorted(judgement.scope.items())
    about = repr((place.file, judgement.name, scope, judgement.outcome.value))
    return {
        "description": f"{judgement.name}: {promised(judgement)}",
        "check_name": f"kampyn-perf/{judgement.outcome.value}",
        "fingerprint": hashlib.sha256(about.encode()).hexdigest(),
        "severity": "major" if judgement.outcome is Outcome.FAIL else "minor",
        "location": {"path": place.file, "lines": {"begin": place.line}},
    }
