"""`load.run` as a program calls it: from any thread, again and again, with nothing left behind.

Tests `check.py`, `request.py`, `options.py` and `spec.py` of `kampyn_perf/load` too.
"""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import orjson
import pytest

from kampyn_perf import load, names
from kampyn_perf.errors import KampynError, UnreachableError
from kampyn_perf.load.clock import now_us
from kampyn_perf.results import io
from kampyn_perf.results.load import LoadResult, RunStatus
from kampyn_perf.results.series import Series, Watching
from tests import forked_generator
from tests.cli import program
from tests.load.conftest import DATA, Server, end, start_server

pytestmark = pytest.mark.usefixtures("warm_generators")


def request_against(server: Server, data: Path, phases: str, *sets: str) -> load.LoadRequest:
    patient = program.PATIENT[1::2]
    return load.resolve(
        load.LoadOptions(
            target=server.url,
            data=data,
            sets=(*patient, f"config.phases=[{phases}]", *sets),
        )
    )


@pytest.fixture
def request_for(server, data_file):
    """A request of phases against the recording server."""
    return partial(request_against, server, data_file)


@pytest.fixture
def processes_left():
    """Processes that were not there when the test began; other tests share a backend."""

    def now() -> set[int]:
        return {each.pid for each in program.descendants(os.getpid())}

    before = now()
    return lambda: now() - before


class Recording(load.Unobserved):
    """Notes what it is told, in order."""

    def __init__(self, *, stop_at_us: int | None = None) -> None:
        self.events: list[str] = []
        self.starts: list[load.RunStart] = []
        self.completed: list[tuple[int, int]] = []
        self._stop_at_us = stop_at_us

    def begin(self, start: load.RunStart) -> None:
        self.events.append("begin")
        self.starts.append(start)

    def interval(self, progress: load.Progress) -> None:
        self.events.append("interval")
        self.completed += [(each.at_us, each.requests) for each in progress.completed]
        if self._stop_at_us is not None and progress.elapsed_us >= self._stop_at_us:
            assert progress.result().status is RunStatus.RUNNING
            progress.stop("enough was seen")

    def ending(self, *, draining: bool, drain_us: int) -> None:
        self.events.append(f"ending, draining {draining}")


class Failing(load.Unobserved):
    """An observer with a defect."""

    def interval(self, progress: load.Progress) -> None:
        raise ZeroDivisionError("a defect")


class Clock:
    """A watcher that notes when it is asked, on the run's own time axis."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.target: load.WatchedTarget | None = None
        self._zero_us = 0
        self._at_us: list[int] = []

    def prepare(self, target: load.WatchedTarget) -> None:
        self.events.append("prepare")
        self.target = target
        self.generators = target.generators()

    def start(self, zero_us: int) -> None:
        self.events.append("start")
        self._zero_us = zero_us
        assert 0 < zero_us - now_us() < 1_000_000, "before the first arrival"

    def stop(self) -> None:
        self.events.append("stop")

    def measured(self) -> load.Measured:
        if not self._zero_us:
            return load.Measured()
        self._at_us.append(now_us() - self._zero_us)
        series = Series(
            metric="moments",
            subject="the run",
            source="its clock",
            at_us=list(self._at_us),
            values=[0.0] * len(self._at_us),
        )
        return load.Measured(
            series=[series],
            watching=Watching(cpu_share=0.01, watchers=[]),
            warnings=["the clock ticks"],
        )


@dataclass
class Watched:
    """A run of two seconds, who observed it, and what it was against."""

    observer: Recording
    watcher: Clock
    server: Server
    result: LoadResult


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """By one with a defect, too."""
    folder = tmp_path_factory.mktemp("watched")
    (folder / "data.json").write_bytes(orjson.dumps(DATA))
    server = start_server()
    request = request_against(server, folder / "data.json", "{duration: 2, arrivalRate: 20}")
    observer, watcher = Recording(), Clock()
    with forked_generator.warm():
        result = load.run(
            replace(request, folder=folder / "run"),
            load.Observers(Failing(), observer),
            watcher=watcher,
        )
    yield Watched(observer, watcher, server, result)
    end(server)


def test_the_result_and_what_an_observer_hears(watched):
    result, observer = watched.result, watched.observer
    assert result.status is RunStatus.COMPLETE
    assert result.sessions.completed == 40
    assert len(watched.server.seen) == result.requests.count
    assert observer.events[0] == "begin"
    assert set(observer.events[1:]) == {"interval"}
    (start,) = observer.starts
    assert start.schedule.planned == 40
    assert start.flows == {
        "User authentication flow": 30,
        "Order placement flow": 40,
        "Vendor operations": 30,
    }


def test_an_observer_that_fails_ends_no_run_and_is_told(watched):
    result = watched.result
    assert result.status is RunStatus.COMPLETE
    assert result.sessions.planned == result.sessions.completed == 40
    assert (
        "Failing, which watched the run, failed and saw no more of it: ZeroDivisionError: a defect"
        in result.validity.warnings
    )
    told = [(second.at_us, second.requests) for second in result.seconds]
    assert watched.observer.completed == told


def test_what_is_measured_beside_the_load_is_in_the_result(watched):
    result, watcher = watched.result, watched.watcher
    assert watcher.events == ["prepare", "start", "stop"]
    assert watcher.target is not None
    assert watcher.target.url == watched.server.url
    assert watcher.target.bundled is None
    assert len(watcher.generators) == 1
    (series,) = result.measurements
    assert series.at_us[0] < 2_000_000, "it is asked while the run goes on, to be saved"
    assert series.at_us[-1] >= result.elapsed_us - 20_000, "and when the run is over"
    assert result.watching == Watching(cpu_share=0.01, watchers=[])
    assert "the clock ticks" in result.validity.warnings


def test_runs_without_a_folder_leave_nothing(request_for, processes_left, tmp_path, monkeypatch):
    """The second on another thread."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    request = request_for("{duration: 0.5, arrivalRate: 20}")
    results = [load.run(request)]
    thread = threading.Thread(target=lambda: results.append(load.run(request)))
    thread.start()
    thread.join(60)
    assert [result.sessions.completed for result in results] == [10, 10]
    assert [result.folder for result in results] == [None, None]
    assert list(temporary.iterdir()) == []
    assert processes_left() == set()
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_no_gevent_comes_with_any_public_name():
    """It would patch the program that only wants to lead a run."""
    script = (
        "import sys\nfrom kampyn_perf import load\n"
        "for name in load.__all__: getattr(load, name)\n"
        "print([name for name in ('gevent', 'locust', 'zmq') if name in sys.modules])"
    )
    assert program.run_script(script).strip() == "[]"


def test_a_generator_starts_without_numpy_and_the_results_own_models():
    """They would take a sixth of its start, for evenly spaced arrivals never use them."""
    script = (
        "import sys, kampyn_perf.load.generator.__main__\n"
        "heavy = ('numpy', 'hdrh', 'kampyn_perf.results')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    assert program.run_script(script).strip() == "[]"


def test_a_named_folder_holds_the_run_and_is_free_again(request_for, tmp_path):
    request = replace(request_for("{duration: 0.5, arrivalRate: 20}"), folder=tmp_path / "mine")
    result = load.run(request)
    assert result.folder == tmp_path / "mine"
    assert result.unsaved == ""
    saved = io.read(tmp_path / "mine" / "result.json", {names.LOAD_SCHEMA: LoadResult})
    assert saved == result.model_copy(update={"folder": None})
    with pytest.raises(KampynError, match="holds a result"):
        load.run(request)
    (tmp_path / "mine" / "result.json").unlink()
    (tmp_path / "mine" / "config.json").unlink()
    assert load.run(request).sessions.completed == 10


def test_reports_get_a_folder_each_and_latest(request_for, tmp_path):
    request = replace(request_for("{duration: 0.5, arrivalRate: 20}"), reports=tmp_path / "all")
    first, second = load.run(request).folder, load.run(request).folder
    assert first is not None
    assert second is not None
    assert first != second
    assert (tmp_path / "all" / "latest").resolve() == second.resolve()


def test_a_target_that_is_not_there_leaves_no_folder(request_for, server, tmp_path):
    server.process.kill()
    server.process.wait()
    request = request_for("{duration: 0.5, arrivalRate: 20}")
    with pytest.raises(UnreachableError):
        load.run(replace(request, reports=tmp_path / "reports"))
    assert not (tmp_path / "reports").exists()


def test_an_observer_may_end_the_run(request_for):
    observer = Recording(stop_at_us=1_500_000)
    result = load.run(request_for("{duration: 60, arrivalRate: 20}"), observer)
    assert result.status is RunStatus.PARTIAL
    assert result.reason == "ended early: enough was seen"
    assert result.interrupted == ""
    assert result.sessions.cut == 0, "sessions in flight may finish"
    assert "ending, draining True" in observer.events


def test_a_watcher_that_cannot_begin_ends_the_run_before_it(request_for, server):
    class Broken(Clock):
        def prepare(self, target: load.WatchedTarget) -> None:
            raise KampynError("there is no such process")

    watcher = Broken()
    with pytest.raises(KampynError, match="there is no such process"):
        load.run(request_for("{duration: 2, arrivalRate: 20}"), watcher=watcher)
    assert watcher.events == ["stop"]
    assert server.seen == []


def test_the_bundled_backend_comes_with_its_processes_and_an_audit(tmp_path, processes_left):
    request = load.resolve(
        load.LoadOptions(
            sets=(
                *program.PATIENT[1::2],
                *program.CHEAP[1::2],
                *program.SMALL[1::2],
                "config.phases=[{duration: 1, arrivalRate: 20}]",
            ),
            state=Path(tmp_path / "state"),
        )
    )
    watcher = Clock()
    seen: list[int] = []
    watcher.start = lambda zero_us: seen.extend(watcher.target.bundled.workers())  # type: ignore
    result = load.run(replace(request, audit=True), watcher=watcher)
    assert len(seen) >= 1
    assert result.target.bundled is True
    assert result.audit is not None
    assert result.audit.ok
    orders = next(flow for flow in result.flows if flow.name == "Order placement flow")
    assert result.audit.orders == orders.sessions.completed > 0
    assert processes_left() == set()


class Absent(load.Unobserved):
    """An observer that takes longer, once, than a generator may be silent."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def interval(self, progress: load.Progress) -> None:
        time.sleep(self._seconds)
        self._seconds = 0.0


def test_our_own_absence_is_no_generators_silence(request_for, monkeypatch):
    """What it sent meanwhile waits to be read, and it is not given up."""
    monkeypatch.setattr("kampyn_perf.load.coordinator.reporting._SILENCE_SECONDS", 2.0)
    result = load.run(request_for("{duration: 5, arrivalRate: 10}"), Absent(3.0))
    assert result.status is RunStatus.COMPLETE
    assert result.validity.reasons == []
    assert result.sessions.completed == result.sessions.planned == 50
