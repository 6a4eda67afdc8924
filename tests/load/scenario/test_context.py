"""What all virtual users share: operations are ready before the first session calls one."""

from __future__ import annotations

from tests import forked_generator

SCRIPT = """
from kampyn_perf.load.scenario.context import LoadContext
from kampyn_perf.load.scenario.feed import Feed
from kampyn_perf.load.scenario.interpreter import Preparing
from kampyn_perf.load.target.settings import TargetSettings

made = []
make = Preparing.operation

def counting(self, name):
    request = make(self, name)
    made.append(request.name)
    return request

Preparing.operation = counting
api = TargetSettings.model_validate({
    "operations": {
        "list": {"method": "GET", "path": "/items"},
        "order": {"method": "POST", "path": "/orders/{user.id}", "json": {"item": "{item.id}"}},
    }
})
context = LoadContext(url="http://127.0.0.1:1", api=api, feed=Feed([]))
context.prepare_operations()
print(made)
print([context.operation(name).name for name in ("order", "list", "order")], len(made))
try:
    context.operation("lost")
except LookupError as error:
    print(error)
"""


def test_operations_are_made_ready_once_ahead_of_those_who_call_them() -> None:
    said = forked_generator.run_script(SCRIPT).splitlines()
    assert said == [
        "['GET /items', 'POST /orders/{user.id}']",
        "['POST /orders/{user.id}', 'GET /items', 'POST /orders/{user.id}'] 2",
        "the target has no operation 'lost'; it has list, order",
    ]
