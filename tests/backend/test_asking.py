"""Each task knows the request that it answers, by its route and never by its path."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from kampyn_perf.backend.asking import answering, commented, who_asks


def scope(route: str | None) -> dict[str, object]:
    found = {} if route is None else {"route": SimpleNamespace(path=route)}
    return {"method": "GET", "path": "/order/vendor123/active", **found}


async def asked(route: str | None) -> str:
    answering(scope(route))
    await asyncio.sleep(0)
    return who_asks()


def test_requests_do_not_mix():
    async def both() -> list[str]:
        return await asyncio.gather(asked("/order/{id}/active"), asked("/b"), asked(None))

    assert asyncio.run(both()) == ["GET /order/{id}/active", "GET /b", ""]


def test_outside_of_a_request_nobody_asks():
    assert who_asks() == ""
    assert commented() is None
