"""What scenarios may do with a client and a response, of no type that one expects."""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from gevent import GreenletExit, Timeout

from tests.load.compiled.answers import answered


class Odd:
    """Of no type that anybody expects."""

    def __repr__(self) -> str:
        return "odd"


ODD: tuple[Any, ...] = (
    *(None, True, 0, 1, 1.5, Decimal("1.5"), "x", "", b"b", bytearray(b"b")),
    *(["a"], ("a", "b"), [("a", "b")], {"k": "v"}, Odd()),
)
"""What scenarios may give where something else is meant."""


def _client(url: str, told: list[Any]) -> Any:
    from kampyn_perf.load.client import Client, ConnectionPool, Timeouts

    class Observer:
        def request_done(self, sample: Any, /) -> None:
            told.append((sample.method, sample.name, sample.status, sample.error, sample.sent))
            told.append(sample.explain() if sample.explain else None)

        def request_cut(self, *_: Any) -> None:
            told.append("cut")

    class Event:
        def fire(self, **said: Any) -> None:
            names = ("request_type", "name", "context", "url", "response_length")
            told.append([said[name] for name in names])

    return Client(
        base_url=url,
        pool=ConnectionPool(),
        observer=Observer(),
        request_event=Event(),
        context=lambda: {"own": 1},
        timeouts=Timeouts(total_us=60_000_000),
    )


def _caught(client: Any, do: Callable[[Any], Any], path: str = "/") -> Any:
    with client.get(path, catch_response=True) as response:
        do(response)
    return response


def _raise(error: Any) -> None:
    raise error


def _long(seconds: Any) -> Any:
    """What ends no request, however busy the machine is."""
    return seconds * 60 if isinstance(seconds, int | float) and seconds else seconds or None


def _put(client: Any, name: str, value: Any) -> Any:
    setattr(client, name, value)
    return client.get("/moved")


def _decoded(response: Any, value: Any) -> Any:
    response.encoding = value
    return response.text


WAYS: dict[str, Callable[[Any, Any], Any]] = {
    "url": lambda client, given: client.get(given),
    "method": lambda client, given: client.request(given, "/"),
    "name": lambda client, given: client.get("/", name=given),
    "data": lambda client, given: client.post("/", data=given),
    "json": lambda client, given: client.post("/", json=str(given)),
    "header": lambda client, given: client.get("/", headers={"X": given}),
    "header name": lambda client, given: client.get("/", headers={given: "1"}),
    "expect": lambda client, given: client.get("/", headers={"Expect": given}),
    "cookie header": lambda client, given: client.get("/", headers={"Cookie": given}),
    "headers": lambda client, given: client.get("/", headers=given),
    "auth": lambda client, given: client.get("/", auth=given),
    "password": lambda client, given: client.get("/", auth=("u", given)),
    "timeout": lambda client, given: client.get("/", timeout=_long(given)),
    "timeouts": lambda client, given: client.get("/", timeout=(60, _long(given))),
    "redirects": lambda client, given: client.get("/moved", allow_redirects=given),
    "discard": lambda client, given: client.get("/", discard_body=given).content,
    "catch": lambda client, given: client.get("/", catch_response=given),
    "context": lambda client, given: client.get("/", context=given),
    "params": lambda client, given: client.get("/", params=given),
    "cookies": lambda client, given: client.get("/", cookies=given),
    "cookie name": lambda client, given: client.get("/", cookies={given: "1"}),
    "cookie value": lambda client, given: client.get("/", cookies={"a": given}),
    "own headers": lambda client, given: _put(client, "headers", given),
    "own cookies": lambda client, given: _put(client, "cookies", given),
    "own name": lambda client, given: _put(client, "request_name", given),
    "own attribute": lambda client, given: _put(client, "mine", given),
    "jar": lambda client, given: client.cookies.set("a", given) or client.get("/"),
    "jar update": lambda client, given: client.cookies.update(given) or client.get("/"),
    "in the jar": lambda client, given: (given in client.cookies, client.cookies.get(given)),
    "failure": lambda client, given: _caught(client, lambda one: one.failure(given)),
    "failure of a failure": lambda client, given: _caught(
        client, lambda one: one.failure(given), "/none"
    ),
    "raised": lambda client, given: _caught(client, lambda _one: _raise(given)),
    "raised of a failure": lambda client, given: _caught(
        client, lambda _one: _raise(given), "/none"
    ),
    "renamed": lambda client, given: _caught(
        client, lambda one: one.request_meta.update(name=given)
    ),
    "other context": lambda client, given: _caught(
        client, lambda one: one.request_meta.update(context=given)
    ),
    "other encoding": lambda client, given: _decoded(client.get("/"), given),
    "attribute": lambda client, given: _caught(client, lambda one: setattr(one, "js", given)),
    "property": lambda client, given: setattr(client.get("/"), "url", given),
    "copied": lambda client, _given: copy.copy(client.get("/none")),
    "copied client": lambda client, given: _put(copy.copy(client), "mine", given),
    "copied attribute": lambda client, given: (
        _put(client, "mine", given) and copy.copy(client).mine
    ),
    "copied jar": lambda client, _given: list(copy.deepcopy(client.get("/") and client.cookies)),
}


def asked(url: str, way: str, place: int) -> Any:
    """What comes of a request with something odd about it, for who asks and for who counts."""
    from kampyn_perf.load.client import Response

    told: list[Any] = []

    def ask() -> Any:
        made = WAYS[way](_client(url, told), (*ODD, *errors())[place])
        if not isinstance(made, Response):
            return made
        return type(made).__name__, made.status_code, made.error, made.content, made.url

    return answered(ask), told  # one that was caught and not looked at is counted by now


def errors() -> tuple[BaseException, ...]:
    """What is raised in scenarios."""
    steering = type("StopUser", (Exception,), {"__module__": "locust.exception"})
    verdict = type("ResponseError", (Exception,), {"__module__": "locust.exception"})
    return (
        *(ValueError("x"), KeyError("k"), AssertionError(), StopIteration(), OSError(2, "no")),
        *(GreenletExit(), Timeout(1), SystemExit(3), steering("s"), verdict("v")),
    )
