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

web = [name for name in ("flask", "jinja2", "locust.web") if name in sys.modules]

import locust
from gevent import monkey
from locust.env import Environment

environment = Environment(events=locust.events)
made = environment.create_web_ui(host="127.0.0.1", port=0, delayed_start=True)

import locust.web

print(json.dumps({
    "lookups of plugins": len(lookups),
    "lookup is as before": metadata.entry_points is mine,
    "web interface imported": web,
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
    assert process["web interface imported"] == []
    assert process["makes a web interface"]


def test_the_process_is_as_locust_makes_it(process):
    assert process["patched"] == ["socket", "threading", "ssl"]
    assert process["collects garbage"]
