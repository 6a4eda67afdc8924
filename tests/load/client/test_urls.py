"""URLs and heads: clean ones are built exactly, and nothing smuggles a second header.

Tests `kampyn_perf/load/hosts.py` too.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.load.client.errors import RequestRefusedError
from kampyn_perf.load.client.urls import (
    Url,
    basic_auth,
    clean_target,
    header_block,
    method_token,
    parse_url,
    redirected_method,
    redirected_url,
    with_params,
)
from kampyn_perf.load.hosts import is_loopback


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


def test_a_header_block_is_exact() -> None:
    assert header_block({"User-Agent": "x", "X-N": "ü"}, "host:81") == (
        b"Host: host:81\r\nUser-Agent: x\r\nX-N: \xfc\r\n"
    )


def test_a_host_of_ones_own_replaces_the_default_and_what_varies_is_left_out() -> None:
    block = header_block({"host": "virtual", "Content-Length": "9", "Cookie": "a=b"}, "h")
    assert block == b"host: virtual\r\n"


@pytest.mark.parametrize(
    "headers",
    [
        {"X": "a\r\nY: b"},
        {"X": "a\nb"},
        {"X": "a\0b"},
        {"X\r\nY": "a"},
        {"X Y": "a"},
        {"": "a"},
        {"Ü": "a"},
        {"Transfer-Encoding": "chunked"},
    ],
)
def test_headers_that_would_break_the_head_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(RequestRefusedError):
        header_block(headers, "h")


@pytest.mark.parametrize("method", ["GET /\r\nX: y", "GE T", "", "GÉT"])
def test_methods_that_would_break_the_head_are_refused(method: str) -> None:
    with pytest.raises(RequestRefusedError):
        method_token(method)


_texts = st.dictionaries(st.text(max_size=10), st.text(max_size=20), max_size=3)


@given(_texts)
def test_a_block_has_as_many_lines_as_headers(headers: dict[str, str]) -> None:
    try:
        block = header_block(headers, "h")
    except RequestRefusedError:
        return
    lines = block.split(b"\r\n")
    varying = [name for name in headers if name.lower() in ("content-length", "cookie")]
    host = any(name.lower() == "host" for name in headers)
    assert len(lines) == (not host) + len(headers) - len(varying) + 1
    assert lines[-1] == b""
    assert not any(b"\n" in line or b"\r" in line for line in lines)


@given(st.text(max_size=40))
def test_a_target_is_one_word(text: str) -> None:
    try:
        target = clean_target("/" + text)
    except RequestRefusedError:
        return
    assert target.isascii()
    assert target.startswith("/")
    assert not any(character.isspace() or character == "#" for character in target)


def test_targets_are_encoded_once_and_lose_their_fragment() -> None:
    assert clean_target("/a b/ü?c=%20#d") == "/a%20b/%C3%BC?c=%20"


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
