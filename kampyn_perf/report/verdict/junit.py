"""A verdict as JUnit XML, which CI systems show: result -> bytes. Pure.

One test case per objective, and one for the verdict as a whole, so that a reader of the file
comes to the same answer as a reader of the exit code: there is a failure or an error in it
exactly where the exit code is not 0. What was not decided is skipped, with the reason.
"""

from __future__ import annotations

from junitparser import Error, Failure, Skipped, TestCase, TestSuite

from kampyn_perf.report.junit_text import SUITE, clean, document_of
from kampyn_perf.results.judgement import Judgement, Outcome
from kampyn_perf.results.verdict import Conclusion, Verdict


def junit(verdict: Verdict) -> bytes:
    """The document, UTF-8."""
    suite = TestSuite(SUITE)
    suite.timestamp = clean(verdict.started_at)
    suite.add_property("exit_code", str(int(verdict.exit_code)))
    suite.add_property("strict", str(verdict.strict).lower())
    suite.add_property("partial", str(verdict.partial).lower())
    for judgement in verdict.objectives:
        suite.add_testcase(_case(judgement))
    suite.add_testcase(_verdict_case(verdict))
    return document_of(suite)


def _case(judgement: Judgement) -> TestCase:
    case = TestCase(name=clean(judgement.name), classname=clean(_class_name(judgement)))
    message = clean(f"{judgement.outcome.value}: {judgement.explanation}")
    if judgement.outcome is Outcome.FAIL and judgement.required:
        case.result = [Failure(message, judgement.outcome.value)]
    elif judgement.outcome is not Outcome.PASS:
        optional = "" if judgement.required else "not required; "
        case.result = [Skipped(optional + message, judgement.outcome.value)]
    case.system_out = clean(
        f"target {judgement.target_text}, observed {judgement.observed_text}\n"
        f"{judgement.explanation}"
    )
    return case


def _verdict_case(verdict: Verdict) -> TestCase:
    case = TestCase(name="verdict", classname=SUITE)
    reasons = clean("; ".join(verdict.reasons))
    if verdict.conclusion is Conclusion.NO_VERDICT:
        case.result = [Error(reasons, verdict.conclusion.value)]
    elif verdict.conclusion is Conclusion.FAIL:
        case.result = [Failure(reasons, verdict.conclusion.value)]
    where = "".join(f"\n{finding.rule}: {finding.words}" for finding in verdict.explanation)
    case.system_out = clean(f"{verdict.headline}\n{reasons}{where}")
    return case


def _class_name(judgement: Judgement) -> str:
    """How CI systems group cases: by metric, and by the part of the run."""
    scope = f".{judgement.scope_text}" if judgement.scope else ""
    return f"{SUITE}.{judgement.metric}{scope}"
