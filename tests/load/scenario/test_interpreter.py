"""Flows as data, run step by step against a visitor that remembers: no engine, no clock."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from kampyn_perf import config
from kampyn_perf.load.scenario.interpreter import FlowError, PreparedFlow, Preparing
from kampyn_perf.load.scenario.names_needed import missing_names
from kampyn_perf.load.target.settings import TargetSettings


class Caught(SimpleNamespace):
    """A response that is judged, as the client's."""

    def success(self) -> None:
        self.error = None

    def failure(self, why: object) -> None:
        self.error = str(why)

    def json(self) -> Any:
        if self.body is None:
            raise ValueError
        return self.body


class Remembers:
    """Answers every request with `body`, and remembers what it was asked."""

    def __init__(self, data: dict[str, Any], body: Any = None, status: int = 200) -> None:
        self.data = data
        self.body = body
        self.status = status
        self.sent: list[tuple[Any, ...]] = []
        self.thought: list[float] = []
        self.errors: list[str] = []

    def send(self, request: Any) -> None:
        options = dict(request.options(self.data))
        options.pop("catch_response")
        name = options.pop("name")
        self.sent.append(
            (request.method, request.address(self.data), name, options, request.headers(self.data))
        )
        error = f"HTTP {self.status}" if self.status >= 400 else None
        response = Caught(
            status_code=self.status,
            error=error,
            body=self.body,
            text=str(self.body),
            headers={"x-id": "h7", "content-type": "application/json"},
        )
        self.goes_on = request.judge.judge(response, self.data)
        if response.error:
            self.errors.append(response.error)

    def think(self, seconds: float) -> None:
        self.thought.append(seconds)

    def at_once(self, runs: Any, limit: int) -> None:
        self.at_a_time = limit
        for one in runs:
            one(self)


def target(text: str) -> TargetSettings:
    return config.parse(TargetSettings, config.parse_yaml(text, "t.yaml"))


def run(steps: str, visitor: Remembers, *, more: str = "") -> Remembers:
    settings = target(f"{more}\nflows:\n- name: F\n  flow: {steps}")
    PreparedFlow(settings.flows[0], Preparing(settings)).steps(visitor)
    return visitor


def test_a_request_is_filled_in_whole():
    visitor = run(
        """[post: {url: "/o/{user.id}", name: "POST /o", json: {n: "{user.id}"},
            qs: {q: "{{ word }}"},
            headers: {X-User: "u{user.id}"}, cookie: {c: v}, auth: {user: a, pass: b},
            followRedirect: false, timeout: 2s}]""",
        Remembers({"user": {"id": 7}, "word": "a b"}),
        more="headers: {X-All: all}",
    )
    assert visitor.sent == [
        (
            "POST",
            "/o/7",
            "POST /o",
            {
                "json": {"n": 7},
                "params": {"q": "a b"},
                "cookies": {"c": "v"},
                "auth": ("a", "b"),
                "allow_redirects": False,
                "timeout": 2.0,
            },
            {"X-All": "all", "X-User": "u7"},
        )
    ]


@pytest.mark.parametrize(
    ("body", "options"),
    [
        ("form: {a: '{n}', b: x}", {"data": {"a": 1, "b": "x"}}),
        ("formData: {a: '{n}'}", {"files": {"a": (None, "1")}}),
        ("body: 'n={n}'", {"data": "n=1"}),
        ("body: '{{ n }}'", {"data": "1"}),
    ],
)
def test_the_bodies(body, options):
    visitor = run(f"[post: {{url: /, {body}}}]", Remembers({"n": 1}))
    assert visitor.sent[0][3] == options


def test_what_is_captured_is_there_for_the_next_step():
    visitor = run(
        """
  - get:
      url: /a
      capture:
        - {json: "$.items[1].id", as: id}
        - {header: x-id, as: h}
        - {regexp: "'name': '([a-z]+)'", group: 1, as: name}
        - {json: $.none, as: none, strict: false}
  - get: "/b/{{ id }}/{h}/{name}"
""",
        Remembers({}, {"items": [{"id": 1}, {"id": 2}], "name": "tea"}),
    )
    assert visitor.sent[1][:3] == ("GET", "/b/2/h7/tea", "GET /b/{id}/{h}/{name}")
    assert "none" not in visitor.data


def test_loops():
    visitor = run(
        """[{loop: [{get: "/n/{{ $loopCount }}"}], count: 2},
            {loop: [{get: "/o/{{ $loopElement.id }}"}], over: things},
            {loop: [{get: "/l/{{ it }}"}], over: [a, b], loopElement: it},
            {loop: [{get: "/r/{{ n }}"}], count: "3-4", loopValue: n},
            {loop: [{get: "/w"}], whileTrue: "$loopCount < 3"}]""",
        Remembers({"things": [{"id": 5}, {"id": 6}]}),
    )
    assert [one[1] for one in visitor.sent] == [
        "/n/1", "/n/2", "/o/5", "/o/6", "/l/a", "/l/b", "/r/3", "/r/4", "/w", "/w", "/w",
    ]  # fmt: skip


def test_conditions_pauses_and_calls():
    visitor = run(
        """[{get: {url: /yes, ifTrue: "n == 1"}}, {get: /no, ifTrue: "n == 2"}, {think: 250ms},
            {think: "{{ pause }}"}, {call: {operation: items, capture: {json: id, as: id}}}]""",
        Remembers({"n": "1", "pause": "2s"}, {"id": 9}),
        more="operations: {items: {path: /items, expect: [id]}}",
    )
    assert [one[1] for one in visitor.sent] == ["/yes", "/items"]
    assert visitor.thought == [0.25, 2.0]
    assert visitor.data["id"] == 9


@pytest.mark.parametrize(
    ("expect", "error"),
    [
        ("{statusCode: [200, 201]}", None),
        ("{status: 404}", "status 200, expected 404"),
        ("[{hasProperty: a.b}, {hasProperty: c}]", "the answer has no c"),
        ("{notHasProperty: $.a}", "the answer has $.a"),
        ("{contentType: json, hasHeader: x-id, headerEquals: [x-id, h7]}", None),
        ("{hasHeader: x-none}", "the answer has no header x-none"),
        ("{matchesRegexp: '[0-9]+'}", None),
        ("{contains: nothing}", "the body does not contain 'nothing'"),
        ("{equals: ['{{ n }}', 2]}", "1 is not 2"),
    ],
)
def test_expectations(expect, error):
    visitor = run(f"[get: {{url: /, expect: {expect}}}]", Remembers({"n": 1}, {"a": {"b": 5}}))
    assert visitor.errors == ([error] if error else [])


def test_an_expected_error_is_a_success_and_any_other_is_not():
    assert run("[get: {url: /, expect: {status: 404}}]", Remembers({}, {}, 404)).errors == []
    visitor = run("[get: {url: /, expect: {hasProperty: a}}]", Remembers({}, {"a": 1}, 500))
    assert visitor.errors == ["HTTP 500"]


def test_what_cannot_be_captured_fails_the_request():
    visitor = run("[get: {url: /, capture: {json: $.id, as: id}}]", Remembers({}, {}))
    assert visitor.errors == ["nothing to capture as id: the answer has no $.id"]


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ("[{think: 1}, {get: '/{nobody}'}]", r"F: flow\[1\]: \{nobody\} is not in the session's"),
        ("[{loop: [{log: '{x}'}], count: 1}]", r"F: flow\[0\]\.loop\[0\]: \{x\} is not in"),
        ("[{loop: [{think: 1}], over: n}]", r"F: flow\[0\]: over: n is no list, but int"),
        ("[{loop: [{think: 1}], count: '{{ w }}'}]", r"F: flow\[0\]: count: 'many' is no number"),
        ("[{loop: [{think: 0}], whileTrue: 'true'}]", r"F: flow\[0\]: 10,000 rounds, and 'true'"),
    ],
)
def test_a_fault_of_the_flow_is_told_with_its_step(steps, message):
    with pytest.raises(FlowError, match=message):
        run(steps, Remembers({"n": 1, "w": "many"}))


def test_missing_names_are_told_before_the_run_with_flow_step_and_operation():
    settings = target("""
sign_in: {student: {operation: login}}
operations:
  login: {method: POST, path: /login, json: {p: "{student.pin}"}}
  mine: {path: "/me/{student.id}", as: student}
flows:
  - name: F
    flow:
      - get: {url: "/{{ id }}", capture: {json: a, as: id}}
      - get: {url: "/{{ id }}", ifTrue: "idd == 1"}
      - call: mine
""")

    def lacks(name: str) -> str:
        return "" if name == "student.id" else f"{name} is nowhere"

    problems = missing_names(settings, lacks, all_operations=False, source="target t")
    assert [str(one) for one in problems] == [
        "target t: flows[0].flow[0].get.url: id is nowhere",
        "target t: operations.login.json: student.pin is nowhere (called by flows[0].flow[2], F)",
        "target t: flows[0].flow[1].ifTrue: idd is neither captured in this flow nor in the "
        "session's data",
    ]


def artillery(steps: str, visitor: Remembers, ends: str = "captures") -> Remembers:
    settings = target(f"flows:\n- name: F\n  artillery: true\n  endsOn: {ends}\n  flow: {steps}")
    PreparedFlow(settings.flows[0], Preparing(settings)).steps(visitor)
    return visitor


def test_artillerys_rounds_count_from_0_and_its_ranges_end_before_their_end():
    visitor = artillery(
        """
  - loop: [get: "/n/{{ $loopCount }}"]
    count: 2
  - loop: [get: "/r/{{ $loopCount }}"]
    count: 3-5
  - loop: [get: "/o/{{ i }}/{{ $loopElement }}"]
    over: [a, b]
    loopValue: i
""",
        Remembers({}),
    )
    assert [one[1] for one in visitor.sent] == [
        *("/n/0", "/n/1"), *("/r/3", "/r/4"), *("/o/0/a", "/o/1/b"),
    ]  # fmt: skip


def test_artillerys_braces_and_functions():
    visitor = artillery(
        """[post: {url: /, json: {a: "{x}", n: "{{ $randomNumber(4, 4) }}", kept: "{{ n }}",
            one: "{{ $uuid }}", two: "{{ $uuid }}"}}]""",
        Remembers({"x": 1, "n": 7}),
    )
    sent = visitor.sent[0][3]["json"]
    assert (sent["a"], sent["n"], sent["kept"]) == ("{x}", "4", 7)
    assert sent["one"] == sent["two"] and len(sent["one"]) == 36


def test_of_several_matches_artillery_keeps_any():
    kept = set()
    for _ in range(60):
        visitor = artillery(
            "[get: {url: /, capture: {json: '$.a[*]', as: x}}]", Remembers({}, {"a": [1, 2, 3]})
        )
        kept.add(visitor.data["x"])
    assert kept == {1, 2, 3}


@pytest.mark.parametrize(
    ("ends", "request_", "status", "goes_on", "errors"),
    [
        ("all", "url: /", 500, False, ["HTTP 500"]),
        ("checks", "url: /", 500, True, ["HTTP 500"]),
        ("captures", "url: /", 404, True, ["HTTP 404"]),
        ("checks", "url: /, expect: {statusCode: 200}", 404, False, ["status 404, expected 200"]),
        ("captures", "url: /, expect: {statusCode: 200}", 404, True, ["status 404, expected 200"]),
        ("captures", "url: /, expect: {statusCode: 404}", 404, True, []),
        ("captures", "url: /, capture: {json: $.no, as: x}", 200, False,
         ["nothing to capture as x: the answer has no $.no"]),
        ("captures", "url: /, capture: {json: $.empty, as: x}", 200, False,
         ["nothing to capture as x: the answer has no $.empty"]),
        ("captures", "url: /, capture: {json: $.no, as: x, strict: false}", 500, True,
         ["HTTP 500"]),
        ("captures", "url: /, match: {json: $.id, value: '{{ id }}'}", 200, True, []),
        ("captures", "url: /, match: {json: $.id, value: 8}", 200, False, ["7 is not 8"]),
        ("captures", "url: /, match: {json: $.id, value: 8, strict: false}", 200, True, []),
    ],
)  # fmt: skip
def test_what_ends_a_session(ends, request_, status, goes_on, errors):
    visitor = Remembers({"id": 7}, {"id": 7, "empty": ""}, status)
    artillery(f"[get: {{{request_}}}]", visitor, ends)
    assert visitor.errors == errors
    assert visitor.goes_on is goes_on


def test_what_is_sent_at_once_and_what_is_left_out():
    visitor = artillery(
        "[parallel: [{get: /a}, {get: {url: /b, probability: 0}}, "
        "{get: {url: /c, probability: 100}}]]",
        Remembers({}),
    )
    assert [one[1] for one in visitor.sent] == ["/a", "/c"]
    assert visitor.at_a_time == 3


def test_so_many_at_a_time():
    flow = "[{parallel: [{get: /a}, {get: /b}, {get: /c}], limit: 2}]"
    visitor = artillery(flow, Remembers({}))
    assert visitor.at_a_time == 2


def test_a_pause_is_longer_or_shorter_by_chance():
    flow = "[{think: 2, jitter: 50%}, {think: 1, jitter: 250}, {think: 1}]"
    half, quarter, none = [], [], []
    for _ in range(50):
        visitor = artillery(flow, Remembers({}))
        one, two, three = visitor.thought
        half.append(one), quarter.append(two), none.append(three)
    assert 1 <= min(half) < max(half) <= 3
    assert 0.75 <= min(quarter) < max(quarter) <= 1.25
    assert set(none) == {1}


def test_what_is_captured_once_is_known_to_every_flow():
    settings = target(
        """
once: {artillery: true, before: [get: {url: /, capture: {json: $.id, as: shop}}]}
flows: [{name: F, artillery: true, flow: [get: "/{{ shop }}/{{ nobody }}"]}]
"""
    )
    found = missing_names(settings, lambda name: f"no {name}", all_operations=False, source="t")
    assert [str(one) for one in found] == ["t: flows[0].flow[0].get.url: no nobody"]
