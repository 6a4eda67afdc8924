"""Whatever a catalogue's file holds, the answer is a catalogue or a ConfigError; and whatever a
catalogue and a server hold, lint and plan answer.

Tests `catalogue`, `lint`, `plan` and `text` of `kampyn_perf/indexes` together.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kampyn_perf.errors import ConfigError, KampynError
from kampyn_perf.indexes.catalogue.from_mongoose import catalogue_of_mongoose
from kampyn_perf.indexes.catalogue.load import load_catalogue, resolved_queries
from kampyn_perf.indexes.catalogue.write import catalogue_yaml
from kampyn_perf.indexes.lint.engine import lint
from kampyn_perf.indexes.model.live import LiveCollection, LiveIndex, LiveState
from kampyn_perf.indexes.plan.diff import make_plan
from kampyn_perf.indexes.text.plan import plan_lines
from kampyn_perf.indexes.text.plan_json import plan_json
from kampyn_perf.sources import Source
from tests.indexes.simulator import Simulator

words = st.sampled_from(
    ["a", "b", "a.b", "$**", "_id", "", "$gt", "$and", "$or", "$exists", "$type", "$oid", "$date",
     "$not", "$text", "simple", "text", "hashed", "2d", "en", "{x}", "$ago", "locale"]
)  # fmt: skip
scalars = st.one_of(st.none(), st.booleans(), st.integers(-2, 3), st.floats(), words, st.dates())
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=2),
    max_leaves=6,
)
operators = st.sampled_from(["$and", "$or", "$nor", "$not", "$exists", "$type", "$in", "$gt"])
documents = st.recursive(
    st.dictionaries(words | operators, values, max_size=2),
    lambda inner: st.dictionaries(
        words | operators, inner | st.lists(inner, max_size=2), max_size=2
    ),
    max_leaves=4,
)
fields = st.sampled_from(["a", "b", "a.b", "$**", "_id"])
keys = st.dictionaries(
    fields, st.sampled_from([1, -1, "text", "hashed", "2d", "2dsphere"]), min_size=1, max_size=3
)
OPTIONS: dict[str, st.SearchStrategy[Any]] = {
    "unique": st.booleans(),
    "sparse": st.booleans(),
    "hidden": st.booleans(),
    "partialFilterExpression": documents,
    "expireAfterSeconds": st.integers(-1, 5) | st.floats(),
    "collation": st.fixed_dictionaries({"locale": words}),
    "weights": st.dictionaries(fields, st.integers(0, 3)),
    "default_language": words,
    "wildcardProjection": documents,
    "storageEngine": documents,
    "name": words,
    "serves": st.lists(st.sampled_from(["q", "r"])),
}
options = st.dictionaries(st.sampled_from(sorted(OPTIONS)), st.none(), max_size=3).flatmap(
    lambda chosen: st.fixed_dictionaries({name: OPTIONS[name] for name in chosen})
)
indexes = st.lists(st.builds(lambda key, more: {"key": key, **more}, keys, options), max_size=3)
stages = st.dictionaries(st.sampled_from(["$match", "$sort", "$geoNear"]), documents | values)
queries = st.fixed_dictionaries(
    {
        "q": st.fixed_dictionaries({"filter": documents, "sort": documents}),
        "r": st.fixed_dictionaries({"pipeline": st.lists(stages, max_size=2)}),
    }
)
parameter_values = st.fixed_dictionaries({"x": values})


@given(declared=indexes | values, asked=queries | values, parameters=parameter_values)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_file_is_answered(declared: Any, asked: Any, parameters: Any) -> None:
    collection = {"indexes": declared, "queries": asked}
    data = {"parameters": parameters, "collections": {"things": collection}}
    try:
        catalogue = load_catalogue(Source(data, "any.yaml"))
    except ConfigError as error:
        assert error.problems
        return
    lint(catalogue)
    catalogue_yaml(catalogue)
    state = LiveState(
        collections={
            "things": LiveCollection(
                name="things",
                server=Simulator(version=(7, 0)).server,
                indexes=(LiveIndex(definition={"key": {"a": 1}, "name": "a_1"}),),
            )
        }
    )
    plan = make_plan(catalogue, state)
    plan_json(plan)
    list(plan_lines(plan, keeps=True))
    with suppress(KampynError):
        resolved_queries(catalogue, now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


declarations = st.lists(st.lists(keys | values, max_size=3), max_size=4)


@given(data=values | st.dictionaries(words, declarations, max_size=4))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_declarations_are_answered(data: Any) -> None:
    with suppress(KampynError):
        catalogue, _ = catalogue_of_mongoose(data, source="any.json")
        catalogue_yaml(catalogue)
