"""Each endpoint of a target in a closed loop: 1 to C clients that wait for their answer.

A closed loop cannot show what a stall does to those who come meanwhile (that is `load`'s work); it
shows what one endpoint costs, and how that changes with company.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from kampyn_perf.bench.declare import Case, build
from kampyn_perf.bench.http_client import Address, Answer, HttpConnection, encode
from kampyn_perf.bench.suite import Facts, Suite

_REFUSED = (401, 403)
_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request, filled in for one visitor."""

    method: str
    path: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One operation of the target."""

    key: str
    """The case is called `http.<key>`."""
    title: str
    fill: Callable[[int], Call]
    """The request of visitor n."""
    expect: Sequence[str] = ()
    """Keys that a JSON answer must have: a 200 with the wrong content is no success."""
    sign_in: str = ""
    """The key of the endpoint that gives the token; empty: only where the target refuses."""
    before: Sequence[str] = ()
    """What a visitor has to do before each call, unmeasured, for it to succeed."""
    after: Sequence[str] = ()
    """What it has to do after each, so that the next finds things as this one did."""


@dataclass(frozen=True, kw_only=True)
class HttpParts:
    """The target. `open` gives its URL; raises UnreachableError where it does not answer."""

    endpoints: Sequence[Endpoint]
    hidden: Sequence[Endpoint] = ()
    """Those that others need but that are no cases themselves."""
    token_headers: Callable[[str, Answer], Mapping[str, str]]
    """What shows who one is, of the answer to the endpoint of that key."""
    clients: Sequence[int]
    open: Callable[[], Awaitable[tuple[str, Mapping[str, Any]]]]
    close: Callable[[], Awaitable[None]]


@dataclass
class _Visitor:
    """One client: a connection, and requests that are ready to be sent."""

    connection: HttpConnection
    request: bytes
    before: Sequence[bytes]
    after: Sequence[bytes]
    answer: Answer | None = None


class _Target:
    """What stands between `open` and `close`."""

    def __init__(self, parts: HttpParts) -> None:
        self.parts = parts
        self.endpoints = {endpoint.key: endpoint for endpoint in (*parts.endpoints, *parts.hidden)}
        self.address = Address.of("http://127.0.0.1")

    async def visitor(self, endpoint: Endpoint, number: int) -> _Visitor:
        """Connected, signed in where the endpoint wants that, and tried out once."""
        connection = HttpConnection(self.address)
        headers: Mapping[str, str] = {}
        if endpoint.sign_in:
            headers = await self._sign_in(connection, endpoint.sign_in, number)
        visitor = self._visitor(connection, endpoint, number, headers)
        answer = await self._try(visitor)
        if answer.status in _REFUSED and not endpoint.sign_in and "login" in self.endpoints:
            headers = await self._sign_in(connection, "login", number)
            visitor = self._visitor(connection, endpoint, number, headers)
            answer = await self._try(visitor)
        check(endpoint, answer)
        return visitor

    def _visitor(
        self,
        connection: HttpConnection,
        endpoint: Endpoint,
        number: int,
        headers: Mapping[str, str],
    ) -> _Visitor:
        before = [self._encode(self.endpoints[key], number, headers) for key in endpoint.before]
        after = [self._encode(self.endpoints[key], number, headers) for key in endpoint.after]
        return _Visitor(connection, self._encode(endpoint, number, headers), before, after)

    def _encode(self, endpoint: Endpoint, number: int, headers: Mapping[str, str]) -> bytes:
        call = endpoint.fill(number)
        headers = {**call.headers, **headers}
        return encode(self.address, call.method, call.path, body=call.body, headers=headers)

    async def _try(self, visitor: _Visitor) -> Answer:
        await prepare(visitor)
        answer = await visitor.connection.exchange(visitor.request)
        if answer.status < 400:
            await clear_up(visitor)
        return answer

    async def _sign_in(
        self, connection: HttpConnection, key: str, number: int
    ) -> Mapping[str, str]:
        endpoint = self.endpoints[key]
        await connection.ready()
        answer = await connection.exchange(self._encode(endpoint, number, {}))
        check(endpoint, answer)
        return self.parts.token_headers(key, answer)


def http_suite(parts: HttpParts) -> Suite:
    """A case for each endpoint, by number of clients."""
    target = _Target(parts)

    async def open_() -> Facts:
        url, facts = await parts.open()
        target.address = Address.of(url)
        return facts

    return Suite(
        name="http",
        cases=[_case(target, endpoint) for endpoint in parts.endpoints],
        open=open_,
        close=parts.close,
        open_seconds=180,
    )


def _case(target: _Target, endpoint: Endpoint) -> Case:
    async def arrive(clients: int) -> list[_Visitor]:
        return [await target.visitor(endpoint, number) for number in range(clients)]

    async def take(visitors: list[_Visitor]) -> tuple[list[_Visitor], _Visitor]:
        visitor = visitors.pop()
        try:
            await prepare(visitor)
        except BaseException:
            visitors.append(visitor)
            raise
        return visitors, visitor

    async def call(taken: tuple[list[_Visitor], _Visitor]) -> None:
        visitor = taken[1]
        visitor.answer = await visitor.connection.exchange(visitor.request)

    async def give_back(taken: tuple[list[_Visitor], _Visitor]) -> None:
        visitors, visitor = taken
        answer, visitor.answer = visitor.answer, None
        try:
            if answer is not None:
                check(endpoint, answer)
                await clear_up(visitor)
        finally:
            visitors.append(visitor)  # only now: nobody else may use its connection meanwhile

    def leave(visitors: list[_Visitor]) -> None:
        for visitor in visitors:
            visitor.connection.close()

    return build(
        call,
        f"http.{endpoint.key}",
        setup=arrive,
        setup_each=take,
        teardown_each=give_back,
        teardown=leave,
        params={"clients": tuple(target.parts.clients)},
    )


async def prepare(visitor: _Visitor) -> None:
    """Connect if need be, and do what has to be done before each call."""
    await visitor.connection.ready()
    await _all(visitor, visitor.before, "before")


async def clear_up(visitor: _Visitor) -> None:
    """Do what has to be done after each call."""
    await visitor.connection.ready()
    await _all(visitor, visitor.after, "after")


async def _all(visitor: _Visitor, requests: Sequence[bytes], when: str) -> None:
    for request in requests:
        answer = await visitor.connection.exchange(request)
        if answer.status >= 400:
            raise RuntimeError(
                f"what comes {when} the call was answered with {_answer_text(answer)}"
            )
        await visitor.connection.ready()


def check(endpoint: Endpoint, answer: Answer) -> None:
    """Raises RuntimeError for an answer that is not a success with the expected content."""
    if not 200 <= answer.status < 300:
        raise RuntimeError(f"{endpoint.title} was answered with {_answer_text(answer)}")
    if not endpoint.expect:
        return
    try:
        document = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        raise RuntimeError(f"{endpoint.title}: the answer is not JSON") from None
    missing = [
        key for key in endpoint.expect if not isinstance(document, dict) or key not in document
    ]
    if missing:
        raise RuntimeError(f"{endpoint.title}: the answer has no {', '.join(missing)}")


def _answer_text(answer: Answer) -> str:
    text = answer.body[:_SHOWN].decode("utf-8", "replace")
    return f"{answer.status}: {text}" if text else str(answer.status)
