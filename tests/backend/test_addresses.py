"""Who is on this machine, and who only seems to be."""

from __future__ import annotations

from typing import Any

import pytest

from kampyn_perf.backend.addresses import is_on_this_machine


def scope(address: str, forwarded: str = "") -> dict[str, Any]:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return {"client": (address, 1), "headers": headers}


@pytest.mark.parametrize(
    ("address", "forwarded", "proxies", "expected"),
    [
        ("127.0.0.1", "", 0, True),
        ("127.8.9.1", "", 0, True),
        ("::1", "", 0, True),
        ("::ffff:127.0.0.1", "", 0, True),
        ("10.0.0.1", "", 0, False),
        ("2001:db8::1", "", 0, False),
        ("", "", 0, False),
        ("127.0.0.1", "127.0.0.1", 0, False),  # a proxy that nobody trusts passed it on
        ("127.0.0.1", "10.0.0.1", 1, False),
        ("127.0.0.1", "10.0.0.1, 127.0.0.1", 1, True),
        ("10.0.0.1", "nonsense", 1, False),
    ],
)
def test_on_this_machine(address: str, forwarded: str, proxies: int, expected: bool) -> None:
    assert is_on_this_machine(scope(address, forwarded), proxies) is expected
