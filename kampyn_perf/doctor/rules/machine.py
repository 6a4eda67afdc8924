"""Rules about the machine that makes the load: pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kampyn_perf.doctor.facts import MachineFacts
from kampyn_perf.doctor.findings import Finding, Level
from kampyn_perf.units import counted, format_percent, format_size

ENOUGH_DESCRIPTORS = 10_000
"""A virtual user has a connection, a connection is a descriptor; `maxVusers` is 10,000."""
_ENOUGH_PORTS = 10_000
_FAST_CLOCKS = ("tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter", "xen")
_BUSY, _VERY_BUSY = 0.1, 0.3
_STOLEN = 0.02
_NOISY, _VERY_NOISY = 0.25, 1.0
_LEAST_MEMORY = 0.1
_SWAPPED = 64 * 1024 * 1024
_LOAD = 0.5
"""Processes for a core: with so many others, a generator waits for its turn."""


def of_machine(machine: MachineFacts) -> Iterator[Finding]:
    """Whether it is fit to make load, and to be measured on."""
    rules: tuple[Callable[[MachineFacts], Finding | None], ...] = (
        _descriptors, _ports, _governor, _clock, _load, _other_programs, _steal, _noise, _memory,
        _swap, _quota, _debug_python,
    )  # fmt: skip
    yield from filter(None, (rule(machine) for rule in rules))


def _descriptors(machine: MachineFacts) -> Finding | None:
    soft, hard = machine.descriptors_soft, machine.descriptors_hard
    most = max(soft or 0, hard or 0)  # the generator raises its own limit as far as it may
    if soft is None or most >= ENOUGH_DESCRIPTORS:
        return None
    return Finding(
        rule="descriptors",
        level=Level.WARNING,
        what=f"a process may have {most:,} files open",
        consequence=f"beyond about {most:,} connections requests fail here, and not at the target",
        remedy="Raise it: ulimit -n 65536, or LimitNOFILE of the service.",
    )


def _ports(machine: MachineFacts) -> Finding | None:
    if machine.ports is None or machine.ports >= _ENOUGH_PORTS:
        return None
    return Finding(
        rule="ports",
        level=Level.WARNING,
        what=f"there are {machine.ports:,} ephemeral ports",
        consequence="closed connections keep theirs for a minute: so many new ones a minute go to "
        "one address, and no more",
        remedy='sysctl -w net.ipv4.ip_local_port_range="1024 65535"',
    )


def _governor(machine: MachineFacts) -> Finding | None:
    slow = sorted({name for name in machine.governors if name != "performance"})
    if not slow:
        return None
    return Finding(
        rule="cpu-frequency",
        level=Level.WARNING,
        what=f"the CPU chooses its frequency by {', '.join(slow)}",
        consequence="a light load is served more slowly than a heavy one, and two runs differ by "
        "how warm the machine was",
        remedy="cpupower frequency-set -g performance",
    )


def _clock(machine: MachineFacts) -> Finding | None:
    if not machine.clock_source or machine.clock_source in _FAST_CLOCKS:
        return None
    return Finding(
        rule="clock-source",
        level=Level.WARNING,
        what=f"the clock source is {machine.clock_source}",
        consequence="reading the clock is a system call here, which every request pays several "
        "times",
        remedy="A machine whose clock source can be tsc; see "
        "/sys/devices/system/clocksource/clocksource0/available_clocksource.",
    )


def _load(machine: MachineFacts) -> Finding | None:
    load, cores = machine.load_average, machine.cores
    if load is None or not cores or load < _LOAD * cores:
        return None
    return Finding(
        rule="load-average",
        level=Level.WARNING if load < cores else Level.PROBLEM,
        what=f"{load:.1f} processes ran or waited over the last minute, for "
        f"{counted(cores, 'core')}",
        # A run that has just ended is in this average, too.
        consequence="where these still run, generator and backend wait for a CPU that others have, "
        "and response times are theirs too",
        remedy="Measure on a machine that does nothing else, or wait until it is quiet.",
    )


def _other_programs(machine: MachineFacts) -> Finding | None:
    used = machine.other_cpu
    if used is None or used < _BUSY:
        return None
    return Finding(
        rule="other-programs",
        level=Level.PROBLEM if used >= _VERY_BUSY else Level.WARNING,
        what=f"other programs use {format_percent(round(used, 2))} of the CPU now",
        consequence="what they take is missing to the backend, and `cpu` objectives count it",
        remedy="End them for the time of the measurement.",
    )


def _steal(machine: MachineFacts) -> Finding | None:
    if machine.steal is None or machine.steal < _STOLEN:
        return None
    return Finding(
        rule="steal",
        level=Level.PROBLEM,
        what=f"the hypervisor gives others {format_percent(round(machine.steal, 3))} of the time",
        consequence="the machine stands still now and then, and nobody knows when",
        remedy="A dedicated machine, or an instance without shared cores.",
    )


def _noise(machine: MachineFacts) -> Finding | None:
    noise = machine.noise
    if noise is None or noise < _NOISY:
        return None
    return Finding(
        rule="noise",
        level=Level.PROBLEM if noise >= _VERY_NOISY else Level.WARNING,
        what=f"the same work takes {format_percent(round(noise, 2))} longer in the worst tenth of "
        "its runs",
        consequence="differences between runs that are smaller than that are the machine's",
        remedy="Quieter neighbours, fixed CPU frequency; more and longer runs.",
    )


def _memory(machine: MachineFacts) -> Finding | None:
    left, total = machine.memory_available, machine.memory_total
    if left is None or not total or left >= _LEAST_MEMORY * total:
        return None
    return Finding(
        rule="memory",
        level=Level.PROBLEM,
        what=f"{format_size(left)} of {format_size(total)} of memory are left",
        consequence="caches are given up, and soon processes are ended",
        remedy="End what needs it.",
    )


def _swap(machine: MachineFacts) -> Finding | None:
    if not machine.swap_used or machine.swap_used < _SWAPPED:
        return None
    return Finding(
        rule="swap",
        level=Level.NOTE,
        what=f"{format_size(machine.swap_used)} are swapped out",
        consequence="the first requests of whatever is there wait for the disk",
        remedy="Warm up (--warm-up 30s); more memory.",
    )


def _quota(machine: MachineFacts) -> Finding | None:
    quota, cores = machine.cpu_quota, machine.cores
    if quota is None or not cores:
        return None
    return Finding(
        rule="cpu-quota",
        level=Level.WARNING if quota < 1.5 else Level.NOTE,
        what=f"a container allows {quota:g} CPUs",
        consequence="who has used up his share of a tenth of a second stands still for the rest "
        "of it: pauses of tens of milliseconds that are no backend's",
        remedy="No CPU limit for the time of the measurement, or a whole number of CPUs.",
    )


def _debug_python(machine: MachineFacts) -> Finding | None:
    if not machine.python_debug:
        return None
    return Finding(
        rule="python-debug",
        level=Level.WARNING,
        what=f"Python {machine.python} runs in its development mode",
        consequence="the generator needs several times the CPU for each request",
        remedy="Take PYTHONDEVMODE and -X dev away.",
    )
