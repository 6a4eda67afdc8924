"""The served documentation comes from this machine alone.

Tests `kampyn_perf/backend/routes/docs.py`.
"""

from __future__ import annotations

import re

import orjson
import pytest

from tests.backend.conftest import Client


def test_the_page_names_nothing_outside(client: Client) -> None:
    page = client.get("/docs")
    assert page.status == 200
    assert page.headers["content-type"].startswith("text/html")
    assert not re.findall(r"(?:https?:)?//[a-z]", page.body.decode())
    named = re.findall(r'(?:src|href)="([^"]+)"', page.body.decode())
    assert len(named) == 5
    for path in named:
        assert client.get(path).status == 200, path
    start = client.get("/docs/start.js").body.decode()
    assert 'url: "/openapi.json"' in start
    assert "validatorUrl: null" in start  # else Swagger UI asks validator.swagger.io


@pytest.mark.parametrize(
    "path", ["/docs", "/docs/start.js", "/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js"]
)
def test_the_policy_lets_it_load_nothing_from_elsewhere(client: Client, path: str) -> None:
    policy = client.get(path).headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert rules["connect-src"] == "'self'"
    assert "http" not in policy


def test_the_description_is_whole(client: Client) -> None:
    description = client.get("/openapi.json").json
    assert description["openapi"].startswith("3.1")
    assert set(description["components"]["securitySchemes"]) == {"bearer", "cookie"}
    for path in ("/api/user/auth/login", "/order/{userId}", "/cart/add/{userId}"):
        assert "post" in description["paths"][path]
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            assert operation["description"], (method, path)
            for status, answer in operation["responses"].items():
                [content] = answer["content"].values()
                assert content["schema"], (method, path, status)
                if status[0] == "4":
                    assert content["schema"] == {"$ref": "#/components/schemas/ErrorBody"}
    meant = set(
        re.findall(r'"\$ref":"#/components/schemas/(\w+)"', orjson.dumps(description).decode())
    )
    assert meant == set(description["components"]["schemas"])


def test_there_is_no_other_page(client: Client) -> None:
    assert client.get("/redoc").status == 404
    assert client.get("/docs/").status in (404, 307)
    assert client.get("/docs/redoc.standalone.js").status == 404
