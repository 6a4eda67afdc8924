"""The page of a capacity search: the answer, and every step, the rejected ones too."""

from __future__ import annotations

from kampyn_perf.report.html import capacity_page
from kampyn_perf.results.capacity import (
    Answer,
    CapacityResult,
    CapacityStep,
    Ending,
    RateRange,
    Steadiness,
    StepKind,
)
from kampyn_perf.results.judgement import Bounds
from kampyn_perf.results.load import Target
from kampyn_perf.results.verdict import Finding
from tests.report.html.reading import Page
from tests.report.html.samples import MARKUP
from tests.slo.runs import MACHINE


def step(number: int, rate: float, **more: object) -> CapacityStep:
    usual = {
        "number": number,
        "kind": StepKind.OPEN,
        "rate": rate,
        "completed_rate": rate,
        "requests_rate": rate * 2.4,
        "p50_us": 1_000,
        "p95_us": 2_000,
        "p99_us": 3_000,
    }
    return CapacityStep.model_validate(usual | more)


def rates(rate: float) -> RateRange:
    return RateRange(rate=rate, interval=Bounds(low=rate * 0.96, high=rate * 1.03, confidence=0.95))


def search(**more: object) -> CapacityResult:
    usual = {
        "started_at": "2026-11-28T09:00:00+00:00",
        "elapsed_us": 300_000_000,
        "budget_us": 600_000_000,
        "target": Target(name="reference", url="http://127.0.0.1:1"),
        "machine": MACHINE,
        "seed": 1,
        "objectives": {"response_time_p95": "< 200 ms"},
        "ending": Ending.FOUND,
        "reason": "found",
        "answer": Answer(
            sessions=rates(412.0),
            requests=rates(988.8),
            held=3,
            of_held=3,
            missed=2,
            of_missed=3,
            broke_first="response_time_p95",
        ),
        "evidence": [Finding(rule="backend-cpu", words=f"workers were busy {MARKUP}", cause=True)],
        "steps": [
            step(1, 450.0, steadiness=Steadiness.OVERLOADED, missed=["response_time_p95"]),
            step(2, 400.0),
            step(3, 300.0, kind=StepKind.LADDER, users=16),
        ],
    }
    return CapacityResult.model_validate(usual | more)


def test_the_answer_and_every_step() -> None:
    page = Page(capacity_page(search(), name="a search").decode())
    assert page.headings[0] == "Capacity: 412/s sessions, 989/s requests"
    assert page.figures[:2] == [("412/s", "412.0"), ("989/s", "988.8")]
    assert "396/s to 424/s" in page.words
    near = "every objective held in 3 of 3 steps up to 10 % below it and in 1 of 3 steps up to"
    assert near in page.words
    assert "949/s to 1020/s" in page.words
    steps, rungs = page.tables["steps"][1:], page.tables["rungs"][1:]
    assert [row[2].value for row in steps] == ["450.0", "400.0"]
    assert [row[3].text for row in steps] == ["missed", "held"]
    assert [(row[2].value, row[4].value) for row in rungs] == [("300.0", "16")]
    assert "Users" not in [cell.text for cell in page.tables["steps"][0]]
    assert "<img" not in page.html


def test_the_curve_has_the_rejected_steps_in_the_order_of_rates() -> None:
    times, through = Page(capacity_page(search()).decode()).data["curves"]
    assert times["at"] == through["at"] == [400, 450]
    assert times["lines"][1] == {"name": "P95", "dashed": False, "values": [2_000, 2_000]}
    assert times["held"] == [True, False]
    assert times["goals"] == [{"name": "response_time_p95 < 200 ms", "value": 200_000}]
    assert through["goals"] == []
    assert times["bands"] == [{"from": 395.52, "to": 424.36}]


def test_a_search_that_found_nothing_says_why() -> None:
    nothing = search(answer=None, steps=[], ending=Ending.LOST, reason="the target was gone")
    page = Page(capacity_page(nothing).decode())
    assert page.headings[0] == "No capacity found: the target was gone"
    assert page.data["curves"] == []
    killed = search(answer=None, ending=None, reason="")
    assert "the search was killed" in Page(capacity_page(killed).decode()).words
