"""Whole runs as the real program: exact shares, honest validity, nothing lost, nobody left.

Tests `kampyn_perf/load/runner.py`, `kampyn_perf/load/coordinator` and
`kampyn_perf/load/generator`.
"""

from __future__ import annotations

import os
import resource
import signal
import time
from collections import Counter
from functools import partial

import orjson
import pytest

from kampyn_perf.results.load import RunStatus
from tests.cli import program
from tests.cli.docs import pages
from tests.forked_function import Function
from tests.load.conftest import DATA, Load, end, start_server

SHORT = "{duration: 2, arrivalRate: 50}"
pytestmark = pytest.mark.long
LONG = "{duration: 30, arrivalRate: 50}"


@pytest.mark.parametrize("workers", [1, 3, 4])
def test_the_exact_schedule_comes_and_a_stall_of_the_server_shows_in_full(load, workers):
    """From any number of workers. Sessions due during a stall answer after what is left of it: that
    many are that slow."""
    four = pages.typed(pages.one("docs/scaling.md", "load --workers 4"))[1:]
    flags = four if workers == 4 else ("--workers", str(workers))
    process = load.start("{duration: 4, arrivalRate: 50}", more=flags)
    load.until_second(1)
    stopped = time.perf_counter()
    load.server.process.send_signal(signal.SIGSTOP)
    time.sleep(1.5)
    load.server.process.send_signal(signal.SIGCONT)
    lasted = time.perf_counter() - stopped
    process.communicate(timeout=60)
    result = load.result
    assert result.status is RunStatus.COMPLETE
    assert result.validity.reasons == []
    assert result.sessions.planned == result.sessions.completed == 200
    assert [each.planned for each in result.validity.generators] == {
        1: [200], 3: [67, 67, 66], 4: [50, 50, 50, 50]
    }[workers]  # fmt: skip
    seen = load.server.seen
    assert len(seen) == result.requests.count == 480
    paths = Counter(path for _moment, path in seen)
    assert paths["/api/user/auth/login"] == 60
    assert paths["/api/item/retail/uni/1"] == 80
    span = max(moment for moment, _path in seen) - min(moment for moment, _path in seen)
    assert span >= 3_900_000, "spread over the schedule, not sent at once"
    response = result.requests.response.decode()
    for wait in (0.4, 0.8, 1.2):
        expected = 50 * (lasted - wait)
        slower = response.count_above(round(wait * 1e6))
        # One arrival at each edge, and as late as this busy machine woke anybody up.
        assert expected - 2 <= slower <= expected + 15, f"slower than {wait} s"
    assert (response.max_us or 0) >= (lasted - 0.05) * 1e6


def test_a_generator_that_was_stopped_makes_the_run_invalid(load):
    process = load.start("{duration: 5, arrivalRate: 50}", limits=())
    load.until_second(1)
    (generator,) = load.generators()
    generator.suspend()
    time.sleep(2)
    generator.resume()
    process.communicate(timeout=60)
    assert process.returncode == 4
    reasons = load.result.validity.reasons
    assert any("the generator stood still for" in each for each in reasons), reasons
    assert load.result.sessions.planned == 250, "no arrival is lost for it"


@pytest.mark.alone
def test_a_busy_neighbour_on_the_only_core_makes_the_run_invalid(load):
    """Pinned to one core with a process that computes from its first request on: numbers are the
    generator's own queue, even where it keeps up. One neighbour is the least that shows: of more
    it has less. The rate is one that takes half of a fast core and all of a slow one."""
    core = min(os.sched_getaffinity(0))
    process = load.start_after(
        partial(os.sched_setaffinity, 0, {core}), "{duration: 2, arrivalRate: 12000}", limits=()
    )
    program.wait_for(lambda: load.server.seen, what="the first request")
    neighbour = Function(compute, core)
    try:
        _out, err = process.communicate(timeout=120)
    finally:
        neighbour.kill()
        neighbour.communicate()
    assert process.returncode == 4, err
    reasons = " ".join(load.result.validity.reasons)
    assert "a generator waited for a CPU" in reasons, reasons


def compute(core):
    os.sched_setaffinity(0, {core})
    while True:
        pass


def test_running_out_of_descriptors_makes_the_run_invalid(load):
    load.server.process.send_signal(signal.SIGSTOP)
    process = load.start_after(
        partial(resource.setrlimit, resource.RLIMIT_NOFILE, (120, 120)),
        "{duration: 3, arrivalRate: 100}",
        more=("--set", "config.timeouts.total=2s", "--set", "config.drain=5s"),
    )
    load.until_second(2)
    load.server.process.send_signal(signal.SIGCONT)
    process.communicate(timeout=60)
    validity = load.result.validity
    assert process.returncode == 4
    assert any("had run out of file descriptors" in each for each in validity.reasons)
    assert validity.file_descriptors is not None
    assert validity.file_descriptors.limit == 120


def test_a_killed_worker_is_replaced_and_named(load):
    process = load.start("{duration: 6, arrivalRate: 100}", more=("--workers", "3"))
    load.until_second(2)
    victim = load.generators()[1]
    victim.kill()
    process.communicate(timeout=60)
    assert process.returncode == 4
    result = load.result
    assert result.status is RunStatus.COMPLETE
    assert any("ended by SIGKILL" in each for each in result.validity.reasons)
    sessions = result.sessions
    assert sessions.planned == 600 == sessions.started + sessions.dropped
    assert sessions.started == sessions.completed + sessions.failed + sessions.cut
    assert 0 < sessions.dropped < 150, "the others took over"
    lost = [each.lost for each in result.validity.generators]
    assert [bool(each) for each in lost].count(True) == 1
    # Where a busy machine woke a generator late, some of them after the last second's end.
    tail = sum(second.started for second in result.seconds if second.at_us >= 5_000_000)
    assert tail >= 100, "at the end the rate is the planned one again"


def test_a_warm_up_is_shown_and_in_no_number(load):
    result = load.run(SHORT, more=("--warm-up", "1s"))
    assert result.warm_up is not None
    assert result.warm_up.sessions.planned == 50
    assert result.warm_up.requests.count >= 100
    assert result.warm_up.requests.count + result.requests.count == len(load.server.seen)
    assert result.sessions.planned == 100
    assert result.phases[0].start_us == 1_000_000
    assert sum(second.requests for second in result.seconds) == result.requests.count
    assert result.validity.lateness.count == 100


def test_sessions_that_outlast_the_drain_are_cut_and_counted(load):
    process = load.start(
        SHORT, more=("--set", "config.drain=1s", "--set", "config.timeouts.total=60s")
    )
    load.until_second(1)
    load.server.process.send_signal(signal.SIGSTOP)
    process.communicate(timeout=60)
    load.server.process.send_signal(signal.SIGCONT)
    sessions = load.result.sessions
    assert process.returncode == 4
    assert sessions.cut > 0
    assert sessions.planned == 100 == sessions.completed + sessions.failed + sessions.cut
    assert load.result.validity.reasons == [], "the generator kept up; it is for the verdict"
    breakdown = load.result.breakdown
    assert breakdown is not None
    cut = sum(row.total for group in breakdown.cut_requests for row in group.rows())
    assert cut >= sessions.cut, "each with the time that it had been due, for the verdict"


@pytest.mark.parametrize(("signals", "code"), [([2, 2], 130), ([15], 143)])
def test_every_interruption_reports(load, signals, code):
    """One that waits for what is in flight is below."""
    process = load.start(LONG, more=("--workers", "2"))
    load.until_second(1)
    if len(signals) > 1:  # something that a first Ctrl-C would wait for
        load.server.process.send_signal(signal.SIGSTOP)
        time.sleep(0.3)
    for number in signals:
        process.send_signal(number)
        time.sleep(0.3)
    process.communicate(timeout=20)
    load.server.process.send_signal(signal.SIGCONT)
    assert process.returncode == code
    assert_nothing_is_lost(load.result)


def assert_nothing_is_lost(result):
    assert result.status is RunStatus.PARTIAL
    assert result.requests.count > 0
    sessions = result.sessions
    assert sessions.planned == sessions.started + sessions.dropped
    assert sessions.started == sessions.completed + sessions.failed + sessions.cut


def test_an_interrupted_run_is_measured_by_the_time_it_had_arrivals(load):
    """The first Ctrl-C says what it waits for; what it waits is no time of the phase."""
    more = ("--workers", "2", "--set", "config.drain=6s", "--slo", "slo")
    process = load.start(LONG, more=more)
    load.until_second(2)
    load.server.process.send_signal(signal.SIGSTOP)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    time.sleep(3)
    load.server.process.send_signal(signal.SIGCONT)
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "sessions in flight may finish within 6.00 s, or Ctrl-C again ends them at once" in err
    assert_nothing_is_lost(load.result)
    (phase,) = load.result.phases
    assert 45 <= phase.achieved_rate <= 55
    assert load.result.elapsed_us >= 5_000_000


def test_a_second_interruption_does_not_wait_for_a_generator_that_hangs(load):
    process = load.start(LONG)
    load.until_second(1)
    (generator,) = load.generators()
    generator.suspend()
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert time.monotonic() - began < 15, "five seconds, and not the thirty of a first one"
    assert load.result.status is RunStatus.PARTIAL


def test_arrivals_of_a_lost_sole_generator_are_counted_to_its_end(load):
    process = load.start(LONG)
    load.until_second(2)
    time.sleep(0.6)
    load.generators()[0].kill()
    process.communicate(timeout=60)
    assert process.returncode == 4
    result = load.result
    assert result.sessions.dropped >= 10, "half a second at 50/s was due, and nobody knows of it"
    assert result.sessions.planned == result.sessions.started + result.sessions.dropped


def test_defects_of_a_scenario_are_told_with_their_place(load, tmp_path):
    scenario = tmp_path / "defects.py"
    scenario.write_text(
        "import sys\nfrom locust import task\nfrom kampyn_perf.load.flow import FlowUser\n"
        "class Calls(FlowUser):\n    weight = 1\n    @task\n    def go(self):\n"
        "        self.call('nosuch')\n"
        "class Leaves(FlowUser):\n    weight = 1\n    @task\n    def go(self):\n"
        "        sys.exit(3)\n"
    )
    result = load.run(SHORT, more=("--set", f"config.scenarios={scenario}"))
    assert result.sessions.failed == 100, "the generator goes on"
    reasons = "\n".join(result.validity.reasons)
    assert "LookupError: the target has no operation 'nosuch'; it has " in reasons
    assert "(defects.py, line 8, in go)" in reasons
    assert "SystemExit: 3 (defects.py, line 13, in go)" in reasons
    log = (load.folder / "run" / "generator.log").read_text()
    assert log.count("Traceback") == 2, "the first of each kind, with all that led to it"


def test_a_defect_of_the_generators_own_ends_the_run_and_is_named(load, tmp_path):
    scenario = tmp_path / "broken.py"
    scenario.write_text(
        "from locust import task\nfrom kampyn_perf.load.flow import FlowUser\n"
        "from kampyn_perf.load.generator import run\n"
        "class Broken(run.Pacer):\n    def run(self, start_us, sleep_until):\n"
        "        raise TypeError('no such arrival')\n"
        "run.Pacer = Broken\n"
        "class Visits(FlowUser):\n    @task\n    def go(self):\n"
        "        self.client.get('/x')\n"
    )
    result = load.run(SHORT, more=("--set", f"config.scenarios={scenario}"))
    reasons = "\n".join(result.validity.reasons)
    assert "ended with code 1: TypeError: no such arrival" in reasons


def test_a_killed_program_leaves_no_generator_and_its_last_second(load):
    process = load.start(LONG, more=("--workers", "2"), childless=False)
    load.until_second(2)
    children = program.descendants(process.pid)
    process.kill()
    process.communicate()
    program.wait_for(lambda: program.all_gone(children), what="the end of the generators")
    assert load.result.status is RunStatus.RUNNING
    assert load.result.requests.count >= 2 * 50 * 2
    checked = program.run(load.folder, "check")
    assert checked.code == 4, "it is the newest run, not the one before it"
    assert "the run was killed, or still goes on" in checked.out


def test_a_generator_that_hangs_in_a_scenario_dies_with_its_parent(load, tmp_path):
    scenario = tmp_path / "hang.py"
    scenario.write_text(
        "from locust import task\nfrom kampyn_perf.load.flow import FlowUser\n"
        "class Hang(FlowUser):\n    @task\n    def go(self):\n"
        "        self.client.get('/x')\n        while True: pass\n"
    )
    process = load.start(LONG, more=("--set", f"config.scenarios={scenario}"), childless=False)
    program.wait_for(lambda: load.server.seen, what="the first request")
    children = program.descendants(process.pid)
    process.kill()
    process.communicate()
    program.wait_for(lambda: program.all_gone(children), what="the end of the generator")


def test_a_full_disk_does_not_end_the_run(load):
    limit = 10_000  # bytes of any one file: the configuration fits, a result does not
    process = load.start_after(
        partial(resource.setrlimit, resource.RLIMIT_FSIZE, (limit, limit)),
        "{duration: 3, arrivalRate: 50}",
    )
    out, err = process.communicate(timeout=60)
    assert process.returncode == 4, err
    assert "File too large; the run goes on" in err
    assert "150 sessions planned = 150 started + 0 dropped" in out
    assert "The result is not in run" in err
    assert len(load.server.seen) >= 2 * 150


def test_memory_of_the_generators_and_of_the_program_is_bounded_by_names(load, tmp_path):
    scenario = tmp_path / "names.py"
    scenario.write_text(
        "from locust import task\nfrom kampyn_perf.load.flow import FlowUser\n"
        "class Names(FlowUser):\n    @task\n    def go(self):\n"
        "        for part in range(20):\n"
        "            self.client.get(f'/x/{self.session.number}/{part}')\n"
    )
    result = load.run(
        "{duration: 1, arrivalRate: 30}", more=("--set", f"config.scenarios={scenario}")
    )
    assert len(result.endpoints) == 501
    assert sum(each.requests.count for each in result.endpoints) == 600 == result.requests.count
    assert any("more endpoint names" in each for each in result.validity.warnings)


MIXED = """
from collections import Counter
from locust import events, task
from kampyn_perf.load.flow import FlowUser

heard = Counter()

@events.init.add_listener
def begin(environment, **_): print("init")

@events.request.add_listener
def note(name, **_): heard[name] += 1

@events.test_stop.add_listener
def over(**_): print(f"heard {heard['/x']} and {heard['/y']}")

class Plain(FlowUser):
    @task
    def go(self):
        self.client.get("/x")
        self.think(0.01)
        self.client.get("/y")

class Leaves(FlowUser):
    def on_stop(self): self.client.get("/logout")
    @task
    def go(self): self.client.get("/stay")

COMMON = {"X-Test": "yes"}

class Person(FlowUser):
    def on_start(self): self.client.headers = COMMON
    @task
    def go(self):
        assert dict(self.client.headers) == {"X-Test": "yes"}
        assert not self.client.cookies
        self.client.headers = dict(self.client.headers)
        self.client.headers["Authorization"] = "Bearer mine"
        self.client.cookies.set("token", "mine")
        self.client.get("/person")
"""


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A run of three users whose sessions are shared by six virtual users at most, and a pause."""
    folder = tmp_path_factory.mktemp("mixed")
    (folder / "mixed.py").write_text(MIXED)
    (folder / "data.json").write_bytes(orjson.dumps(DATA))
    server = start_server()
    load = Load(folder, server, folder / "data.json")
    sets = (f"config.scenarios={folder / 'mixed.py'}", "config.maxVusers=6")
    load.run(
        "{duration: 1, arrivalRate: 60}",
        "{pause: 2}",
        more=[word for one in sets for word in ("--set", one)],
    )
    yield load
    end(server)


def of_flow(load, name):
    (flow,) = [each for each in load.result.flows if each.name == name]
    return flow


def test_listeners_of_a_scenario_hear_of_every_request(mixed):
    """Locust's own events, so that its plugins work."""
    plain = of_flow(mixed, "Plain")
    arrived = plain.sessions.planned
    assert plain.requests.count == 2 * arrived > 20
    said = (mixed.folder / "run" / "generator.log").read_text()
    assert "init" in said
    assert f"heard {arrived} and {arrived}" in said
    assert (plain.requests.response.max_us or 0) >= (plain.requests.service.max_us or 0)


def test_what_users_do_between_sessions_is_in_no_number(mixed):
    """A logout in `on_stop` comes long after the last session: that time is nobody's response."""
    leaves = of_flow(mixed, "Leaves")
    assert leaves.requests.count == leaves.sessions.planned > 10
    assert mixed.result.sessions.planned == mixed.result.sessions.completed == 60
    assert mixed.result.requests.count == 60 + of_flow(mixed, "Plain").sessions.planned
    assert (mixed.result.requests.response.max_us or 0) < 1_500_000
    assert "/logout" in {path for _moment, path in mixed.server.seen}


def test_a_session_knows_nothing_of_the_one_before(mixed):
    """What `on_start` set stays; what a session set, cookies and headers, goes with it."""
    assert mixed.result.validity.reasons == []
    person = of_flow(mixed, "Person")
    assert person.sessions.completed == person.sessions.planned > 10


def test_a_long_drain_is_no_silence(load):
    """Second after second of it is handed over, and the generator sleeps meanwhile."""
    process = load.start("{duration: 2, arrivalRate: 20}")
    load.until_second(1)
    load.server.process.send_signal(signal.SIGSTOP)
    load.until_second(6)
    assert load.result.validity.cpu_share is not None
    assert load.result.validity.cpu_share < 0.5
    load.server.process.send_signal(signal.SIGCONT)
    process.communicate(timeout=60)
    assert load.result.sessions.completed == 40
    assert load.result.validity.reasons == []
