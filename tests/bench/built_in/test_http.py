"""The suite `http` as the real program runs it, on the bundled backend, a few calls each."""

from __future__ import annotations

from pathlib import Path

from tests.bench.program import CHEAP, SMALL, Bench, ok


def test_http_measures_every_endpoint_of_the_bundled_backend(bench: Bench, tmp_path: Path) -> None:
    done = bench("http", "-n", 4, "--param", "clients=1,2", *CHEAP, *SMALL, "--set", "workers=1")
    result = ok(done, tmp_path)

    assert [case.name for case in result.cases if case.clients == 2] == [
        f"http.{key}[clients=2]"
        for key in ("login", "check", "items", "cart_add", "order", "vendors", "active_orders")
    ]
    assert result.context["http"]["target"] == "the bundled backend"
    assert result.context["http"]["password iterations"] == 1
