"""What the lean client leaves to the stock one."""

from __future__ import annotations

import pytest

from kampyn_perf.load.client.support import unsupported_reason

PROXY = {"HTTP_PROXY": "http://proxy:3128", "https_proxy": "http://proxy:3128"}


@pytest.mark.parametrize(
    ("url", "environ", "says"),
    [
        ("http://host/", {}, None),
        ("https://host/", {"HTTP_PROXY": "http://p"}, None),
        ("http://host/", PROXY, "HTTP_PROXY"),
        ("https://host/", PROXY, "https_proxy"),
        ("https://host/", {"ALL_PROXY": "socks5://p"}, "ALL_PROXY"),
        ("http://127.0.0.1:5001", PROXY, None),
        ("http://localhost:5001", PROXY, None),
        ("http://a.corp.example/", PROXY | {"NO_PROXY": "x, .corp.example"}, None),
        ("http://acorp.example/", PROXY | {"NO_PROXY": "corp.example"}, "HTTP_PROXY"),
        ("http://host/", PROXY | {"no_proxy": "*"}, None),
        ("http://host/", PROXY | {"HTTP_PROXY": " "}, None),
        ("http://host/", PROXY | {"REQUEST_METHOD": "GET"}, None),
        ("ws://host/", {}, "not ws"),
        ("http://host/", {"KAMPYN_PERF_HTTP_CLIENT": "Stock"}, "stock"),
    ],
)
def test_reasons(url: str, environ: dict[str, str], says: str | None) -> None:
    reason = unsupported_reason(url, environ)
    assert reason is None if says is None else says in (reason or "")
