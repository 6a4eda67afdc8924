"""A further option of an index is one further row: it then travels through the whole program."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kampyn_perf.indexes.model.options import OPTIONS
from kampyn_perf.indexes.model.spec import IndexSpec

# In a process of its own: the rows are read when the other modules are imported.
WITH_ANOTHER_ROW = """
import json
from kampyn_perf.indexes.model import options

options.OPTIONS += (
    options.Option(
        name="prefetch", kind=options.Kind.INTEGER, meaning="", default=1, least=1, most=9
    ),
)

from kampyn_perf.config import parse_yaml
from kampyn_perf.errors import ConfigError
from kampyn_perf.indexes.catalogue.from_database import catalogue_of
from kampyn_perf.indexes.catalogue.from_mongoose import catalogue_of_mongoose
from kampyn_perf.indexes.catalogue.load import load_catalogue
from kampyn_perf.indexes.catalogue.write import catalogue_yaml
from kampyn_perf.indexes.engines.mongo.commands import definition
from kampyn_perf.indexes.model.live import LiveCollection, LiveIndex, LiveState
from kampyn_perf.indexes.plan.diff import make_plan
from kampyn_perf.indexes.text.plan import plan_lines
from tests.indexes.simulator import Simulator

text = "collections: {things: {indexes: [{key: {a: 1}, prefetch: %d}]}}"

def load(value):
    return load_catalogue(parse_yaml(text % value, "c.yaml"))

def live(**given):
    index = LiveIndex(definition={"v": 2, "key": {"a": 1}, "name": "a_1", **given})
    return LiveCollection(
        name="things", server=Simulator(version=(7, 0)).server, indexes=(index,)
    )

def plan(catalogue, **given):
    return make_plan(catalogue, LiveState(collections={"things": live(**given)}))

catalogue = load(5)
try:
    load(10)
except ConfigError as error:
    refused = error.problems[0].path
changed = plan(catalogue)
declared = {"things": [[{"a": 1}, {"prefetch": 5}]]}
print(json.dumps({
    "read": dict(catalogue.collections[0].entries[0].spec.options),
    "refused": refused,
    "differences": list(changed.actions[0].differences),
    "same": [plan(catalogue, prefetch=5).empty, plan(load(1)).empty],
    "lines": [line.text for line in plan_lines(changed)],
    "sent": definition(catalogue.collections[0].entries[0].spec),
    "written": catalogue_yaml(catalogue),
    "imported": catalogue_yaml(catalogue_of([("default", live(prefetch=5))])),
    "mongoose": catalogue_yaml(catalogue_of_mongoose(declared, source="d.json")[0]),
}))
"""


def test_a_further_row_is_read_compared_shown_sent_written_and_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITH_ANOTHER_ROW],
        cwd=Path(__file__).parents[3],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["read"] == {"prefetch": 5}
    assert told["refused"] == "collections.things.indexes[0].prefetch"
    assert told["differences"] == ["prefetch: 1 -> 5"]
    assert told["same"] == [True, True]
    assert "  ~ change    a_1  {a: 1} prefetch: 5" in told["lines"]
    assert told["sent"] == {"key": {"a": 1}, "name": "a_1", "prefetch": 5}
    written = "collections:\n  things:\n    indexes:\n      - key: {a: 1}\n        prefetch: 5\n"
    assert told["written"] == told["imported"] == told["mongoose"] == written


def test_an_option_that_no_row_knows_is_a_mistake() -> None:
    with pytest.raises(ValueError, match=r"no options of an index: prefetch"):
        IndexSpec(keys=(("a", 1),), options={"prefetch": 1})


def test_options_keep_the_order_of_their_rows_and_what_is_off_is_not_there() -> None:
    names = [option.name for option in OPTIONS]
    assert len(set(names)) == len(names)
    spec = IndexSpec(
        keys=(("a", 1),), options={"expireAfterSeconds": 0, "sparse": False, "unique": 1}
    )
    assert list(spec.options.items()) == [("unique", True), ("expireAfterSeconds", 0)]
