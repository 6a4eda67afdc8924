"""Artillery's scripts, translated: what each part comes to, and what is refused, with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kampyn_perf.errors import ConfigError, KampynError
from kampyn_perf.load.artillery.script import ArtilleryScript, read_script, translate
from kampyn_perf.sources import parse_yaml

WHOLE = """\
config:
  target: http://localhost:1/base
  phases:
    - {name: Warm, duration: 2 min, arrivalRate: 5, rampTo: 50, maxVusers: 9}
    - {pause: 10s}
    - {duration: 60, arrivalCount: 20}
    - {duration: "30", arrivalRate: "{{ $env.RATE }}"}
  environments:
    staging:
      target: http://staging.example
      phases: [{duration: 1}]
  http:
    timeout: 4
    defaults: {headers: {X-All: 7}}
  variables: {kind: [a, b], limit: 3}
  payload:
    - {path: users.csv, fields: [email, age], order: sequence, skipHeader: true}
    - {path: users.csv, fields: [word, n], loadAll: true, name: everybody, cast: false}
  plugins: {expect: {}, ensure: {}}
  ensure:
    thresholds: [{http.response_time.p95: 200}]
    maxErrorRate: 1
before:
  flow: [{post: {url: /setup, capture: {json: $.id, as: shop}}}]
after:
  flow: [{delete: {url: "/setup/{{ shop }}"}}]
scenarios:
  - name: Buy
    weight: 1.5
    flow:
      - get: {url: "/items?kind={{ kind }}", capture: [{json: "$[*].id", as: item, strict: false}]}
      - think: 1 second
      - loop: [{get: {url: "/items/{{ $loopCount }}", match: {json: $.ok, value: true}}}]
        count: 3
      - parallel: [{get: /a}, {get: {url: /b, expect: {statusCode: "404"}}}]
      - post: {url: /o, json: {n: "{{ limit }}", m: "{m}"}, cookie: {c: 1}, ifTrue: "limit > 2"}
      - log: done
  - flow: [{get: {uri: /}}]
"""


def folder_of(tmp_path: Path) -> Path:
    (tmp_path / "users.csv").write_text("email,age\nana@x.example,30\n")
    return tmp_path


def script(text: str, folder: Path, **options: Any) -> ArtilleryScript:
    return translate(parse_yaml(text, "s.yml"), folder, environ={"RATE": "40"}, **options)


def test_the_configuration(tmp_path):
    made = script(WHOLE, folder_of(tmp_path))
    assert made.target.url == "http://localhost:1/base"
    assert made.target.headers == {"X-All": "7"}
    assert made.timeouts.total == 4_000_000
    phases = [one.to_phase(number) for number, one in enumerate(made.profile.phases, start=1)]
    assert [(one.name, one.duration_us / 1e6, float(one.expected)) for one in phases] == [
        ("Warm", 120, 3300),
        ("Pause 2", 10, 0),
        ("Phase 3", 60, 20),
        ("Phase 4", 30, 1200),
    ]
    assert phases[0].max_vusers == 9
    assert made.target.variables["limit"] == 3
    feeds = made.target.feeds.items()
    assert {name: one.model_dump(exclude_defaults=True) for name, one in feeds} == {
        "payload.0": {
            "file": str(tmp_path / "users.csv"), "fields": ("email", "age"), "skipHeader": True,
            "numbers": True, "flat": True,
        },
        "everybody": {
            "file": str(tmp_path / "users.csv"), "fields": ("word", "n"), "order": "random",
            "whole": True,
        },
        "variables.kind": {"rows": ({"kind": "a"}, {"kind": "b"}), "order": "random", "flat": True},
    }  # fmt: skip
    assert made.objectives.data["objectives"] == {
        "ensure_response_time_p95": {
            "metric": "response_time", "statistic": "p95", "target": "< 200 ms",
        },
        "ensure_error_rate": {"metric": "error_rate", "target": "<= 1 %"},
    }  # fmt: skip
    assert len(made.target.once.before) == len(made.target.once.after) == 1
    assert [one for one in made.remarks if "rampTo" in one] == [
        "s.yml:4: config.phases[0].rampTo: rises continuously here, and once a second under "
        "Artillery; the arrivals are as many"
    ]


def test_the_scenarios(tmp_path):
    buy, look = script(WHOLE, folder_of(tmp_path)).target.flows
    assert (buy.name, buy.weight, look.name, look.weight) == ("Buy", 3, "Scenario 2", 2)
    assert (buy.artillery, buy.endsOn) == (True, "captures")
    items, think, loop, parallel, order, log = buy.flow
    assert items.get and items.get.capture[0].strict is False
    assert think.think == 1_000_000
    assert loop.loop and loop.loop[0].get and loop.loop[0].get.match[0].value is True
    assert parallel.parallel and parallel.parallel[1].get
    assert parallel.parallel[1].get.expect[0].statusCode == (404,)
    assert order.post and order.post.cookie == {"c": "1"} and order.post.ifTrue == "limit > 2"
    assert log.log == "done"


def test_an_environment_goes_over_the_rest(tmp_path):
    made = script(WHOLE, folder_of(tmp_path), environment="staging")
    assert made.target.url == "http://staging.example"
    assert made.profile.phases[0].duration == 1_000_000
    assert made.profile.phases[0].rampTo == 50
    assert len(made.profile.phases) == 4


def test_failed_expectations_end_a_session_where_the_script_says_so(tmp_path):
    text = WHOLE.replace("expect: {}", "expect: {reportFailuresAsErrors: true}")
    assert script(text, folder_of(tmp_path)).target.flows[0].endsOn == "checks"


def test_without_the_plugin_no_expectation_is_looked_at(tmp_path):
    made = script(WHOLE.replace("expect: {}, ", ""), folder_of(tmp_path))
    assert made.target.flows[0].flow[3].parallel[1].get.expect == ()  # type: ignore[index,union-attr]
    assert any("expect" in one and "s.yml:35" in one for one in made.remarks)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("  phases:", "  phasse:", "s.yml:3: config.phasse: unknown key; did you mean phases?"),
        ("arrivalRate: 5,", "arivalRate: 5,", "s.yml:4: config.phases[0].arivalRate: unknown key"),
        ("path: users.csv, fields: [email", "path: no.csv, fields: [email",
         "s.yml:17: config.payload[0].path: there is no file"),
        ("- log: done", "- function: sign", "s.yml:37: scenarios[0].flow[5].function: runs the "
         "JavaScript function sign"),
        ("- get: {url: \"/items?", "- get: {beforeRequest: sign, url: \"/items?",
         "s.yml:31: scenarios[0].flow[0].get.beforeRequest: runs the JavaScript function sign"),
        ("    weight: 1.5", "    engine: socketio", "scenarios[0].engine: socketio is not"),
        ("    weight: 1.5", "    afterScenario: [a, b]", "scenarios[0].afterScenario: runs the "
         "JavaScript function a, b"),
        ("        count: 3", "        whileTrue: more", "scenarios[0].flow[2].whileTrue: runs"),
        ("        count: 3", "        count: 0", "scenarios[0].flow[2].count: the loop has no end"),
        ("url: /o,", "urll: /o,", "scenarios[0].flow[4].post.urll: unknown key; did you mean url?"),
        ("- think: 1 second", "- thinkk: 1", "scenarios[0].flow[1].thinkk: unknown key; did you"),
        ("- think: 1 second", "- think: soon", "s.yml:32: scenarios[0].flow[1].think: "),
        ("json: $.ok", "xpath: //ok", "match.xpath: XML is not read here"),
        ("ifTrue: \"limit > 2\"", "ifTrue: \"limit >\"", "scenarios[0].flow[4].post.ifTrue: is no"),
        ("$env.RATE", "$env.NOT_THERE", "config.phases[3].arrivalRate: the environment variable"),
        ("http.response_time.p95: 200", "http.codes.500: 1", ""),
    ],
)  # fmt: skip
def test_a_problem_has_its_line(tmp_path, old, new, problem):
    assert old in WHOLE
    text = WHOLE.replace(old, new, 1)
    if not problem:
        (found,) = script(text, folder_of(tmp_path)).unjudged
        assert "s.yml:21: config.ensure.thresholds[0]: http.codes.500 is not" in str(found)
        return
    with pytest.raises(ConfigError) as caught:
        script(text, folder_of(tmp_path))
    assert problem in str(caught.value)


def test_the_hint_for_hooks_names_the_page(tmp_path):
    with pytest.raises(ConfigError) as caught:
        script(WHOLE.replace("- log: done", "- function: f"), folder_of(tmp_path))
    assert "docs/artillery.md#hooks" in caught.value.hint


def test_an_environment_that_is_not_there(tmp_path):
    with pytest.raises(ConfigError, match="has no environment 'stagging'; did you mean staging"):
        script(WHOLE, folder_of(tmp_path), environment="stagging")


@pytest.mark.parametrize(
    ("text", "words", "hint"),
    [
        ("flows: []", "is no script of Artillery", "--target"),
        ("profiles: {}", "is no script of Artillery", "--config"),
        ("- 1", "is no script of Artillery", "`scenarios`"),
    ],
)
def test_a_file_that_is_no_script(tmp_path, text, words, hint):
    (tmp_path / "x.yml").write_text(text)
    with pytest.raises(KampynError, match=words) as caught:
        read_script(tmp_path / "x.yml")
    assert hint in caught.value.hint


def test_a_syntax_error_has_its_line(tmp_path):
    (tmp_path / "x.yml").write_text("config: {}\nscenarios: [\n")
    with pytest.raises(ConfigError, match=r"x\.yml:3: is not valid YAML"):
        read_script(tmp_path / "x.yml")


def test_json_is_read_too(tmp_path):
    (tmp_path / "x.json").write_text(
        '{\n\t"config": {"target": "http://h"},\n\t'
        '"scenarios": [{"flow": [{"get": {"url": "/"}}]}]\n}'
    )
    assert read_script(tmp_path / "x.json").target.flows[0].name == "Scenario 1"
