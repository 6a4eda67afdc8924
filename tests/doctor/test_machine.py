"""This machine, from the files that say what it is."""

from __future__ import annotations

from itertools import count

import pytest

from kampyn_perf.doctor import machine


def put(root, path, text):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_files_are_read(tmp_path):
    put(tmp_path, "proc/sys/net/ipv4/ip_local_port_range", "32768\t60999\n")
    put(tmp_path, "sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n")
    for cpu in (0, 1):
        folder = f"sys/devices/system/cpu/cpu{cpu}/cpufreq"
        put(tmp_path, f"{folder}/scaling_governor", "powersave\n")
    put(
        tmp_path,
        "proc/meminfo",
        "MemTotal: 1000 kB\nMemAvailable: 400 kB\nSwapTotal: 100 kB\nSwapFree: 60 kB\n",
    )
    facts = machine.quick(tmp_path)
    assert facts.ports == 28232
    assert facts.clock_source == "tsc"
    assert facts.governors == ("powersave", "powersave")
    assert (facts.memory_total, facts.memory_available) == (1_024_000, 409_600)
    assert facts.swap_used == 40_960
    assert facts.cpu_quota is None


def test_a_system_without_these_files_leaves_them_out(tmp_path):
    facts = machine.thorough(tmp_path, sleep=lambda _: None)
    assert (facts.ports, facts.clock_source, facts.governors) == (None, "", ())
    assert (facts.memory_total, facts.swap_used) == (None, None)
    assert (facts.other_cpu, facts.steal) == (None, None)
    assert facts.cores


def test_what_others_use_is_seen_between_two_looks(tmp_path):
    put(tmp_path, "proc/stat", "cpu 100 0 100 800 0 0 0 0 0 0\n")

    def sleep(_):
        put(tmp_path, "proc/stat", "cpu 120 0 110 860 0 0 0 10 0 0\n")

    facts = machine.thorough(tmp_path, sleep=sleep)
    assert facts.other_cpu == 0.3
    assert facts.steal == 0.1


def test_noise_is_the_worst_tenth_over_the_best():
    calm = count(0, 100)
    assert machine.noise(lambda: next(calm), range(9)) == 0
    # Every fifth run takes twice as long.
    moments, now = [], 0
    for run in range(machine._RUNS):
        moments += [now, now + (200 if run % 5 == 0 else 100)]
        now = moments[-1]
    later = iter(moments)
    assert machine.noise(lambda: next(later), range(9)) == 1.0


@pytest.mark.parametrize("speed", [10, 100, 1000])
def test_the_work_takes_about_as_long_on_a_fast_machine_as_on_a_slow_one(speed):
    """Numbers a microsecond; a range twice as long takes twice as long."""
    work = machine.calibrated(lambda one: len(one) * 1000 // speed)
    assert 70_000 <= len(work) * 1000 / speed < 140_000


def test_a_clock_that_stands_still_ends_the_calibration():
    assert len(machine.calibrated(lambda _: 0)) == machine._MOST_WORK
