"""Collections into flows: folders, variables, ways in, bodies, and what of scripts is kept.

Tests `kampyn_perf/convert/postman` too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kampyn_perf.convert.draft import (
    Body,
    BodyKind,
    Capture,
    Draft,
    Environment,
    Function,
    LeftOut,
    Name,
    Request,
    Template,
)  # fmt: skip
from kampyn_perf.convert.postman.read import read_postman
from kampyn_perf.errors import ConfigError, KampynError
from tests.convert import sources
from tests.convert.reading import all_text, read_back, saved

URL = "http://127.0.0.1:8000"


def read(folder: Path, *items: Any, **more: Any) -> Draft:
    document = {"info": {"name": "c"}, "item": list(items)} | more
    return read_postman(saved(folder, document))


def item(url: Any = f"{URL}/a", *, name: str = "r", **request: Any) -> dict[str, Any]:
    return {"name": name, "request": {"method": "GET", "url": url} | request}


def script(*lines: str, listen: str = "test") -> list[dict[str, Any]]:
    return [{"listen": listen, "script": {"exec": list(lines)}}]


def requests(draft: Draft) -> list[Request]:
    return [step for flow in draft.flows for step in flow.steps if isinstance(step, Request)]


def test_folders_are_flows_and_what_one_needs_of_another_comes_ahead(tmp_path: Path) -> None:
    draft = read_postman(saved(tmp_path, sources.postman(URL)))
    sign_in, orders, rest = draft.flows
    assert [flow.name for flow in draft.flows] == ["Sign in", "Orders", "Shop collection"]
    assert sign_in.before == () and rest.before == ()
    (ahead,) = orders.before
    assert isinstance(ahead, Request) and ahead.captures == (Capture("token", "data.token"),)
    assert draft.url == URL
    target = read_back(draft, tmp_path)
    assert target.variables == {"email": "ana@example.edu", "itemId": "2"}


def test_tests_are_carried_over_where_a_file_can_say_them_and_listed_where_not(
    tmp_path: Path,
) -> None:
    draft = read_postman(saved(tmp_path, sources.postman(URL)))
    login, order, show, health = requests(draft)
    assert [one.statuses for one in (login, order, show, health)] == [(200,), (201,), (), ()]
    assert order.captures == (Capture("order", "order.id"),)
    assert draft.left_out == (
        LeftOut("Orders / Order", "1 test (JavaScript)"),
        LeftOut("{{password}}", "nothing in the file says what it is"),
    )


def test_scripts_before_a_request_are_listed(tmp_path: Path) -> None:
    one = item() | {"event": script("console.log(1)", listen="prerequest")}
    draft = read(tmp_path, one)
    assert draft.left_out == (LeftOut("r", "its script before the request (JavaScript)"),)


def test_ways_in_are_inherited_and_no_secret_is_written(tmp_path: Path) -> None:
    secret = "Pa55-literal"
    basic = {"type": "basic", "basic": [{"key": "username", "value": "ana"},
                                        {"key": "password", "value": secret}]}  # fmt: skip
    key = {"type": "apikey", "apikey": [{"key": "key", "value": "X-Key"},
                                        {"key": "value", "value": secret + "2"}]}  # fmt: skip
    in_query = {"type": "apikey", "apikey": [{"key": "key", "value": "k"},
                {"key": "value", "value": secret}, {"key": "in", "value": "query"}]}  # fmt: skip
    draft = read(
        tmp_path,
        item(name="inherits"),
        item(name="none", auth={"type": "noauth"}),
        {"name": "F", "auth": key, "item": [item(name="folder's")]},
        item(name="query", auth=in_query),
        item(name="old", auth={"type": "hawk", "hawk": []}),
        item(name="literal", header=[{"key": "Authorization", "value": f"Bearer {secret}3"},
                                     {"key": "X-Off", "value": "1", "disabled": True}]),
        item(f"{URL}/b?access_token={secret}&page=1", name="in query"),
        auth=basic,
    )  # fmt: skip
    first, none, query, old, literal, in_url, folder = requests(draft)
    assert first.auth == ("ana", Environment("TARGET_PASSWORD"))
    assert none.auth is None
    assert folder.headers == {"X-Key": Environment("TARGET_X_KEY")}
    assert query.query == {"k": Environment("TARGET_PASSWORD")}
    assert old.note == "EDIT: signs in by hawk, which is not taken over"
    assert literal.headers == {"Authorization": Environment("TARGET_AUTHORIZATION")}
    assert in_url.url == Template(("/b?access_token=", Environment("TARGET_PASSWORD"), "&page=1"))
    assert secret not in all_text(draft)
    read_back(draft, tmp_path)


def test_secret_variables_come_from_the_environment(tmp_path: Path) -> None:
    draft = read(
        tmp_path,
        item(header=[{"key": "X", "value": "{{apiKey}}"}, {"key": "Y", "value": "a {{other}} b"}]),
        variable=[{"key": "apiKey", "value": "s3cr3t"}, {"key": "other", "value": "v"}],
    )
    (one,) = requests(draft)
    assert one.headers["X"] == Environment("TARGET_APIKEY")
    assert one.headers["Y"] == Template(("a ", Name("other"), " b"))
    assert "s3cr3t" not in all_text(draft)


def test_an_exported_environment_goes_before_the_collections_variables(tmp_path: Path) -> None:
    document = {"info": {"name": "c"}, "item": [item("{{base}}/x/{{id}}")],
                "variable": [{"key": "base", "value": "http://one.example"},
                             {"key": "id", "value": "1"}]}  # fmt: skip
    environment = {"values": [{"key": "base", "value": "http://two.example/v1", "enabled": True},
                              {"key": "id", "value": "2", "enabled": False}]}  # fmt: skip
    draft = read_postman(
        saved(tmp_path, document), environment=saved(tmp_path, environment, "e.json")
    )
    assert draft.url == "http://two.example"
    assert requests(draft)[0].url == Template(("/v1/x/", Name("id")))
    assert draft.variables == {"id": "1"}
    with pytest.raises(ConfigError, match="no Postman environment"):
        read_postman(saved(tmp_path, document), environment=saved(tmp_path, {}, "e.json"))


def test_bodies_of_each_kind(tmp_path: Path) -> None:
    def raw(text: str, language: str = "") -> dict[str, Any]:
        return {"mode": "raw", "raw": text, "options": {"raw": {"language": language}}}

    fields = [{"key": "a", "value": "{{v}}"}, {"key": "off", "value": "1", "disabled": True}]
    draft = read(
        tmp_path,
        item(body=raw('{"a": "{{v}}", "b": [1, "{x}"], "id": "{{$guid}}"}')),
        item(body=raw('{"a": {{v}}}')),
        item(body=raw("<a/>", "xml")),
        item(body={"mode": "urlencoded", "urlencoded": fields}),
        item(body={"mode": "formdata", "formdata": [
            *fields, {"key": "f", "type": "file", "src": "/a.png"}]}),
        item(body={"mode": "graphql", "graphql": {"query": "{ me }", "variables": '{"a": 1}'}}),
        item(body=raw("  ")),
        variable=[{"key": "v", "value": "7"}],
    )  # fmt: skip
    made = requests(draft)
    assert [one.body for one in made] == [
        Body(BodyKind.JSON, {"a": Name("v"), "b": [1, "{x}"], "id": Function("$uuid()")}),
        Body(BodyKind.TEXT, Template(('{"a": ', Name("v"), "}"))),
        Body(BodyKind.TEXT, "<a/>"),
        Body(BodyKind.FORM, {"a": Name("v")}),
        Body(BodyKind.FORM_DATA, {"a": Name("v"), "f": ""}),
        Body(BodyKind.JSON, {"query": "{ me }", "variables": {"a": 1}}),
        None,
    ]
    assert [one.headers.get("Content-Type") for one in made[:3]] == [
        None, "application/json", "application/xml",
    ]  # fmt: skip
    assert "EDIT: sends files (f)" in made[4].note
    read_back(draft, tmp_path)


def test_path_variables_and_urls_of_each_form(tmp_path: Path) -> None:
    draft = read(
        tmp_path,
        item({"raw": "localhost:8000/users/:id/posts/:post?x=:no",
              "variable": [{"key": "id", "value": "5"}, {"key": "post", "value": "{{p}}"}]}),
        {"name": "text", "request": "http://localhost:8000/plain"},
        item("http://other.example/b"),
        variable=[{"key": "p", "value": "9"}],
    )  # fmt: skip
    users, plain, other = requests(draft)
    assert draft.url == "http://localhost:8000"
    assert users.url == Template(("/users/", Name("id"), "/posts/", Name("p"), "?x=:no"))
    assert users.name == "GET /users/{id}/posts/{p}"
    assert plain.url == "/plain"
    assert other.url == Template(("http://other.example", "/b"))
    target = read_back(draft, tmp_path)
    assert target.variables == {"id": "5", "p": "9"}


def test_a_host_that_nothing_tells_is_to_be_edited(tmp_path: Path) -> None:
    draft = read(tmp_path, item("{{baseUrl}}/a"))
    assert draft.url == "http://localhost:8000"
    assert draft.to_edit == ("url: where the API is (http://localhost:8000)",)
    assert requests(draft)[0].url == "/a"


def test_names_that_are_none_in_a_template_are_made_ones(tmp_path: Path) -> None:
    draft = read(
        tmp_path, item(f"{URL}/{{{{user id}}}}/{{{{user-id}}}}"),
        variable=[{"key": "user id", "value": "1"}, {"key": "user-id", "value": "2"}],
    )  # fmt: skip
    assert draft.variables == {"user_id": "1", "user_id_2": "2"}
    read_back(draft, tmp_path)


def test_variables_that_mean_each_other_end(tmp_path: Path) -> None:
    draft = read(
        tmp_path, item(f"{URL}/{{{{a}}}}"),
        variable=[{"key": "a", "value": "{{b}}"}, {"key": "b", "value": "{{a}}"}],
    )  # fmt: skip
    assert draft.variables == {"a": "CHANGE-ME"}


@pytest.mark.parametrize(
    ("document", "pointer", "message"),
    [
        ({}, "#", "has no item, so it is no Postman collection"),
        ({"requests": []}, "#", "is a collection of format 1"),
        ({"item": []}, "#/item", "has no request"),
        ({"item": 7}, "#/item", "is no list of requests and folders"),
        ({"item": [{"name": "x"}]}, "#/item/0", "is neither a request nor a folder"),
        ({"item": [{"item": [7]}]}, "#/item/0/item/0", "is neither a request nor a folder"),
        ({"item": [{"request": {"method": "LOCK", "url": "http://a/"}}]}, "#/item",
         "has no request that can be sent (request: method LOCK)"),
        ({"item": [{"request": {}}]}, "#/item",
         "has no request that can be sent (request: has no URL)"),
    ],
)  # fmt: skip
def test_what_is_no_collection_is_told_with_its_place(
    tmp_path: Path, document: Any, pointer: str, message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        read_postman(saved(tmp_path, document))
    (problem,) = caught.value.problems
    assert (problem.path, problem.message) == (pointer, message)


JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 10**19), st.text(max_size=12),
              st.sampled_from(["{{a}}", "{{", "}}", "{{$guid}}", "http://[", "raw", ":id"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["key", "value", "raw", "mode", "item", "request", "url", "auth",
                             "type", "bearer", "exec", "script", "listen", "query"]),
            inner, max_size=4),
    ),
    max_leaves=10,
)  # fmt: skip
KEYS = st.sampled_from(["url", "method", "header", "body", "auth"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(KEYS, JUNK, JUNK, JUNK)
def test_whatever_a_collection_holds_it_is_read_or_told(
    tmp_path: Path, key: str, request_part: Any, variables: Any, events: Any
) -> None:
    odd = item(f"{URL}/{{{{a}}}}") | {"event": events}
    odd["request"][key] = request_part
    document = {"info": {"name": "c"}, "item": [odd], "variable": variables}
    path = tmp_path / "c.json"
    path.write_text(json.dumps(document))
    try:
        draft = read_postman(path)
    except KampynError:
        return
    read_back(draft, tmp_path)
