"""The code quality report, as GitLab reads it."""

from __future__ import annotations

import json

from kampyn_perf.errors import ExitCode
from kampyn_perf.report.annotations import Place
from kampyn_perf.report.verdict.gitlab import gitlab
from kampyn_perf.results.judgement import Outcome
from tests.report.verdict.test_junit import judgement, verdict


def test_what_failed_stands_at_its_line() -> None:
    of = verdict(
        judgement("p95", Outcome.FAIL, observed=250_000, scope={"flow": "orders"}),
        judgement("cpu", Outcome.NO_DATA),
        judgement("p50", Outcome.PASS),
        judgement("extra", Outcome.FAIL, required=False),
        code=ExitCode.FAILED,
    )
    failed, undecided = json.loads(gitlab(of, {"p95": Place("configs/slo.yaml", 12)}))
    assert failed.pop("fingerprint") != undecided.pop("fingerprint")
    assert failed == {
        "description": "p95: flow orders: 250 ms, promised < 200 ms; because of p95",
        "check_name": "kampyn-perf/fail",
        "severity": "major",
        "location": {"path": "configs/slo.yaml", "lines": {"begin": 12}},
    }
    assert undecided["severity"] == "minor"
    assert undecided["location"]["path"] == ".gitlab-ci.yml"


def test_the_same_finding_of_another_run_has_the_same_fingerprint() -> None:
    def prints(observed: int) -> list[str]:
        of = verdict(
            judgement("p95", Outcome.FAIL, observed=observed, scope={"flow": "a"}),
            judgement("p95", Outcome.FAIL, observed=observed, scope={"flow": "b"}),
            code=ExitCode.FAILED,
        )
        return [one["fingerprint"] for one in json.loads(gitlab(of, {}))]

    assert prints(1) == prints(2)
    assert len(set(prints(1))) == 2


def test_a_pass_is_an_empty_list() -> None:
    assert gitlab(verdict(judgement("a", Outcome.PASS), code=ExitCode.OK), {}) == b"[]\n"
