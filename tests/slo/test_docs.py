"""What docs/slo.md shows is what the program takes and gives.

Tests `docs/slo.md` and `kampyn_perf/slo/metrics.py`.
"""

from __future__ import annotations

import re
from pathlib import Path

import orjson

from kampyn_perf import config
from kampyn_perf.results.judgement import Outcome
from kampyn_perf.results.verdict import Verdict
from kampyn_perf.slo.metrics import METRICS
from kampyn_perf.slo.objectives import Slo

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "slo.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None
    return found[1]


def test_every_metric_and_outcome_is_described() -> None:
    for name in [*METRICS, *(outcome.value for outcome in Outcome)]:
        assert f"`{name}`" in TEXT, name


def test_the_example_of_an_objective_is_one() -> None:
    goals = config.parse(Slo, config.parse_yaml(block("yaml"), "docs/slo.md"))
    assert goals.objectives["orders_p95"].target.value == 300_000


def test_the_example_of_a_verdict_is_one() -> None:
    document = orjson.loads(block("json"))
    verdict = Verdict.model_validate(document)
    assert set(document) == set(Verdict.model_json_schema()["properties"])
    (one,) = verdict.objectives
    assert set(document["objectives"][0]) == set(type(one).model_fields)
    assert one.margin == one.target - (one.observed or 0)
