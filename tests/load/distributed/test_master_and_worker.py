"""A master and its workers: real processes, in network namespaces where those are permitted.

Tests `master.py`, `worker.py` and `join.py` of `kampyn_perf/load/distributed`, and
`kampyn_perf/load/coordinator/remote_workers.py`.
"""

from __future__ import annotations

import itertools
import os
import shlex
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kampyn_perf import compiled
from kampyn_perf.results.load import RunStatus
from tests import forked, forked_function, forked_generator
from tests.cli import program
from tests.cli.docs import pages
from tests.forked_function import Function
from tests.load.conftest import NAMESPACES_HINT, Load, start_server
from tests.load.distributed.namespaces import Hosts, ip, permitted
from tests.load.distributed.wiretap import tapped

pytestmark = pytest.mark.long
_NUMBERS = itertools.count()

PURE = {compiled.PURE_VARIABLE: "1"}
in_namespaces = pytest.mark.skipif(not permitted(), reason=NAMESPACES_HINT)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def of_page(role: str) -> list[str]:
    """What docs/scaling.md says to the machines of a role, with the address that the first has."""
    line = pages.one("docs/scaling.md", f"--role {role}")
    return shlex.split(line[line.index("--role") :].replace("10.0.0.1", "10.77.0.1"))


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    # The kernel takes the links of a deleted namespace away in its own time: no name comes twice.
    made = Hosts(f"kp{os.getpid() % 10_000}{next(_NUMBERS)}")
    ip("link", "add", f"{made.tag}br", "type", "bridge")
    ip("link", "set", f"{made.tag}br", "up")
    try:
        for number in (1, 2, 3, 4):
            made.add(number)
        yield made
    finally:
        for name in made.names:
            subprocess.run(["ip", "netns", "del", name], check=False)
        subprocess.run(["ip", "link", "del", f"{made.tag}br"], check=False)


@dataclass
class Cluster:
    """A master in namespace 1, beside its target; workers in 2, 3 and 4."""

    hosts: Hosts
    load: Load
    master: Function
    workers: list[Function]
    folders: list[Path]
    """Of the workers."""


@pytest.fixture
def cluster(
    hosts: Hosts, tmp_path: Path, data_file: Path, request: pytest.FixtureRequest
) -> Iterator[Cluster]:
    """With a load of as many seconds as the parameter says. A busy machine takes several to see who
    was lost."""
    target = start_server("10.77.0.1", first=hosts.entering(1))
    load = Load(tmp_path, target, data_file)
    flags = (
        *load.flags(f"{{duration: {request.param}, arrivalRate: 30}}"),
        *("--allow-host", "10.77.0.1", *of_page("master")),
    )
    join = ("load", *of_page("worker"))

    def start(number: int, folder: Path, *arguments: str) -> Function:
        folder.mkdir(exist_ok=True)
        first = hosts.entering(number)
        environment = forked_generator.with_address([*arguments], program.environment())
        return Function(forked_function.program, first, [*arguments], folder, environment)

    master = start(1, tmp_path, *flags)
    folders = [tmp_path / f"worker-{number}" for number in (1, 2, 3)]
    workers = [start(number, folder, *join) for number, folder in enumerate(folders, 2)]
    yield Cluster(hosts, load, master, workers, folders)
    for process in (master, *workers, target.process):
        process.kill()
        process.communicate()


@in_namespaces
@pytest.mark.parametrize("cluster", [3], indirect=True)
def test_three_hosts_deal_one_schedule(cluster):
    cluster.master.communicate(timeout=90)
    result = cluster.load.result
    assert result.status is RunStatus.COMPLETE
    assert result.validity.reasons == []
    assert result.sessions.planned == result.sessions.completed == 90
    assert [each.planned for each in result.validity.generators] == [30, 30, 30]
    assert all(each.clock_uncertainty_us > 0 for each in result.validity.generators)
    for worker in cluster.workers:
        _out, err = worker.communicate(timeout=20)
        assert worker.returncode == 0, err
        assert "the run is over" in err


@in_namespaces
@pytest.mark.parametrize("cluster", [20], indirect=True)
def test_one_host_cut_off_and_one_killed(cluster):
    """Never silently less load: both are named, what they lost is counted, the last takes over."""
    cluster.load.until_second(2)
    cluster.hosts.cut_off(3)
    kill_worker(cluster.folders[2])
    cluster.master.communicate(timeout=90)
    assert cluster.master.returncode == 4
    _out, err = cluster.workers[1].communicate(timeout=20)
    assert "the master was not heard of" in err, "who is cut off ends its load"
    result = cluster.load.result
    assert result.status is RunStatus.COMPLETE
    lost = [each for each in result.validity.generators if each.lost]
    assert len(lost) == 2
    assert all("was not heard of" in each.lost for each in lost)
    sessions = result.sessions
    assert sessions.planned == 600 == sessions.started + sessions.dropped
    assert 0 < sessions.dropped < 600
    assert any("others took over the rest" in each for each in result.validity.reasons)
    (last,) = [second.started for second in result.seconds if second.at_us == 19_000_000]
    # More than 30 where a busy machine woke the host late for some of the second before.
    assert last >= 30, "the rate of the schedule, from one host"


@pytest.fixture
def local(load: Load) -> tuple[Load, int]:
    return load, free_port()


def kill_worker(folder: Path) -> None:
    """The process that is a worker; the program that started it ends then."""
    (worker,) = forked_generator.running(folder)
    worker.kill()


def start_worker(folder: Path, port: int, env: dict[str, str] | None = None) -> program.Process:
    """As on a machine of the user's: Python writes its byte code, beside the scenario too."""
    (folder / "temp").mkdir(parents=True, exist_ok=True)
    plain = {"PYTHONDONTWRITEBYTECODE": "", "TMPDIR": str(folder / "temp")}
    join = ["load", "--role", "worker", "--master-port", str(port)]
    environment = program.environment(plain | (env or {}))
    return forked.Started(join, folder, environment, childless=True)


def wait_until_ready(*workers: program.Process) -> None:
    """They look for a master, and have imported what they need, which may take seconds."""
    for worker in workers:
        assert worker.stderr is not None
        assert "looking for the master" in worker.stderr.readline()


def left_behind(folder: Path) -> list[Path]:
    """What workers left of what they were handed, passwords and all."""
    return list((folder / "temp").glob("kampyn-perf-worker-*"))


def start_master(
    load: Load,
    port: int,
    count: int,
    *phases: str,
    more: tuple[str, ...] = (),
    env: dict[str, str] | None = None,
) -> program.Process:
    lead = ("--role", "master", "--master-port", str(port), "--expect-workers", str(count))
    return load.start(*phases, more=(*lead, *more), env=env)


def test_spares_and_those_that_come_late_take_part_and_who_cannot_ends_no_run(local, tmp_path):
    """A spare is ready before the start; whose machine lacks what the scenarios import cannot."""
    load, port = local
    (tmp_path / "only_here.py").write_text("")
    scenario = tmp_path / "needs.py"
    scenario.write_text(
        "import only_here\nfrom locust import task\nfrom kampyn_perf.load.flow import FlowUser\n"
        "class Needs(FlowUser):\n    @task\n    def go(self):\n        self.client.get('/x')\n"
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    path = {"PYTHONPATH": f"{program.ROOT}:{tmp_path}"}
    way = free_port()
    workers = [start_worker(tmp_path, at, path) for at in (port, port, way)]
    unfit = start_worker(elsewhere, way)
    wait_until_ready(*workers, unfit)
    more = ("--set", f"config.scenarios={scenario}")
    master = start_master(load, port, 1, "{duration: 14, arrivalRate: 20}", more=more, env=path)
    load.until_second(1)
    with tapped(port, port=way):
        _out, err = unfit.communicate(timeout=60)
        assert unfit.returncode == 4
        assert "locustfile.py:1: the module 'only_here' is not installed" in err
        _out, err = master.communicate(timeout=60)
        for worker in workers:
            _out, said = worker.communicate(timeout=20)
            assert worker.returncode == 0, said
    result = load.result
    assert result.status is RunStatus.COMPLETE, err
    assert result.validity.reasons == [], "joining costs nothing"
    assert left_behind(tmp_path) == left_behind(elsewhere) == []
    one, spare, late = [each for each in result.validity.generators if each.planned]
    assert one.joined_us == 0 < late.joined_us
    assert one.planned + spare.planned + late.planned == 280 == result.sessions.completed
    assert [each.started for each in result.seconds if each.at_us == 13_000_000] == [20]
    assert any("into the run, and takes its share" in each for each in result.validity.warnings)
    (warning,) = [each for each in result.validity.warnings if "came late" in each]
    assert "did not take part" in warning


@pytest.mark.compiled
def test_a_worker_that_runs_without_what_is_compiled_is_told_in_the_result(local, tmp_path):
    """The master's machine says nothing of its workers'."""
    load, port = local
    join = ("load", "--role", "worker", "--master-port", str(port))
    workers = [program.start_cold(tmp_path, *join, env=env) for env in ({}, PURE)]
    wait_until_ready(*workers)
    master = start_master(load, port, 2, "{duration: 2, arrivalRate: 20}")
    _out, err = master.communicate(timeout=60)
    for worker in workers:
        worker.communicate(timeout=20)
    assert load.result.machine.versions.get("engine") == "compiled in part", err


def test_a_replacement_takes_the_place_of_a_lost_worker(local, tmp_path):
    load, port = local
    way = free_port()
    folders = [tmp_path / f"worker-{number}" for number in (1, 2, 3)]
    workers = [start_worker(*where) for where in zip(folders, (port, port, way), strict=True)]
    wait_until_ready(*workers)
    master = start_master(load, port, 2, "{duration: 20, arrivalRate: 20}")
    load.until_second(1)
    kill_worker(folders[1])
    program.wait_for(
        lambda: any(each.lost for each in load.result.validity.generators), what="the loss"
    )
    with tapped(port, port=way):
        master.communicate(timeout=60)
    assert master.returncode == 4, "what was lost stays lost"
    result = load.result
    assert [bool(each.lost) for each in result.validity.generators].count(True) == 1
    third = result.validity.generators[2]
    assert third.joined_us > 0
    assert third.planned > 20
    assert result.sessions.planned == 400 == result.sessions.started + result.sessions.dropped
    workers[0].communicate(timeout=20)
    workers[1].communicate(timeout=20)
    _out, err = workers[2].communicate(timeout=20)
    assert "taking part as worker 3" in err


def test_workers_end_with_a_killed_master(local, tmp_path):
    load, port = local
    master = start_master(load, port, 1, "{duration: 60, arrivalRate: 20}")
    worker = start_worker(tmp_path, port)
    load.until_second(1)
    master.kill()
    master.communicate()
    _out, err = worker.communicate(timeout=30)
    assert worker.returncode == 4
    assert left_behind(tmp_path) == []
    assert "the master has died" in err or "the master was not heard of" in err


def test_an_interrupted_master_dismisses_its_workers_and_reports(local, tmp_path):
    load, port = local
    master = start_master(load, port, 1, "{duration: 60, arrivalRate: 20}")
    worker = start_worker(tmp_path, port)
    load.until_second(1)
    done = program.interrupt(master, program.signal.SIGINT)
    assert done.code == 130
    assert load.result.status is RunStatus.PARTIAL
    _out, err = worker.communicate(timeout=30)
    assert worker.returncode == 0, err


def test_a_taken_port_is_named(local, tmp_path):
    load, port = local
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        master = start_master(load, port, 1, "{duration: 1, arrivalRate: 1}")
        _out, err = master.communicate(timeout=30)
    assert master.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}: another program has the port" in err


def test_an_interrupted_worker_leaves(local, tmp_path):
    _load, port = local
    worker = start_worker(tmp_path, port)
    wait_until_ready(worker)
    worker.send_signal(program.signal.SIGTERM)
    worker.communicate(timeout=20)
    assert worker.returncode == 143


def test_a_worker_that_is_interrupted_tells_its_master(local, tmp_path):
    """Nobody waits six seconds for what is known: the others take over at once."""
    load, port = local
    master = start_master(load, port, 2, "{duration: 10, arrivalRate: 20}")
    workers = [start_worker(tmp_path, port) for _ in range(2)]
    load.until_second(1)
    workers[0].send_signal(program.signal.SIGINT)
    _out, err = workers[0].communicate(timeout=20)
    assert workers[0].returncode == 130
    assert "interrupted" in err
    master.communicate(timeout=60)
    workers[1].communicate(timeout=20)
    assert master.returncode == 4
    (lost,) = [each.lost for each in load.result.validity.generators if each.lost]
    assert "was interrupted there" in lost
    assert 0 < load.result.sessions.dropped <= 40, "about two seconds of half the arrivals"


def test_a_master_without_workers_ends_at_once_when_interrupted(local, tmp_path):
    load, port = local
    master = start_master(load, port, 2, "{duration: 1, arrivalRate: 1}")
    assert master.stderr is not None
    while "Waiting for 2 workers" not in master.stderr.readline():
        pass
    began = program.time.monotonic()
    master.send_signal(program.signal.SIGINT)
    master.communicate(timeout=60)
    assert master.returncode == 130
    assert program.time.monotonic() - began < 10


def test_a_master_that_has_no_address_is_told_at_once(tmp_path):
    done = program.run(
        tmp_path, "load", "--role", "worker", "--master-host", "nosuch.invalid", timeout=30
    )
    assert done.code == 3
    assert "no master at nosuch.invalid:5557" in done.err
