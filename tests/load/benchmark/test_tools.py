"""What other generators print is read exactly."""

from __future__ import annotations

from pathlib import Path

import pytest

from kampyn_perf.load.benchmark.jobs import Figures
from kampyn_perf.load.benchmark.tools import TOOLS, read_artillery, read_hey, read_wrk

WRK = """Running 3s test @ http://127.0.0.1:1/items
  1 threads and 50 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   612.29us  255.78us   9.40ms   93.91%
    Req/Sec    81.83k     4.54k   88.10k    70.00%
  Latency Distribution
     50%  379.00us
     75%    1.01ms
     90%    1.50ms
     99%    1.12s
  244272 requests in 3.00s, 140.25MB read
  Socket errors: connect 1, read 2, write 0, timeout 4
  Non-2xx or 3xx responses: 10
Requests/sec:  81423.91
"""

HEY = """
Summary:
  Total:\t2.0031 secs
  Slowest:\t0.0222 secs
  Requests/sec:\t25011.9461

Latency distribution:
  10% in 0.0006 secs
  50% in 0.0016 secs
  95% in 0.0052 secs
  99% in 0.0095 secs

Status code distribution:
  [200]\t50001 responses
  [503]\t100 responses
"""


def test_wrk() -> None:
    assert read_wrk(WRK, 2.442720) == Figures(
        requests=244272, failed=17, seconds=3.0, cpu_us_per_request=10.0,
        p50_us=379, p95_us=0, p99_us=1_120_000,
    )  # fmt: skip


def test_hey() -> None:
    assert read_hey(HEY, 5.0101) == Figures(
        requests=50101, failed=100, seconds=2.0031, cpu_us_per_request=100.0,
        p50_us=1600, p95_us=5200, p99_us=9500,
    )  # fmt: skip


ARTILLERY = """
--------------------------------------
Metrics for period to: 00:02:00(+0000)
--------------------------------------
http.requests: ................................................................. 1000

--------------------------------
Summary report @ 00:02:01(+0000)
--------------------------------

http.codes.200: ................................................................ 2990
http.codes.503: ................................................................ 10
http.request_rate: ............................................................. 1500/sec
http.requests: ................................................................. 3000
http.response_time:
  min: ......................................................................... 0
  median: ...................................................................... 21.1
  p95: ......................................................................... 47
  p99: ......................................................................... 58.6
http.response_time.2xx:
  p99: ......................................................................... 1.5
vusers.session_length:
  p99: ......................................................................... 1686.1
"""


def test_artillery() -> None:
    assert read_artillery(ARTILLERY, 3.0) == Figures(
        requests=3000, failed=10, seconds=2.0, cpu_us_per_request=1000.0,
        p50_us=21_100, p95_us=47_000, p99_us=58_600,
    )  # fmt: skip


def test_artillery_is_asked_for_about_so_many_seconds_and_for_the_rate() -> None:
    (tool,) = [each for each in TOOLS if each.name == "artillery"]
    assert tool.flat("http://h:1/items", 50, 3) == [
        "quick", "--count", "50", "--num", "60", "http://h:1/items",
    ]  # fmt: skip
    *flags, script = tool.paced("http://h:1/items", 50, 3, 1200)
    assert flags[:3] == ["run", "--target", "http://h:1"]
    assert '{"duration": 3, "arrivalRate": 1200}' in flags[-1]
    assert "/items" in Path(script).read_text()


@pytest.mark.parametrize("read", [read_wrk, read_hey, read_artillery])
def test_output_without_figures_is_an_error(read: object) -> None:
    with pytest.raises(ValueError, match="unable to connect"):
        read("unable to connect to 127.0.0.1:1", 0.0)  # type: ignore[operator]
