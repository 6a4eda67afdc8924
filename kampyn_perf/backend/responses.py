"""JSON in and out: bodies of requests, answers, cached answers, and exceptions as errors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Any

import orjson
from fastapi import FastAPI, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from kampyn_perf.backend.domain import DOCUMENT_UNI, DOCUMENT_USER, DOCUMENT_VENDOR, ShopError
from kampyn_perf.backend.error_body import ErrorBody, code_of, error_body
from kampyn_perf.backend.ports import ResponseCache

_ID_PATTERN = r"^[A-Za-z0-9._-]+$"
_URL_MAX = 512
"""Bytes of a URL that is worth a place in the cache."""


def _id_in_path(name: str, example: str) -> Any:
    return Path(alias=name, min_length=1, max_length=64, pattern=_ID_PATTERN, examples=[example])


UniId = Annotated[str, _id_in_path("uniId", DOCUMENT_UNI)]
UserId = Annotated[str, _id_in_path("userId", DOCUMENT_USER)]
VendorId = Annotated[str, _id_in_path("vendorId", DOCUMENT_VENDOR)]
OrderId = Annotated[str, _id_in_path("orderId", "68dd1a8000000000000003e8")]


class Body(BaseModel):
    """A request's body: types are taken at their word (no "2" for 2), unknown fields are left."""

    model_config = ConfigDict(strict=True, frozen=True)


class JSON(Response):
    """Whatever orjson can write."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content, option=orjson.OPT_UTC_Z)


class Lines(StreamingResponse):
    """One JSON document per line, sent as they come. What fails on the way cuts it short."""

    media_type = "application/x-ndjson"

    @classmethod
    async def of(cls, chunks: AsyncIterator[list[Any]]) -> Lines:
        """Waits for the first chunk: what fails until then still is an error with a status."""
        return cls(_encode(await anext(chunks, []), chunks))

    @classmethod
    def described(cls, model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
        """For the description of a route: each line is a `model`."""
        line = model.model_json_schema()
        what = f"Lines, each of them: {orjson.dumps(line['properties']).decode()}"
        return {
            200: {"content": {cls.media_type: {"schema": {"type": "string"}}}, "description": what}
        }


async def _encode(first: list[Any], rest: AsyncIterator[list[Any]]) -> AsyncIterator[bytes]:
    yield _join(first)
    async for chunk in rest:
        yield _join(chunk)


def _join(chunk: list[Any]) -> bytes:
    options = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE
    return b"".join(orjson.dumps(document, option=options) for document in chunk)


BODY = (400, 408)
"""What can be wrong with any body: it cannot be read, or it does not come to an end."""


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors of a route, for its description; 413, 422, 429 and 503 can happen to all.

    By reference: FastAPI would make a validator of each, 150 of the 200 that a worker waits for.
    And it would say of a route whose answer is not JSON that its errors are not either.
    """
    schema = {"$ref": f"#/components/schemas/{ErrorBody.__name__}"}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {JSON.media_type: {"schema": schema}},
        }
        for status in (*statuses, 413, 422, 429, 503)
    }


def described_errors() -> dict[str, Any]:
    """What `errors` refers to, by its name."""
    return {ErrorBody.__name__: ErrorBody.model_json_schema()}


def error_response(
    status: int, code: str, message: str, *, details: Any = None, headers: Mapping[str, str] = {}
) -> Response:
    """An error in its one shape."""
    body = error_body(code, message, details)
    return Response(body, status, dict(headers), JSON.media_type)


async def cached(
    cache: ResponseCache, request: Request, tag: str, produce: Callable[[], Awaitable[Any]]
) -> Response:
    """A public answer: from the cache, or what `produce` says, which is then kept."""
    scope = request.scope
    query = scope["query_string"]
    url = f"{scope['path']}?{query.decode('latin-1')}" if query else scope["path"]
    if len(url) > _URL_MAX:
        return JSON(await produce())
    body, token = await cache.get(url, tag)
    if body is None:
        body = orjson.dumps(await produce(), option=orjson.OPT_UTC_Z)
        await cache.put(url, tag, body, token)
    return Response(body, media_type="application/json")


def handle_errors(app: FastAPI) -> None:
    """Turn every expected exception into the one shape of errors."""
    app.add_exception_handler(ShopError, _shop_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _internal_error)


async def _shop_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, ShopError)  # noqa: S101 - registered for nothing else
    return error_response(
        error.status, error.code, error.message, details=error.details, headers=error.headers
    )


async def _invalid(_: Request, error: Exception) -> Response:
    """Where and why; never what was sent, which may be anything."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    details = [
        {"path": ".".join(str(part) for part in problem["loc"])[:200], "message": problem["msg"]}
        for problem in error.errors()[:20]
    ]
    text = orjson.dumps(details, default=str) if _is_text(details) else b"[]"
    return error_response(
        422, "invalid", "The request is not as it should be.", details=orjson.loads(text)
    )


def _is_text(details: list[dict[str, str]]) -> bool:
    try:
        str(details).encode()
    except UnicodeEncodeError:  # half of a surrogate pair, in a key of the body
        return False
    return True


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    status = error.status_code
    return error_response(status, code_of(status), str(error.detail), headers=error.headers or {})


async def _internal_error(_: Request, __: Exception) -> Response:
    """What went wrong is for the log, where it goes from `asgi`."""
    return error_response(500, code_of(500), "Something went wrong here.")
