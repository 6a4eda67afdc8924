"""Verdicts that the workload does not have."""

import pytest

from kampyn_perf.indexes.advise.advice import advise
from kampyn_perf.indexes.advise.judge import LEAST_WASTE, Verdict
from kampyn_perf.indexes.advise.known import Known, KnownIndex, Source
from kampyn_perf.indexes.advise.operation import operation_of
from kampyn_perf.indexes.advise.tally import MOST_SHAPES, Tallies, Tally
from kampyn_perf.indexes.model.normalise import normal_of
from kampyn_perf.indexes.model.spec import IndexSpec, describe_keys
from tests.indexes.advise.workload import Recorded, find, record


def report(*recorded, known=None, least=1, arrays=()):
    tallies = Tallies()
    for one in recorded:
        tallies.add(operation_of(record(one)))
    given = known or Known(arrays=frozenset(arrays))
    return advise(tallies, lambda _: given, least=least)


def scan(filter_, **more):
    return Recorded(name="", command=find("orders", filter_, **more), docs=50_000)


def keys(found):
    return [describe_keys(one.spec.keys) for one in found.advice]


def index(source, **key):
    spec = IndexSpec(keys=tuple(key.items()))
    return KnownIndex(name="it", normal=normal_of(spec), source=source)


def test_declared_and_not_built():
    known = Known(indexes=(index(Source.CATALOGUE, a=1),), live=True, declared=True)
    (judged,) = report(scan({"a": 1}), known=known).judged
    assert judged.verdict is Verdict.DECLARED
    assert judged.indexes == ("it",)
    assert "not built" in judged.reason


def test_there_and_not_used():
    known = Known(indexes=(index(Source.LIVE, a=1),), live=True)
    (judged,) = report(scan({"a": 1}), known=known).judged
    assert (judged.verdict, judged.indexes) == (Verdict.THERE, ("it",))


def test_the_rest_is_what_no_index_narrows_down():
    known = Known(indexes=(index(Source.LIVE, a=1),), live=True)
    one = Recorded(
        name="",
        command=find("orders", {"a": 1, "b": {"$ne": 2}}),
        plan="IXSCAN { a: 1 }",
        keys=9_000,
        docs=9_000,
    )
    (judged,) = report(one, known=known).judged
    assert judged.verdict is Verdict.NO_HELP
    assert "$ne on b" in judged.reason


@pytest.mark.parametrize(
    "hidden", [{"hidden": True}, {"sparse": True}, {"collation": {"locale": "en"}}]
)
def test_an_index_that_does_not_serve_does_not_count(hidden):
    spec = IndexSpec(keys=(("a", 1),), options=hidden)
    known = Known(
        indexes=(KnownIndex(name="it", normal=normal_of(spec), source=Source.LIVE),), live=True
    )
    assert keys(report(scan({"a": 1}), known=known)) == ["{a: 1}"]


def test_each_branch_of_an_or_gets_its_index():
    found = report(scan({"v": 1, "$or": [{"a": 1}, {"b": {"$gt": 2}}]}))
    assert sorted(keys(found)) == ["{v: 1, a: 1}", "{v: 1, b: 1}"]
    (judged,) = report(scan({"$or": [{"a": 1}, {"b": {"$ne": 2}}]})).judged
    assert judged.verdict is Verdict.NO_HELP
    assert "branch" in judged.reason
    assert keys(report(scan({"v": 1, "$or": [{"a": 1}, {"b": {"$ne": 2}}]}))) == ["{v: 1}"]


def test_one_array_per_index():
    found = report(scan({"tags": "a", "sizes": "b", "c": 1}), arrays=("tags", "sizes"))
    assert keys(found) == ["{tags: 1, c: 1}"]
    assert "sizes left out" in " ".join(found.judged[0].remarks)
    inside = report(scan({"items": {"$elemMatch": {"kind": "a", "n": {"$gt": 1}}}}))
    assert keys(inside) == ["{items.kind: 1, items.n: 1}"]


def test_the_order_of_equality_sort_and_range():
    found = report(scan({"at": {"$gt": 1}, "v": 1}, sort={"total": -1}, limit=9))
    assert keys(found) == ["{v: 1, total: -1, at: 1}"]
    assert "measure both" in " ".join(found.judged[0].remarks)
    assert keys(report(scan({"v": 1, "s": 2}, sort={"s": 1, "at": -1}, limit=9))) == [
        "{v: 1, s: 1, at: -1}"
    ]
    listed = {"v": 1, "s": {"$in": [1, 2]}}
    assert keys(report(scan(listed, sort={"s": 1, "at": -1}, limit=9))) == ["{v: 1, s: 1, at: -1}"]
    many = {"s": {"$in": list(range(300))}}
    assert keys(report(scan(many, sort={"at": -1}, limit=9))) == ["{at: -1, s: 1}"]


def test_a_collation_goes_into_the_index():
    found = report(scan({"name": "x"}, collation={"locale": "en", "strength": 2}))
    assert found.advice[0].spec.collation == {"locale": "en", "strength": 2}


def test_what_was_cut_is_not_judged():
    tallies = Tallies()
    tallies.add(operation_of(record(scan({"a": 1})) | {"truncated": {"command": {}}}))
    (judged,) = advise(tallies, lambda _: Known()).judged
    assert judged.verdict is Verdict.UNKNOWN


def test_few_operations_are_judged_and_not_advised():
    assert report(scan({"a": 1}), least=2).advice == ()
    assert keys(report(scan({"a": 1}), scan({"a": 2}), least=2)) == ["{a: 1}"]


def test_what_costs_little_is_left_alone():
    one = Recorded(name="", command=find("orders", {"a": 1}), docs=LEAST_WASTE, returned=0)
    assert report(one).judged[0].verdict is Verdict.HEALTHY


def test_too_many_shapes_are_counted():
    tallies = Tallies()
    for number in range(MOST_SHAPES + 3):
        tallies.add(operation_of(record(scan({f"f{number}": 1}))))
    assert len(tallies.by_shape) == MOST_SHAPES
    assert tallies.left_out == 3


def test_what_is_too_deep_is_left_out():
    deep = {"a": 1}
    for _ in range(3_000):
        deep = {"$and": [deep]}
    tallies = Tallies()
    tallies.add(operation_of(record(scan(deep))))
    assert tallies.left_out == 1


def test_p95_is_the_smallest_that_covers_it():
    one = operation_of(record(scan({"a": 1})))
    tally = Tally(shape=None, sample=one)  # type: ignore[arg-type]
    for ms in range(1, 101):
        tally.durations[ms * 1_000] += 1
    tally.count = 100
    assert tally.p95_us == 95_000


def test_recorded_writes_are_its_cost():
    tallies = Tallies()
    for _ in range(3):
        tallies.add(operation_of(record(scan({"status": 1}))))
    change = {"update": "orders", "q": {"_id": 1}, "u": {"$set": {"status": 2, "note": "x"}}}
    tallies.add(operation_of(record(Recorded(name="", command=change, more={"type": "update"}))))
    insert = {"insert": "orders", "documents": [{}]}
    tallies.add(operation_of(record(Recorded(name="", command=insert))))
    (advice,) = advise(tallies, lambda _: Known()).advice
    assert (advice.cost.updates, advice.cost.inserts) == (1, 1)


def aggregate(*pipeline, docs=50_000):
    command = {"aggregate": "orders", "pipeline": list(pipeline)}
    return Recorded(name="", command=command, docs=docs)


@pytest.mark.parametrize(
    ("pipeline", "expected"),
    [
        ([{"$match": {"a": 1}}, {"$sort": {"b": -1}}, {"$limit": 5}], ["{a: 1, b: -1}"]),
        ([{"$match": {"a": 1}}, {"$match": {"b": 2}}], ["{a: 1, b: 1}"]),
        ([{"$project": {"a": 1, "b": True}}, {"$match": {"a": 1}}], ["{a: 1}"]),
        ([{"$addFields": {"x": "$a"}}, {"$match": {"x": 1}}], []),
        ([{"$addFields": {"x": "$a"}}, {"$match": {"a": 1}}], ["{a: 1}"]),
        ([{"$addFields": {"x": "$a"}}, {"$match": {"$or": [{"x": 1}, {"a": 1}]}}], []),
        ([{"$project": {"x": "$a"}}, {"$sort": {"x": 1}}, {"$limit": 5}], []),
        ([{"$limit": 900}, {"$match": {"a": 1}}], []),
        ([{"$unwind": "$lines"}, {"$match": {"lines.a": 1}}], []),
        ([{"$group": {"_id": "$a"}}, {"$match": {"_id": 1}}], []),
    ],
)
def test_only_stored_documents_are_narrowed_down(pipeline, expected):
    assert keys(report(aggregate(*pipeline))) == expected


def test_a_branch_by_id_needs_no_index():
    assert keys(report(scan({"$or": [{"_id": 5}, {"a": 1}]}))) == ["{a: 1}"]


def test_no_index_is_in_natural_order():
    assert keys(report(scan({"a": 1}, sort={"$natural": -1}, limit=5))) == ["{a: 1}"]


def test_a_hint_is_told():
    (judged,) = report(scan({"a": 1}, hint={"b": 1})).judged
    assert "with a hint" in judged.tally.shape.words()
    assert any("sent with a hint" in remark for remark in judged.remarks)
