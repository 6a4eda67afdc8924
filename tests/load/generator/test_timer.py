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


ORDER = """
import gevent
from greenlet import getcurrent
from kampyn_perf.load.generator.timer import Timer, run_now
from kampyn_perf.load.clock import now_us
it = Timer()
hub = gevent.get_hub()
order, idle = [], {{}}
def user(name):
    while True:
        idle[name] = getcurrent()
        hub.switch()
        order.append(name)
        if name == "u1":
            it.run(idle["helper"])  # somebody at work may switch to another one, too
            order.append("u1 again")
for name in [*(f"u{{n}}" for n in range(1, 11)), "helper"]:
    gevent.spawn(user, name)
gevent.sleep(0)
def giver():
    {sleep}
    gevent.spawn(order.append, "the loop")
    for number in range(1, 11):
        it.run(idle[f"u{{number}}"])
        order.append("back")
    gevent.sleep(0.02)
gevent.spawn(giver).join()
it.run(idle["u2"])
order.append("back")
print(" ".join(order).replace("the loop", "loop"))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the other timer turns the loop each time")
def test_who_is_woken_switches_to_others_before_the_loop_turns_and_is_always_back():
    said = program.run_script(ORDER.format(sleep="it.sleep_until(now_us() + 5_000)"))
    words = said.replace("u1 again", "again").split()
    assert words.index("loop") > words.index("u8"), "eight at one waking"
    assert words.index("loop") < words.index("u10")
    assert words.count("back") == 11 and words.count("again") == 1
    assert [word for word in words if word[0] == "u"] == [*(f"u{n}" for n in range(1, 11)), "u2"]


def test_who_was_not_woken_by_it_is_back_too():
    said = program.run_script(ORDER.format(sleep="gevent.sleep(0)"))
    assert said.split().count("back") == 11
