"""URLs and heads: clean ones are built exactly, and nothing smuggles a second header."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.load.http.errors import RequestRefusedError
from kampyn_perf.load.http.urls import (
    Url,
    basic_auth,
    build_head,
    is_loopback,
    join,
    parse_url,
    redirected_method,
    redirected_url,
    with_params,
)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://Host:81/a?b=c#d", Url("http", "host", 81, "/a?b=c")),
        ("https://host", Url("https", "host", 443, "/")),
        ("http://host?q", Url("http", "host", 80, "/?q")),
        ("http://[::1]:5001/x", Url("http", "::1", 5001, "/x")),
        ("http://h/ü x", Url("http", "h", 80, "/%C3%BC%20x")),
        ("http://h/%20?a=%2F", Url("http", "h", 80, "/%20?a=%2F")),
        ("http://u:p%40w@h/", Url("http", "h", 80, "/", ("u", "p@w"))),
        ("http://bücher.example/", Url("http", "xn--bcher-kva.example", 80, "/")),
    ],
)
def test_urls_are_taken_apart(text: str, url: Url) -> None:
    assert parse_url(text) == url


def test_a_url_reads_back_without_its_credentials() -> None:
    assert str(parse_url("https://u:p@[::1]:444/a?b")) == "https://[::1]:444/a?b"
    assert str(parse_url("http://host:80/")) == "http://host/"


@pytest.mark.parametrize(
    "text",
    [
        "/path/only",
        "ftp://host/",
        "http://",
        "http://host:99999/",
        "http://host/\r\nX: y",
        "http://host/a\nb",
        "http://ho st/",
        "http://host\\evil/",
        "http://[::1/",
        "http://a" + "\u2100" + "b/",
    ],
)
def test_what_is_not_a_clean_url_is_refused(text: str) -> None:
    with pytest.raises(RequestRefusedError):
        parse_url(text)


def test_a_head_is_exact() -> None:
    url = parse_url("http://host:81/a?b=c")
    assert build_head("GET", url, {"User-Agent": "x", "X-N": "ü"}) == (
        b"GET /a?b=c HTTP/1.1\r\nHost: host:81\r\nUser-Agent: x\r\nX-N: \xfc\r\n"
    )


def test_a_host_header_of_ones_own_replaces_the_default_and_a_length_is_left_out() -> None:
    head = build_head("GET", parse_url("http://h/"), {"host": "virtual", "Content-Length": "9"})
    assert head == b"GET / HTTP/1.1\r\nhost: virtual\r\n"


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET /\r\nX: y", {}),
        ("GE T", {}),
        ("", {}),
        ("GET", {"X": "a\r\nY: b"}),
        ("GET", {"X": "a\nb"}),
        ("GET", {"X": "a\0b"}),
        ("GET", {"X\r\nY": "a"}),
        ("GET", {"X Y": "a"}),
        ("GET", {"": "a"}),
        ("GET", {"Transfer-Encoding": "chunked"}),
    ],
)
def test_injection_is_refused(method: str, headers: dict[str, str]) -> None:
    with pytest.raises(RequestRefusedError):
        build_head(method, parse_url("http://h/"), headers)


@given(
    st.text(max_size=40), st.dictionaries(st.text(max_size=10), st.text(max_size=20), max_size=3)
)
def test_whatever_is_built_has_as_many_lines_as_headers(path: str, headers: dict[str, str]) -> None:
    try:
        url = parse_url("http://h/" + path)
        head = build_head("GET", url, headers)
    except RequestRefusedError:
        return
    lines = head.split(b"\r\n")
    own = [name for name in headers if name.lower() not in ("content-length",)]
    host = any(name.lower() == "host" for name in headers)
    assert len(lines) == 1 + (not host) + len(own) + 1
    assert lines[0].count(b" ") == 2
    assert lines[-1] == b""
    assert not any(b"\n" in line or b"\r" in line for line in lines)


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://h"]))
def test_any_text_is_a_url_or_refused(text: str, start: str) -> None:
    text = start + text
    try:
        url = parse_url(text)
    except RequestRefusedError:
        return
    assert parse_url(str(url)).origin == url.origin


def test_paths_are_appended_and_absolute_urls_stand() -> None:
    assert join("http://h/base", "/x") == "http://h/base/x"
    assert join("http://h", "https://other/x") == "https://other/x"


def test_parameters_are_added() -> None:
    assert with_params("/a", {"b": "c d", "n": None, "l": [1, 2]}) == "/a?b=c+d&l=1&l=2"
    assert with_params("/a?x=1#f", [("b", 2)]) == "/a?x=1&b=2#f"
    assert with_params("/a", "raw=1") == "/a?raw=1"
    assert with_params("/a", {}) == "/a"


def test_basic_auth_is_that_of_the_rfc() -> None:
    assert basic_auth("Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [
        (301, "POST", "GET"), (302, "POST", "GET"), (303, "POST", "GET"), (303, "PUT", "GET"),
        (303, "HEAD", "HEAD"), (301, "GET", "GET"), (301, "PUT", "PUT"), (302, "DELETE", "DELETE"),
        (307, "POST", "POST"), (308, "POST", "POST"), (302, "HEAD", "HEAD"),
    ],
)  # fmt: skip
def test_redirects_rewrite_methods_as_browsers_do(status: int, method: str, then: str) -> None:
    assert redirected_method(status, method) == then


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/b", "http://h:1/b"), ("c", "http://h:1/x/c"), ("//o/p", "http://o/p"),
        ("https://o/", "https://o/"), ("?q=1", "http://h:1/x/y?q=1"), (" /b ", "http://h:1/b"),
    ],
)  # fmt: skip
def test_locations_are_relative_to_the_request(location: str, url: str) -> None:
    assert redirected_url("http://h:1/x/y", location) == url


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True), ("a.localhost", True), ("127.0.0.1", True), ("127.9.9.9", True),
        ("::1", True), ("0.0.0.0", False), ("10.0.0.1", False), ("example.com", False),
        ("localhost.example.com", False), ("::ffff:8.8.8.8", False),
    ],
)  # fmt: skip
def test_loopback_is_known_by_name(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
