"""Cookies go where they belong and nowhere else, for as long as they may."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.load.client.cookies import CookieJar
from kampyn_perf.load.client.errors import RequestRefusedError
from kampyn_perf.load.client.set_cookie import default_path, path_matches

NOW = 1_700_000_000.0
PAST = "Wed, 21 Oct 2015 07:28:00 GMT"


def jar_with(*lines: str, host: str = "shop.example.com", path: str = "/", secure: bool = True):
    jar = CookieJar()
    jar.store([line.encode() for line in lines], host=host, path=path, secure=secure, now=NOW)
    return jar


def test_an_empty_jar_is_false_and_sends_nothing() -> None:
    jar = CookieJar()
    assert not jar
    assert jar.line("a", "/", True, NOW) == b""


@pytest.mark.parametrize(
    ("cookie", "host", "path", "secure", "sent"),
    [
        ("a=1", "shop.example.com", "/x", False, True),
        ("a=1", "example.com", "/", True, False),
        ("a=1", "sub.shop.example.com", "/", True, False),
        ("a=1; Domain=example.com", "other.example.com", "/", True, True),
        ("a=1; Domain=.example.com", "example.com", "/", True, True),
        ("a=1; Domain=example.com", "badexample.com", "/", True, False),
        ("a=1; Path=/api", "shop.example.com", "/api", True, True),
        ("a=1; Path=/api", "shop.example.com", "/api/x", True, True),
        ("a=1; Path=/api", "shop.example.com", "/apix", True, False),
        ("a=1; Path=/api", "shop.example.com", "/", True, False),
        ("a=1; Secure", "shop.example.com", "/", False, False),
        ("a=1; Secure", "shop.example.com", "/", True, True),
        ("a=1; Max-Age=60", "shop.example.com", "/", True, True),
        ("a=1; Max-Age=0", "shop.example.com", "/", True, False),
        ("a=1; Max-Age=-1", "shop.example.com", "/", True, False),
        ("a=1; Expires=" + PAST, "shop.example.com", "/", True, False),
        ("a=1; Expires=Wed, 21-Oct-2037 07:28:00 GMT", "shop.example.com", "/", True, True),
        ("a=1; Expires=nonsense", "shop.example.com", "/", True, True),
        ("a=1; Max-Age=9; Expires=" + PAST, "shop.example.com", "/", True, True),
        ("a=1; HttpOnly; SameSite=Strict; Unknown=x", "shop.example.com", "/", True, True),
    ],
)  # fmt: skip
def test_scope(cookie: str, host: str, path: str, secure: bool, sent: bool) -> None:
    assert jar_with(cookie).line(host, path, secure, NOW) == (b"a=1" if sent else b"")


@pytest.mark.parametrize(
    ("cookie", "host"),
    [
        ("a=1; Domain=other.com", "shop.example.com"),
        ("a=1; Domain=com", "shop.example.com"),
        ("a=1; Domain=shop.example.com", "example.com"),
        ("a=1; Domain=0.0.1", "127.0.0.1"),
        ("no equals sign", "shop.example.com"),
        ("=nameless", "shop.example.com"),
        ("a=\x01", "shop.example.com"),
        ("a=" + "x" * 5000, "shop.example.com"),
    ],
)
def test_what_a_server_may_not_set_is_refused(cookie: str, host: str) -> None:
    assert not jar_with(cookie, host=host)


def test_a_secure_cookie_is_not_taken_from_a_plain_connection() -> None:
    assert not jar_with("a=1; Secure", secure=False)


def test_a_domain_equal_to_an_address_or_a_single_label_stays_with_that_host() -> None:
    assert jar_with("a=1; Domain=127.0.0.1", host="127.0.0.1").line("127.0.0.1", "/", False, NOW)
    assert jar_with("a=1; Domain=localhost", host="localhost").line("localhost", "/", False, NOW)
    assert not jar_with("a=1; Domain=localhost", host="localhost").line(
        "x.localhost", "/", False, NOW
    )


def test_longer_paths_first_then_older_cookies() -> None:
    jar = jar_with("b=1", "a=2", "c=3; Path=/api")
    assert jar.line("shop.example.com", "/api", True, NOW) == b"c=3; b=1; a=2"


def test_a_newer_value_replaces_and_an_expired_one_deletes() -> None:
    jar = jar_with("a=1", "a=2")
    assert jar.line("shop.example.com", "/", True, NOW) == b"a=2"
    jar.store([b"a=; Max-Age=0"], host="shop.example.com", path="/", secure=True, now=NOW)
    assert not jar


def test_a_cookie_expires_although_its_line_was_kept() -> None:
    jar = jar_with("a=1; Max-Age=10", "b=2")
    assert jar.line("shop.example.com", "/", True, NOW + 9) == b"a=1; b=2"
    assert jar.line("shop.example.com", "/", True, NOW + 10) == b"b=2"
    assert len(jar) == 1


def test_the_default_path_is_the_folder_of_the_request() -> None:
    assert [default_path(p) for p in ("/a/b", "/a/", "/a", "/", "")] == ["/a", "/a", "/", "/", "/"]


def test_cookies_set_by_hand() -> None:
    jar = CookieJar()
    jar["token"] = "abc"
    jar.set("only", "here", domain="a.example")
    assert jar["token"] == "abc"
    assert jar.get("missing") is None
    assert "token" in jar
    assert jar.line("anywhere", "/x", False, NOW) == b"token=abc"
    assert jar.line("b.a.example", "/x", False, NOW) == b"token=abc; only=here"
    with pytest.raises(KeyError):
        jar["missing"]
    jar.clear()
    assert not jar


@pytest.mark.parametrize(
    ("name", "value"), [("a\r\nX", "1"), ("a", "1\r\nX: y"), ("a", "1; b=2"), ("", "1")]
)
def test_a_cookie_cannot_carry_a_header(name: str, value: str) -> None:
    with pytest.raises(RequestRefusedError):
        CookieJar().set(name, value)


@pytest.mark.parametrize("part", [None, 1, True, b"x", ["a"]])
def test_what_is_no_text_is_no_part_of_a_cookie(part: Any) -> None:
    jar = jar_with("a=1")
    for parts in ({"name": part}, {"value": part}, {"domain": part}, {"path": part}):
        with pytest.raises(RequestRefusedError, match=f"and not {type(part).__name__}"):
            jar.set(**{"name": "b", "value": "2", **parts})
    with pytest.raises(RequestRefusedError, match="is no cookie of this client's"):
        jar.set_cookie(part)
    assert part not in jar
    assert jar.get(part, 3) == 3
    assert jar.pop(part) is None
    with pytest.raises(KeyError):
        del jar[part]
    assert jar.get_dict() == {"a": "1"}


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda jar: pickle.loads(pickle.dumps(jar))]
)
def test_a_copy_of_a_jar_has_cookies_of_its_own(copied: Callable[[CookieJar], CookieJar]) -> None:
    jar = jar_with("a=1; Path=/x; Max-Age=60", "b=2; Domain=example.com")
    other = copied(jar)
    assert list(other) == list(jar)
    assert other.line("shop.example.com", "/x", True, NOW + 61) == b"b=2"
    other.clear()
    assert jar.line("shop.example.com", "/x", True, NOW) == b"a=1; b=2"


def test_the_number_of_cookies_is_bounded() -> None:
    jar = jar_with(*[f"c{number}=1" for number in range(1000)])
    assert len(jar) == 300
    assert "c999" in jar


@given(st.lists(st.binary(max_size=80), max_size=5))
def test_any_set_cookie_lines_are_taken_or_refused(lines: list[bytes]) -> None:
    jar = CookieJar()
    jar.store(lines, host="a.example", path="/", secure=True, now=NOW)
    sent = jar.line("a.example", "/", True, NOW)
    assert b"\r" not in sent
    assert b"\n" not in sent


_folders = st.lists(st.sampled_from(["a", "b", "ab"]), max_size=4)


@given(_folders, _folders, st.booleans())
def test_paths_match_as_folders(path: list[str], scope: list[str], slash: bool) -> None:
    written = "/" + "/".join(scope) + ("/" if slash and scope else "")
    inside = path[: len(scope)] == scope
    if slash and scope:
        inside = inside and len(path) > len(scope)
    assert path_matches("/" + "/".join(path), written) == inside
