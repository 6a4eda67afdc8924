"""The suite against a server that counts, with a clock that does not matter."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from kampyn_perf.bench.http_client import Answer
from kampyn_perf.bench.session import Session
from kampyn_perf.bench.suite import Selected
from kampyn_perf.bench.suites.http import Call, Endpoint, HttpParts, http_suite
from kampyn_perf.errors import UnreachableError
from kampyn_perf.results.bench import BenchResult, CaseStatus
from tests.bench.conftest import MACHINE, options
from tests.bench.server import ok, serving


class Api:
    """Login gives a token; /mine demands it; /order demands something in the cart."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.full = 0
        self.inside = self.most = 0
        self.lock = threading.Lock()

    def __call__(self, request: bytes) -> bytes:
        head, _, _body = request.partition(b"\r\n\r\n")
        line, *fields = head.decode().split("\r\n")
        method, path, _ = line.split()
        with self.lock:
            self.seen.append(f"{method} {path}")
            self.inside += 1
            self.most = max(self.most, self.inside)
        time.sleep(0.02)  # long enough for clients to meet, on a busy machine too
        with self.lock:
            self.inside -= 1
            return self.answer(path, fields)

    def answer(self, path: str, fields: Sequence[str]) -> bytes:
        if path == "/login":
            return ok(b'{"token":"t1"}', headers="Set-Cookie: token=c1; HttpOnly\r\n")
        if path == "/mine":
            good = "Authorization: Bearer t1" in fields and "Cookie: token=c1" in fields
            return ok() if good else ok(b"who?", status="401 Unauthorized")
        if path == "/cart":
            self.full += 1
            return ok()
        if path == "/order":
            self.full -= 1
            return ok() if self.full >= 0 else ok(b"empty", status="409 Conflict")
        if path == "/empty":
            self.full = 0
            return ok()
        if path == "/broken":
            return ok(b'{"error":"db"}', status="500 Internal Server Error")
        return ok(b'{"items":[]}')


def endpoint(key: str, *, method: str = "GET", **more: Any) -> Endpoint:
    def fill(_number: int) -> Call:
        return Call(method=method, path=f"/{key}", body={"n": 1} if method == "POST" else None)

    return Endpoint(key=key, title=f"{method} /{key}", fill=fill, **more)


def token_headers(key: str, answer: Answer) -> dict[str, str]:
    token = json.loads(answer.body)["token"]
    return {"Authorization": f"Bearer {token}", "Cookie": f"token={answer.cookies['token']}"}


LOGIN = endpoint("login", method="POST", expect=("token",))
CART = endpoint("cart", method="POST")
EMPTY = endpoint("empty", method="POST")


def run(api: Api, *endpoints: Endpoint, clients: Sequence[int] = (1,), n: int = 10) -> BenchResult:
    with serving(api) as url:

        async def open_() -> tuple[str, Mapping[str, Any]]:
            return url, {}

        async def close() -> None: ...

        suite = http_suite(
            HttpParts(
                endpoints=endpoints,
                hidden=(LOGIN, CART, EMPTY),
                token_headers=token_headers,
                clients=clients,
                open=open_,
                close=close,
            )
        )
        session = Session(
            options=options(iterations=n, warmup=0), clock=time.perf_counter_ns, machine=MACHINE
        )
        return session.run([Selected(suite, [v for c in suite.cases for v in c.variants()])])


def test_every_iteration_is_a_request_and_every_client_has_its_own() -> None:
    api = Api()
    result = run(api, endpoint("items", expect=("items",)), clients=(1, 4), n=12)

    assert [(c.name, c.clients, c.completed) for c in result.cases] == [
        ("http.items[clients=1]", 1, 12),
        ("http.items[clients=4]", 4, 12),
    ]
    assert api.most == 4
    assert len(api.seen) == 2 * 12 + 1 + 4  # each client tries its endpoint out once


def test_whoever_is_refused_signs_in_unmeasured() -> None:
    api = Api()
    (case,) = run(api, endpoint("mine")).cases
    assert case.status is CaseStatus.OK
    assert api.seen[:3] == ["GET /mine", "POST /login", "GET /mine"]
    assert api.seen.count("POST /login") == 1


def test_an_identity_that_is_needed_is_taken_on_at_once() -> None:
    api = Api()
    run(api, endpoint("mine", sign_in="login"))
    assert api.seen[:2] == ["POST /login", "GET /mine"]


def test_what_comes_before_a_call_is_done_each_time_and_not_measured() -> None:
    api = Api()
    (case,) = run(api, endpoint("order", method="POST", before=("cart",)), n=5).cases
    assert (case.status, case.completed) == (CaseStatus.OK, 5)
    assert api.seen == ["POST /cart", "POST /order"] * 6


def test_what_comes_after_a_call_is_done_each_time_and_not_measured() -> None:
    api = Api()
    (case,) = run(api, endpoint("cart", method="POST", after=("empty",)), n=5).cases
    assert (case.status, case.completed) == (CaseStatus.OK, 5)
    assert api.seen == ["POST /cart", "POST /empty"] * 6
    assert api.full == 0


def test_nobody_uses_a_connection_that_is_being_cleared_up() -> None:
    api = Api()
    (case,) = run(api, endpoint("cart", method="POST", after=("empty",)), clients=(4,), n=40).cases
    assert (case.status, case.completed) == (CaseStatus.OK, 40)
    assert api.seen.count("POST /empty") == api.seen.count("POST /cart") == 44


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (endpoint("broken"), 'GET /broken was answered with 500: {"error":"db"}'),
        (endpoint("items", expect=("total",)), "GET /items: the answer has no total"),
        (endpoint("order", method="POST"), "POST /order was answered with 409: empty"),
    ],
)
def test_an_answer_that_is_no_success_fails_the_case(wrong: Endpoint, message: str) -> None:
    (case,) = run(Api(), wrong).cases
    assert case.status is CaseStatus.FAILED
    assert case.failures[0].message == message
    assert case.failures[0].stage == "setup"


def test_failures_while_measuring_are_counted() -> None:
    api = Api()
    count = 0
    answer = api.answer

    def flaky(path: str, fields: Sequence[str]) -> bytes:
        nonlocal count
        count += 1
        return ok(b"", status="503 Service Unavailable") if count == 5 else answer(path, fields)

    api.answer = flaky  # type: ignore[method-assign]
    (case,) = run(api, endpoint("items")).cases
    assert (case.status, case.failed, case.completed) == (CaseStatus.FAILED, 1, 9)
    assert case.failures[0].message == "GET /items was answered with 503"


def test_a_target_that_is_not_there_makes_the_suite_unavailable() -> None:
    async def away() -> tuple[str, Mapping[str, Any]]:
        raise UnreachableError("http://127.0.0.1:1 cannot be reached")

    async def close() -> None: ...

    suite = http_suite(
        HttpParts(
            endpoints=(endpoint("items"),),
            token_headers=token_headers,
            clients=(1,),
            open=away,
            close=close,
        )
    )
    session = Session(options=options(), clock=time.perf_counter_ns, machine=MACHINE)
    (case,) = session.run([Selected(suite, list(suite.cases[0].variants()))]).cases
    assert case.status is CaseStatus.UNAVAILABLE
    assert json.loads(case.model_dump_json())["status"] == "unavailable"
