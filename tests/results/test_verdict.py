"""The verdict's JSON: what an earlier version wrote is read."""

from __future__ import annotations

from pathlib import Path

from kampyn_perf import names
from kampyn_perf.results import io
from kampyn_perf.results.judgement import Outcome
from kampyn_perf.results.verdict import Conclusion, Verdict

STORED = Path(__file__).parent / "stored" / "verdict-1.json"


def test_a_verdict_of_version_1_is_read() -> None:
    verdict = io.read(STORED, {names.VERDICT_SCHEMA: Verdict})
    assert (verdict.conclusion, verdict.exit_code) == (Conclusion.PASS, 0)
    assert verdict.count(Outcome.INCONCLUSIVE) == 6
