"""What is found before a build begins, and which steps it stops."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from kampyn_perf.indexes.apply.guards import blocked_steps
from kampyn_perf.indexes.apply.preflight import PreflightFinding, PreflightLevel, preflight
from kampyn_perf.indexes.model.facts import Headroom, KeySizes, Unindexable
from kampyn_perf.indexes.model.live import LiveIndex
from kampyn_perf.indexes.model.ports import (
    Build,
    Database,
    DuplicateGroup,
    Duplicates,
    ServerRefusal,
)
from kampyn_perf.indexes.model.server import ServerInfo
from kampyn_perf.indexes.model.spec import IndexSpec
from kampyn_perf.indexes.plan.actions import Action, ActionKind, CollectionPlan, IndexPlan
from kampyn_perf.indexes.plan.step_kinds import StepKind, make_step
from tests.indexes.observe.test_usage import SERVER

UNIQUE = IndexSpec(keys=(("email", 1),), options={"unique": True})
PLAIN = IndexSpec(keys=(("phone", 1),))
NO_DUPLICATES = Duplicates()
SHORT_KEYS = KeySizes(sampled=100, mean_bytes=20, longest_bytes=40)
MUCH_ROOM = Headroom(disk_free_bytes=10**12, cache_bytes=10**12)


@dataclass
class Answers:
    """A database that answers the pre-flight's questions, and no others."""

    server: ServerInfo = SERVER
    duplicates: Duplicates = NO_DUPLICATES
    sizes: KeySizes = SHORT_KEYS
    room: Headroom = MUCH_ROOM
    builds: list[Build] = field(default_factory=list)
    refusal: ServerRefusal | None = None
    unindexable: tuple[Unindexable, ...] = ()

    def find_duplicates(self, *_: Any) -> Duplicates:
        if self.refusal:
            raise self.refusal
        return self.duplicates

    def find_unindexable(self, _: str, specs: Any, __: int) -> list[tuple[Unindexable, ...]]:
        return [self.unindexable] * len(specs)

    def key_sizes(self, *_: Any) -> KeySizes:
        return self.sizes

    def headroom(self) -> Headroom:
        return self.room

    def current_builds(self, _: str) -> list[Build]:
        return self.builds


def plan(documents: int = 1_000_000) -> IndexPlan:
    actions = tuple(
        Action(
            kind=ActionKind.CREATE,
            collection="users",
            name=spec.effective_name,
            reason="is not there",
            steps=(make_step("users", StepKind.CREATE, spec.effective_name, spec=spec),),
        )
        for spec in (UNIQUE, PLAIN)
    )
    part = CollectionPlan(collection="users", actions=actions, documents=documents)
    return IndexPlan(collections=(part,), content_hash="")


def look(answers: Answers, made: IndexPlan | None = None) -> list[PreflightFinding]:
    return list(preflight(made or plan(), lambda _: cast(Database, answers)))


GROUP = DuplicateGroup(value={"email": "a@x"}, count=9, sample_ids=("u1", {"$oid": "65f1"}))


def test_nothing_in_the_way_is_nothing_found() -> None:
    assert look(Answers()) == []


def test_duplicates_stop_their_index_and_no_other() -> None:
    found = look(Answers(duplicates=Duplicates(groups=(GROUP,), more=True)))
    assert [(f.severity, f.index) for f in found] == [(PreflightLevel.BLOCK, "email_1")]
    assert found[0].message == (
        'more than 1 value stands more than once: email "a@x" in 9 documents (_id "u1", 65f1, ...)'
    )
    assert set(blocked_steps(plan(), found)) == {"users: create email_1"}


def test_missing_values_come_with_the_way_out() -> None:
    group = replace(GROUP, value={"email": None}, count=2)
    [found] = look(Answers(duplicates=Duplicates(groups=(group,))))
    assert "email null or missing in 2 documents" in found.message
    assert "a partial filter that asks for email" in found.message


def test_what_cannot_be_looked_for_is_said_and_stops_nothing() -> None:
    found = look(Answers(refusal=ServerRefusal(50, "operation exceeded time limit")))
    assert [f.severity for f in found] == [PreflightLevel.WARN]
    assert blocked_steps(plan(), found) == {}


@pytest.mark.parametrize(
    ("room", "severity", "words"),
    [
        (
            Headroom(disk_free_bytes=50_000_000),
            PreflightLevel.BLOCK,
            "of disk, and 47.7 MB are free",
        ),
        (Headroom(disk_free_bytes=100_000_000), PreflightLevel.WARN, "95.4 MB are free"),
        (Headroom(cache_bytes=100_000_000), PreflightLevel.WARN, "half of the server's cache"),
    ],
)
def test_two_indexes_of_a_million_short_keys_need_61_mb(
    room: Headroom, severity: PreflightLevel, words: str
) -> None:
    [found] = look(Answers(room=room))
    assert found.severity is severity
    assert "the builds need about 61.0 MB" in found.message
    assert words in found.message
    stopped = set(blocked_steps(plan(), [found]))
    expected = {"users: create email_1", "users: create phone_1"}
    assert stopped == (expected if severity is PreflightLevel.BLOCK else set())


@pytest.mark.parametrize(
    ("version", "severity"), [((4, 0, 28), PreflightLevel.BLOCK), ((7, 0, 0), PreflightLevel.WARN)]
)
def test_a_long_key_is_an_error_where_the_server_says_so(
    version: tuple[int, ...], severity: PreflightLevel
) -> None:
    sizes = KeySizes(sampled=100, mean_bytes=20, longest_bytes=2_000)
    server = replace(SERVER, version=version)
    found = look(Answers(server=server, sizes=sizes))
    assert {f.severity for f in found} == {severity}


def test_a_running_build_is_told() -> None:
    builds = [Build(collection="users", names=("email_1",), progress=0.5)]
    [found] = look(Answers(builds=builds))
    assert found.message == "the server is building email_1 already (50%)"


def test_turning_an_index_unique_is_looked_at_too() -> None:
    step = make_step("users", StepKind.MAKE_UNIQUE, "email_1")
    live = LiveIndex(definition={"key": {"email": 1}, "name": "email_1"})
    action = Action(
        kind=ActionKind.CHANGE,
        collection="users",
        name="email_1",
        reason="unique",
        live=live,
        steps=(step,),
    )
    part = CollectionPlan(collection="users", actions=(action,), documents=10)
    made = IndexPlan(collections=(part,), content_hash="")
    [found] = look(Answers(duplicates=Duplicates(groups=(GROUP,))), made)
    assert (found.severity, found.step) == (PreflightLevel.BLOCK, step.id)


def test_a_change_that_cannot_be_ended_is_not_begun() -> None:
    create = make_step("users", StepKind.CREATE, "email_1", spec=UNIQUE)
    drop = make_step("users", StepKind.DROP, "email_1")
    action = Action(
        kind=ActionKind.CHANGE,
        collection="users",
        name="email_1",
        reason="unique",
        steps=(drop, create),
    )
    part = CollectionPlan(collection="users", actions=(action,), documents=10)
    made = IndexPlan(collections=(part,), content_hash="")
    found = look(Answers(duplicates=Duplicates(groups=(GROUP,))), made)
    assert set(blocked_steps(made, found)) == {drop.id, create.id}


def test_documents_that_an_index_would_refuse_stop_it() -> None:
    bad = Unindexable(id="u1", reason="tags and roles are arrays both (error 171)")
    found = look(Answers(unindexable=(bad,)))
    assert [(f.severity, f.index, f.sample_ids) for f in found] == [
        (PreflightLevel.BLOCK, "email_1", ("u1",)),
        (PreflightLevel.BLOCK, "phone_1", ("u1",)),
    ]
    assert found[0].message == (
        'documents stand against it (_id "u1": tags and roles are arrays both (error 171))'
    )
