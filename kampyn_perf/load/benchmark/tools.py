"""`wrk`, `hey` and `artillery`, where they are installed: how to start them, what they print."""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from kampyn_perf.load.benchmark.jobs import Figures

_UNITS = {"us": 1, "ms": 1_000, "s": 1_000_000, "m": 60_000_000}


@dataclass(frozen=True)
class Tool:
    """Another load generator."""

    name: str
    flat: Callable[[str, int, float], list[str]]
    """Arguments for a closed loop flat out: URL, connections, seconds."""
    paced: Callable[[str, int, float, float], list[str]]
    """Arguments for the latency at a moderate rate: URL, connections, seconds, requests/s."""
    read: Callable[[str, float], Figures]
    """Figures of its output and of the CPU seconds it used."""
    start: Callable[[str], list[str]] | None = None
    """Arguments for one request, where starting alone costs so much CPU that it has to be known."""


def read_wrk(output: str, cpu_s: float) -> Figures:
    """The figures of `wrk --latency`. Raises ValueError where it printed none."""
    total = re.search(r"(\d+) requests in ([\d.]+)(us|ms|s|m)\b", output)
    if total is None:
        raise ValueError(f"wrk printed no figures: {output.strip()[:200]!r}")
    requests = int(total[1])
    seconds = float(total[2]) * _UNITS[total[3]] / 1e6
    latency = {
        share: round(float(value) * _UNITS[unit])
        for share, value, unit in re.findall(r"(\d+)%\s+([\d.]+)(us|ms|s|m)\b", output)
    }
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    lost = re.search(r"Socket errors: (.*)", output)
    failed = int(bad[1]) if bad else 0
    failed += sum(map(int, re.findall(r"\d+", lost[1]))) if lost else 0
    return _figures(requests, failed, seconds, cpu_s, latency)


def read_hey(output: str, cpu_s: float) -> Figures:
    """The figures of `hey`. Raises ValueError where it printed none."""
    seconds = re.search(r"Total:\s+([\d.]+) secs", output)
    statuses = re.findall(r"\[(\d{3})\]\s+(\d+) responses", output)
    if seconds is None or not statuses:
        raise ValueError(f"hey printed no figures: {output.strip()[:200]!r}")
    requests = sum(int(count) for _, count in statuses)
    failed = sum(int(count) for status, count in statuses if status[0] not in "23")
    latency = {
        share: round(float(value) * 1e6)
        for share, value in re.findall(r"(\d+)% in ([\d.]+) secs", output)
    }
    return _figures(requests, failed, float(seconds[1]), cpu_s, latency)


def read_artillery(output: str, cpu_s: float) -> Figures:
    """The figures of Artillery's last summary. Raises ValueError where it printed none.

    Its response time ends with the first byte of an answer, not with the last.
    """
    summary = output.rpartition("Summary report")[2]
    metrics = {
        name: float(value) for name, value in re.findall(r"([\w.]+): \.+ (\d+(?:\.\d+)?)", summary)
    }
    if not metrics.get("http.requests") or not metrics.get("http.request_rate"):
        raise ValueError(f"artillery printed no figures: {output.strip()[-200:]!r}")
    requests = int(metrics["http.requests"])
    good = sum(int(n) for name, n in metrics.items() if re.match(r"http\.codes\.[23]", name))
    block = re.search(r"http\.response_time:\n((?:  .*\n)+)", summary)
    times = dict(re.findall(r"(\w+): \.+ ([\d.]+)", block[1])) if block else {}
    shares = {"median": "50", "p95": "95", "p99": "99"}
    latency = {
        share: round(float(times[name]) * 1000) for name, share in shares.items() if name in times
    }
    seconds = requests / metrics["http.request_rate"]
    return _figures(requests, requests - good, seconds, cpu_s, latency)


_SCRIPT = Path(__file__).with_name("artillery.json")


def _artillery_flat(url: str, users: int, seconds: float) -> list[str]:
    # It is told requests, not seconds; one core makes about a thousand in a second.
    requests = math.ceil(seconds * 1000 / users)
    return ["quick", "--count", str(users), "--num", str(requests), url]


def _artillery_paced(url: str, _users: int, seconds: float, rate: float) -> list[str]:
    phases = {"config": {"phases": [{"duration": _whole_seconds(seconds), "arrivalRate": rate}]}}
    target = urlsplit(url)
    base = f"{target.scheme}://{target.netloc}"
    return ["run", "--target", base, "--overrides", json.dumps(phases), str(_SCRIPT)]


def _figures(
    requests: int, failed: int, seconds: float, cpu_s: float, latency: dict[str, int]
) -> Figures:
    return Figures(
        requests=requests,
        failed=failed,
        seconds=seconds,
        cpu_us_per_request=cpu_s * 1e6 / requests if requests else 0.0,
        p50_us=latency.get("50", 0),
        p95_us=latency.get("95", 0),
        p99_us=latency.get("99", 0),
    )


TOOLS = (
    Tool(
        "wrk",
        lambda url, users, s: ["-t1", f"-c{users}", f"-d{_whole_seconds(s)}s", "--latency", url],
        # wrk has no rate. At a moderate rate about one request is under way at a time, so one
        # connection is the same concurrency.
        lambda url, _users, s, _rate: ["-t1", "-c1", f"-d{_whole_seconds(s)}s", "--latency", url],
        read_wrk,
    ),
    Tool(
        "hey",
        lambda url, users, s: ["-cpus", "1", "-c", str(users), "-z", f"{_whole_seconds(s)}s", url],
        lambda url, users, s, rate: [
            "-cpus", "1", "-c", str(users), "-z", f"{_whole_seconds(s)}s",
            "-q", f"{rate / users:g}", url,
        ],
        read_hey,
    ),
    Tool(
        "artillery",
        _artillery_flat,
        _artillery_paced,
        read_artillery,
        start=lambda url: ["quick", "--count", "1", "--num", "1", url],
    ),
)  # fmt: skip


def installed() -> list[Tool]:
    """Those on the PATH."""
    return [tool for tool in TOOLS if shutil.which(tool.name)]


def _whole_seconds(seconds: float) -> int:
    return max(round(seconds), 1)
