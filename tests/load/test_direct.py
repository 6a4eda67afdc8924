"""What the command line says of one request and its schedule, as a target and a profile.

Tests `addresses.py` and `curl.py` of `kampyn_perf/load` too.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from kampyn_perf.errors import KampynError
from kampyn_perf.load.direct import DirectRequest, DirectSchedule, profile_of, target_of
from kampyn_perf.load.target.request import Part


def only_step(**asked):
    target = target_of(DirectRequest(**asked))
    (flow,) = target.flows
    return target, *flow.flow[0].request


def test_several_urls_are_flows_of_their_own():
    target = target_of(DirectRequest(urls=("localhost:8000/a?k=1", "http://localhost:8000/a?k=2")))
    assert (target.name, target.url) == ("localhost:8000", "http://localhost:8000")
    assert [(flow.name, flow.flow[0].get.url) for flow in target.flows] == [
        ("GET /a", "/a?k=1"),
        ("GET /a (2)", "/a?k=2"),
    ]


def test_another_host_is_asked_by_its_whole_url():
    target = target_of(DirectRequest(urls=("http://localhost:1/", "http://127.0.0.1:2/x")))
    assert [flow.flow[0].get.url for flow in target.flows] == ["/", "http://127.0.0.1:2/x"]
    assert [flow.name for flow in target.flows] == ["GET localhost:1/", "GET 127.0.0.1:2/x"]


def test_a_body_makes_a_post_and_json_is_sent_as_json(tmp_path):
    _target, method, step = only_step(urls=("localhost/x",), body='{"a": 1}', headers=("X-A: b:c",))
    assert method == "post"
    assert step.body == '{"a": 1}'
    assert step.headers == {"X-A": "b:c", "Content-Type": "application/json"}
    (tmp_path / "b.txt").write_text("a=1")
    _target, method, step = only_step(
        urls=("localhost/x",), method="put", body=f"@{tmp_path}/b.txt"
    )
    assert (method, step.body) == ("put", "a=1")
    assert step.headers == {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("command", "method", "expected"),
    [
        ("curl localhost:1/x", "get", {"headers": {}, "followRedirect": False}),
        (
            "curl -sS -XPUT 'http://localhost:1/x' -H 'A: b' -d a=1 --data-raw @b -L",
            "put",
            {
                "headers": {"A": "b", "Content-Type": "application/x-www-form-urlencoded"},
                "body": "a=1&@b",
                "followRedirect": True,
            },
        ),
        (
            "curl --url localhost:1/x --json '{\"a\":1}' -u me:pw -b 'k=v' -A me -m 2.5",
            "post",
            {
                "headers": {
                    "Content-Type": "application/json",
                    "Accept": "application/json",
                    "User-Agent": "me",
                    "Cookie": "k=v",
                },
                "body": '{"a":1}',
                "timeout": 2_500_000,
            },
        ),
        ("curl -I localhost:1/x", "head", {}),
        ("curl -F a=b localhost:1/x", "post", {"formData": {"a": Part(value="b")}}),
        ("curl localhost:1/x \\\n  -o /dev/null -w x --compressed", "get", {"headers": {}}),
    ],
)
def test_curl(command, method, expected):
    _target, given, step = only_step(curl=command)
    assert given == method
    assert {name: getattr(step, name) for name in expected} == expected


def test_curls_get_with_data():
    _target, method, step = only_step(curl="curl -G localhost:1/x?a=1 --data-urlencode 'q=a b'")
    assert (method, step.url) == ("get", "/x?a=1&q=a%20b")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"curl": "curl --proxy http://x localhost"}, "--curl: --proxy is an option of curl that"),
        ({"curl": "curl -k https://localhost"}, "--curl: -k is an option"),
        ({"curl": "curl 'localhost"}, "not quoted as a shell wants it"),
        ({"curl": "curl -X POST"}, "the command has no URL"),
        ({"curl": "curl -X"}, "expected one argument"),
        ({"curl": "curl -b jar.txt localhost"}, "is a file of cookies"),
        ({"curl": "curl -F a=@f localhost"}, "-F a: only fields with a text"),
        ({"curl": "curl -d @/no/such localhost"}, "@/no/such: No such file"),
        (
            {"curl": "curl localhost", "method": "PUT"},
            "--curl says all of a request; take --method",
        ),
        ({"urls": ("localhost",), "method": "FETCH"}, "--method FETCH: there are GET, POST"),
        ({"urls": ("localhost",), "headers": ("a",)}, "--header 'a' is no header"),
        ({"urls": ("shop.example/x",)}, "does not say http or https"),
    ],
)
def test_what_is_wrong_is_named(asked, message):
    with pytest.raises(KampynError, match=r".*") as caught:
        target_of(DirectRequest(**asked))
    assert message in caught.value.message


def test_a_rate_and_a_ramp():
    name, profile = profile_of(DirectSchedule(rate="50", length="1m"))
    (phase,) = profile.phases
    assert name == "50/s for 1 min 0 s"
    assert (phase.arrivalRate, phase.rampTo, phase.duration) == (Fraction(50), None, 60_000_000)
    name, profile = profile_of(DirectSchedule(ramp="10..100"))
    (phase,) = profile.phases
    assert name == "10/s to 100/s for 30.0 s"
    assert (phase.arrivalRate, phase.rampTo) == (Fraction(10), Fraction(100))


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ({"rate": "50", "ramp": "1..2"}, "--rate and --ramp are two ways"),
        ({"rate": "fast"}, "--rate: not a rate: 'fast'"),
        ({"ramp": "10"}, "--ramp goes from one rate to another"),
        ({"ramp": "10..x"}, "--ramp: not a rate: 'x'"),
        ({"length": "soon"}, "--for: not a duration: 'soon'"),
        ({"length": "0"}, "--for: a run takes some time"),
    ],
)
def test_a_schedule_that_is_none(schedule, message):
    with pytest.raises(KampynError) as caught:
        profile_of(DirectSchedule(**schedule))
    assert message in caught.value.message
