"""Documents of the shop, as other tools would write them."""

from __future__ import annotations

import copy
from typing import Any

from tests.convert.shop import PASSWORD

TOKEN = "abcDEF123456789secrettoken"
ORDER = "order-0123456789abcdef1"


def openapi(url: str, **more: Any) -> dict[str, Any]:
    """The shop's description, in OpenAPI 3.0."""
    return copy.deepcopy(OPENAPI) | {"servers": [{"url": url}]} | more


OPENAPI: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "The Shop", "version": "1"},
    "security": [{"bearer": []}],
    "paths": {
        "/health": {"get": {"security": [], "responses": {"200": {"description": "ok"}}}},
        "/login": {
            "post": {
                "operationId": "login",
                "security": [],
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Login"}}
                    }
                },
                "responses": {
                    "200": {
                        "description": "ok",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "properties": {"data": {"$ref": "#/components/schemas/Signed"}},
                                }
                            }
                        },
                    }
                },
            }
        },
        "/items/{itemId}": {
            "parameters": [
                {"name": "itemId", "in": "path", "required": True, "schema": {"type": "integer"}}
            ],
            "get": {
                "operationId": "getItem",
                "security": [],
                "responses": {"200": {"description": "ok"}},
            },
            "delete": {"operationId": "deleteItem", "responses": {"204": {"description": "gone"}}},
        },
        "/search": {
            "get": {
                "security": [{}],
                "parameters": [
                    {"name": "q", "in": "query", "required": True, "schema": {"type": "string"}},
                    {"name": "page", "in": "query", "schema": {"type": "integer"}},
                ],
                "responses": {"200": {"description": "ok"}},
            }
        },
        "/orders": {
            "post": {
                "operationId": "createOrder",
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Order"}}
                    }
                },
                "responses": {"201": {"description": "made"}},
            }
        },
        "/old": {"get": {"deprecated": True, "responses": {"200": {"description": "ok"}}}},
        "/note": {
            "post": {
                "security": [],
                "requestBody": {
                    "content": {
                        "application/json": {
                            "example": {"text": "{literal} and {{ braces }}"},
                        }
                    }
                },
                "responses": {"200": {"description": "ok"}},
            }
        },
    },
    "components": {
        "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        "schemas": {
            "Login": {
                "type": "object",
                "required": ["email", "password"],
                "properties": {
                    "email": {"type": "string", "format": "email"},
                    "password": {"type": "string", "example": PASSWORD},
                },
            },
            "Signed": {"type": "object", "properties": {"token": {"type": "string"}}},
            "Order": {
                "type": "object",
                "required": ["itemId"],
                "properties": {
                    "id": {"type": "string", "readOnly": True},
                    "itemId": {"type": "integer", "minimum": 1},
                    "quantity": {"type": "integer", "minimum": 1, "maximum": 15, "example": 2},
                    "parent": {"$ref": "#/components/schemas/Order"},
                },
            },
        },
    },
}


def har_entry(method: str, url: str, *, at: float = 0, took: float = 20, status: int = 200,
              body: tuple[str, str] | None = None, headers: dict[str, str] | None = None,
              answer: str = "", mime: str = "application/json", answer_headers: Any = (),
              kind: str = "xhr") -> dict[str, Any]:  # fmt: skip
    """One entry, `at` seconds after the first."""
    request: dict[str, Any] = {
        "method": method,
        "url": url,
        "headers": [{"name": name, "value": value} for name, value in (headers or {}).items()],
        "queryString": [],
        "cookies": [],
    }
    if body:
        request["postData"] = {"mimeType": body[0], "text": body[1]}
    minutes, seconds = divmod(at, 60)
    return {
        "startedDateTime": f"2026-11-20T10:{int(minutes):02d}:{seconds:06.3f}Z",
        "time": took,
        "_resourceType": kind,
        "request": request,
        "response": {
            "status": status,
            "headers": [{"name": name, "value": value} for name, value in answer_headers],
            "cookies": [],
            "content": {"size": len(answer), "mimeType": mime, "text": answer},
            "redirectURL": dict(answer_headers).get("Location", ""),
        },
    }


def har(url: str) -> dict[str, Any]:
    """A session in the shop: a page, a sign-in, an order, what belongs to others in between."""
    json_type = "application/json"
    bearer = {"Authorization": f"Bearer {TOKEN}", "Content-Type": json_type,
              "User-Agent": "Mozilla", "Cookie": "_ga=GA1.2.3"}  # fmt: skip
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "WebInspector", "version": "1"},
            "entries": [
                har_entry("GET", f"{url}/health", mime="text/html", kind="document"),
                har_entry("GET", f"{url}/app.js", at=0.05, mime="text/javascript", kind="script"),
                har_entry("GET", "https://stats.example.net/collect?id=1", at=0.06),
                har_entry("GET", f"{url}/logo", at=0.07, mime="image/png", kind="image"),
                har_entry(
                    "POST", f"{url}/login", at=1.5,
                    body=(json_type, f'{{"email": "ana@example.edu", "password": "{PASSWORD}"}}'),
                    answer=f'{{"data": {{"token": "{TOKEN}"}}}}',
                ),
                har_entry(
                    "POST", f"{url}/orders", at=1.8, status=201, headers=bearer,
                    body=(json_type, '{"itemId": 2, "quantity": 1}'),
                    answer=f'{{"order": {{"id": "{ORDER}"}}}}',
                ),
                har_entry("GET", f"{url}/orders/{ORDER}", at=1.9, headers=bearer),
                har_entry(
                    "POST", f"{url}/session", at=2.5, status=302,
                    body=("application/x-www-form-urlencoded",
                          f"user=ana&password={PASSWORD.replace(' ', '+')}"),
                    answer_headers=[("Location", "/welcome"), ("Set-Cookie", "sid=s3cretSid")],
                ),
                har_entry("GET", f"{url}/welcome", at=2.6, headers={"Cookie": "sid=s3cretSid"},
                          mime="text/html", kind="document"),
            ],
        }
    }  # fmt: skip


def postman(url: str) -> dict[str, Any]:
    """The shop's collection: the token is set in one folder and used in another."""
    return {
        "info": {
            "name": "Shop collection",
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}"}]},
        "variable": [
            {"key": "baseUrl", "value": url},
            {"key": "email", "value": "ana@example.edu"},
            {"key": "itemId", "value": "2"},
        ],
        "item": [
            {
                "name": "Sign in",
                "item": [
                    {
                        "name": "Log in",
                        "event": [
                            {
                                "listen": "test",
                                "script": {
                                    "exec": [
                                        'pm.test("ok", () => pm.response.to.have.status(200));',
                                        "const body = pm.response.json();",
                                        'pm.collectionVariables.set("token", body.data.token);',
                                    ]
                                },
                            }
                        ],
                        "request": {
                            "auth": {"type": "noauth"},
                            "method": "POST",
                            "header": [],
                            "body": {
                                "mode": "raw",
                                "raw": '{"email": "{{email}}", "password": "{{password}}"}',
                                "options": {"raw": {"language": "json"}},
                            },
                            "url": {"raw": "{{baseUrl}}/login"},
                        },
                    }
                ],
            },
            {
                "name": "Orders",
                "item": [
                    {
                        "name": "Order",
                        "event": [
                            {
                                "listen": "test",
                                "script": {
                                    "exec": [
                                        "pm.test('made', function () {",
                                        "  pm.response.to.have.status(201);",
                                        "});",
                                        "pm.test('fast', () => pm.expect(pm.response.responseTime)"
                                        ".to.be.below(200));",
                                        "pm.environment.set('order', pm.response.json().order.id);",
                                    ]
                                },
                            }
                        ],
                        "request": {
                            "method": "POST",
                            "header": [{"key": "X-Trace", "value": "{{$guid}}"}],
                            "body": {"mode": "raw", "raw": '{"itemId": {{itemId}}, "quantity": 2}'},
                            "url": "{{baseUrl}}/orders",
                        },
                    },
                    {
                        "name": "Show",
                        "request": {
                            "method": "GET",
                            "url": {
                                "raw": "{{baseUrl}}/orders/:orderId",
                                "variable": [{"key": "orderId", "value": "{{order}}"}],
                            },
                        },
                    },
                ],
            },
            {"name": "Health", "request": {"auth": {"type": "noauth"}, "method": "GET",
                                           "url": f"{url}/health"}},
        ],
    }  # fmt: skip
