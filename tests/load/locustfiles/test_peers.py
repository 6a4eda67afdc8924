"""The same script by its own tool and by this program, against one server: a short form of
`python -m benchmarks.peers`. No rate is asserted: that would need a quiet machine.

Tests `benchmarks/peers.py`, `kampyn_perf/load/locustfiles` and `kampyn_perf/load/artillery`.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import peers
from tests.load.locustfiles import recording

pytestmark = [pytest.mark.program, pytest.mark.xdist_group("locustfiles")]
ARTILLERY = os.environ.get("KAMPYN_TEST_ARTILLERY") or shutil.which("artillery")


def same(stock, ours):
    """What its own tool sent is a part of what this one did, in order and with its bodies: in a few
    seconds on a busy machine it may not come to everything."""
    assert stock.sessions
    assert stock.orders() <= ours.orders()
    assert stock.bodies() <= ours.bodies()
    own = ours.headers()
    return {one for line, found in stock.headers().items() for one in found ^ own[line]}


def test_locust_and_ours_send_the_same(tmp_path):
    with recording.started() as port:
        stock, ours = peers.locust(port, tmp_path, rate=20, seconds=5)
    assert same(stock, ours) == set()
    assert len(ours.sessions) == 100
    assert ours.mix() == Counter(peers.WEIGHTS)
    assert stock.fit() > 1e-6


@pytest.mark.skipif(not ARTILLERY, reason="KAMPYN_TEST_ARTILLERY names no Artillery")
def test_artillery_and_ours_send_the_same(tmp_path):
    with recording.started() as port:
        stock, ours = peers.artillery(Path(str(ARTILLERY)), port, tmp_path, rate=20, seconds=5)
    assert same(stock, ours) <= {"accept: application/json"}
    assert len(ours.sessions) == 100
    assert ours.mix() == Counter(peers.WEIGHTS)
    assert stock.fit() > 1e-6


def test_what_is_compared_differs_where_it_differs():
    def seen(*requests):
        return peers.Seen(
            name="x",
            requests=[
                {"method": "GET", "path": path, "body": body, "at": at, "headers": {"x-session": s}}
                for at, (s, path, body) in enumerate(requests)
            ],
        )

    one = seen(("a", "/1", ""), ("b", "/1", "{}"), ("a", "/2", ""))
    assert peers.compared((one, one)) == {
        "requests": True, "order": True, "bodies": True, "headers": [],
    }  # fmt: skip
    swapped = seen(("a", "/2", ""), ("b", "/1", "{}"), ("a", "/1", ""))
    assert peers.compared((one, swapped))["order"] is False
    other = seen(("a", "/1", ""), ("b", "/1", '{"n": 1}'), ("a", "/2", ""))
    assert peers.compared((one, other))["bodies"] is False
    steady = seen(*((str(n), "/vendors", "") for n in range(10)))
    assert steady.rate() == 1.0
