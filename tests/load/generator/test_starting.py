"""Locust as the generator imports it: all of it is there, the dear parts on demand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli import program

SCRIPT = """
import gc, json, sys
from importlib import metadata

lookups = []
looked_up = metadata.entry_points
metadata.entry_points = mine = lambda **which: lookups.append(which) or looked_up(**which)

import kampyn_perf.load.generator.__main__

dear = ("flask", "jinja2", "locust.web", "locust.rpc", "zmq", "bson", "msgpack")
dear = [name for name in dear if name in sys.modules]

import locust
from gevent import monkey
from locust.env import Environment

environment = Environment(events=locust.events)
made = environment.create_web_ui(host="127.0.0.1", port=0, delayed_start=True)

import locust.web

heard = []
runner = environment.create_local_runner()
runner.register_message("greeting", lambda msg, **_: heard.append(msg), concurrent=False)
runner.send_message("greeting", "hello")
import locust.rpc

print(json.dumps({
    "lookups of plugins": len(lookups),
    "lookup is as before": metadata.entry_points is mine,
    "imported before it is used": dear,
    "a message": [type(one) is locust.rpc.Message and one.data for one in heard],
    "speaks ZeroMQ": locust.runners.rpc.Client is locust.rpc.rpc.Client,
    "patched": [name for name in ("socket", "threading", "ssl") if monkey.is_module_patched(name)],
    "collects garbage": gc.isenabled(),
    "makes a web interface": type(made) is locust.web.WebUI,
}))
"""


@pytest.fixture(scope="module")
def process() -> Any:
    """What one process says of itself."""
    return json.loads(program.run_script(SCRIPT))


def test_plugins_of_gevent_are_looked_up_once(process):
    assert process["lookups of plugins"] == 1
    assert process["lookup is as before"]


def test_the_web_interface_is_imported_when_somebody_makes_one(process):
    assert process["makes a web interface"]


def test_what_speaks_with_other_machines_is_imported_when_somebody_does(process):
    assert process["a message"] == ["hello"]
    assert process["speaks ZeroMQ"]


def test_neither_is_imported_before(process):
    assert process["imported before it is used"] == []


def test_the_process_is_as_locust_makes_it(process):
    assert process["patched"] == ["socket", "threading", "ssl"]
    assert process["collects garbage"]
