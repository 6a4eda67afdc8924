"""What an audit counted, as an objective."""

from __future__ import annotations

import pytest

from kampyn_perf.results.audit import StoreAudit
from kampyn_perf.results.judgement import Outcome
from tests.slo.evidence.test_under_faults import judged, run_of


@pytest.mark.parametrize(
    ("metric", "fields", "outcome"),
    [
        ("lost_work", {"acknowledged": 40, "lost": 0, "doubled": 2}, Outcome.PASS),
        ("lost_work", {"acknowledged": 40, "lost": 1, "doubled": 0}, Outcome.FAIL),
        ("doubled_work", {"acknowledged": 40, "lost": 1, "doubled": 0}, Outcome.PASS),
        ("doubled_work", {"acknowledged": 40, "lost": 0, "doubled": 3}, Outcome.FAIL),
        ("doubled_work", {"acknowledged": 40, "lost": 0, "doubled": None}, Outcome.NO_DATA),
        ("lost_work", {"acknowledged": 0, "lost": 0, "doubled": 0}, Outcome.NO_DATA),
        ("lost_work", {}, Outcome.NO_DATA),
    ],
)
def test_a_count_is_held_against_its_target(metric, fields, outcome) -> None:
    audit = StoreAudit(ok=True, orders=40, findings=[], **fields)
    result = run_of().model_copy(update={"audit": audit})
    one, _ = judged(result, metric=metric, statistic="max", target="< 1")
    assert one.outcome is outcome


def test_a_run_without_an_audit_passes_nothing() -> None:
    one, _ = judged(run_of(), metric="lost_work", statistic="max", target="< 1")
    assert one.outcome is Outcome.NO_DATA
    assert "load --audit" in one.explanation
