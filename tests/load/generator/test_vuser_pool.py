"""A free virtual user begins at once, before everything else that is ready to run."""

from __future__ import annotations

from tests.cli import program

SCRIPT = """
import gevent
from types import SimpleNamespace
from locust.env import Environment
from kampyn_perf.load.flow import FlowUser
from kampyn_perf.load.generator.vuser_pool import Pool

order = []

class Plain(FlowUser):
    def __init__(self, environment):
        super(FlowUser, self).__init__(environment)
    def run_session(self, session):
        order.append(f"{session.number} runs")
        try:
            gevent.sleep(0.01)
        except gevent.GreenletExit:
            if session.number != 4:  # its last answer came in the very moment
                raise

environment = Environment()
environment.create_local_runner()
pool = Pool(environment, lambda kind, environment, failed: Plain(environment))
more = [True]

def done(user, session, *, success):
    order.append(f"{session.number} is done")
    if session.number == 1:  # as the pacer does with an arrival that waited
        user.give(SimpleNamespace(number=2, begun=False, failures=0, requests=1))
        return True
    return more[0]

pool.pacer = SimpleNamespace(began=lambda s: order.append(f"{s.number} begins"), done=done)
user = pool.spawn("Plain")
user.give(SimpleNamespace(number=0, failures=0, requests=1))
order.append("given to one who has yet to start")
gevent.sleep(0.05)
gevent.spawn(order.append, "something else")
user.give(SimpleNamespace(number=1, failures=0, requests=1))
order.append("given to one who is idle")
gevent.sleep(0.05)
user.retire()
gevent.sleep(0.05)
assert not pool.workers, "a user that is retired is gone"
last, lucky = pool.spawn("Plain"), pool.spawn("Plain")
gevent.sleep(0.01)
last.give(SimpleNamespace(number=3, failures=0, requests=1, begun=True))
lucky.give(SimpleNamespace(number=4, failures=0, requests=1, begun=True))
cut = pool.cut()
assert [each.number for each in cut] == [3] and not pool.workers

def broken(session):
    raise TypeError("no such session")

pool.pacer.began, pool.defect = broken, lambda error: order.append(f"defect: {error}")
pool.spawn("Plain").give(SimpleNamespace(number=5, failures=0, requests=1))
gevent.sleep(0.01)
print("; ".join(order))
"""


def test_an_idle_user_begins_before_all_that_is_ready():
    said = program.run_script(SCRIPT)
    assert said.strip().split("; ") == [
        "given to one who has yet to start",
        *("0 begins", "0 runs", "0 is done"),
        *("1 begins", "1 runs", "something else", "given to one who is idle", "1 is done"),
        *("2 begins", "2 runs", "2 is done"),
        *("3 begins", "3 runs", "4 begins", "4 runs", "4 is done"),
        "defect: no such session",
    ]
