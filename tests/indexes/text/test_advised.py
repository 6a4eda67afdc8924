"""Advice as a catalogue that `plan` accepts."""

import pytest

from kampyn_perf.config import parse_yaml
from kampyn_perf.indexes.advise.advice import advise
from kampyn_perf.indexes.advise.known import Known
from kampyn_perf.indexes.advise.operation import operation_of
from kampyn_perf.indexes.advise.tally import Tallies
from kampyn_perf.indexes.catalogue.load import load_catalogue
from kampyn_perf.indexes.catalogue.write import catalogue_yaml
from kampyn_perf.indexes.model.catalogue import Catalogue, Cluster, WantedCollection
from kampyn_perf.indexes.text.advise import advice_json, advice_lines
from kampyn_perf.indexes.text.advised import advised_catalogue
from tests.indexes.advise.workload import DEFECTS, Recorded, find, record

BASE = Catalogue(
    collections=(WantedCollection(name="orders", cluster="order"),),
    clusters={
        "default": Cluster(name="default", variable="MONGO_URI"),
        "order": Cluster(name="order", variable="MONGO_URI_ORDER"),
    },
    parameters={"vendorId": "vendor123"},
)
QUERY = {
    "vendorId": {"$oid": "65a"},
    "paid": True,
    "at": {"$gte": {"$date": "2026-11-01T00:00:00Z"}, "$lt": {"$date": "2026-12-01T00:00:00Z"}},
    "$or": [{"tags": {"$in": ["a", "b"]}}, {"items": {"$elemMatch": {"kind": "x"}}}],
}


def report(*recorded):
    tallies = Tallies()
    for one in recorded:
        tallies.add(operation_of(record(one)))
    return advise(tallies, lambda _: Known())


def read_back(catalogue):
    return load_catalogue(parse_yaml(catalogue_yaml(catalogue), "advised.yaml"))


@pytest.mark.parametrize("values", [True, False])
@pytest.mark.parametrize("defect", DEFECTS, ids=lambda one: one.name)
def test_it_reads_back(defect, values):
    given = report(defect)
    if not given.advice:
        return
    catalogue = advised_catalogue(given, BASE, values=values)
    again = read_back(catalogue)
    assert [(p.name, p.cluster) for p in again.collections] == [
        (p.name, p.cluster) for p in catalogue.collections
    ]
    for mine, theirs in zip(catalogue.collections, again.collections, strict=True):
        assert [e.spec for e in theirs.entries] == [e.spec for e in mine.entries]
        assert [e.serves for e in theirs.entries] == [e.serves for e in mine.entries]
    if values and defect.command.get("filter"):
        assert again.collections[0].queries


def test_recorded_values_only_where_they_are_asked_for():
    given = report(Recorded(name="", command=find("orders", QUERY), docs=50_000))
    assert "65a" not in catalogue_yaml(advised_catalogue(given, BASE))
    catalogue = advised_catalogue(given, BASE, values=True)
    (query, *_) = read_back(catalogue).collections[0].queries
    assert query.filter["paid"] is True
    assert query.filter["vendorId"] == "{vendorId2}"  # the catalogue has another vendorId
    assert query.filter["at"] == {"$gte": "{at}", "$lt": "{at2}"}
    assert query.filter["$or"][0] == {"tags": {"$in": ["{tags}", "{tags2}"]}}
    assert catalogue.parameters["vendorId2"] == {"$oid": "65a"}


def test_the_catalogues_own_sample_is_enough():
    given = report(Recorded(name="", command=find("orders", {"vendorId": "secret"}), docs=50_000))
    catalogue = advised_catalogue(given, BASE)
    (query,) = catalogue.collections[0].queries
    assert query.filter == {"vendorId": "{vendorId}"}
    assert catalogue.parameters == {"vendorId": "vendor123"}
    assert catalogue.collections[0].cluster == "order"
    assert "secret" not in catalogue_yaml(catalogue)


def test_each_line_cites_what_it_rests_on():
    given = report(*[DEFECTS[0]] * 3)
    text = "\n".join(line.text for line in advice_lines(given))
    assert "1. shop.orders  {couponCode: 1}" in text
    assert (
        "3 times, 540 ms in all, P95 180 ms; each examined 80,000 and returned 20; COLLSCAN" in text
    )
    data = advice_json(given, ("a.log",))
    assert data["advice"][0]["index"] == {"key": {"couponCode": 1}, "name": "couponCode_1"}
    assert data["shapes"][0]["p95Ms"] == 180
