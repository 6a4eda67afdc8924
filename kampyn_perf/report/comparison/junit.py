"""A comparison as JUnit XML. Pure.

One test case a figure, and one for the whole, so that there is a failure or an error in it exactly
where the exit code is not 0. What was not decided is skipped, with the reason.
"""

from __future__ import annotations

from junitparser import Error, Failure, Skipped, TestCase, TestSuite

from kampyn_perf.errors import ExitCode
from kampyn_perf.report.junit_text import SUITE, clean, document_of
from kampyn_perf.results.compared import Change, Compared
from kampyn_perf.results.comparison import Comparison


def junit(comparison: Comparison) -> bytes:
    """The document, UTF-8."""
    suite = TestSuite(f"{SUITE} compare")
    suite.add_property("exit_code", str(int(comparison.exit_code)))
    for row in comparison.rows:
        suite.add_testcase(_case(row))
    suite.add_testcase(_comparison_case(comparison))
    return document_of(suite)


def _case(row: Compared) -> TestCase:
    scope = f".{row.scope}" if row.scope else ""
    case = TestCase(name=clean(row.title), classname=clean(f"{SUITE}.compare.{row.metric}{scope}"))
    told = f"{row.value_text(row.base)} -> {row.value_text(row.new)}, {row.change_text}"
    told += f" ({row.interval_text})" if row.interval_text else ""
    if row.outcome is Change.REGRESSED and row.gates:
        case.result = [Failure(clean(told), row.outcome.value)]
    elif row.outcome is Change.INCONCLUSIVE:
        why = "; ".join(part for part in (row.explanation, row.needs) if part)
        case.result = [Skipped(clean(f"{told}: {why}"), row.outcome.value)]
    case.system_out = clean(f"{told}: {row.outcome.words}")
    return case


def _comparison_case(comparison: Comparison) -> TestCase:
    case = TestCase(name="comparison", classname=f"{SUITE}.compare")
    reasons = clean("; ".join(comparison.reasons))
    if comparison.exit_code is ExitCode.FAILED:
        case.result = [Failure(reasons, comparison.conclusion.value)]
    elif comparison.exit_code is not ExitCode.OK:
        case.result = [Error(reasons, comparison.conclusion.value)]
    case.system_out = clean(f"{comparison.headline}\n{reasons}")
    return case
