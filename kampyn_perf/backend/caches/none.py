"""The cache that is off."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any


class NoCache:
    """See `ports.ResponseCache`; remembers nothing."""

    enabled = False

    async def get(self, url: str, tag: str) -> tuple[bytes | None, Any]:
        return None, None

    async def put(self, url: str, tag: str, body: bytes, token: Any) -> None:
        return None

    def changing(self, tags: Sequence[str]) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    async def ping(self) -> bool:
        return True

    async def close(self) -> None:
        return None
