"""Recordings into one flow: whose requests, with which pauses, and without their secrets.

Tests `kampyn_perf/convert/draft.py` and `kampyn_perf/convert/har` too.
"""

from __future__ import annotations

import copy
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kampyn_perf.convert.draft import (
    BodyKind,
    Capture,
    Draft,
    Environment,
    LeftOut,
    Name,
    Request,
    Template,
    Think,
)  # fmt: skip
from kampyn_perf.convert.har.read import read_har
from kampyn_perf.errors import ConfigError, KampynError
from tests.convert import sources
from tests.convert.reading import all_text, read_back, saved
from tests.convert.shop import PASSWORD
from tests.convert.sources import har_entry

URL = "https://shop.example"


def archive(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"log": {"version": "1.2", "entries": list(entries)}}


def read(folder: Path, *entries: dict[str, Any], **options: Any) -> Draft:
    return read_har(saved(folder, archive(*entries), "s.har"), **options)


def requests(draft: Draft) -> list[Request]:
    return [step for step in draft.flows[0].steps if isinstance(step, Request)]


def test_a_session_is_one_flow_with_its_pauses(tmp_path: Path) -> None:
    draft = read_har(saved(tmp_path, sources.har(URL), "s.har"))
    steps = draft.flows[0].steps
    assert [one.url if isinstance(one, Request) else one for one in steps] == [
        "/health",
        Think(1_480_000),
        "/login",
        Think(280_000),
        "/orders",
        Template(("/orders/", Name("id"))),
        Think(580_000),
        "/session",
    ]
    assert draft.url == URL
    read_back(draft, tmp_path)


def test_third_parties_and_static_files_are_left_out_and_listed(tmp_path: Path) -> None:
    draft = read_har(saved(tmp_path, sources.har(URL), "s.har"))
    assert draft.left_out == (
        LeftOut("2 of shop.example", "static file"),
        LeftOut("1 of stats.example.net", "another host (--host stats.example.net takes them)"),
        LeftOut("cookie _ga", "the browser had it before the session began"),
    )


def test_further_hosts_are_taken_when_named(tmp_path: Path) -> None:
    entries = [
        har_entry("GET", f"{URL}/", mime="text/html", kind="document"),
        har_entry("GET", "https://api.shop.example:8443/items?page=1", at=0.01),
    ]
    draft = read(tmp_path, *entries, hosts=("shop.example", "api.shop.example"))
    assert [one.url for one in requests(draft)] == [
        "/",
        "https://api.shop.example:8443/items?page=1",
    ]
    only = read(tmp_path, *entries, hosts=("api.shop.example:8443",))
    assert only.url == "https://api.shop.example:8443"
    assert [one.name for one in requests(only)] == ["GET /items"]


def test_another_place_for_runs(tmp_path: Path) -> None:
    draft = read_har(saved(tmp_path, sources.har(URL), "s.har"), url="http://127.0.0.1:5/")
    assert draft.url == "http://127.0.0.1:5"


def test_a_token_is_captured_where_an_answer_had_it(tmp_path: Path) -> None:
    draft = read_har(saved(tmp_path, sources.har(URL), "s.har"))
    login, order, show = requests(draft)[1:4]
    assert login.captures == (Capture("token", "data.token"),)
    assert order.captures == (Capture("id", "order.id"),)
    assert order.headers["Authorization"] == Template(("Bearer ", Name("token")))
    assert show.name == "GET /orders/{id}"


def test_passwords_become_rows_and_the_recorded_one_is_kept_when_asked(tmp_path: Path) -> None:
    path = saved(tmp_path, sources.har(URL), "s.har")
    (table,) = read_har(path).tables
    assert table.columns == ("email", "password", "user")
    assert table.rows == (("ana@example.edu", "CHANGE-ME", "ana"),)
    (kept,) = read_har(path, keep_secrets=True).tables
    assert kept.rows == (("ana@example.edu", PASSWORD, "ana"),)
    assert kept.secret


def test_secrets_that_nothing_gave_come_from_the_environment(tmp_path: Path) -> None:
    jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
    secrets = ["k3y-1234", "t0ken-in-url", "c00kie-value", "csrf-9876", "Basic YW5hOnh5eg==", jwt,
               "refresh-55", "4111111111111111", "xmlpass1"]  # fmt: skip
    draft = read(
        tmp_path,
        har_entry("GET", f"{URL}/a?access_token={secrets[1]}&page=2", headers={
            "X-Api-Key": secrets[0], "Cookie": f"sessionid={secrets[2]}; theme=dark",
            "X-CSRF-Token": secrets[3]}),
        har_entry("GET", f"{URL}/b", at=0.1, headers={"Authorization": secrets[4]}),
        har_entry("POST", f"{URL}/c/{jwt}", at=0.2, body=("application/json", json.dumps(
            {"data": {"refresh_token": secrets[6], "card_number": int(secrets[7])}, "x": jwt}))),
        har_entry("POST", f"{URL}/d", at=0.3, body=("text/xml", f"<p><Password>{secrets[8]}"
                                                    f"</Password><v>1</v></p>")),
    )  # fmt: skip
    text = all_text(draft)
    assert [one for one in secrets if one in text] == []
    first, second, third, fourth = requests(draft)
    assert first.url == Template(
        ("/a?access_token=", Environment("TARGET_ACCESS_TOKEN"), "&page=2")
    )
    assert first.headers == {
        "X-Api-Key": Environment("TARGET_X_API_KEY"),
        "X-CSRF-Token": Environment("TARGET_X_CSRF_TOKEN"),
    }
    assert first.cookies == {"sessionid": Environment("TARGET_COOKIE_SESSIONID")}
    assert second.headers == {"Authorization": Environment("TARGET_AUTHORIZATION")}
    assert third.url == Template(("/c/", Environment("TARGET_X")))
    assert third.body and third.body.value["x"] == Environment("TARGET_X")
    assert fourth.body and fourth.body.value == Template(
        ("<p><Password>", Environment("TARGET_PASSWORD"), "</Password><v>1</v></p>")
    )
    assert LeftOut("cookie theme", "the browser had it before the session began") in draft.left_out
    read_back(draft, tmp_path)


def test_cookies_that_the_session_was_given_are_the_clients_own(tmp_path: Path) -> None:
    draft = read(
        tmp_path,
        har_entry("GET", f"{URL}/", answer_headers=[("Set-Cookie", "sid=abc; Path=/")]),
        har_entry("GET", f"{URL}/me", at=0.1, headers={"Cookie": "sid=abc"}),
    )
    assert requests(draft)[1].cookies == {}
    assert draft.environment == {}


def test_redirects_are_followed_by_the_client(tmp_path: Path) -> None:
    draft = read(
        tmp_path,
        har_entry("POST", f"{URL}/in", status=303, answer_headers=[("Location", "/next")]),
        har_entry("GET", f"{URL}/next", at=0.1, status=302,
                  answer_headers=[("Location", "https://shop.example/home")]),
        har_entry("GET", f"{URL}/home", at=0.2),
        har_entry("GET", f"{URL}/away", at=0.3, status=302,
                  answer_headers=[("Location", "https://else.example/")]),
    )  # fmt: skip
    first, last = requests(draft)
    assert (first.url, first.statuses, first.follow) == ("/in", (200,), True)
    assert (last.url, last.statuses, last.follow) == ("/away", (302,), False)


def test_bodies_of_each_kind(tmp_path: Path) -> None:
    boundary = "----X"
    multipart = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="title"\r\n\r\nTea\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="photo"; filename="a.png"\r\n'
        f"Content-Type: image/png\r\n\r\nPNG\r\n--{boundary}--\r\n"
    )
    bodies = [
        ("application/json", '{"a": [1, {"b": "{x}"}]}'),
        ("application/x-www-form-urlencoded; charset=UTF-8", "a=1&b=x+y&a=2"),
        (f"multipart/form-data; boundary={boundary}", multipart),
        ("text/plain", "as it is {{ not }} a template"),
        ("application/json", "{broken"),
        ("application/vnd.api+json", "{}"),
    ]
    draft = read(tmp_path, *[
        har_entry("POST", f"{URL}/{index}", at=index / 10, body=body)
        for index, body in enumerate(bodies)
    ])  # fmt: skip
    made = [one.body for one in requests(draft)]
    assert [(one.kind, one.value) for one in made if one] == [
        (BodyKind.JSON, {"a": [1, {"b": "{x}"}]}),
        (BodyKind.FORM, {"a": ["1", "2"], "b": "x y"}),
        (BodyKind.FORM_DATA, {"title": "Tea", "photo": ""}),
        (BodyKind.TEXT, "as it is {{ not }} a template"),
        (BodyKind.TEXT, "{broken"),
        (BodyKind.JSON, {}),
    ]
    assert requests(draft)[2].note == "EDIT: sent files (photo), which are not taken over"
    assert requests(draft)[5].headers == {"Content-Type": "application/vnd.api+json"}
    target = read_back(draft, tmp_path)
    assert {"as it is {{ not }} a template", "{x}"} == set(target.variables.values())


def test_what_the_browser_does_by_itself_is_left_out(tmp_path: Path) -> None:
    draft = read(
        tmp_path,
        har_entry("GET", f"{URL}/a"),
        har_entry("OPTIONS", f"{URL}/a", at=0.1),
        har_entry("GET", f"{URL}/live", at=0.2, status=101, kind="websocket"),
        har_entry("GET", f"{URL}/gone", at=0.3, status=0),
        har_entry("GET", "data:image/png;base64,AA", at=0.4),
        har_entry("GET", f"{URL}/style.css", at=0.5),
    )
    assert [one.url for one in requests(draft)] == ["/a"]
    assert {one.why for one in draft.left_out} == {
        "the browser's own question whether it may (preflight)",
        "WebSocket",
        "no answer was recorded (blocked, or broken off)",
        "static file",
    }


def test_pauses_of_more_than_a_minute_are_cut_and_entries_come_in_their_order(
    tmp_path: Path,
) -> None:
    draft = read(
        tmp_path,
        har_entry("GET", f"{URL}/late", at=600),
        har_entry("GET", f"{URL}/early"),
    )
    assert [one.url if isinstance(one, Request) else one for one in draft.flows[0].steps] == [
        "/early", Think(60_000_000), "/late",
    ]  # fmt: skip
    assert draft.left_out == (LeftOut("1 pause of more than a minute", "cut to a minute"),)


def test_ids_in_paths_are_no_names_of_their_own(tmp_path: Path) -> None:
    draft = read(
        tmp_path,
        har_entry("GET", f"{URL}/users/12/orders/3f2b8c1e-0000-4000-8000-000000000001?x=1"),
    )
    assert requests(draft)[0].name == "GET /users/{id}/orders/{id}"


@pytest.mark.parametrize(
    ("text", "pointer", "message"),
    [
        (b"", "", "is empty"),
        (b" \n ", "", "is empty"),
        (b"{}", "#/log/entries", "has no entries"),
        (b'{"log": {"entries": []}}', "#/log/entries", "has no entries"),
        (b"[1, 2]", "#/log/entries", "has no entries"),
        (b"hello", "", "is not JSON: "),
        (b'{"log": {"entries": [7]}}', "#/log/entries/0", "is no JSON object"),
        (b'{"log": {"entries": [{"a": 1}, {"b": ', "#/log/entries/1", "is not JSON: "),
        (b'{"log": {"entries": [{"a": "caf\xe9"}]}}', "", "is not JSON: "),
        ('{"log": {"entries": []}}'.encode("utf-16"), "", "is not UTF-8 text, but UTF-16"),
        (b'{"log": {"entries": [{}]}}', "#/log/entries", "has no request to load; its hosts"),
    ],
)  # fmt: skip
def test_what_is_no_recording_is_told_with_its_place(
    tmp_path: Path, text: bytes, pointer: str, message: str
) -> None:
    path = tmp_path / "s.har"
    path.write_bytes(text)
    with pytest.raises(ConfigError) as caught:
        read_har(path)
    problem = caught.value.problems[0]
    assert (problem.source, problem.path) == (str(path), pointer)
    assert problem.message.startswith(message)


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "s.har"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(sources.har(URL)).encode())
    assert read_har(path).flows[0].requests() == 5


def test_a_host_that_the_recording_does_not_have(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"its hosts are shop\.example"):
        read(tmp_path, har_entry("GET", f"{URL}/a"), hosts=("other.example",))


def test_a_session_of_too_many_requests_has_a_clear_limit(tmp_path: Path) -> None:
    one = har_entry("GET", f"{URL}/a")
    with pytest.raises(KampynError, match=r"has more than 1,000 requests of shop\.example"):
        read(tmp_path, *([one] * 1_001))


def test_the_size_of_a_recording_takes_no_memory(tmp_path: Path) -> None:
    large = har_entry("GET", "https://cdn.example/x.js", answer="x" * 200_000)
    page = har_entry("GET", f"{URL}/a", kind="document", mime="text/html")
    path = saved(tmp_path, archive(*([large] * 150), page), "s.har")
    size = path.stat().st_size
    tracemalloc.start()
    try:
        read_har(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size > 30_000_000
    assert peak < size / 10


JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 10**19), st.floats(allow_nan=False),
              st.text(max_size=12)),
    lambda inner: st.one_of(st.lists(inner, max_size=3),
                            st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)  # fmt: skip
PATHS = st.sampled_from(
    [(), ("time",), ("startedDateTime",), ("request",), ("request", "url"), ("request", "method"),
     ("request", "headers"), ("request", "cookies"), ("request", "postData"), ("response",),
     ("response", "status"), ("response", "content"), ("response", "content", "text"),
     ("response", "headers"), ("response", "redirectURL"), ("request", "postData", "text"),
     ("request", "postData", "mimeType"), ("_resourceType",)]
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 8), PATHS, JUNK), min_size=1, max_size=6))
def test_whatever_an_entry_holds_it_is_read_or_told(
    tmp_path: Path, changes: list[tuple[int, tuple[str, ...], Any]]
) -> None:
    document = copy.deepcopy(sources.har(URL))
    for number, path, value in changes:
        _put(document["log"]["entries"][number], path, value)
    source = tmp_path / "s.har"
    source.write_text(json.dumps(document))
    try:
        draft = read_har(source)
    except KampynError:
        return
    read_back(draft, tmp_path)


def _put(entry: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    if not path:
        entry.clear()
        return
    for key in path[:-1]:
        inner = entry.get(key)
        if not isinstance(inner, dict):
            return
        entry = inner
    entry[path[-1]] = value
