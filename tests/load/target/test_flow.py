"""Flows as data: what a file may say, and every problem with its path and line.

Tests `check.py`, `request.py`, `step.py` and `checks.py` of `kampyn_perf/load/target` too.
"""

from __future__ import annotations

import pytest

from kampyn_perf import config
from kampyn_perf.errors import ConfigError
from kampyn_perf.load.target.check import reference_problems
from kampyn_perf.load.target.settings import TargetSettings

GOOD = """
operations:
  items: {path: /items, expect: [items]}
flows:
  - name: Buy
    weight: 3
    flow:
      - call: items
      - get:
          url: /items
          capture: {json: "$.items[0].id", as: itemId}
      - think: 500ms
      - loop:
          - post: {url: "/orders/{{ itemId }}", json: {n: "{{ $loopCount }}"}}
        count: 2
"""


def parse(text: str) -> TargetSettings:
    source = config.parse_yaml(text, "shop.yaml")
    target = config.parse(TargetSettings, source)
    if problems := reference_problems(target, source):
        raise ConfigError(problems)
    return target


def test_what_was_dumped_is_read_again():
    target = parse(GOOD)
    again = TargetSettings.model_validate_json(
        target.model_dump_json(by_alias=True, exclude_none=True)
    )
    assert again == target
    assert target.flows[0].flow[2].think == 500_000


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("call: items", "call: itmes", "shop.yaml:8: flows[0].flow[0].call: there is no operation "
         "'itmes'; did you mean items?"),
        ("url: /items", "uri: /items", "shop.yaml:10: flows[0].flow[1].get.uri: unknown key; did "
         "you mean url?"),
        ("$.items[0].id", "$.items[", "flows[0].flow[1].get.capture[0].json: is no JSONPath: "
         "'$.items['"),
        ("think: 500ms", "think: soon", "shop.yaml:12: flows[0].flow[2].think: not a duration"),
        ("think: 500ms", "function: setUp", "flows[0].flow[2]: function runs JavaScript"),
        ("think: 500ms", "parallel: []", "flows[0].flow[2]: parallel has requests alone"),
        ("think: 500ms", "ifTrue: a", "flows[0].flow[2]: does nothing; a step has one of get"),
        ("think: 500ms", "{think: 1, log: x}", "flows[0].flow[2]: has think and log; make a step"),
        ("think: 500ms", "{think: 1, ifTrue: f(x)}", "flow[2].ifTrue: has what a condition"),
        ("count: 2", "whileTrue: a <", "flows[0].flow[3].whileTrue: is no condition: 'a <'"),
        ("        count: 2", "", "flows[0].flow[3]: a loop needs one of count, over, whileTrue"),
        ("json: {n:", "form: {a: 1}, json: {n:", "flow[3].loop[0].post: has json and form"),
        ("url: /items", "url: items", "flows[0].flow[1].get: url begins with / or http://"),
        ("weight: 3", "weight: -1", "flows[0].weight: input should be greater than or equal to 0"),
    ],
)  # fmt: skip
def test_a_problem_has_its_place(old, new, problem):
    assert old in GOOD
    with pytest.raises(ConfigError) as caught:
        parse(GOOD.replace(old, new))
    assert problem in str(caught.value)


def test_two_flows_of_one_name_are_refused():
    with pytest.raises(ConfigError, match="two flows have the name 'Buy'"):
        parse(GOOD + "  - {name: Buy, flow: [{get: /x}]}\n")


def test_an_identity_that_nobody_describes():
    with pytest.raises(ConfigError, match=r"operations\.mine\.as: sign_in does not describe 'bob'"):
        parse("operations: {mine: {path: /me, as: bob}}")


def test_user_and_vendor_are_understood_of_themselves():
    target = parse("""
token: jwt
operations: {login: {method: post, path: /login}, mine: {path: /me, as: user}}
""")
    assert target.sign_ins()["user"].operation == "login"
    assert target.sign_ins()["user"].token.json_path == "jwt"
    assert "vendor" not in target.sign_ins()
