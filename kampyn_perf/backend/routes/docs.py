"""The description for programs (/openapi.json) and for people (/docs), from this machine alone.

FastAPI's own pages load Swagger UI from a content delivery network; these serve the copy that the
fastapi-offline package carries, without inline scripts, so that the page's policy can forbid them.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import FastAPI, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import FileResponse, HTMLResponse

from kampyn_perf.backend.asgi import DOCS
from kampyn_perf.backend.responses import JSON, described_errors
from kampyn_perf.backend.tokens import COOKIE

_FILES = Path(fastapi_offline.__file__).parent / "static"
_KEEP = {"Cache-Control": "max-age=86400"}
_PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>KAMPYN reference backend</title>
<link rel="icon" href="{DOCS}/favicon.png">
<link rel="stylesheet" href="{DOCS}/swagger-ui.css">
</head>
<body>
<noscript>
<p>This page needs scripts; the description itself is <a href="/openapi.json">here</a>.</p>
</noscript>
<div id="docs"></div>
<script src="{DOCS}/swagger-ui-bundle.js"></script>
<script src="{DOCS}/start.js"></script>
</body>
</html>
"""
# validatorUrl: Swagger UI would otherwise send the description's address to swagger.io.
_START = """"use strict";
SwaggerUIBundle({url: "/openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null});
"""
_SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": COOKIE},
}


def attach(app: FastAPI) -> None:
    """Add both to `app`, after its routes."""

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> Response:
        # Tens of milliseconds, the first time; too long for the event loop.
        return JSON(app.openapi_schema or await asyncio.to_thread(_describe, app))

    @app.get(DOCS, include_in_schema=False)
    async def page() -> Response:
        return HTMLResponse(_PAGE)

    @app.get(f"{DOCS}/start.js", include_in_schema=False)
    async def start() -> Response:
        return Response(_START, media_type="text/javascript", headers=_KEEP)

    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        app.add_api_route(f"{DOCS}/{name}", _serve(name), include_in_schema=False)


def _serve(name: str) -> Any:
    async def file() -> Response:
        return FileResponse(_FILES / name, headers=_KEEP)

    return file


def _describe(app: FastAPI) -> dict[str, Any]:
    """FastAPI's description, with how a token is sent: needed on some routes, harmful on none."""
    schema = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    schema["components"]["schemas"] |= described_errors()
    schema["components"]["securitySchemes"] = _SECURITY
    schema["security"] = [{}, {"bearer": []}, {"cookie": []}]
    app.openapi_schema = schema
    return schema
