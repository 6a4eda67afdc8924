"""A real load of the bundled backend with a cause of failure in it, and what the verdict says.

Tests `kampyn_perf/slo/explain` and `kampyn_perf/cli/verdict_view.py`.
"""

from __future__ import annotations

from pathlib import Path

from kampyn_perf import names
from kampyn_perf.results import io
from kampyn_perf.results.verdict import Verdict
from tests.cli import program
from tests.cli.program import CHEAP, SMALL, profile


def test_a_rate_limit_is_named_on_the_screen_and_in_the_verdict(tmp_path: Path) -> None:
    limited = ("--set", "backend.rate_limit={enabled: true, others: 20}")
    phases = profile("{duration: 3, arrivalRate: 50}")
    done = program.run(tmp_path, "load", *phases, *CHEAP, *SMALL, *limited, "--out", "run")
    assert done.code == 1, done.err
    verdict = io.read(tmp_path / "run" / names.VERDICT_FILE, {names.VERDICT_SCHEMA: Verdict})
    first = verdict.explanation[0]
    assert (first.rule, first.cause) == ("rate-limiter", True)
    assert first.share == 1.0
    assert "answered 429" in first.words
    first_line, _, rest = done.out[done.out.index("FAIL on ") :].partition("\n")
    assert " of 14 goals; " in first_line
    assert rest.index("Where to look") < rest.index("What failed: ") < rest.index("endpoint ")
    again = program.run(tmp_path, "check", "run", "--explain")
    assert f"  rate-limiter: {first.words}\n" in again.out
