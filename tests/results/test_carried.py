"""What one generator carries here: kept, read again on the same machine, and how old it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kampyn_perf.machine import ENGINE
from kampyn_perf.results import carried
from kampyn_perf.results.carried import Carried
from tests.bench.conftest import MACHINE

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
KNOWN = Carried(measured_at="2026-11-25T11:00:00+00:00", machine=MACHINE, mix=8_400.0)


def test_it_is_read_again_on_the_same_machine(tmp_path: Path) -> None:
    path = tmp_path / ".kampyn" / "generator.json"
    carried.keep(KNOWN, path)
    assert carried.read(MACHINE, path) == KNOWN
    newer = MACHINE.model_copy(update={"python": "3.11.9", "git_commit": "other", "cores": 1})
    assert carried.read(newer, path) == KNOWN


@pytest.mark.parametrize(
    "other",
    [
        {"hostname": "there"},
        {"cpu": "Another"},
        {"python": "3.12.7"},
        {"versions": {ENGINE: "compiled"}},
    ],
)
def test_it_says_nothing_of_another_machine(tmp_path: Path, other: dict[str, Any]) -> None:
    carried.keep(KNOWN, tmp_path / "g.json")
    assert carried.read(MACHINE.model_copy(update=other), tmp_path / "g.json") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"schema": "kampyn-perf/load", "version": 2}',
        '{"schema": "kampyn-perf/generator", "version": 99}',
    ],
)
def test_a_file_that_is_none_of_ours_is_nothing_known(tmp_path: Path, text: str) -> None:
    path = tmp_path / "g.json"
    path.write_text(text)
    assert carried.read(MACHINE, path) is None
    assert carried.read(MACHINE, tmp_path / "none.json") is None


def test_a_date_that_is_none_is_nothing_known(tmp_path: Path) -> None:
    path = tmp_path / "g.json"
    carried.keep(KNOWN.model_copy(update={"measured_at": "yesterday"}), path)
    assert carried.read(MACHINE, path) is None


@pytest.mark.parametrize(
    ("later", "ago"),
    [
        (timedelta(), "3 days ago"),
        (timedelta(days=-2), "yesterday"),
        (timedelta(days=-3, hours=1), "today"),
        (timedelta(days=-30), "today"),
    ],
)
def test_how_old_it_is_in_words(later: timedelta, ago: str) -> None:
    words = KNOWN.when(NOW + later)
    assert words == f"measured on 2026-11-25, {ago}, by kampyn-perf bench generator"
    busy = KNOWN.model_copy(update={"busy": True})
    assert busy.when(NOW + later) == f"{words}, on a busy machine"
