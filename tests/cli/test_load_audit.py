"""`load --audit`: a store that does not agree with what clients were told fails the run.

Tests `auditing.py` and `bundled.py` of `kampyn_perf/load`, and `kampyn_perf/load/audit`,
`kampyn_perf/cli/audit_view.py` and `kampyn_perf/results/audit.py`.
"""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
import pytest

from kampyn_perf import load
from kampyn_perf.backend.settings import BackendSettings
from kampyn_perf.backend.store_settings import StoreSettings
from kampyn_perf.load.audit.acknowledged import AcknowledgedIds
from kampyn_perf.load.bundled import audit_after, stored_before
from kampyn_perf.load.request import Bundled
from kampyn_perf.results import io
from kampyn_perf.results.load import LoadResult
from tests import forked_generator
from tests.cli import program
from tests.cli.docs import pages
from tests.cli.program import CHEAP, SMALL, TWO_WORKERS, profile


def test_the_store_agrees_after_a_load(tmp_path):
    short = profile("{duration: 2, arrivalRate: 20}")
    typed = pages.typed(pages.one("docs/backend.md", "load --flame-graph"), {"10s": "1s"})
    done = program.run(tmp_path, *typed, "--audit", *CHEAP, *SMALL, *TWO_WORKERS, *short)
    assert done.code in (0, 1, 4), done.err
    run = tmp_path / "reports" / "latest"
    audit = orjson.loads((run / "audit.json").read_bytes())
    orders = audit["orders"]
    assert (audit["acknowledged"], audit["lost"], audit["doubled"]) == (orders, 0, 0)
    assert orders > 10
    assert f"Audit: all invariants hold; {orders} orders" in done.out

    assert (run / "flame.svg").is_file() or "There is no flame graph" in done.err
    assert ('href="flame.svg"' in (run / "report.html").read_text()) is (
        run / "flame.svg"
    ).is_file()

    state = tmp_path / ".kampyn" / "load"
    kept = BackendSettings(store=StoreSettings(url=f"sqlite:///{state / 'backend.db'}"))
    before = stored_before(Bundled(settings=kept, state=state))
    assert (len(before.orders), before.sold, before.in_carts) == (orders, audit["unitsSold"], 0)
    result = io.read(run / "result.json", {"kampyn-perf/load": LoadResult})
    with sqlite3.connect(state / "backend.db") as connection:
        connection.execute(
            "DELETE FROM orders WHERE createdAt = (SELECT max(createdAt) FROM orders)"
        )
    spec = load.resolve().spec
    ids = AcknowledgedIds(run / "acknowledged.jsonl")
    own = Bundled(settings=BackendSettings(), state=state)
    report = audit_after(result, own, spec.api.audit, ids, spec)
    assert (report.acknowledged, report.lost, report.doubled) == (orders, 1, 0)
    found = {each.invariant: each for each in report.findings}
    assert found["a confirmed order is in the store"].examples[0].split(":")[0] in set(ids)
    assert "what is put into a cart stays there until it is ordered" in found
    audited = program.run(tmp_path, "backend", "audit", "--state", str(state))
    assert audited.code == 1
    assert "broken: what was stocked is sold or still there" in audited.err


def test_an_audit_needs_the_bundled_backend(tmp_path):
    (tmp_path / "data.json").write_text("{}")
    against = ("--target", "http://127.0.0.1:1", "--data", "data.json")
    for flag, words in (
        (("--audit",), "--audit looks into the bundled backend's store"),
        (("--flame-graph", "5s"), "--flame-graph looks into a worker of the bundled backend"),
    ):
        done = program.here(tmp_path, "load", *against, *flag, "--dry-run")
        assert done.code == 2, flag
        assert words in done.err


class Shop(ThreadingHTTPServer):
    """Somebody's backend: places orders and lists them page by page. With the bug, every seventh
    is stored under another id than it was told, so that the number of orders is right."""

    daemon_threads = True

    def __init__(self, *, bug: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), ShopHandler)
        self.bug = bug
        self.orders = ["earlier-1", "earlier-2"]
        self.placed = 0
        self.lock = threading.Lock()

    def place(self) -> str:
        with self.lock:
            self.placed += 1
            one = f"o-{self.placed}"
            seventh = self.placed % 7 == 0
            if not (seventh and self.bug):
                self.orders.append(one)
            if seventh and self.bug:
                self.orders.append(f"{one}-again")
            return one


class ShopHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Shop

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.answer(201, {"order": {"id": self.server.place()}})

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?from=")
        if path != "/orders":
            one = path.rpartition("/")[2]
            self.answer(200 if one in self.server.orders else 404, {"id": one})
            return
        start = int(query or 0)
        page = self.server.orders[start : start + 10]
        further = f"/orders?from={start + 10}" if start + 10 < len(self.server.orders) else None
        self.answer(200, {"data": [{"id": one} for one in page], "next": further})

    def answer(self, status: int, body: dict[str, Any]) -> None:
        data = orjson.dumps(body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        return


LISTED = 'orders: GET /orders, ids: "$.data[*].id", next: $.next'
TARGET = """
operations: {{buy: {{method: POST, path: /orders, json: {{item: 1}}}}}}
flows: [{{name: Buy, flow: [{{call: buy}}]}}]
audit: {{operation: buy, id: $.order.id, {how}}}
"""


@pytest.mark.parametrize(
    ("bug", "how", "expected"),
    [
        (False, LISTED, {"lost": 0, "doubled": 0}),
        (True, LISTED + ', order: "GET /orders/{id}"', {"lost": 5, "doubled": 5}),
        (True, 'order: "GET /orders/{id}"', {"lost": 5, "doubled": None}),
    ],
)
def test_somebodys_own_backend_is_asked_by_two_requests(tmp_path, bug, how, expected):
    target = tmp_path / "shop.yaml"
    target.write_text(TARGET.format(how=how))
    with Shop(bug=bug) as shop:
        threading.Thread(target=shop.serve_forever, daemon=True).start()
        options = load.LoadOptions(
            target=str(target),
            url=f"http://127.0.0.1:{shop.server_address[1]}",
            sets=("config.phases=[{duration: 1, arrivalCount: 35}]",),
        )
        with forked_generator.warm():
            result = load.run(replace(load.resolve(options), audit=True))
        shop.shutdown()
    assert result.audit is not None
    assert result.requests.failed == 0
    assert result.audit.acknowledged == shop.placed == 35
    assert {name: getattr(result.audit, name) for name in expected} == expected
    assert result.audit.ok is not any(expected.values())


def test_a_list_that_cannot_be_read_ends_the_run_before_it(tmp_path):
    target = tmp_path / "shop.yaml"
    target.write_text(TARGET.format(how="orders: GET /elsewhere"))
    with Shop() as shop:
        threading.Thread(target=shop.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{shop.server_address[1]}"
        flags = ("--target", str(target), "--url", url, *profile("{duration: 9, arrivalRate: 5}"))
        done = program.run(tmp_path, "load", *flags, "--audit")
        shop.shutdown()
    assert done.code == 3
    assert "the audit's GET /elsewhere says nothing about what is stored" in done.err
    assert shop.placed == 0


def test_a_target_that_cannot_be_asked_afterwards_has_not_passed(tmp_path):
    """It answered before the run, and its list breaks under it."""

    class Breaking(Shop):
        def place(self) -> str:
            self.broken = True
            return super().place()

    class BreakingHandler(ShopHandler):
        def do_GET(self) -> None:
            if getattr(self.server, "broken", False):
                self.answer(401, {})
            else:
                super().do_GET()

    target = tmp_path / "shop.yaml"
    target.write_text(TARGET.format(how=LISTED))
    with Breaking() as shop:
        shop.RequestHandlerClass = BreakingHandler
        threading.Thread(target=shop.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{shop.server_address[1]}"
        sets = ("config.phases=[{duration: 1, arrivalCount: 5}]",)
        request = load.resolve(load.LoadOptions(target=str(target), url=url, sets=sets))
        with forked_generator.warm():
            result = load.run(replace(request, audit=True))
        shop.shutdown()
    assert result.audit is not None
    assert not result.audit.ok
    (finding,) = result.audit.findings
    assert "it was answered with 401" in finding.examples[0]
