"""The client as scenario authors use it: Locust's methods, on a real server.

Tests `kampyn_perf/load/client` too.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kampyn_perf.load.client import (
    CheckError,
    Client,
    ConnectionPool,
    DecodeError,
    RequestRefusedError,
    StatusError,
    Timeouts,
)
from kampyn_perf.load.client.cookies import CookieJar
from kampyn_perf.outcomes import ErrorKind
from tests.load.client.conftest import OK, Event, Observer, Peer, Server, answering

Serve = Callable[..., Server]
Connect = Callable[..., Client]


def response(body: bytes, *headers: bytes, status: int = 200) -> bytes:
    lines = [b"HTTP/1.1 %d Any" % status, *headers, b"Content-Length: %d" % len(body)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def routed(routes: dict[str, bytes], other: bytes = OK) -> Callable[[Peer], None]:
    """A server that answers by request line."""

    def script(peer: Peer) -> None:
        while (request := peer.read()) is not None:
            peer.send(routes.get(request.line, other))

    return script


def test_a_request_goes_out_as_it_should(serve: Serve, connect: Connect) -> None:
    server = serve(answering(OK))
    connect(server).get("/a/b?c=d", headers={"X-One": "1"}, params={"e": "f g"})
    request = server.requests[0]
    assert request.head.decode() == (
        f"GET /a/b?c=d&e=f+g HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        "User-Agent: kampyn-perf\r\nAccept-Encoding: gzip, deflate, br\r\nX-One: 1"
    )
    assert request.body == b""


@pytest.mark.parametrize(
    ("base", "url", "line"),
    [
        ("", "/x", "/x"), ("/", "/x", "/x"), ("/", "x", "/x"), ("/api", "/x", "/api/x"),
        ("/api/", "x?y", "/api/x?y"), ("", "", "/"), ("", "?q=1", "/?q=1"),
        ("/a?b#c", "/x", "/a/x"),
    ],
)  # fmt: skip
def test_paths_are_appended_to_the_base(
    serve: Serve, connect: Connect, base: str, url: str, line: str
) -> None:
    server = serve(answering(OK))
    connect(server.url + base).get(url)
    assert server.requests[0].line == f"GET {line}"


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "head", "options"])
def test_every_method(serve: Serve, connect: Connect, observer: Observer, method: str) -> None:
    server = serve(answering(OK if method != "head" else OK[:-5]))
    assert getattr(connect(server), method)("/x", name="the x").ok
    assert server.requests[0].line == f"{method.upper()} /x"
    length = server.requests[0].header("Content-Length")
    assert length == ("0" if method in ("post", "put", "patch") else None)
    assert (observer.samples[0].method, observer.samples[0].name) == (method.upper(), "the x")


def test_json_goes_out_and_comes_back(serve: Serve, connect: Connect) -> None:
    server = serve(answering(response(b'{"token": "t\xc3\xbc"}')))
    got = connect(server).post("/login", json={"email": "a@b", "n": [1, None]})
    assert got.json() == {"token": "tü"}
    request = server.requests[0]
    assert json.loads(request.body) == {"email": "a@b", "n": [1, None]}
    assert request.header("Content-Type") == request.header("Accept") == "application/json"


def test_forms_raw_bodies_and_files_go_out(serve: Serve, connect: Connect) -> None:
    server = serve(answering(OK))
    client = connect(server)
    client.post("/", {"a": "1"})
    client.post("/", b"raw", headers={"Content-Type": "x/y"})
    client.post("/", files={"f": ("f.txt", b"content")})
    client.post("/", data="", json=None)
    form, raw, files, empty = server.requests
    assert (form.body, form.header("Content-Type")) == (b"a=1", "application/x-www-form-urlencoded")
    assert (raw.body, raw.header("Content-Type")) == (b"raw", "x/y")
    assert "multipart/form-data" in (files.header("Content-Type") or "")
    assert b"content" in files.body
    assert empty.header("Content-Length") == "0"


def test_a_response_has_what_authors_look_at(serve: Serve, connect: Connect) -> None:
    server = serve(
        answering(response(b"gr\xfc\xdf", b"Content-Type: text/plain; charset=latin-1", b"X-A: 1",
                           b"x-a: 2", status=201))
    )  # fmt: skip
    got = connect(server).post("/x", data="d")
    assert (got.status_code, got.ok, bool(got), got.error) == (201, True, True, None)
    assert (got.text, got.content) == ("grüß", b"gr\xfc\xdf")
    assert got.headers["X-a"] == "1, 2"
    assert got.headers.get_list("x-A") == ["1", "2"]
    assert "x-A" in got.headers
    assert got.headers.get("missing") is None
    assert got.url == f"{server.url}/x"
    assert (got.request.method, got.request.url, got.request.body) == ("POST", got.url, b"d")
    assert got.request.headers["User-Agent"] == "kampyn-perf"
    assert timedelta(0) < got.elapsed < timedelta(seconds=30)
    got.raise_for_status()


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, ErrorKind.HTTP_4XX), (400, ErrorKind.HTTP_4XX), (503, ErrorKind.HTTP_5XX)],
)
def test_statuses_are_errors_by_kind(
    serve: Serve, connect: Connect, observer: Observer, status: int, kind: ErrorKind
) -> None:
    got = connect(serve(answering(response(b"why", status=status)))).get("/")
    assert (got.status_code, got.ok, got.text) == (status, False, "why")
    assert observer.samples[0].error is kind
    with pytest.raises(StatusError, match=str(status)):
        got.raise_for_status()


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate"])
def test_compressed_bodies_are_decoded_when_looked_at(
    serve: Serve, connect: Connect, encoding: str
) -> None:
    from tests.load.client.test_bodies import PACKERS

    packed = PACKERS[encoding](b'{"a": 1}' * 100)
    server = serve(answering(response(packed, b"Content-Encoding: " + encoding.encode())))
    got = connect(server).get("/")
    assert got.size == len(packed)
    assert got.content == b'{"a": 1}' * 100


def test_the_observer_gets_times_and_bytes(
    serve: Serve, connect: Connect, observer: Observer
) -> None:
    server = serve(answering(OK))
    connect(server).post("/", json={})
    (sample,) = observer.samples
    assert (sample.status, sample.error, sample.received) == (200, None, len(OK))
    assert sample.sent == len(server.requests[0].head) + 4 + 2
    assert 0 < sample.end_us - sample.sent_us < 30_000_000


def test_locusts_event_fires_with_its_own_arguments(serve: Serve, connect: Connect) -> None:
    event = Event()
    server = serve(routed({"GET /bad": response(b"", status=500)}))
    client = connect(server, request_event=event, context=lambda: {"user": 7})
    client.get("/")
    assert event.fired == []
    event.listen()
    good = client.get("/", name="root", context={"step": 1})
    bad = client.get("/bad")
    first, second = event.fired
    assert set(first) == {
        "request_type", "name", "response_time", "response_length", "response", "context",
        "exception", "start_time", "url",
    }  # fmt: skip
    assert (first["request_type"], first["name"], first["url"]) == ("GET", "root", f"{server.url}/")
    assert first["context"] == {"user": 7, "step": 1}
    assert (first["response"], first["exception"], first["response_length"]) == (good, None, 5)
    assert first["response_time"] == pytest.approx((good.end_us - good.sent_us) / 1000)
    assert second["exception"] is bad.error
    assert second["name"] == "/bad"


def test_requests_can_be_named_together(serve: Serve, connect: Connect, observer: Observer) -> None:
    client = connect(serve(answering(OK)))
    with client.rename_request("/item/[id]"):
        client.get("/item/1")
        client.get("/item/2", name="own")
    client.get("/item/3")
    assert [sample.name for sample in observer.samples] == ["/item/[id]", "own", "/item/3"]


def test_a_caught_response_is_judged_by_the_scenario(
    serve: Serve, connect: Connect, observer: Observer
) -> None:
    event = Event()
    event.listen()
    client = connect(
        serve(
            routed({"GET /404": response(b"", status=404), "GET /500": response(b"", status=500)})
        ),
        request_event=event,
    )
    with client.get("/", catch_response=True) as got:
        assert observer.samples == []
        got.failure("wrong content")
    with client.get("/404", catch_response=True) as got:
        got.success()
    with client.get("/404", catch_response=True):
        pass
    with client.get("/500", catch_response=True) as got:
        got.failure("no order came")
    with client.get("/", catch_response=True) as got:
        got.failure(KeyError("token"))
    assert [sample.error for sample in observer.samples] == [
        ErrorKind.CONTENT, None, ErrorKind.HTTP_4XX, ErrorKind.HTTP_5XX, ErrorKind.CONTENT,
    ]  # fmt: skip
    assert [str(fired["exception"]) for fired in event.fired] == [
        "wrong content", "None", str(event.fired[2]["exception"]), "no order came",
        "KeyError('token')",
    ]  # fmt: skip
    assert isinstance(event.fired[0]["exception"], CheckError)


def test_an_error_inside_the_with_block_is_counted(
    serve: Serve, connect: Connect, observer: Observer
) -> None:
    client = connect(serve(answering(response(b"<html>"))))
    with client.get("/", catch_response=True) as got:
        got.json()
    assert isinstance(got.error, DecodeError)
    with pytest.raises(AssertionError), client.get("/", catch_response=True) as got:
        raise AssertionError("as the scenario says")
    assert [sample.error for sample in observer.samples] == [ErrorKind.PROTOCOL, ErrorKind.CONTENT]


def test_a_check_that_stumbles_over_a_failed_request_does_not_hide_why_it_failed(
    serve: Serve, connect: Connect, observer: Observer
) -> None:
    def script(peer: Peer) -> None:
        while (request := peer.read()) is not None:
            if request.line == "GET /hangs":
                peer.server.released.wait(10)
            peer.send(response(b"<html>", status=503))

    client = connect(serve(script))
    for url in ("/503", "/hangs"):
        with client.get(url, catch_response=True, timeout=0.2) as got:
            got.json()
        with (
            pytest.raises(AssertionError),
            client.get(url, catch_response=True, timeout=0.2) as got,
        ):
            assert got.status_code == 200
        with client.get(url, catch_response=True, timeout=0.2) as got:
            got.failure("no items")
    kinds = [sample.error for sample in observer.samples]
    assert kinds == [ErrorKind.HTTP_5XX] * 3 + [ErrorKind.TIMEOUT] * 3
    assert str(got.error) == "no items"


def test_another_requests_error_inside_the_with_block_is_not_swallowed(
    serve: Serve, connect: Connect, observer: Observer
) -> None:
    client = connect(serve(routed({"GET /bad": response(b"", status=500)})))
    with (
        pytest.raises(StatusError),
        client.get("/", catch_response=True),
        client.get("/bad", catch_response=True, name="inner") as inner,
    ):
        inner.success()
        client.get("/bad", name="plain").raise_for_status()
    with client.get("/bad", catch_response=True) as own:
        own.raise_for_status()
    kinds = [(sample.name, sample.error) for sample in observer.samples]
    assert kinds == [
        ("plain", ErrorKind.HTTP_5XX), ("inner", ErrorKind.CONTENT), ("/", ErrorKind.CONTENT),
        ("/bad", ErrorKind.HTTP_5XX),
    ]  # fmt: skip


def test_steering_a_user_inside_the_with_block_is_no_failure(
    serve: Serve, connect: Connect, observer: Observer
) -> None:
    base = type("RescheduleTask", (Exception,), {"__module__": "locust.exception"})
    steering = type("StepFailed", (base,), {})
    client = connect(serve(answering(OK)))
    with pytest.raises(steering), client.get("/", catch_response=True):
        raise steering
    assert [sample.error for sample in observer.samples] == [None]


def test_a_caught_response_without_its_with_block_is_counted_all_the_same(
    serve: Serve, connect: Connect, observer: Observer
) -> None:
    client = connect(serve(answering(OK)))
    client.get("/", catch_response=True)
    assert len(observer.samples) == 1


def test_a_response_that_was_not_caught_cannot_be_judged(serve: Serve, connect: Connect) -> None:
    got = connect(serve(answering(OK))).get("/")
    for judge in (got.success, lambda: got.failure("x"), got.__enter__):
        with pytest.raises(RequestRefusedError, match="catch_response=True"):
            judge()


def test_each_user_has_cookies_of_its_own(serve: Serve, connect: Connect) -> None:
    login = response(b"", b"Set-Cookie: token=abc; Path=/; HttpOnly", b"Set-Cookie: b=2; Path=/b")
    server = serve(routed({"POST /login": login}))
    one, two = connect(server), connect(server)
    one.post("/login", json={})
    one.get("/x")
    two.get("/x")
    one.get("/b/c", cookies={"extra": "1"})
    one.get("/x", headers={"Cookie": "own=1"})
    one.cookies.clear()
    one.get("/x")
    sent = [request.header("Cookie") for request in server.requests]
    assert sent == [None, "token=abc", None, "b=2; token=abc; extra=1", "own=1; token=abc", None]
    assert server.connections == 1


def test_cookies_may_be_put_in_the_place_of_others(serve: Serve, connect: Connect) -> None:
    server = serve(answering(OK))
    client, other = connect(server), CookieJar()
    other["c"] = "3"
    for given in ({"a": "1"}, {"b": "2"}, other, {}):
        client.cookies = given
        client.get("/")
    assert client.cookiejar is client.cookies
    sent = [request.header("Cookie") for request in server.requests]
    assert sent == ["a=1", "b=2", "c=3", None]
    with pytest.raises(RequestRefusedError):
        client.cookies = ["a"]


@pytest.mark.parametrize("answer", [0, None, "", []])
def test_what_counts_as_no_follows_no_redirect(serve: Serve, connect: Connect, answer: Any) -> None:
    client = connect(serve(answering(redirect("/b"))))
    assert client.get("/", allow_redirects=answer).status_code == 302


def test_a_local_backend_may_set_secure_cookies(serve: Serve, connect: Connect) -> None:
    server = serve(answering(response(b"", b"Set-Cookie: token=abc; Secure; Path=/")))
    client = connect(server)
    client.get("/")
    client.get("/")
    assert server.requests[1].header("Cookie") == "token=abc"


def test_basic_auth(serve: Serve, connect: Connect) -> None:
    server = serve(answering(OK))
    client = connect(server.url.replace("http://", "http://user:p%40w@"))
    client.get("/")
    client.get("/", auth=("a", "b"))
    client.get("/", headers={"authorization": "Bearer x"})
    connect(server).get(server.url.replace("http://", "http://c:d@") + "/")
    assert [request.header("Authorization") for request in server.requests] == [
        "Basic dXNlcjpwQHc=", "Basic YTpi", "Bearer x", "Basic Yzpk",
    ]  # fmt: skip
    assert client.base_url == server.url
    assert "p@w" not in client.get("/").url


def test_default_headers_and_a_base_with_a_path(serve: Serve, connect: Connect) -> None:
    server = serve(answering(OK))
    client = connect(f"{server.url}/api", headers={"X-Tenant": "uni", "user-agent": "mine"})
    client.get("/x")
    client.get("/x", headers={"X-TENANT": "other"})
    first, second = server.requests
    assert (first.line, first.header("X-Tenant")) == ("GET /api/x", "uni")
    assert first.head.lower().count(b"user-agent") == 1
    assert first.header("User-Agent") == "mine"
    assert second.header("X-Tenant") == "other"
    assert second.head.lower().count(b"x-tenant") == 1


@pytest.mark.parametrize(
    "attempt",
    [
        lambda client: client.get("/\r\nX-Evil: 1"),
        lambda client: client.get("/", headers={"X": "1\r\nY: 2"}),
        lambda client: client.get("/", cookies={"a": "1\r\nY: 2"}),
        lambda client: client.get("/", headers={"Cookie": "a=1\r\nY: 2"}),
        lambda client: client.request("GET / HTTP/1.1\r\nX:", "/"),
        lambda client: client.get("ftp://127.0.0.1/"),
        lambda client: client.post("/", data=3.5),
        lambda client: client.get("/", headers={b"X": "1"}),
        lambda client: client.get("/", headers={1: "1"}),
        lambda client: client.get("/", cookies={1: "1"}),
    ],
)
def test_a_request_that_would_break_the_protocol_is_refused_before_anything_is_sent(
    serve: Serve, connect: Connect, observer: Observer, attempt: Callable[[Client], object]
) -> None:
    server = serve(answering(OK))
    with pytest.raises(RequestRefusedError):
        attempt(connect(server))
    assert (server.requests, observer.samples) == ([], [])


def redirect(to: str, status: int = 302) -> bytes:
    return response(b"moved", b"Location: " + to.encode(), status=status)


def test_redirects_are_followed_and_are_one_sample(
    serve: Serve, connect: Connect, observer: Observer
) -> None:
    routes = {"POST /a": redirect("/b"), "GET /b": redirect("c?d=1", 307)}
    server = serve(routed(routes))
    got = connect(server).post("/a", json={"x": 1})
    assert (got.text, got.url) == ("hello", f"{server.url}/c?d=1")
    assert [request.line for request in server.requests] == ["POST /a", "GET /b", "GET /c?d=1"]
    assert server.requests[1].body == b""
    assert server.requests[1].header("Content-Type") is None
    (sample,) = observer.samples
    assert (sample.name, sample.status) == ("/a", 200)
    assert sample.received == len(routes["POST /a"]) + len(routes["GET /b"]) + len(OK)


def test_a_temporary_redirect_sends_the_body_again(serve: Serve, connect: Connect) -> None:
    server = serve(routed({"POST /a": redirect("/b", 308)}))
    connect(server).post("/a", data=b"body")
    assert (server.requests[1].line, server.requests[1].body) == ("POST /b", b"body")


def test_redirects_can_be_left_alone(serve: Serve, connect: Connect) -> None:
    got = connect(serve(answering(redirect("/b")))).get("/", allow_redirects=False)
    assert (got.status_code, got.ok, got.headers["location"]) == (302, True, "/b")


@pytest.mark.parametrize(
    "to", ["http://staging.example/", "//staging.example/x", "https://8.8.8.8/"]
)
def test_a_redirect_to_another_host_is_not_followed(
    serve: Serve, connect: Connect, pool: ConnectionPool, to: str
) -> None:
    got = connect(serve(answering(redirect(to)))).get("/")
    assert got.status_code == 302
    assert pool.opened == 1


def test_a_redirect_to_this_machine_is_not_followed_unless_it_was_allowed(serve: Serve) -> None:
    server = serve(routed({"GET /": redirect("http://localhost:PORT/x")}))
    server.script = routed({"GET /": redirect(f"http://localhost:{server.port}/x")})
    strict = Client(base_url=server.url, pool=ConnectionPool())
    assert strict.get("/").status_code == 302
    allowed = Client(base_url=server.url, pool=ConnectionPool(allowed_hosts=["localhost"]))
    assert allowed.get("/").text == "hello"


def test_credentials_do_not_follow_to_another_origin(serve: Serve, connect: Connect) -> None:
    other = serve(answering(OK))
    server = serve(routed({"GET /a": redirect(f"{other.url}/x"), "GET /b": redirect("/c")}))
    client = connect(server)
    headers = {"Authorization": "Bearer x", "Cookie": "own=1", "X-Keep": "1"}
    client.get("/a", headers=headers, cookies={"once": "1"})
    client.get("/b", headers=headers)
    assert other.requests[0].header("Authorization") is None
    assert other.requests[0].header("Cookie") is None
    assert other.requests[0].header("X-Keep") == "1"
    assert other.requests[0].header("Host") == f"127.0.0.1:{other.port}"
    assert server.requests[-1].header("Authorization") == "Bearer x"


def test_cookies_set_on_the_way_are_sent_on(serve: Serve, connect: Connect) -> None:
    moved = response(b"", b"Location: /home", b"Set-Cookie: session=1; Path=/", status=303)
    server = serve(routed({"POST /login": moved}))
    connect(server).post("/login", data={"u": "p"})
    assert (server.requests[1].line, server.requests[1].header("Cookie")) == (
        "GET /home",
        "session=1",
    )


def test_redirect_loops_end(serve: Serve, connect: Connect, observer: Observer) -> None:
    server = serve(answering(redirect("/again")))
    got = connect(server, max_redirects=5).get("/")
    assert "more than 5 redirects" in str(got.error)
    assert observer.samples[0].error is ErrorKind.PROTOCOL
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    "location", ["http://[::1/", "ftp://127.0.0.1/", "http://127.0.0.1:99999/"]
)
def test_a_redirect_to_nonsense_is_a_protocol_error(
    serve: Serve, connect: Connect, observer: Observer, location: str
) -> None:
    connect(serve(answering(redirect(location)))).get("/")
    assert observer.samples[0].error is ErrorKind.PROTOCOL


def test_a_redirect_without_a_location_is_a_response(serve: Serve, connect: Connect) -> None:
    assert connect(serve(answering(response(b"", status=302)))).get("/").status_code == 302


def test_equal_requests_are_prepared_once_and_the_store_is_bounded(
    serve: Serve, connect: Connect, pool: ConnectionPool
) -> None:
    client = connect(serve(answering(OK)))
    client.get("/x")
    (factory,) = pool.factories.values()
    known = dict(factory.known)
    assert len(known) == 1
    connect(client.base_url).get("/x")
    assert factory.known == known
    for number in range(5000):
        factory.make("GET", f"/{number}", content_type="", headers=None, auth=None, key=number)
    assert len(factory.known) <= 4096


def test_broken_compression_is_a_failure_once_looked_at(
    serve: Serve, connect: Connect, observer: Observer
) -> None:
    broken = response(gzip.compress(b"x" * 100)[:-9], b"Content-Encoding: gzip")
    client = connect(serve(answering(broken)))
    with client.get("/", catch_response=True) as got:
        got.text  # noqa: B018
    assert observer.samples[0].error is ErrorKind.PROTOCOL
    with pytest.raises(DecodeError):
        client.get("/").text  # noqa: B018


def test_a_failure_after_a_redirect_is_no_response(
    serve: Serve, connect: Connect, observer: Observer
) -> None:
    moved = response(b"moved", b"Location: http://127.0.0.1:1/x", status=302)
    got = connect(serve(answering(moved))).get("/")
    assert (got.status_code, got.text, got.size) == (0, "", 0)
    (sample,) = observer.samples
    assert (sample.status, sample.error) == (0, ErrorKind.CONNECT)


def test_a_cookie_with_an_impossible_date_costs_no_sample(
    serve: Serve, connect: Connect, observer: Observer
) -> None:
    line = b"Set-Cookie: a=b; Expires=01 Jan 9" + b"9" * 5000 + b" 00:00:00 GMT"
    client = connect(serve(answering(response(b"", line))))
    assert client.get("/").ok
    assert client.cookies["a"] == "b"
    assert len(observer.samples) == 1


def test_what_locusts_authors_write_to_catch_what_is_not_json(
    serve: Serve, connect: Connect, observer: Observer
) -> None:
    client = connect(serve(answering(response(b"<html>"))))
    with client.get("/", catch_response=True) as got:
        try:
            got.json()
        except json.JSONDecodeError:
            got.failure("no JSON came")
    assert str(got.error) == "no JSON came"
    assert observer.samples[0].error is ErrorKind.CONTENT


def test_a_caught_response_may_be_renamed_by_its_meta(
    serve: Serve, connect: Connect, observer: Observer
) -> None:
    client = connect(serve(answering(OK)))
    with client.get("/order/17", catch_response=True) as got:
        assert got.request_meta["request_type"] == "GET"
        got.request_meta["name"] = "/order/[id]"
    assert observer.samples[0].name == "/order/[id]"


def test_a_method_is_a_method_in_any_case(
    serve: Serve, connect: Connect, observer: Observer
) -> None:
    server = serve(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", OK))
    client = connect(server)
    assert client.request("head", "/").content == b""
    client.request("post", "/")
    assert [request.line for request in server.requests] == ["HEAD /", "POST /"]
    assert server.requests[1].header("Content-Length") == "0"
    assert [sample.method for sample in observer.samples] == ["HEAD", "POST"]


def test_headers_of_a_user_go_along_and_give_way(serve: Serve, connect: Connect) -> None:
    server = serve(answering(OK))
    client, other = connect(server), connect(server)
    client.headers["Authorization"] = "Bearer a"
    client.get("/")
    client.get("/", headers={"Authorization": "Bearer b"})
    other.get("/")
    sent = [request.header("Authorization") for request in server.requests]
    assert sent == ["Bearer a", "Bearer b", None]


def test_default_headers_hold_against_what_the_client_would_say(
    serve: Serve, connect: Connect
) -> None:
    server = serve(answering(OK))
    mine = {"content-type": "application/vnd.kampyn+json", "Accept": "text/csv"}
    connect(server, headers=mine).post("/", json={})
    head = server.requests[0].head.decode().lower()
    assert head.count("content-type:") == 1
    assert server.requests[0].header("Content-Type") == "application/vnd.kampyn+json"
    assert server.requests[0].header("Accept") == "text/csv"


def test_header_values_that_are_equal_and_not_the_same(serve: Serve, connect: Connect) -> None:
    server = serve(answering(OK))
    client = connect(server)
    for value in (1, True, "1"):
        client.get("/", headers={"X": value})  # type: ignore[dict-item]
    assert [request.header("X") for request in server.requests] == ["1", "True", "1"]


def test_credentials_in_urls_are_each_their_own(serve: Serve, connect: Connect) -> None:
    server = serve(answering(OK))
    client = connect(server)
    for who in ("ana:x", "ben:y"):
        client.get(f"http://{who}@127.0.0.1:{server.port}/")
    one, two = (request.header("Authorization") for request in server.requests)
    assert one != two


def test_a_timeout_of_two_parts_leaves_the_total_one(serve: Serve, connect: Connect) -> None:
    def drip(peer: Peer) -> None:
        peer.read()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        while not peer.server.released.wait(0.1):
            peer.send(b"x")

    client = connect(serve(drip), timeouts=Timeouts(total_us=600_000))
    error = client.get("/", timeout=(1, 5)).error
    assert str(error) == "the whole request took too long"


def test_a_location_in_raw_utf8_is_followed_as_it_was_meant(serve: Serve, connect: Connect) -> None:
    moved = response(b"", "Location: /café".encode(), status=302)
    server = serve(routed({"GET /": moved}))
    assert connect(server).get("/").ok
    assert server.requests[1].line == "GET /caf%C3%A9"
