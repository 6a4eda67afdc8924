"""Descriptions of different styles into projects that the program's own models understand.

Tests `kampyn_perf/convert/naming.py`, `kampyn_perf/convert/openapi` and
`kampyn_perf/convert/project` too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kampyn_perf.convert.draft import BodyKind, Call, Draft, Environment, LeftOut, Name, Template
from kampyn_perf.convert.openapi.read import read_openapi
from kampyn_perf.errors import ConfigError, KampynError
from tests.convert import sources
from tests.convert.reading import all_text, read_back, saved
from tests.convert.shop import PASSWORD

URL = "http://127.0.0.1:8000"


def read(folder: Path, document: Any, **options: Any) -> Draft:
    return read_openapi(str(saved(folder, document)), **options)


def described(paths: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths} | more


def operation(**more: Any) -> dict[str, Any]:
    return {"responses": {"200": {"description": "ok"}}} | more


def json_body(schema: Any) -> dict[str, Any]:
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}}


def test_each_operation_is_a_request_with_a_flow_of_its_own(tmp_path: Path) -> None:
    draft = read(tmp_path, sources.openapi(URL))
    assert list(draft.operations) == [
        "get_health", "login", "get_item", "get_search", "create_order", "post_note",
    ]  # fmt: skip
    assert [flow.steps for flow in draft.flows] == [(Call(key),) for key in draft.operations]
    order = draft.operations["create_order"]
    assert order.body and order.body.value == {"itemId": 1, "quantity": 2}
    assert order.statuses == (201,)
    assert draft.operations["get_search"].query == {"q": "q"}
    read_back(draft, tmp_path)


def test_what_takes_things_away_or_is_deprecated_is_listed_and_taken_when_asked(
    tmp_path: Path,
) -> None:
    draft = read(tmp_path, sources.openapi(URL))
    assert draft.left_out == (
        LeftOut("DELETE /items/{itemId}", "takes things away (--all takes it)"),
        LeftOut("GET /old", "is deprecated (--all takes it)"),
    )
    everything = read(tmp_path, sources.openapi(URL), everything=True)
    assert {"delete_item", "get_old"} < set(everything.operations)
    assert everything.left_out == ()


def test_path_parameters_are_rows_of_a_list(tmp_path: Path) -> None:
    draft = read(tmp_path, sources.openapi(URL))
    assert draft.operations["get_item"].url == Template(("/items/", Name("item.itemId")))
    table = next(one for one in draft.tables if one.name == "item")
    assert (table.columns, table.rows) == (("itemId",), (("1",), ("2",), ("3",)))


def test_parameters_of_one_address_stand_in_one_row(tmp_path: Path) -> None:
    draft = read(tmp_path, described({
        "/users/{id}/posts/{post-id}": {"get": operation(parameters=[
            {"name": "id", "in": "path", "required": True, "example": "ana"},
            {"name": "post-id", "in": "path", "required": True,
             "schema": {"type": "string", "format": "uuid"}},
        ])},
        "/users/{id}": {"get": operation()},
        "/pets/{id}": {"get": operation()},
    }))  # fmt: skip
    assert {table.name: table.columns for table in draft.tables} == {
        "user_post": ("id", "post_id"),
        "user": ("id",),
        "pet": ("id",),
    }
    assert draft.tables[0].rows[0][0] == "ana"
    read_back(draft, tmp_path)


def test_the_operation_that_signs_in_is_how_the_others_are_let_in(tmp_path: Path) -> None:
    target = read_back(read(tmp_path, sources.openapi(URL)), tmp_path)
    assert target.sign_in["account"].operation == "login"
    assert target.sign_in["account"].token.json_path == "data.token"
    assert target.sign_in["account"].key == "email"
    assert target.operations["create_order"].identity == "account"
    assert target.operations["get_item"].identity == ""
    rows = (tmp_path / "data/account.csv").read_text()
    assert rows == f"email,password\nuser1@example.com,{PASSWORD}\n"


def test_without_a_sign_in_a_token_comes_from_the_environment(tmp_path: Path) -> None:
    schemes = {
        "jwt": {"type": "http", "scheme": "bearer"},
        "site key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "q": {"type": "apiKey", "in": "query", "name": "key"},
        "sid": {"type": "apiKey", "in": "cookie", "name": "sid"},
        "staff": {"type": "http", "scheme": "basic"},
    }
    paths = {
        f"/{index}": {"get": operation(security=[{name: []}])} for index, name in enumerate(schemes)
    }
    draft = read(tmp_path, described(paths, components={"securitySchemes": schemes}))
    bearer, header, query, cookie, basic = draft.operations.values()
    assert bearer.headers == {
        "Authorization": Template(("Bearer ", Environment("TARGET_JWT_TOKEN")))
    }
    assert header.headers == {"X-Key": Environment("TARGET_SITE_KEY")}
    assert query.query == {"key": Environment("TARGET_Q")}
    assert cookie.cookies == {"sid": Environment("TARGET_SID")}
    assert basic.auth == (Environment("TARGET_STAFF_USER"), Environment("TARGET_STAFF_PASSWORD"))
    assert set(draft.environment) == {
        "TARGET_JWT_TOKEN", "TARGET_SITE_KEY", "TARGET_Q", "TARGET_SID", "TARGET_STAFF_USER",
        "TARGET_STAFF_PASSWORD",
    }  # fmt: skip
    read_back(draft, tmp_path)


def test_the_password_flow_of_oauth_signs_in_by_the_operation_that_the_paths_have(
    tmp_path: Path,
) -> None:
    scheme = {"type": "oauth2", "flows": {"password": {"tokenUrl": "token", "scopes": {}}}}
    form = {"type": "object", "required": ["username", "password"], "properties": {
        "username": {"type": "string"}, "password": {"type": "string"}}}  # fmt: skip
    document = described(
        {
            "/token": {"post": operation(operationId="tok", requestBody={
                "content": {"application/x-www-form-urlencoded": {"schema": form}}})},
            "/me": {"get": operation(security=[{"oauth": []}])},
        },
        components={"securitySchemes": {"oauth": scheme}},
    )  # fmt: skip
    draft = read(tmp_path, document)
    assert draft.sign_in["account"].operation == "tok"
    assert draft.operations["tok"].body is not None
    assert draft.operations["tok"].body.kind is BodyKind.FORM
    assert draft.operations["me" if "me" in draft.operations else "get_me"].identity == "account"
    target = read_back(draft, tmp_path)
    assert target.sign_in["account"].token.json_path == "access_token"


def test_where_nobody_has_to_sign_in_nothing_of_the_environment_is_wanted(tmp_path: Path) -> None:
    schemes = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    draft = read(tmp_path, described(
        {"/a": {"get": operation(security=[{}, {"key": []}])}},
        components={"securitySchemes": schemes},
    ))  # fmt: skip
    assert draft.environment == {}
    assert draft.operations["get_a"].headers == {}


def test_braces_of_an_example_are_sent_as_they_are(tmp_path: Path) -> None:
    draft = read(tmp_path, sources.openapi(URL))
    target = read_back(draft, tmp_path)
    assert target.variables == {"text_1": "{literal} and {{ braces }}"}
    assert target.operations["post_note"].json_body == {"text": "{text_1}"}


def test_swagger_2_is_understood(tmp_path: Path) -> None:
    document = {
        "swagger": "2.0",
        "info": {"title": "Old", "version": "1"},
        "host": "shop.example.com",
        "basePath": "/v2",
        "schemes": ["http"],
        "securityDefinitions": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
        "paths": {
            "/pets/{petId}": {
                "post": operation(
                    parameters=[
                        {"name": "petId", "in": "path", "required": True, "type": "integer",
                         "minimum": 10},
                        {"name": "body", "in": "body", "schema": {"$ref": "#/definitions/Pet"}},
                        {"name": "X-Trace", "in": "header", "type": "string", "required": True},
                    ],
                    security=[{"key": []}],
                )
            },
            "/form": {"post": operation(consumes=["application/x-www-form-urlencoded"], parameters=[
                {"name": "size", "in": "formData", "type": "string", "enum": ["big"],
                 "required": True}])},
        },
        "definitions": {"Pet": {"type": "object", "properties": {"name": {"type": "string"}}}},
    }  # fmt: skip
    draft = read(tmp_path, document)
    assert draft.url == "http://shop.example.com/v2"
    pet, form = draft.operations.values()
    assert pet.body and (pet.body.kind, pet.body.value) == (BodyKind.JSON, {"name": "name"})
    assert pet.headers == {"X-Trace": "X-Trace", "X-Key": Environment("TARGET_KEY")}
    assert form.body and (form.body.kind, form.body.value) == (BodyKind.FORM, {"size": "big"})
    assert draft.tables[0].rows == (("10",), ("11",), ("12",))
    read_back(draft, tmp_path)


@pytest.mark.parametrize(
    ("servers", "given", "expected"),
    [
        ([{"url": "https://api.example.com/v1/"}], "", "https://api.example.com/v1"),
        ([{"url": "/v1"}], "", "http://localhost:8000/v1"),
        ([{"url": "/v1"}], "http://127.0.0.1:9", "http://127.0.0.1:9/v1"),
        ([{"url": "https://a.example/v1"}], "http://127.0.0.1:9/", "http://127.0.0.1:9"),
        ([{"url": "https://{r}.a.example", "variables": {"r": {"default": "eu"}}}], "",
         "https://eu.a.example"),
        ([{"url": "https://ana:s3cret@a.example/v1?x=1#y"}], "", "https://a.example/v1"),
        ([], "", "http://localhost:8000"),
        ([{"url": 7}], "", "http://localhost:8000"),
    ],
)  # fmt: skip
def test_where_the_api_is(tmp_path: Path, servers: Any, given: str, expected: str) -> None:
    document = described({"/a": {"get": operation()}}, servers=servers)
    assert read(tmp_path, document, url=given).url == expected


def test_yaml_with_numbers_for_statuses_and_a_date_as_a_text(tmp_path: Path) -> None:
    path = tmp_path / "api.yaml"
    path.write_text(
        "openapi: 3.0.0\ninfo: {title: Y, version: 1.0.0}\npaths:\n"
        "  /on/{day}:\n    get:\n      parameters:\n"
        "        - {name: day, in: path, required: true, example: 2026-02-03}\n"
        "      responses:\n        200: {description: ok}\n        404: {description: none}\n",
        encoding="utf-8-sig",
    )
    draft = read_openapi(str(path))
    assert draft.tables[0].rows == (("2026-02-03",),)
    assert draft.operations["get_on_day"].statuses == (200,)


def test_circular_schemas_end(tmp_path: Path) -> None:
    node = {"type": "object", "required": ["name"], "properties": {
        "name": {"type": "string"},
        "parent": {"$ref": "#/components/schemas/Node"},
        "children": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}}}}  # fmt: skip
    endless = {"type": "object", "required": ["next"], "properties": {
        "next": {"$ref": "#/components/schemas/Endless"}}}  # fmt: skip
    document = described(
        {
            "/node": {"post": operation(**json_body({"$ref": "#/components/schemas/Node"}))},
            "/endless": {"post": operation(**json_body({"$ref": "#/components/schemas/Endless"}))},
        },
        components={"schemas": {"Node": node, "Endless": endless}},
    )
    draft = read(tmp_path, document)
    assert draft.operations["post_node"].body and draft.operations["post_node"].body.value == {
        "name": "name"
    }
    assert draft.left_out == (
        LeftOut("POST /endless", "no example can be made for its body, whose schema never ends"),
    )


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("#/components/schemas/Nothing", "refers to #/components/schemas/Nothing, which is not "
         "there"),
        ("#/components/schemas/Loop", "is a reference that leads nowhere: it comes back to itself"),
        ("https://other.example/s.json#/Pet", "refers to https://other.example/s.json#/Pet: other "
         "hosts are not asked unless they are named"),
        ("../outside.json", "refers to ../outside.json: that file is outside of the document's "
         "folder, and is not read"),
        ("ftp://other.example/s.json", "refers to ftp://other.example/s.json: only http, https and "
         "files are read"),
        ("Pet", "refers to Pet: cannot read {folder}/Pet: No such file or directory"),
        ("#Pet", "refers to '#Pet', which is no JSON pointer (#/...)"),
    ],
)  # fmt: skip
def test_references_that_lead_nowhere_are_told_with_their_place(
    tmp_path: Path, reference: str, message: str
) -> None:
    (tmp_path / "outside.json").write_text("{}")
    folder = tmp_path / "inner"
    folder.mkdir()
    document = described(
        {"/a": {"post": operation(**json_body({"$ref": reference}))}},
        components={"schemas": {"Loop": {"$ref": "#/components/schemas/Loop"}}},
    )
    with pytest.raises(ConfigError) as caught:
        read(folder, document)
    problem = caught.value.problems[0]
    assert problem.message == message.format(folder=folder.resolve())
    assert problem.source == str(folder / "source.json")
    assert problem.path.startswith("#/")


def test_files_in_the_documents_folder_are_read(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts/pet.yaml").write_text(
        "Pet: {type: object, required: [kind], properties: {kind: {$ref: '#/Kind'}}}\n"
        "Kind: {type: string, enum: [cat]}\n"
    )
    document = described({"/a": {"post": operation(**json_body({"$ref": "parts/pet.yaml#/Pet"}))}})
    body = read(tmp_path, document).operations["post_a"].body
    assert body and body.value == {"kind": "cat"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"{\n\n", "is not JSON: unexpected end of data"),
        (b"a: [b\n", "is neither JSON nor YAML: "),
        (b"hello", "has neither openapi nor swagger, so it is no description of an API"),
        (b"[]", "has neither openapi nor swagger, so it is no description of an API"),
        (b'{"openapi": "4.0"}', "is '4.0'; OpenAPI 3.x and Swagger 2.0 are understood"),
        (b'{"swagger": "1.2"}', "is '1.2'; OpenAPI 3.x and Swagger 2.0 are understood"),
        (b'{"openapi": "3.0.0"}', "has no paths, so there is nothing to load"),
        (b'{"openapi": "3.0.0", "paths": []}', "has no paths, so there is nothing to load"),
        (b'{"openapi": "3.0.0", "paths": {"/a": {"delete": {}}}}',
         "has no operation that can be asked (DELETE /a: takes things away (--all takes it))"),
        (b'{"openapi": "3.0.0", "paths": {"/a": {"x": 1}}}', "has no operation (get, post"),
        ('{"openapi": "3.0.0"}'.encode("utf-16"), "is not UTF-8 text, but UTF-16: byte 1"),
        (b'{"openapi": "caf\xe9"}', "is not UTF-8 text, but another encoding: byte 17"),
    ],
)  # fmt: skip
def test_what_is_no_description_is_told(tmp_path: Path, text: bytes, message: str) -> None:
    path = tmp_path / "api.json"
    path.write_bytes(text)
    with pytest.raises(ConfigError) as caught:
        read_openapi(str(path))
    problem = caught.value.problems[0]
    assert problem.message.startswith(message)
    assert problem.source.startswith(str(path))


def test_other_documents_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, sources.har(URL))
    assert caught.value.hint == "It looks like a recorded session: --har."
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, sources.postman(URL))
    assert caught.value.hint == "It looks like a Postman collection: --postman."


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(KampynError, match=r"cannot read .*nothing.json: No such file"):
        read_openapi(str(tmp_path / "nothing.json"))


def test_bodies_that_cannot_be_made_up_leave_the_operation_out(tmp_path: Path) -> None:
    document = described({
        "/a": {"get": operation()},
        "/image": {"put": operation(requestBody={"content": {"image/png": {}}})},
    })  # fmt: skip
    draft = read(tmp_path, document)
    assert draft.left_out == (
        LeftOut("PUT /image", "its body is image/png, of which no example can be made"),
    )


def test_operations_of_one_name_stay_apart(tmp_path: Path) -> None:
    document = described({
        "/a": {"get": operation(operationId="same")},
        "/b": {"get": operation(operationId="same")},
    })  # fmt: skip
    draft = read(tmp_path, document)
    assert list(draft.operations) == ["same", "same_2"]
    read_back(draft, tmp_path)


def test_words_of_the_document_do_not_break_the_files(tmp_path: Path) -> None:
    nasty = "line\nbreak\x85and: {x} # '\"\u2028- \x07 \U0001f600"
    document = described(
        {f"/{{a}}/{nasty}": {"post": operation(operationId=nasty, **json_body(
            {"type": "object", "properties": {nasty: {"type": "string", "example": nasty}}}))}},
        info={"title": nasty, "version": "1"},
    )  # fmt: skip
    path = tmp_path / "nasty.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    target = read_back(read_openapi(str(path)), tmp_path)
    (made,) = target.operations.values()
    value = made.json_body[nasty]
    assert target.variables[value.strip("{}")] == nasty


def test_nothing_of_a_secret_scheme_is_in_the_files(tmp_path: Path) -> None:
    document = sources.openapi(URL)
    assert "Authorization" not in all_text(read(tmp_path, document))
