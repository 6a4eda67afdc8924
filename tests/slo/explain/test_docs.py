"""The page about it names every rule, as the rule says it of itself.

Tests `docs/explain.md` and `kampyn_perf/slo/explain/rules`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kampyn_perf.slo.explain.rule import Rule
from kampyn_perf.slo.explain.rules import RULES

PAGE = (Path(__file__).parents[3] / "docs" / "explain.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_stands_on_the_page(rule: Rule) -> None:
    says = "why" if rule.cause else "where"
    assert f"| `{rule.id}` | {says} | {rule.needs} | {rule.test} |" in PAGE
