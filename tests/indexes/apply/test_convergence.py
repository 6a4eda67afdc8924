"""Random catalogues against random states: every run converges, from wherever it was cut off, and
never passes through a forbidden state.

Forbidden at every moment, however often the program is killed:
- an index dropped that neither --prune named nor this program built as a bridge;
- a uniqueness that was enforced, and that --prune did not name, enforced no longer; nor that of an
  index which is replaced by another form that enforces it too;
- queries of an index that was there served by none, unless the plan announced that gap.

Tests `kampyn_perf/indexes/plan` and `kampyn_perf/indexes/apply/execute.py` together.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from kampyn_perf.indexes.apply.execute import Event, EventKind, execute
from kampyn_perf.indexes.model.catalogue import Catalogue, Cluster, Entry, WantedCollection
from kampyn_perf.indexes.model.live import LiveState
from kampyn_perf.indexes.model.matching import BRIDGE_PREFIX
from kampyn_perf.indexes.model.ports import BuildOptions, ServerRefusal
from kampyn_perf.indexes.model.spec import IndexSpec
from kampyn_perf.indexes.plan.actions import (
    ActionKind,
    IndexPlan,
    Prune,
    PruneStage,
)
from kampyn_perf.indexes.plan.diff import make_plan
from kampyn_perf.indexes.text.plan import plan_lines
from tests.indexes.simulator import Killed, Simulator, enforces, listed, serves
from tests.indexes.strategies import documents, specs, versions

OPTIONS = BuildOptions()
MODEL_EXAMPLES = int(os.environ.get("KAMPYN_TEST_MODEL_EXAMPLES", "200"))
"""Twenty thousand, now and then, find what two hundred do not."""


class Shown:
    """Put into words for an example that failed alone; Hypothesis asks at once, or never."""

    def __init__(self, simulator: Simulator, plan: IndexPlan) -> None:
        self.simulator, self.plan = simulator, plan

    def __repr__(self) -> str:
        lines = (line.text for line in plan_lines(self.plan, keeps=True))
        return "\n".join((str(self.simulator), *lines))


class Guard:
    """Looks at the simulator after every command."""

    def __init__(self, simulator: Simulator, prunes: list[Prune]) -> None:
        self.simulator = simulator
        self.named = {prune.name for prune in prunes}
        self.first = {name: dict(d) for name, d in simulator.indexes.items()}
        self.gaps: set[str] = set()
        self.replaced_unique: list[dict[str, Any]] = []
        simulator.watch = self.look

    def announce(self, plan: IndexPlan) -> None:
        """What this plan says it does on the way."""
        note(Shown(self.simulator, plan))
        for action in plan.actions:
            if action.gap and action.live:
                self.gaps.add(action.live.name)
            if (
                action.kind is ActionKind.CHANGE
                and action.live
                and action.wanted
                and action.steps
                and action.live.definition.get("unique")
                and enforces(listed(action.wanted), action.live.definition)
            ):
                self.replaced_unique.append(dict(action.live.definition))

    def look(self) -> None:
        now = list(self.simulator.indexes.values())
        names = set(self.simulator.indexes)
        for name, first in self.first.items():
            if name not in names:
                assert name in self.named or name.startswith(BRIDGE_PREFIX), f"{name} dropped"
            if first.get("unique") and name not in self.named:
                assert any(enforces(i, first) for i in now), f"{name} not enforced"
            if not first.get("hidden") and name not in self.gaps:
                assert any(serves(i, first) for i in now), f"{name} not covered"
        for unique in self.replaced_unique:
            assert any(enforces(i, unique) for i in now), f"{unique['name']} not enforced"


def state_of(simulator: Simulator) -> LiveState:
    return LiveState(collections={simulator.name: simulator.read_collection(simulator.name)})


def catalogue_of(wanted: list[IndexSpec]) -> Catalogue:
    entries = tuple(Entry(spec=spec) for spec in wanted)
    return Catalogue(
        collections=(WantedCollection(name="things", entries=entries),),
        clusters={"default": Cluster(name="default", variable="MONGO_URI")},
    )


@st.composite
def situations(draw: Any) -> tuple[Simulator, Catalogue, list[Prune]]:
    version = draw(versions)
    simulator = Simulator(version=version, documents=draw(documents))
    for spec in draw(st.lists(specs(hidden=version >= (4, 4)), max_size=5)):
        try:
            simulator.create_indexes("things", [spec], OPTIONS)
        except ServerRefusal:
            continue
    wanted = draw(st.lists(specs(), max_size=5))
    # Near relatives of what is there are where the difficult changes are.
    live = [i for n, i in simulator.indexes.items() if n != "_id_"]
    for index in draw(st.lists(st.sampled_from(live), max_size=3)) if live else []:
        from kampyn_perf.indexes.model.normalise import read_listing

        spec = replace(read_listing(index), name="")
        change: dict[str, Any] = draw(
            st.sampled_from(
                [
                    {},
                    {"unique": not spec.unique},
                    {"expireAfterSeconds": 60 if spec.ttl_seconds is None else None},
                    {"expireAfterSeconds": 120},
                    {"hidden": not spec.hidden},
                    {"sparse": not spec.sparse},
                    {"default_language": "german"},
                ]
            )
        )
        wanted.append(spec.having(**change))
    names = [name for name in simulator.indexes if name != "_id_"]
    asked = draw(st.lists(st.sampled_from(names), unique=True)) if names else []
    stage = draw(st.sampled_from(list(PruneStage)))
    prunes = [Prune(collection="things", name=name, stage=stage) for name in asked]
    return simulator, catalogue_of(wanted), prunes


def run(simulator: Simulator, plan: IndexPlan) -> list[Event]:
    return list(execute(plan, lambda _: simulator, OPTIONS))


def failed(events: list[Event]) -> set[str]:
    bad = (EventKind.FAILED, EventKind.SKIPPED)
    return {step.id for event in events if event.kind in bad for step in event.steps}


@given(
    situation=situations(),
    kills=st.lists(st.tuples(st.integers(1, 6), st.booleans()), max_size=3),
)
@settings(max_examples=MODEL_EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_plan_converges_from_any_kill_point_without_a_forbidden_state(
    situation: tuple[Simulator, Catalogue, list[Prune]], kills: list[tuple[int, bool]]
) -> None:
    simulator, catalogue, prunes = situation
    guard = Guard(simulator, prunes)
    for kill_at, before in kills:
        plan = make_plan(catalogue, state_of(simulator), prunes)
        guard.announce(plan)
        simulator.kill_at, simulator.kill_before = simulator.commands + kill_at, before
        with suppress(Killed):
            run(simulator, plan)
    simulator.kill_at = None

    unfinished: set[str] = set()
    for _ in range(3):
        plan = make_plan(catalogue, state_of(simulator), prunes)
        guard.announce(plan)
        unfinished = failed(run(simulator, plan))

    last = make_plan(catalogue, state_of(simulator), prunes)
    for action in last.actions:
        if action.steps:
            # A preparation that was taken back comes again with the step that failed.
            assert {step.id for step in action.steps} & unfinished, action
        elif action.pending:
            assert action.kind is ActionKind.CONFLICT or action.blocked, action
    assert_as_wanted(simulator, last)
    if not unfinished:
        before_rerun = simulator.commands
        assert run(simulator, last) == []
        assert simulator.commands == before_rerun


def assert_as_wanted(simulator: Simulator, plan: IndexPlan) -> None:
    """Every index that the plan keeps is, by the simulator's own notion, the one wanted."""
    ignored = {"name", "v", "prepareUnique"}
    for action in plan.actions:
        if action.kind is ActionKind.KEEP:
            assert action.wanted is not None
            moot = ignored | ({"sparse"} if is_sparse_anyway(action.wanted) else set())
            mine = {k: v for k, v in listed(action.wanted).items() if k not in moot}
            live = {k: v for k, v in simulator.indexes[action.name].items() if k not in moot}
            assert list(live["key"].items()) == list(mine["key"].items())
            assert live == mine


def is_sparse_anyway(spec: IndexSpec) -> bool:
    return any(kind in ("text", "2d", "2dsphere") for _, kind in spec.keys)


@given(situation=situations())
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_same_state_gives_the_same_plan_and_hash(
    situation: tuple[Simulator, Catalogue, list[Prune]],
) -> None:
    simulator, catalogue, prunes = situation
    first = make_plan(catalogue, state_of(simulator), prunes)
    second = make_plan(catalogue, state_of(simulator), list(reversed(prunes)))
    assert first == second


def test_a_step_that_drops_what_nobody_named_is_refused() -> None:
    from kampyn_perf.errors import KampynError

    simulator = Simulator(version=(7, 0))
    simulator.create_indexes("things", [IndexSpec(keys=(("a", 1),))], OPTIONS)
    prunes = [Prune(collection="things", name="a_1", stage=PruneStage.DROP)]
    plan = make_plan(catalogue_of([]), state_of(simulator), prunes)
    assert [step.id for step in plan.steps] == ["things: drop a_1"]
    with pytest.raises(KampynError, match=r"refused to drop things\.a_1"):
        run(simulator, replace(plan, prunes=()))
