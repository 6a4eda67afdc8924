"""`self.client` of Locust's users: requests' faces on the lean client, and no silence where it has
not what requests has."""

from __future__ import annotations

import pytest

from tests import forked_generator
from tests.load.locustfiles.test_side_by_side import port  # noqa: F401 (a fixture)

pytestmark = [pytest.mark.xdist_group("locustfiles")]

SCRIPT = """
import copy
from types import SimpleNamespace
from locust import FastHttpUser, HttpUser
from locust.env import Environment
import requests
from kampyn_perf.errors import KampynError
from kampyn_perf.load.locustfiles.clients import LeanFastSession, LeanHttpSession
from kampyn_perf.load.locustfiles.install import install
from kampyn_perf.load.locustfiles.responses import NeedsRequestsError
from kampyn_perf.load.scenario.context import LoadContext
from kampyn_perf.load.scenario.feed import Feed
from kampyn_perf.load.target.settings import TargetSettings

HOST = "http://127.0.0.1:PORT"
environment = Environment(host=HOST)
context = LoadContext(url=HOST, api=TargetSettings(name="x"), feed=Feed([]))
install(context, with_requests=False)
samples = []

def user_of(kind):
    visitor = SimpleNamespace(request_done=samples.append, request_cut=print)
    user = type("Some", (kind,), {"host": HOST, "abstract": False})
    made = user.__new__(user)
    made.kampyn_visitor = visitor
    made.__init__(environment)
    return made

def raises(kind, call, words=""):
    try:
        call()
    except kind as error:
        assert words in str(error), error
        return error
    raise AssertionError(f"nothing was raised: {words}")

user = user_of(HttpUser)
client = user.client
assert type(client) is LeanHttpSession and type(user_of(FastHttpUser).client) is LeanFastSession

for use, words in [
    (lambda: client.mount("http://", None), "client.mount is a feature of requests"),
    (lambda: setattr(client, "proxies", {}), "client.proxies"),
    (lambda: setattr(client, "cert", "a"), "client.cert"),
    (lambda: setattr(client, "verify", "ca.pem"), "client.verify with a file of its own"),
    (lambda: client.hooks, "client.hooks"),
    (lambda: client.get("/", stream=True), "stream=True"),
    (lambda: client.get("/", hooks={"response": print}), "the argument hooks"),
    (lambda: client.get("/", auth=print), "auth=builtin_function_or_method"),
    (lambda: client.get("/").history, "response.history"),
    (lambda: client.get("/").iter_lines, "response.iter_lines"),
]:
    error = raises(NeedsRequestsError, use, words)
    assert str(error).endswith("have requests' own client by --set config.client=requests")
raises(AttributeError, lambda: client.no_such, "the client has no attribute 'no_such'")
raises(AttributeError, lambda: client.get("/").no_such, "a response has no attribute 'no_such'")
raises(KampynError, lambda: client.get("http://shop.example/"), "'shop.example' may not be loaded")

answer = client.post("/a/login")
assert answer.cookies.get_dict() == {"session": "s1"} == client.cookies.get_dict()
assert answer.reason == "OK" and answer.json()["token"] == "t-123" and answer
answer.js = {}
assert copy.copy(answer).js is answer.js and copy.copy(answer).text == answer.text
assert copy.copy(client).cookies is client.cookies
client.cookies.update({"b": "2"})
assert dict(client.cookies.items()) == {"session": "s1", "b": "2"}
del client.cookies["b"]
assert "b" not in client.cookies and client.cookies.pop("session") == "s1" and not client.cookies
assert client.get("/text").text == "not json"
raises(requests.JSONDecodeError, client.get("/text").json)
missing = client.get("/status/404")
raises(requests.HTTPError, missing.raise_for_status, "404 Client Error: Not Found")
assert not client.get("/status/503")
nobody = client.get("http://127.0.0.1:1/")
raises(requests.ConnectionError, nobody.raise_for_status)
client.headers["x-own"] = "1"
assert client.headers["X-Own"] == "1" and "python-requests" in client.headers["user-agent"]
client.base_url = HOST + "/below"
assert client.get("/x").json() == {"path": "/below/x", "id": 7, "items": [1, 2, 3]}
assert client.verify is True
client.verify = False
assert client.verify is False and client.get("/x", verify=True).ok and client.verify is False

del samples[:]
with client.get("/thing?x=1", catch_response=True) as answer:
    answer.request_meta["response_time"] = 250.0
    answer.request_meta["name"] = "a thing"
client.get("/thing?x=1")
with client.get("/thing", catch_response=True) as answer:
    answer.request_meta["request_type"] = "SOAP"
first, second, third = samples
assert (first.name, first.end_us - first.sent_us) == ("a thing", 250_000)
assert second.name == "/below/thing?x=1", second
assert third.method == "SOAP"
print("all right")
"""


def test_the_lean_client_has_the_face_of_requests(port):  # noqa: F811
    assert (
        forked_generator.run_script(SCRIPT.replace("PORT", str(port))).strip().endswith("all right")
    )
