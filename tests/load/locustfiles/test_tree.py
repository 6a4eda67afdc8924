"""Which flows a user has, and which whole numbers their shares are. Locust patches what it is
imported into, so that all is asked of one program."""

from __future__ import annotations

from pathlib import Path

import pytest

from kampyn_perf.load.locustfiles.features import requests_features, statistics_read
from kampyn_perf.load.locustfiles.script import Script
from tests import forked_generator

TREES = """
from fractions import Fraction
import functools
from locust import (HttpUser, MarkovTaskSet, SequentialTaskSet, TaskSet, User, constant, task,
                    transition)
from kampyn_perf.load.locustfiles.shares import exact, whole
from kampyn_perf.load.locustfiles.tree import (Way, interrupts, leaves, stays_for_ever)

def stop(user): user.interrupt()
def wrapped(function):
    @functools.wraps(function)
    def run(self): return function(self)
    return run
def hidden(function):
    def go(self): return function(self)
    return go

class Plain(TaskSet):
    @task(3)
    def a(self): pass
    @task
    def b(self): pass
class Left(Plain):
    tasks = [stop]
class Wrapped(TaskSet):
    @task
    @wrapped
    def a(self): self.interrupt()
class Hidden(TaskSet):
    @task
    @hidden
    def a(self): self.interrupt()
class Steps(SequentialTaskSet):
    @task
    def one(self): pass
    tasks = [Plain]
    @task
    def two(self): pass
class Last(Steps):
    @task
    def over(self): self.interrupt()
class Chain(MarkovTaskSet):
    @transition("y")
    def x(self): pass
    @transition("x")
    def y(self): pass
class Picky(TaskSet):
    tasks = [stop, stop]
    def get_next_task(self): return self.tasks[0]
class Own(TaskSet):
    tasks = [print]
    def get_next_task(self): return self.tasks[0]
class Raises(TaskSet):
    @task
    def a(self):
        from locust.exception import InterruptTaskSet
        raise InterruptTaskSet(False)

assert [interrupts(s) for s in (Plain, Left, Wrapped, Hidden, Steps, Last, Chain, Raises)] == [
    False, True, True, True, False, True, False, True]

class Nested(TaskSet):
    tasks = {Plain: 1, Left: 1}
class All(HttpUser):
    tasks = {Plain: 4, Steps: 2, Last: 1, Chain: 1, Own: 1, Nested: 2, print: 1}

found = {leaf.name: (leaf.way, leaf.share, [s.__name__ for s in leaf.sets]) for leaf in leaves(All)}
twelfth = Fraction(1, 12)
assert found == {
    "All.Plain.a": (Way.ONCE, 3 * twelfth, ["Plain"]),
    "All.Plain.b": (Way.ONCE, twelfth, ["Plain"]),
    "All.Steps": (Way.PASS, 2 * twelfth, ["Steps"]),
    "All.Last": (Way.VISIT, twelfth, []),
    "All.Chain": (Way.STEP, twelfth, ["Chain"]),
    "All.Own": (Way.STEP, twelfth, ["Own"]),
    "All.Nested.Plain.a": (Way.ONCE, 3 * twelfth / 4, ["Nested", "Plain"]),
    "All.Nested.Plain.b": (Way.ONCE, twelfth / 4, ["Nested", "Plain"]),
    "All.Nested.Left": (Way.VISIT, twelfth, ["Nested"]),
    "All.print": (Way.ONCE, twelfth, []),
}, found
assert sum(leaf.share for leaf in leaves(All)) == 1
assert Plain in stays_for_ever(All) and Last not in stays_for_ever(All)

class Home(HttpUser):
    tasks = [Plain]
assert stays_for_ever(Home) == []

class Twice(HttpUser):
    tasks = [lambda self: None, lambda self: 1]
assert [leaf.name for leaf in leaves(Twice)] == ["Twice.<lambda>", "Twice.<lambda> (2)"]

assert exact(0.1) == Fraction(1, 10) and exact(1 / 3) == Fraction(1, 3) and exact(2) == 2
assert whole({"a": Fraction(30), "b": Fraction(40)}) == {"a": 30, "b": 40}
assert whole({"a": Fraction(1, 3), "b": Fraction(1, 6), "c": Fraction(0)}) == {
    "a": 2, "b": 1, "c": 0}
odd = whole({"a": Fraction(1, 997), "b": Fraction(1, 991), "c": Fraction(1, 983), "d": Fraction(9)})
assert sum(odd.values()) <= 10_003 and min(odd.values()) >= 1, odd
print("all right")
"""


def test_flows_and_shares():
    assert forked_generator.run_script(TREES).strip() == "all right"


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("self.client.mount('https://', adapter)", "client.mount"),
        ("self.client.get('/', stream=True)", "stream="),
        ("self.client.get('/', cert=('a', 'b'))", "cert="),
        ("self.client.post('/', verify='ca.pem')", "verify="),
        ("self.client.proxies = {}", "client.proxies"),
        ("for line in response.iter_lines(): pass", ".iter_lines"),
        ("from requests.auth import HTTPDigestAuth", "requests.auth"),
        ("self.client.get('/', verify=False)", None),
        ("self.client.get('/', stream=False)", None),
        ("import requests", None),
        ("self.client.headers.update({'a': 'b'})", None),
        ("self.mount()", None),
    ],
)
def test_what_only_requests_can_do_is_found_in_the_text(tmp_path, line, what):
    path = tmp_path / "mine.py"
    path.write_text(f"def go(self, adapter, response):\n    {line}\n")
    found = requests_features(Script(path))
    assert (found[0].what if found else None) == what
    assert not found or found[0].place.endswith("mine.py:2")


def test_modules_beside_the_locustfile_are_read_too(tmp_path):
    (tmp_path / "common").mkdir()
    (tmp_path / "common" / "__init__.py").write_text("")
    (tmp_path / "common" / "tasks.py").write_text("def f(e):\n    return e.environment.stats\n")
    (tmp_path / "mine.py").write_text("from common.tasks import f\nimport json\n")
    script = Script(tmp_path / "mine.py")
    assert [path.name for path in script.modules] == ["mine.py", "__init__.py", "tasks.py"]
    found = statistics_read(script)
    assert found is not None
    assert (found.what, Path(found.place).name) == ("e.environment.stats", "tasks.py:2")
