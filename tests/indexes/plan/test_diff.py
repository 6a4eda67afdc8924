"""Which action each situation gets, and by which steps: one known-good state, one thing changed.

Tests `kampyn_perf/indexes/plan` and `kampyn_perf/indexes/model/matching.py` too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kampyn_perf.indexes.model.catalogue import Catalogue, Cluster, Entry, WantedCollection
from kampyn_perf.indexes.model.live import CollectionKind, LiveCollection, LiveIndex, LiveState
from kampyn_perf.indexes.model.server import Engine, ServerInfo, Topology, features_of
from kampyn_perf.indexes.model.spec import IndexSpec
from kampyn_perf.indexes.plan.actions import Action, ActionKind, IndexPlan, Prune, PruneStage
from kampyn_perf.indexes.plan.diff import make_plan
from kampyn_perf.indexes.plan.steps import BRIDGE_FIELD
from tests.indexes.simulator import listed

V7 = (7, 0)


def server(version: tuple[int, int] = V7) -> ServerInfo:
    topology = Topology.REPLICA_SET
    return ServerInfo(
        engine=Engine.MONGODB,
        version=version,
        topology=topology,
        features=features_of(version, topology),
    )


def spec(*keys: tuple[str, Any], name: str = "", **options: Any) -> IndexSpec:
    return IndexSpec(keys=keys or (("a", 1),), name=name, options=options)


def live_collection(*specs: IndexSpec, version: tuple[int, int] = V7, **rest: Any) -> Any:
    indexes = (
        LiveIndex(definition={"v": 2, "key": {"_id": 1}, "name": "_id_"}),
        *(LiveIndex(definition=listed(one)) for one in specs),
    )
    values = {"name": "things", "server": server(version), "indexes": indexes, **rest}
    return LiveCollection(**values)


def catalogue(*specs: IndexSpec) -> Catalogue:
    return catalogue_for("things", *specs)


def catalogue_for(name: str, *specs: IndexSpec) -> Catalogue:
    wanted = WantedCollection(name=name, entries=tuple(Entry(spec=one) for one in specs))
    return Catalogue(
        collections=(wanted,), clusters={"default": Cluster(name="default", variable="MONGO_URI")}
    )


def plan(
    wanted: list[IndexSpec],
    live: LiveCollection,
    *prunes: str,
    stage: PruneStage = PruneStage.DROP,
) -> IndexPlan:
    asked = [Prune(collection="things", name=name, stage=stage) for name in prunes]
    state = LiveState(collections={live.name: live})
    return make_plan(catalogue_for(live.name, *wanted), state, asked)


def only(made: IndexPlan) -> Action:
    (action,) = made.actions
    return action


def step_ids(action: Action) -> list[str]:
    return [step.id.removeprefix("things: ") for step in action.steps]


def test_what_is_there_is_kept_under_any_name() -> None:
    action = only(plan([spec()], live_collection(spec(name="by_hand"))))
    assert (action.kind, action.name) == (ActionKind.KEEP, "by_hand")
    named = only(plan([spec(name="mine")], live_collection(spec(name="by_hand"))))
    assert named.kind is ActionKind.KEEP
    assert "the catalogue calls it mine" in named.reason


def test_what_is_missing_is_created_and_nothing_is_pending_after() -> None:
    action = only(plan([spec()], live_collection()))
    assert (action.kind, action.pending, step_ids(action)) == (
        ActionKind.CREATE,
        True,
        ["create a_1"],
    )
    assert plan([spec()], live_collection(spec())).empty


def test_a_missing_collection_is_said_to_be_made() -> None:
    made = plan([spec()], live_collection(kind=CollectionKind.MISSING, indexes=()))
    assert made.collections[0].notes == ("does not exist yet; building its first index makes it",)


def test_a_running_build_is_joined() -> None:
    live = live_collection(spec())
    building = replace(live.indexes[1], building=True)
    action = only(plan([spec()], replace(live, indexes=(live.indexes[0], building))))
    assert (action.kind, step_ids(action)) == (ActionKind.CREATE, ["create a_1"])
    assert action.steps[0].note == "joins the build that is running"


@pytest.mark.parametrize(
    ("before", "after", "version", "steps"),
    [
        ({"hidden": True}, {}, (4, 4), ["unhide a_1"]),
        ({}, {"hidden": True}, (4, 4), ["hide a_1"]),
        ({"expireAfterSeconds": 60}, {"expireAfterSeconds": 90}, (4, 2), ["set-ttl a_1"]),
        ({}, {"expireAfterSeconds": 90}, (5, 1), ["set-ttl a_1"]),
        ({}, {"unique": True}, (6, 0), ["prepare-unique a_1", "make-unique a_1"]),
        (
            {"expireAfterSeconds": 60, "hidden": True},
            {"expireAfterSeconds": 90, "unique": True},
            V7,
            ["unhide a_1", "set-ttl a_1", "prepare-unique a_1", "make-unique a_1"],
        ),
        # Beside the old one, which stays until somebody names it.
        ({}, {"unique": True}, (5, 0), ["create a_1_2"]),
        ({"unique": True}, {}, V7, ["create a_1_2"]),
        ({}, {"sparse": True}, V7, ["create a_1_2"]),
        ({}, {"partialFilterExpression": {"b": 1}}, V7, ["create a_1_2"]),
        ({}, {"collation": {"locale": "en"}}, (4, 2), ["create a_1_2"]),
        # Neither in place nor side by side: not without its name.
        ({"expireAfterSeconds": 60}, {}, V7, []),
        ({}, {"expireAfterSeconds": 60}, (5, 0), []),
        ({}, {"unique": True}, (4, 4), []),
        ({}, {"partialFilterExpression": {"b": 1}}, (4, 4), []),
    ],
)
def test_the_least_invasive_way_is_taken(
    before: dict[str, Any], after: dict[str, Any], version: tuple[int, int], steps: list[str]
) -> None:
    made = plan([spec(**after)], live_collection(spec(**before), version=version))
    action = made.actions[0]
    assert (action.kind, action.pending) == (ActionKind.CHANGE, True)
    assert step_ids(action) == steps
    if not steps:
        assert action.blocked == "needs --prune things.a_1: the old form must be dropped"


def test_an_index_that_is_prepared_already_is_only_made_unique() -> None:
    live = live_collection(spec())
    prepared = LiveIndex(definition={**live.indexes[1].definition, "prepareUnique": True})
    live = replace(live, indexes=(live.indexes[0], prepared))
    assert step_ids(only(plan([spec(unique=True)], live))) == ["make-unique a_1"]


def test_a_replacement_goes_over_a_bridge_with_the_same_uniqueness() -> None:
    old = spec(unique=True, expireAfterSeconds=60)
    action = only(plan([spec(unique=True)], live_collection(old), "a_1"))
    build, drop, create, clear = action.steps
    assert build.spec is not None
    assert build.spec.keys == (("a", 1), (BRIDGE_FIELD, 1))
    assert (build.spec.unique, build.spec.ttl_seconds) == (True, None)
    assert [step.kind.value for step in action.steps] == ["create", "drop", "create", "drop"]
    assert (drop.needs, create.needs, clear.needs) == ((build.id,), (drop.id,), (create.id,))
    assert (create.name, clear.name) == ("a_1", build.name)
    assert action.gap == ""


def test_no_bridge_is_built_where_another_index_serves_meanwhile() -> None:
    live = live_collection(spec(expireAfterSeconds=60), spec(("a", 1), ("b", 1)))
    wanted = [spec(), spec(("a", 1), ("b", 1))]
    assert step_ids(plan(wanted, live, "a_1").actions[0]) == ["drop a_1", "create a_1"]


def test_a_text_index_cannot_be_bridged_and_the_plan_says_so() -> None:
    wanted = spec(("a", "text"), ("b", "text"))
    blocked = only(plan([wanted], live_collection(spec(("a", "text")))))
    assert "needs --prune things.a_text" in blocked.blocked
    action = only(plan([wanted], live_collection(spec(("a", "text"))), "a_text"))
    assert step_ids(action) == ["drop a_text", "create a_text_b_text"]
    assert "$text queries fail" in action.gap


def test_a_bridge_that_was_left_is_cleared_once_its_index_is_there() -> None:
    bridge = spec(("a", 1), (BRIDGE_FIELD, 1), name="kampyn_bridge_0123456789ab")
    finished = plan([spec()], live_collection(spec(), bridge))
    assert [step_ids(action) for action in finished.actions] == [
        [],
        ["drop kampyn_bridge_0123456789ab"],
    ]
    # The old form is gone, the new one is not there: it is built before the bridge goes.
    halfway = plan([spec()], live_collection(bridge))
    assert halfway.actions[1].steps[0].needs == ("things: create a_1",)
    # Nobody wants it any more: it is nobody's but the owner's to drop.
    assert plan([], live_collection(bridge)).actions[0].kind is ActionKind.EXTRA


@pytest.mark.parametrize(
    ("wanted", "live", "words"),
    [
        ([spec(partialFilterExpression={"a": {"$ne": 1}})], live_collection(), "$ne"),
        ([spec(name="n")], live_collection(spec(("b", 1), name="n")), "error 86"),
        ([spec(), spec(expireAfterSeconds=5)], live_collection(), "error 85"),
        ([spec(), spec(name="twice")], live_collection(), "the same index twice"),
        ([spec(("a", "text")), spec(("b", "text"))], live_collection(), "one text index"),
        (
            [spec(("a", 1), name="n"), spec(("b", 1), name="n")],
            live_collection(),
            "another entry has the name n",
        ),
        ([spec()], live_collection(kind=CollectionKind.VIEW, indexes=()), "is a view"),
        ([spec(expireAfterSeconds=5)], live_collection(kind=CollectionKind.CAPPED), "capped"),
        ([spec(unique=True)], live_collection(kind=CollectionKind.TIMESERIES), "no unique"),
        ([spec(unique=True)], live_collection(shard_key={"b": 1}), "shard key {b: 1}"),
        ([spec(hidden=True)], live_collection(version=(4, 2)), "cannot hide"),
        ([spec()], live_collection(name="n" * 254), "more than 255 bytes"),
    ],
)
def test_what_the_server_would_refuse_is_a_conflict(
    wanted: list[IndexSpec], live: LiveCollection, words: str
) -> None:
    conflicts = [a for a in plan(wanted, live).actions if a.kind is ActionKind.CONFLICT]
    assert conflicts
    assert words in conflicts[-1].reason
    assert all(action.pending and not action.steps for action in conflicts)


def test_a_unique_index_that_begins_with_the_shard_key_is_fine() -> None:
    wanted = [spec(("b", 1), ("a", 1), unique=True)]
    assert only(plan(wanted, live_collection(shard_key={"b": 1}))).kind is ActionKind.CREATE


def test_the_index_that_a_shard_key_needs_is_not_pruned() -> None:
    live = live_collection(spec(("b", 1), ("c", 1)), shard_key={"b": 1})
    action = only(plan([], live, "b_1_c_1"))
    assert (action.steps, "is sharded by its keys" in action.blocked) == ((), True)
    spare = live_collection(spec(("b", 1), ("c", 1)), spec(("b", 1)), shard_key={"b": 1})
    assert step_ids(plan([], spare, "b_1_c_1").actions[0]) == ["drop b_1_c_1"]


def test_the_index_on_id_is_always_there_and_a_hashed_one_is_another() -> None:
    made = plan([spec(("_id", 1)), spec(("_id", "hashed"))], live_collection())
    assert [(a.kind, a.name) for a in made.actions] == [
        (ActionKind.KEEP, "_id_"),
        (ActionKind.CREATE, "_id_hashed"),
    ]
    live = live_collection(spec(("_id", "hashed")))
    assert only(plan([], live)).kind is ActionKind.EXTRA


def test_the_sixty_fifth_index_is_refused_beforehand() -> None:
    wanted = [spec((f"f{number}", 1)) for number in range(64)]
    kinds = [action.kind for action in plan(wanted, live_collection()).actions]
    assert kinds == [ActionKind.CREATE] * 63 + [ActionKind.CONFLICT]


def test_a_default_name_that_is_taken_gets_a_number() -> None:
    action = plan([spec()], live_collection(spec(("b", 1), name="a_1"))).actions[0]
    assert step_ids(action) == ["create a_1_2"]


def test_what_the_catalogue_does_not_have_is_left_alone() -> None:
    live = live_collection(spec(("a", 1), ("b", 1)), spec(), spec(("c", 1), hidden=True))
    made = plan([spec(("a", 1), ("b", 1))], live)
    assert [(a.name, a.kind) for a in made.actions] == [
        ("a_1_b_1", ActionKind.KEEP),
        ("a_1", ActionKind.REDUNDANT),
        ("c_1", ActionKind.HIDDEN),
    ]
    assert made.empty


def test_pruning_hides_first_and_drops_what_is_asked_to_drop() -> None:
    live = live_collection(spec())
    hide = only(plan([], live, "a_1", stage=PruneStage.HIDE))
    assert step_ids(hide) == ["hide a_1"]
    assert hide.gap == "no other index serves its queries"
    assert step_ids(only(plan([], live, "a_1"))) == ["drop a_1"]
    hidden = live_collection(spec(hidden=True))
    assert only(plan([], hidden, "a_1", stage=PruneStage.HIDE)).steps == ()
    old = live_collection(spec(), version=(4, 2))
    assert "cannot hide" in only(plan([], old, "a_1", stage=PruneStage.HIDE)).blocked


def test_a_drop_waits_for_the_index_that_takes_its_place() -> None:
    made = plan([spec(("a", 1), ("b", 1))], live_collection(spec()), "a_1")
    (drop,) = made.actions[1].steps
    assert drop.needs == ("things: create a_1_b_1",)


def test_names_that_prune_cannot_use_are_noted() -> None:
    made = plan([spec()], live_collection(spec()), "a_1", "nothing")
    assert made.steps == ()
    assert made.collections[0].notes == (
        "--prune a_1: stays, because the catalogue wants it",
        "--prune nothing: there is no such index (dropped already, or misspelt)",
    )


def test_the_hash_follows_catalogue_state_and_prunes() -> None:
    live = live_collection(spec())
    first = plan([spec()], live).content_hash
    assert first == plan([spec()], live).content_hash
    others = {
        plan([spec(unique=True)], live).content_hash,
        plan([spec()], live_collection(spec(), spec(("b", 1)))).content_hash,
        plan([spec()], live, "a_1").content_hash,
    }
    assert len(others | {first}) == 4


def test_the_index_that_a_server_made_with_its_collection_is_named_as_such() -> None:
    own = spec(("sensor", 1), ("at", 1))
    live = replace(
        live_collection(own, spec(("at", 1), ("sensor", 1))),
        kind=CollectionKind.TIMESERIES,
        timeseries={"timeField": "at", "metaField": "sensor"},
    )
    kept, extra = plan([], live).actions
    assert (kept.kind, kept.reason) == (
        ActionKind.KEEP,
        "the server made it with the time-series collection",
    )
    assert extra.kind is ActionKind.EXTRA
    # It may go all the same where somebody says so.
    assert plan([], live, "sensor_1_at_1").actions[0].steps
