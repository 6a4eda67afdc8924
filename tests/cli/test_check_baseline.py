"""`check --baseline NAME`: a run by its tag, and runs like it in the store.

Tests `check.py` and `alike.py` of `kampyn_perf/cli`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kampyn_perf.errors import ExitCode
from kampyn_perf.results import io, tags
from kampyn_perf.results.tags import Tags
from tests.cli import program
from tests.slo.runs import Run

GOAL = """
objectives:
  p50:
    metric: response_time
    statistic: p50
    target: "<= +10 %"
"""


def put(folder: Path, name: str, us: int, *, at: int, tag: str = "") -> None:
    second = [us * (100 + each % 3 - 1) // 100 for each in range(50)]
    result = Run(phases=[("Peak", [second] * 60)]).result()
    moment = {"started_at": f"2026-11-23T20:{at:02}:00+00:00"}
    io.write(folder / "reports" / name / "result.json", result.model_copy(update=moment))
    if tag:
        tags.write(folder / "reports" / name, Tags((tag,)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run tagged main, and one that is as fast."""
    (tmp_path / "own.yaml").write_text(GOAL)
    put(tmp_path, "first", 20_000, at=1, tag="main")
    put(tmp_path, "same", 20_010, at=2)
    return tmp_path


def check(folder: Path, run: str, *flags: str) -> tuple[int, dict[str, Any]]:
    done = program.here(folder, "check", f"reports/{run}", "--slo", "own.yaml", "--json", *flags)
    assert done.out, done.err
    (judgement,) = json.loads(done.out)["objectives"]
    return done.code, judgement


def test_a_baseline_by_its_tag(folder: Path) -> None:
    put(folder, "slow", 26_000, at=3)
    code, slow = check(folder, "slow", "--baseline", "main")
    assert (code, slow["outcome"]) == (ExitCode.FAILED, "fail")
    assert "+30 %: the baseline's was 20.0 ms" in slow["explanation"]
    _, alone = check(folder, "same")
    assert alone["outcome"] == "no_data"


def test_runs_like_these_in_the_store_say_how_runs_differ(folder: Path) -> None:
    """One run each leaves 10 % open; five more that agree within 1 % do not."""
    code, one = check(folder, "same", "--baseline", "main")
    assert one["outcome"] == "inconclusive"
    assert "10 %, as is assumed" in one["explanation"]
    assert code == ExitCode.NO_VERDICT  # nothing that is required passed
    for number in range(5):
        put(folder, f"other-{number}", 20_000 + 20 * number, at=10 + number)
    code, several = check(folder, "same", "--baseline", "main", "--strict")
    assert (code, several["outcome"]) == (ExitCode.OK, "pass"), several


def test_a_baseline_that_is_not_there(folder: Path) -> None:
    done = program.here(folder, "check", "reports/same", "--baseline", "stable")
    assert done.code == ExitCode.USAGE
    assert "stable" in done.err
    assert "Traceback" not in done.err
