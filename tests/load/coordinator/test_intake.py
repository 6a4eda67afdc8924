"""What comes in parts is counted as one, once, and of a lost generator not at all."""

from __future__ import annotations

from kampyn_perf.load.coordinator.intake import Intake
from kampyn_perf.load.coordinator.pace import Pace
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.recorder.interval import Cell, CellKey, Interval

A, B, C = (CellKey(name, "flow", 0) for name in "abc")


def cell(*responses_us: int) -> Cell:
    return Cell(responses_us=list(responses_us), services_us=list(responses_us))


def second(**cells: Cell) -> Interval:
    keys = {"a": A, "b": B, "c": C}
    return Interval(
        from_us=0, to_us=1_000_000, cells={keys[name]: value for name, value in cells.items()}
    )


def test_parts_and_the_rest_are_one_interval() -> None:
    collector = Collector()
    intake = Intake(collector, Pace(sleep=lambda _: None))
    intake.take_part(0, {A: cell(1, 2), B: cell(3)})
    assert not collector.total.response.count, "it is not whole yet"
    intake.take_part(0, {C: cell(4)})
    intake.take(0, second())
    assert {name: group.response.count for name, group in collector.endpoints.items()} == {
        "a": 2,
        "b": 1,
        "c": 1,
    }
    assert collector.timeline.seconds()[0].requests == 4
    intake.take(0, second(a=cell(5)))
    assert collector.total.response.count == 5, "each part counts once"


def test_those_of_two_generators_are_kept_apart() -> None:
    collector = Collector()
    intake = Intake(collector, Pace(sleep=lambda _: None))
    intake.take_part(0, {A: cell(1)})
    intake.take_part(1, {A: cell(2, 3)})
    intake.take(1, second())
    assert collector.total.response.count == 2
    intake.take(0, second())
    assert collector.total.response.count == 3


def test_what_a_lost_one_had_not_handed_over_whole_counts_for_nothing() -> None:
    collector = Collector()
    intake = Intake(collector, Pace(sleep=lambda _: None))
    intake.take_part(0, {A: cell(1)})
    intake.forget(0)
    intake.take(0, second(b=cell(2)))
    assert set(collector.endpoints) == {"b"}
