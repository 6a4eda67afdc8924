"""docs/load.md, targets.md, scenarios.md: tables as the models have them, examples that parse.

Tests `docs/load.md`, `kampyn_perf/load/settings.py` and `kampyn_perf/load/target/settings.py`.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from kampyn_perf import config
from kampyn_perf.load.settings import LoadSettings
from kampyn_perf.load.target.check import reference_problems
from kampyn_perf.load.target.settings import TargetSettings
from tests.docs_scripts import docs_script

DOCS = Path(__file__).parent.parent / "docs"
BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.S | re.M)


def blocks(name: str) -> list[str]:
    return BLOCK.findall((DOCS / name).read_text())


def test_the_tables_of_keys_are_the_models(monkeypatch, capsys):
    monkeypatch.setattr(sys, "path", list(sys.path))
    script = docs_script("configuration")
    monkeypatch.setattr(sys, "argv", ["configuration.py", "--check"])
    code = script.main()
    assert code == 0, capsys.readouterr().err


def test_the_example_of_a_target_is_one():
    example, *parts = blocks("targets.md")
    source = config.parse_yaml(example, "targets.md")
    assert reference_problems(config.parse(TargetSettings, source), source) == []
    assert len(parts) == 3
    for part in parts:
        config.parse(TargetSettings, config.parse_yaml(part, "targets.md"))


def test_the_example_of_flows_is_one():
    (flows,) = blocks("scenarios.md")
    source = config.parse_yaml(flows + "operations: {items: {path: /items}}", "scenarios.md")
    assert reference_problems(config.parse(TargetSettings, source), source) == []


@pytest.mark.parametrize("block", blocks("load.md"))
def test_the_example_of_a_profile_is_one(block):
    config.parse(LoadSettings, config.parse_yaml(block, "load.md"))
