"""Never before its time, other greenlets at work meanwhile, in both kinds."""

from __future__ import annotations

import sys

import pytest

from tests.cli import program

SCRIPT = """
import gevent
from kampyn_perf.load.generator import timer
from kampyn_perf.load.clock import now_us
if {portable}:
    timer._KernelTimer = None
    timer.suppress = lambda *kinds: __import__("contextlib").suppress(TypeError)
it = timer.Timer()
assert it.precise is (not {portable} and {linux})
turns = []
def other():
    while True:
        turns.append(1)
        gevent.sleep(0.001)
gevent.spawn(other)
start = now_us()
for _ in range(40):
    due = now_us() + 5_000  # ahead, however late the one before was
    it.sleep_until(due)
    assert now_us() >= due, "woken too early"
it.sleep_until(start)  # long past: returns at once
it.close()
print(len(turns))
"""


@pytest.mark.parametrize("portable", [False, True])
def test_it_wakes_after_the_moment_and_lets_others_work(portable):
    script = SCRIPT.format(portable=portable, linux=sys.platform == "linux")
    said = program.run_script(script)
    assert int(said) >= 20
