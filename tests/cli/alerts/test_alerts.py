"""`kampyn-perf alerts` as the real program; `alerts test` is with the loads (test_load_alerts).

Tests `kampyn_perf/cli/alerts` and `kampyn_perf/cli/selecting.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.alerts import promtool
from tests.cli import program


def test_the_rules_are_listed(tmp_path: Path) -> None:
    done = program.run(tmp_path, "alerts", "list")
    assert (done.code, done.err) == (0, "")
    assert "high_error_rate     critical  error_rate > 5 %" in done.out
    machine = program.run(tmp_path, "alerts", "list", "--json").json
    assert list(machine) == ["high_response_time", "high_error_rate", "high_memory_usage"]
    assert machine["high_response_time"] == {
        "metric": "response_time",
        "statistic": "p95",
        "scope": {},
        "unit": "us",
        "fires": {"comparison": ">", "limit": 1_000_000},
        "clears": {"comparison": "<=", "limit": 900_000},
        "window_s": 300,
        "keep_firing_for_s": 60,
        "min_samples": 20,
        "full_window": True,
        "severity": "warning",
        "description": "One request in twenty takes longer than a second.",
        "actions": ["log"],
    }


def test_what_rules_may_be_about_is_listed(tmp_path: Path) -> None:
    done = program.here(tmp_path, "alerts", "list", "--metrics", "--json")
    by_name = {each["metric"]: each for each in done.json}
    assert by_name["memory"]["statistics"] == ["mean", "max"]
    assert not by_name["memory"]["by_endpoint"]
    assert "error_rate" in program.here(tmp_path, "alerts", "list", "--metrics").out


@pytest.mark.promtool
def test_promtool_takes_what_is_exported(tmp_path: Path) -> None:
    done = program.run(tmp_path, "alerts", "export", "--match", "job=kampyn")
    assert done.code == 0
    assert "note: high_response_time: <= 900 ms is between two buckets" in done.err
    promtool.check(done.out, tmp_path)
    one = program.run(tmp_path, "alerts", "export", "high_error_rate", "--output", "x.rules.yml")
    assert (one.code, one.out) == (0, "")
    (group,) = yaml.safe_load((tmp_path / "x.rules.yml").read_text())["groups"]
    assert [each.get("alert") for each in group["rules"]] == [None, "HighErrorRate"]


def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    for arguments, words in (
        (("list", "--alerts", "nothing"), "no such configuration: nothing"),
        (("export", "high_eror_rate"), "no such alert: high_eror_rate"),
        (("export", "--match", "job"), "--match job: expected LABEL=VALUE, as in job=kampyn"),
        (("test",), "there is no result at reports/latest/result.json"),
        (
            ("export", "--set", "alerts.high_response_time.statistic=max"),
            "alerts.high_response_time: Prometheus has nothing for the max of response_time",
        ),
    ):
        done = program.here(tmp_path, "alerts", *arguments)
        assert done.code == 2, arguments
        assert words in done.err
