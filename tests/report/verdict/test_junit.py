"""JUnit XML says what the exit code says, whatever stands in names and reasons.

Tests `kampyn_perf/report/junit_text.py` too.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.errors import ExitCode
from kampyn_perf.report.verdict.junit import junit
from kampyn_perf.results.judgement import Judgement, Outcome
from kampyn_perf.results.unit import Unit
from kampyn_perf.results.verdict import Conclusion, Verdict


def judgement(name: str, outcome: Outcome, **more: Any) -> Judgement:
    fields: dict[str, Any] = {
        "name": name,
        "metric": "response_time",
        "statistic": "p95",
        "required": True,
        "unit": Unit.DURATION,
        "comparison": "<",
        "target": 200_000,
        "outcome": outcome,
        "explanation": f"because of {name}",
    }
    return Judgement.model_validate(fields | more)


def verdict(*judgements: Judgement, code: ExitCode, reasons: tuple[str, ...] = ()) -> Verdict:
    conclusion = {
        ExitCode.OK: Conclusion.PASS,
        ExitCode.FAILED: Conclusion.FAIL,
        ExitCode.NO_VERDICT: Conclusion.NO_VERDICT,
    }[code]
    return Verdict(
        subject="kampyn-perf/load",
        started_at="2026-11-23T20:00:00Z",
        partial=False,
        strict=False,
        conclusion=conclusion,
        exit_code=code,
        reasons=list(reasons),
        objectives=list(judgements),
    )


def results(of: Verdict) -> dict[str, str]:
    """What each test case came to, as a CI system reads it."""
    suite = ElementTree.fromstring(junit(of)).find("testsuite")
    assert suite is not None
    found = {}
    for case in suite.iter("testcase"):
        kinds = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
        assert len(kinds) <= 1
        found[case.attrib["name"]] = kinds[0] if kinds else "passed"
    for tag, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert int(suite.attrib[attribute]) == list(found.values()).count(tag)
    assert int(suite.attrib["tests"]) == len(found)
    return found


def test_every_outcome_has_its_element() -> None:
    cases = [judgement(outcome.value, outcome) for outcome in Outcome]
    optional = judgement("optional", Outcome.FAIL, required=False)
    found = results(verdict(*cases, optional, code=ExitCode.FAILED, reasons=("failed: fail",)))
    assert found == {
        "pass": "passed",
        "fail": "failure",
        "inconclusive": "skipped",
        "no_data": "skipped",
        "not_exercised": "skipped",
        "invalid": "skipped",
        "optional": "skipped",
        "verdict": "failure",
    }


def test_no_verdict_is_an_error_even_if_nothing_failed() -> None:
    of = verdict(judgement("a", Outcome.PASS), code=ExitCode.NO_VERDICT, reasons=("partial",))
    assert results(of) == {"a": "passed", "verdict": "error"}
    case = ElementTree.fromstring(junit(of)).findall(".//testcase")[-1]
    error = case.find("error")
    assert error is not None
    assert error.attrib == {"message": "partial", "type": "no_verdict"}


def test_a_case_carries_target_observation_and_scope() -> None:
    one = judgement("a", Outcome.PASS, observed=150_000, scope={"flow": "Order"})
    case = ElementTree.fromstring(junit(verdict(one, code=ExitCode.OK))).findall(".//testcase")[0]
    assert case.attrib["classname"] == "kampyn-perf.response_time.flow Order"
    assert case.findtext("system-out") == "target < 200 ms, observed 150 ms\nbecause of a"


@given(
    outcomes=st.lists(st.sampled_from(Outcome), max_size=5),
    code=st.sampled_from([ExitCode.OK, ExitCode.FAILED, ExitCode.NO_VERDICT]),
)
def test_red_exactly_where_the_exit_code_is_not_zero(
    outcomes: list[Outcome], code: ExitCode
) -> None:
    if code is ExitCode.OK:
        outcomes = [each for each in outcomes if each is not Outcome.FAIL]
    cases = [judgement(f"o{at}", outcome) for at, outcome in enumerate(outcomes)]
    found = results(verdict(*cases, code=code)).values()
    assert ("failure" in found or "error" in found) == (code is not ExitCode.OK)


@given(name=st.text(), reason=st.text())
def test_any_text_makes_a_document(name: str, reason: str) -> None:
    one = judgement("a", Outcome.FAIL, explanation=reason, scope={"endpoint": name})
    data = junit(verdict(one, code=ExitCode.FAILED, reasons=(reason,)))
    ElementTree.fromstring(data)


def test_the_same_verdict_is_the_same_bytes() -> None:
    of = verdict(judgement("a", Outcome.PASS), code=ExitCode.OK)
    assert junit(of) == junit(of)
    assert junit(of).startswith(b'<?xml version="1.0" encoding="utf-8"?>\n<testsuites')
