"""The suite `auth` as the real program runs it.

Tests `kampyn_perf/bench/suites/auth.py` too.
"""

from __future__ import annotations

from pathlib import Path

from tests.bench.program import CHEAP, Bench, latest, ok, program


def test_auth_measures_the_configured_cost(bench: Bench, tmp_path: Path) -> None:
    result = ok(bench("auth", "-n", 4, *CHEAP), tmp_path)
    assert {case.case for case in result.cases} == {
        f"auth.{word}" for word in ("hash", "verify", "login", "token_issue", "token_check")
    }
    assert result.context["auth"]["memory bytes"] == 64 * 1024


def test_the_environment_configures_the_backend(tmp_path: Path) -> None:
    memory = {"KAMPYN_BACKEND_PASSWORDS__MEMORY": "128KB"}
    done = program(tmp_path, "bench", "auth", "-n", "2", "-k", "hash", **memory)
    assert done.returncode == 0, done.stderr
    assert latest(tmp_path).context["auth"]["memory bytes"] == 128 * 1024
