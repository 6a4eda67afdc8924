"""Steps over the port: one command for the builds of a collection, and what a failure means.

Tests `kampyn_perf/indexes/model/ports.py` too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kampyn_perf.indexes.apply.execute import Event, EventKind, execute
from kampyn_perf.indexes.model.live import LiveState
from kampyn_perf.indexes.model.ports import BuildOptions, ServerRefusal
from kampyn_perf.indexes.model.spec import IndexSpec
from kampyn_perf.indexes.plan.actions import Prune, PruneStage
from kampyn_perf.indexes.plan.diff import make_plan
from tests.indexes.plan.test_diff import catalogue, spec
from tests.indexes.simulator import Simulator

OPTIONS = BuildOptions(commit_quorum="majority")


class Recorder(Simulator):
    """A simulator that remembers the builds that were asked of it."""

    def __init__(self, **rest: object) -> None:
        super().__init__(version=(7, 0), **rest)  # type: ignore[arg-type]
        self.builds: list[list[str]] = []
        self.stepped_down = False

    def create_indexes(
        self, collection: str, specs: Sequence[IndexSpec], options: BuildOptions
    ) -> None:
        assert options is OPTIONS
        self.builds.append([one.effective_name for one in specs])
        if self.stepped_down:
            raise ServerRefusal(11602, "interrupted due to repl state change")
        super().create_indexes(collection, specs, options)


def run(simulator: Simulator, *wanted: IndexSpec, prune: str = "") -> list[Event]:
    prunes = [Prune(collection="things", name=prune, stage=PruneStage.DROP)] if prune else []
    state = LiveState(collections={"things": simulator.read_collection("things")})
    made = make_plan(catalogue(*wanted), state, prunes)
    return list(execute(made, lambda _: simulator, OPTIONS))


def in_short(events: list[Event]) -> list[tuple[str, list[str], int]]:
    return [(e.kind.value, [step.name for step in e.steps], e.code) for e in events]


def test_all_builds_of_a_collection_go_in_one_command() -> None:
    simulator = Recorder()
    events = run(simulator, spec(("a", 1)), spec(("b", 1)))
    assert in_short(events) == [("started", ["a_1", "b_1"], 0), ("done", ["a_1", "b_1"], 0)]
    assert simulator.builds == [["a_1", "b_1"]]
    assert run(simulator, spec(("a", 1)), spec(("b", 1))) == []


def test_one_bad_build_does_not_hold_up_the_rest() -> None:
    simulator = Recorder(documents=[{"a": 1}, {"a": 1}])
    events = run(simulator, spec(("a", 1), unique=True), spec(("b", 1)))
    assert in_short(events) == [
        ("started", ["a_1", "b_1"], 0),
        ("retry", ["a_1", "b_1"], 11000),
        ("started", ["a_1"], 0),
        ("failed", ["a_1"], 11000),
        ("started", ["b_1"], 0),
        ("done", ["b_1"], 0),
    ]
    assert set(simulator.indexes) == {"_id_", "b_1"}


def test_nothing_goes_that_a_failed_build_was_to_replace() -> None:
    simulator = Recorder(documents=[{"a": 1}, {"a": 1}])
    simulator.indexes["a_1"] = {"v": 2, "key": {"a": 1}, "name": "a_1"}
    wanted = spec(("a", 1), ("b", 1), unique=True)
    events = run(simulator, wanted, prune="a_1")
    assert in_short(events)[-2:] == [("failed", ["a_1_b_1"], 11000), ("skipped", ["a_1"], 0)]
    assert events[-1].message == (
        "needs things: create a_1_b_1, which failed: E11000 duplicate key error"
    )
    assert "a_1" in simulator.indexes


def test_after_a_step_down_nothing_more_is_sent() -> None:
    simulator = Recorder()
    simulator.stepped_down = True
    simulator.indexes["c_1"] = {"v": 2, "key": {"c": 1}, "name": "c_1"}
    events = run(simulator, spec(("a", 1)), spec(("b", 1)), prune="c_1")
    assert in_short(events) == [
        ("started", ["a_1", "b_1"], 0),
        ("failed", ["a_1", "b_1"], 11602),
        ("skipped", ["c_1"], 0),
    ]
    assert events[-1].message == "the server is no longer primary (error 11602)"
    assert simulator.commands == 0


def test_a_preparation_is_taken_back_when_what_it_was_for_fails() -> None:
    simulator = Recorder(documents=[{"a": 1}, {"a": 1}])
    simulator.indexes["a_1"] = {"v": 2, "key": {"a": 1}, "name": "a_1"}
    events = run(simulator, spec(("a", 1), unique=True))
    assert [event.kind for event in events[-3:]] == [
        EventKind.STARTED,
        EventKind.FAILED,
        EventKind.UNDONE,
    ]
    assert simulator.indexes["a_1"] == {"v": 2, "key": {"a": 1}, "name": "a_1"}


def test_an_index_that_somebody_else_dropped_meanwhile_is_dropped() -> None:
    simulator = Recorder()
    simulator.indexes["a_1"] = {"v": 2, "key": {"a": 1}, "name": "a_1"}
    prunes = [Prune(collection="things", name="a_1", stage=PruneStage.DROP)]
    state = LiveState(collections={"things": simulator.read_collection("things")})
    made = make_plan(catalogue(), state, prunes)
    del simulator.indexes["a_1"]
    events = list(execute(made, lambda _: simulator, OPTIONS))
    assert [event.kind for event in events] == [EventKind.STARTED, EventKind.DONE]


def test_a_bridge_goes_when_what_it_stood_in_for_is_there_again() -> None:
    simulator = Recorder()
    simulator.server = replace(simulator.server, features=frozenset())
    simulator.indexes["a_1"] = {"v": 2, "key": {"a": 1}, "name": "a_1"}
    simulator.watch = lambda: refuse_sparse(simulator)
    events = run(simulator, spec(("a", 1), sparse=True), prune="a_1")
    kinds = [event.kind.value for event in events if event.kind is not EventKind.STARTED]
    assert kinds == ["done", "done", "failed", "restored", "done"]
    assert simulator.indexes["a_1"] == {"v": 2, "key": {"a": 1}, "name": "a_1"}
    assert set(simulator.indexes) == {"_id_", "a_1"}


def refuse_sparse(simulator: Simulator) -> None:
    """As if duplicates or a full disk stopped the build at its end."""
    if any(index.get("sparse") for index in simulator.indexes.values()):
        del simulator.indexes["a_1"]
        raise ServerRefusal(11000, "E11000 duplicate key")
