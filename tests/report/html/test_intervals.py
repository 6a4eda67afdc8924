"""An objective's picture: which side of the goal, and always within its frame."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.report.html.intervals import HEIGHT, WIDTH, picture
from kampyn_perf.results.judgement import Bounds, Judgement, Outcome
from kampyn_perf.results.unit import Unit

GOAL = WIDTH * 2 / 3


def judgement(**fields: object) -> Judgement:
    usual = {
        "name": "p95",
        "metric": "response_time",
        "statistic": "p95",
        "required": True,
        "unit": Unit.DURATION,
        "comparison": "<",
        "target": 200_000.0,
        "outcome": Outcome.PASS,
    }
    return Judgement.model_validate(usual | fields)


def bounds(low: float | None, high: float | None) -> Bounds:
    return Bounds(low=low, high=high, confidence=0.95)


def place(svg: str, shape: str, attribute: str) -> float:
    (value,) = re.findall(rf'class="{shape}"[^>]* {attribute}="([^"]+)"', svg)
    return float(value)


def test_half_of_what_is_allowed_stands_half_way_to_the_goal() -> None:
    svg = picture(judgement(observed=100_000.0, interval=bounds(90_000, 120_000)))
    assert place(svg, "goal", "x1") == GOAL
    assert place(svg, "observed", "cx") == pytest.approx(GOAL / 2, abs=0.1)
    assert place(svg, "range", "x") == pytest.approx(GOAL * 0.45, abs=0.1)
    assert place(svg, "range", "width") == pytest.approx(GOAL * 0.15, abs=0.1)
    assert "beyond" not in svg


@pytest.mark.parametrize(
    ("comparison", "unit", "target", "observed"),
    [
        ("<", Unit.DURATION, 200_000.0, 300_000.0),
        (">=", Unit.RATE, 1_000.0, 500.0),
        (">=", Unit.SHARE, 0.999, 0.998),
        ("<", Unit.SHARE, 0.001, 0.002),
    ],
)
def test_what_missed_is_right_of_the_goal(
    comparison: str, unit: Unit, target: float, observed: float
) -> None:
    svg = picture(judgement(comparison=comparison, unit=unit, target=target, observed=observed))
    beyond = "beyond" in svg
    assert beyond or place(svg, "observed", "cx") > GOAL


def test_a_failed_request_is_beyond_all() -> None:
    svg = picture(judgement(observed=None, unanswered=True, interval=bounds(5_000, None)))
    assert "beyond" in svg
    assert 'class="observed"' not in svg


def test_without_an_observation_there_is_none() -> None:
    assert picture(judgement(observed=None)) == ""
    assert picture(judgement(observed=1.0, target=0.0)) == ""


VALUE = st.floats(0, 1e12)


@given(
    comparison=st.sampled_from(["<", "<=", ">", ">="]),
    unit=st.sampled_from(list(Unit)),
    target=VALUE,
    observed=VALUE,
    ends=st.tuples(st.none() | VALUE, st.none() | VALUE),
)
def test_it_stays_within_its_frame(
    comparison: str, unit: Unit, target: float, observed: float, ends: tuple[float, float]
) -> None:
    low, high = ends
    svg = picture(
        judgement(
            comparison=comparison,
            unit=unit,
            target=target,
            observed=observed,
            interval=bounds(low, high),
        )
    )
    for attribute, limit in (("x", WIDTH), ("cx", WIDTH), ("x2", WIDTH), ("y2", HEIGHT)):
        for value in re.findall(rf' {attribute}="([^"]+)"', svg):
            assert 0 <= float(value) <= limit
