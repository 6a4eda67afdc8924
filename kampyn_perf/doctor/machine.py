"""Looks at this machine. What cannot be seen is left out; nothing raises.

`quick` reads a few small files and takes well below a millisecond each; `thorough` also watches the
CPU for a moment and runs the same short work again and again.
"""

from __future__ import annotations

import os
import platform
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from kampyn_perf import compiled
from kampyn_perf.doctor.facts import GeneratorFacts, MachineFacts
from kampyn_perf.machine import describe, with_engine
from kampyn_perf.process_limits import cpu_quota, usable_cpus
from kampyn_perf.results import carried

_ROOT = Path("/")
_WATCH_S = 0.5
_RUNS = 150
_WORK_NS = 100_000
"""Of a run: less than a scheduler's turn, and far more than reading the clock takes."""
_MOST_WORK = 1 << 18


def quick(root: Path = _ROOT) -> MachineFacts:
    """What files say."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    available, total, swap = _memory(root)
    return MachineFacts(
        cores=usable_cpus(),
        cpu_quota=cpu_quota(root),
        descriptors_soft=_finite(soft),
        descriptors_hard=_finite(hard),
        ports=_ports(root),
        governors=_governors(root),
        clock_source=_text(
            root / "sys/devices/system/clocksource/clocksource0/current_clocksource"
        ),
        load_average=_load_average(),
        memory_available=available,
        memory_total=total,
        swap_used=swap,
        python=platform.python_version(),
        python_debug=sys.flags.dev_mode or hasattr(sys, "gettotalrefcount"),
    )


def thorough(
    root: Path = _ROOT,
    *,
    clock: Callable[[], int] = time.perf_counter_ns,
    sleep: Callable[[float], None] = time.sleep,
) -> MachineFacts:
    """The same, and how quiet it is: takes about a second."""
    before = _cpu_times(root)
    sleep(_WATCH_S)
    after = _cpu_times(root)
    busy, steal = _shares(before, after)
    work = calibrated(lambda numbers: min(_times(clock, numbers, 5)))
    return replace(quick(root), other_cpu=busy, steal=steal, noise=noise(clock, work))


def generator() -> GeneratorFacts:
    """What was measured of load generators here, if ever."""
    pure = compiled.why_not()
    facts = GeneratorFacts(pure=pure, switched_off=compiled.switched_off())
    known = carried.read(with_engine(describe(), [not pure]))
    if known is None:
        return facts
    now = datetime.now(UTC)
    return replace(facts, mix=known.mix, when=known.when(now), days=known.age_days(now))


def calibrated(takes_ns: Callable[[range], int]) -> range:
    """Numbers whose sum takes this machine about `_WORK_NS`, be it fast or slow."""
    work = range(256)
    while len(work) < _MOST_WORK and takes_ns(work) < _WORK_NS * 0.7:
        work = range(2 * len(work))
    return work


def noise(clock: Callable[[], int], work: range) -> float:
    """By how much longer the worst tenth of the runs takes at least, over the best one."""
    times = sorted(_times(clock, work, _RUNS))
    best, ninth = max(times[0], 1), times[int(len(times) * 0.9)]
    return ninth / best - 1


def _times(clock: Callable[[], int], work: range, runs: int) -> list[int]:
    times = []
    for _ in range(runs):
        began = clock()
        sum(work)
        times.append(clock() - began)
    return times


def _finite(limit: int) -> int:
    return sys.maxsize if limit == resource.RLIM_INFINITY else limit


def _ports(root: Path) -> int | None:
    with suppress(ValueError):
        first, last = _text(root / "proc/sys/net/ipv4/ip_local_port_range").split()
        return int(last) - int(first) + 1
    return None


def _governors(root: Path) -> tuple[str, ...]:
    files = sorted(root.glob("sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor"))
    return tuple(filter(None, (_text(path) for path in files)))


def _load_average() -> float | None:
    try:
        return os.getloadavg()[0]
    except OSError:
        return None


def _memory(root: Path) -> tuple[int | None, int | None, int | None]:
    """Available, total, and how much is swapped out."""
    kilobytes = {}
    for line in _text(root / "proc/meminfo").splitlines():
        name, _, rest = line.partition(":")
        with suppress(ValueError, IndexError):
            kilobytes[name] = int(rest.split()[0])
    available, total = kilobytes.get("MemAvailable"), kilobytes.get("MemTotal")
    swap, free = kilobytes.get("SwapTotal"), kilobytes.get("SwapFree")
    return (
        None if available is None else available * 1024,
        None if total is None else total * 1024,
        None if swap is None or free is None else (swap - free) * 1024,
    )


def _cpu_times(root: Path) -> list[int]:
    """The first line of /proc/stat: ticks of user, nice, system, idle, iowait, irq, softirq,
    steal."""
    first, *_ = _text(root / "proc/stat").splitlines() or [""]
    with suppress(ValueError):
        return [int(word) for word in first.split()[1:9]]
    return []


def _shares(before: list[int], after: list[int]) -> tuple[float | None, float | None]:
    """Busy, and stolen, of all time between two looks."""
    if len(before) < 8 or len(after) < 8:
        return None, None
    passed = [late - early for early, late in zip(before, after, strict=True)]
    total = sum(passed)
    if total <= 0:
        return None, None
    idle, steal = passed[3] + passed[4], passed[7]
    return (total - idle - steal) / total, steal / total


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
