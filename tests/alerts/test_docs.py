"""What docs/alerts.md shows is what the program takes and gives.

Tests `docs/alerts.md`, `kampyn_perf/alerts/settings.py`, `kampyn_perf/alerts/metrics.py` and
`kampyn_perf/alerts/actions/notice.py`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import orjson

from kampyn_perf import config, names
from kampyn_perf.alerts import settings
from kampyn_perf.alerts.actions.notice import Origin, notice
from kampyn_perf.alerts.engine import Change, Event
from kampyn_perf.alerts.metrics import METRICS
from kampyn_perf.alerts.rules import BUILT_IN_ACTIONS, Rule
from kampyn_perf.alerts.settings import Alerts
from kampyn_perf.backend.metrics import HTTP_BUCKETS
from kampyn_perf.results import io
from kampyn_perf.results.load import LoadResult
from tests.slo.runs import Run

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "alerts.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None
    return found[1]


def test_every_key_metric_and_action_is_described() -> None:
    for name in [*Rule.model_fields, *METRICS, *BUILT_IN_ACTIONS]:
        assert f"`{name}`" in TEXT or f"`{name}:" in TEXT or f"{name}:" in block("yaml"), name


def test_the_example_of_a_file_is_one() -> None:
    alerts = config.parse(Alerts, config.parse_yaml(block("yaml"), "docs/alerts.md"))
    rule = alerts.alerts["slow_orders"]
    assert (rule.quantile, rule.window, rule.actions) == (
        0.95,
        120_000_000,
        ("log", "on_call", "stop"),
    )
    assert set(rule.model_fields_set) == set(Rule.model_fields) - {"fullWindow"}


def test_the_example_of_a_notice_is_one() -> None:
    rule = settings.load(environ={}).alerts["high_error_rate"]
    event = Event(
        change=Change.FIRED,
        name="high_error_rate",
        rule=rule,
        at_us=90_000_000,
        fired_us=90_000_000,
        value=0.125,
    )
    origin = Origin(
        kind="load",
        target="http://127.0.0.1:5001",
        zero=datetime(2026, 11, 28, 12, tzinfo=UTC),
    )
    assert orjson.loads(block("json")) == notice(event, origin)


def test_the_edges_are_the_backends() -> None:
    milliseconds = [edge * 1000 for edge in HTTP_BUCKETS if edge < 1]
    assert ", ".join(f"{edge:g}" for edge in milliseconds) + " ms" in " ".join(TEXT.split())
    seconds = [edge for edge in HTTP_BUCKETS if edge >= 1]
    assert ", ".join(f"{edge:g}" for edge in seconds) + " s" in " ".join(TEXT.split())


def test_the_program_runs(tmp_path: Path, monkeypatch, capsys) -> None:
    folder = tmp_path / "reports" / "latest"
    result = Run(phases=[("Load", [[10_000] * 30] * 90)], errors={"503": 90}).result()
    io.write(folder / names.RESULT_FILE, LoadResult.model_validate(result))
    monkeypatch.chdir(tmp_path)
    exec(compile(block("python"), "docs/alerts.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "high_response_time no_data the window of 5 min 0 s holds 1 min 30 s so far",
        "high_error_rate ok ",
        "high_memory_usage no_data nothing has measured memory",
    ]
