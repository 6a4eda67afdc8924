"""The suite `cache` as the real program runs it, on a real Redis.

Tests `kampyn_perf/bench/suites/cache.py` too.
"""

from __future__ import annotations

from pathlib import Path

from kampyn_perf.results.bench import CaseStatus
from tests.bench.program import CHEAP, Bench, latest, ok


def test_cache_measures_a_real_redis(bench: Bench, tmp_path: Path) -> None:
    result = ok(bench("cache", "-n", 4), tmp_path)
    assert {case.case for case in result.cases} == {
        f"cache.{word}"
        for word in (
            "get_hit",
            "get_miss",
            "setex",
            "pipeline",
            "middleware_hit",
            "middleware_miss",
        )
    }
    assert result.context["cache"]["redis"]


def test_a_suite_that_is_not_there_leaves_the_others_their_results(
    bench: Bench,
    tmp_path: Path,
) -> None:
    done = bench("cache", "auth", "-n", 2, "--set", "cache.url=off", *CHEAP)
    assert done.returncode == 3
    statuses = {case.suite: case.status for case in latest(tmp_path).cases}
    assert statuses == {"cache": CaseStatus.UNAVAILABLE, "auth": CaseStatus.OK}
