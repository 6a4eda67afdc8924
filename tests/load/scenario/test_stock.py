"""Locust's own client behind the same contract: through a proxy, in time, to no other host."""

from __future__ import annotations

import pytest

from tests import forked_generator

PRELUDE = """
import os
from types import SimpleNamespace
from locust.env import Environment
import gevent
from gevent.server import StreamServer
from kampyn_perf.errors import KampynError
from kampyn_perf.load.scenario.feed import Feed
from kampyn_perf.load.flow import FlowUser
from kampyn_perf.load.scenario.context import LoadContext
from kampyn_perf.load.settings import TimeoutSettings
from kampyn_perf.load.target.settings import TargetSettings

seen = []

def answer(sock, _address):
    rest = b""
    while True:
        while b"\\r\\n\\r\\n" not in rest:
            part = sock.recv(65536)
            if not part:
                return
            rest += part
        head, _, rest = rest.partition(b"\\r\\n\\r\\n")
        line = head.split(b"\\r\\n")[0].decode()
        seen.append(line)
        if "/moved" in line:
            sock.sendall(b"HTTP/1.1 302 Found\\r\\nLocation: http://192.0.2.2/x\\r\\n"
                         b"Content-Length: 0\\r\\n\\r\\n")
        elif "/drip" in line:
            sock.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 1000\\r\\n\\r\\n")
            while True:
                gevent.sleep(0.05)
                sock.sendall(b"x")
        elif "/reset" in line:
            sock.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 1000\\r\\n\\r\\nx")
            return
        else:
            status = b"503 No" if "/503" in line else b"200 OK"
            body = b'{"items": []}'
            sock.sendall(b"HTTP/1.1 %s\\r\\nContent-Length: %d\\r\\n\\r\\n%s"
                         % (status, len(body), body))

server = StreamServer(("127.0.0.1", 0), answer)
server.start()
port = server.server_port

class Buyer(FlowUser):
    def request_done(self, sample):
        samples.append(sample)
        super().request_done(sample)

samples = []

def user(url, *allowed):
    environment = Environment()
    environment.kampyn = LoadContext(
        url=url, feed=Feed([]), allowed_hosts=allowed,
        api=TargetSettings(operations={"items": {"path": "/items", "expect": ["items"]},
                                       "orders": {"path": "/items", "expect": ["orders"]}}),
        timeouts=TimeoutSettings(total="500ms"),
    )
    assert environment.kampyn.stock_reason
    return Buyer(environment)
"""

PROXIED = """
os.environ["http_proxy"] = f"http://127.0.0.1:{port}"
buyer = user("http://shop.example", "shop.example")
buyer.call("items")
assert seen == ["GET http://shop.example/items HTTP/1.1"], seen
assert samples[0].status == 200 and samples[0].error is None
"""

HOSTS = """
os.environ["KAMPYN_PERF_HTTP_CLIENT"] = "stock"
buyer = user(f"http://127.0.0.1:{port}")
try:
    buyer.client.get("http://192.0.2.2/evil")
    raise SystemExit("it went there")
except KampynError as error:
    assert "nobody allowed" in error.message
assert buyer.client.get("/moved").status_code == 302
assert seen == ["GET /moved HTTP/1.1"], seen
"""

OUTCOMES = """
os.environ["KAMPYN_PERF_HTTP_CLIENT"] = "stock"
buyer = user(f"http://127.0.0.1:{port}")
buyer.client.get("/drip")
buyer.client.get("/503?a=b#c")
buyer.client.get("/reset")
buyer.client.get("http://127.0.0.1:1/")
try:
    buyer.call("orders")
    raise SystemExit("a wrong answer passed")
except Exception as error:
    assert "did not succeed" in str(error), error
try:
    with buyer.client.get("/items", catch_response=True):
        raise KeyError("as scenarios do")
except KeyError:
    pass
kinds = [str(sample.error) for sample in samples]
assert kinds == ["timeout", "http_5xx", "reset", "connect", "content", "content"], kinds
drip = samples[0]
assert 0.4e6 < drip[3] - drip[2] < 5e6, "the total limit, however steadily it drips"
"""

NESTED = """
os.environ["KAMPYN_PERF_HTTP_CLIENT"] = "stock"
buyer = user(f"http://127.0.0.1:{port}")
with buyer.client.get("/outer", name="outer", catch_response=True):
    gevent.sleep(0.2)
    buyer.client.get("/inner", name="inner")
sent = {sample.name: sample.sent_us for sample in samples}
assert sent["inner"] - sent["outer"] >= 200_000, sent
"""


@pytest.mark.parametrize("script", [PROXIED, HOSTS, OUTCOMES, NESTED])
def test_the_stock_client(script):
    forked_generator.run_script(PRELUDE + script)
