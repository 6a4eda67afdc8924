"""`load.run`: one load, from a request to its result, in a process that no gevent ever reaches."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kampyn_perf import machine, names
from kampyn_perf.load import bundled
from kampyn_perf.load.auditing import Audit
from kampyn_perf.load.check import check, describe_command, flows, known_flows
from kampyn_perf.load.coordinator.facts import Sizing
from kampyn_perf.load.coordinator.observers import Observers
from kampyn_perf.load.coordinator.ports import (
    Observer,
    Severity,
    Unobserved,
    Unwatched,
    WatchedTarget,
    Watcher,
)
from kampyn_perf.load.coordinator.remote_workers import RemoteWorkers
from kampyn_perf.load.coordinator.result import RunFacts
from kampyn_perf.load.coordinator.run import Around, lead
from kampyn_perf.load.coordinator.saver import Saver
from kampyn_perf.load.coordinator.standby import Standby
from kampyn_perf.load.coordinator.workers import LocalWorkers, Workers
from kampyn_perf.load.reach import check_reachable
from kampyn_perf.load.request import LoadRequest
from kampyn_perf.load.spec import RunSpec
from kampyn_perf.process_limits import give_memory_back
from kampyn_perf.results import carried
from kampyn_perf.results.folder import claimed_run_folder, new_run_folder
from kampyn_perf.results.labels import safe_label
from kampyn_perf.results.load import LoadResult

if TYPE_CHECKING:
    from kampyn_perf.backend import RunningBackend


Route = Callable[[str], str]


def run(
    request: LoadRequest,
    observer: Observer | None = None,
    *,
    watcher: Watcher | None = None,
    standby: Standby | None = None,
    route: Route | None = None,
) -> LoadResult:
    """Run `request` and return what was measured; blocks until the last session has ended.

    `standby` is a generator that was started beforehand, while the request was being made. `route`
    makes of the target's URL the one that generators ask: that of a proxy in front of it.

    On a process's main thread SIGINT and SIGTERM end the run early, and the result says so
    (`interrupted`); before and after it they do what they did. Raises KampynError for a run that
    could not begin: `UnreachableError` where the target does not answer.
    """
    check(request)
    give_memory_back()
    if request.audit and request.spec.api.audit:
        spec = request.spec.model_copy(update={"audited": True})
        request = replace(request, spec=spec)
    observer = observer if isinstance(observer, Observers) else Observers(observer or Unobserved())
    with _folder(request) as (folder, kept):
        audit = Audit(request, folder)
        saver = Saver(folder if kept else None, reports=request.reports, observer=observer)
        # The generators first: they import Locust while everything else gets ready.
        with (
            _workers(request, folder / names.GENERATOR_LOG, observer, standby) as workers,
            _target(request, observer, folder / names.BACKEND_LOG) as direct,
        ):
            target = direct.led(route)
            audit.begin(direct.spec.url)
            saver.write_config(target.spec)
            facts = target.facts()
            ready = workers(target.spec)
            around = Around(
                observer=observer,
                saver=saver,
                watcher=watcher or Unwatched(),
                target=target.watched(ready),
                acknowledged=audit.keep,
            )
            result = lead(ready, facts, around)
            if request.audit and direct.running:
                audit.found(bundled.stale_lists(direct.running))
        if request.audit:
            result = audit.end(result, direct.spec.url)
            saver.save_audit(result)
    return result


@contextmanager
def _folder(request: LoadRequest) -> Iterator[tuple[Path, bool]]:
    """Where the run's files go, and whether they are kept, or are there for the time being."""
    with ExitStack() as stack:
        if request.folder is not None:
            yield stack.enter_context(claimed_run_folder(request.folder)), True
        elif request.reports is not None:
            label = f"load-{safe_label(request.spec.profile)}"
            new = new_run_folder(request.reports, label=label, now=datetime.now(UTC))
            yield stack.enter_context(new), True
        else:
            temporary = tempfile.TemporaryDirectory(prefix="kampyn-perf-load-")
            yield Path(stack.enter_context(temporary)), False


@dataclass(frozen=True, kw_only=True)
class _Target:
    """What is loaded: proven to answer."""

    request: LoadRequest
    spec: RunSpec
    running: RunningBackend | None
    url: str = ""
    """Its own, where the specification has a proxy's."""

    def led(self, route: Route | None) -> _Target:
        """Asked by way of `route`."""
        url = self.spec.url
        led = route(url) if route else url
        return self if led == url else replace(self, url=url, spec=_asking(self.spec, led))

    def facts(self) -> RunFacts:
        """What is known before the first arrival."""
        here = machine.describe()
        return RunFacts(
            spec=self.spec,
            machine=here,
            sizing=Sizing() if self.request.master else _sizing(here),
            started_at=datetime.now(UTC).isoformat(timespec="seconds"),
            bundled=self.request.bundled is not None,
            url=self.url,
            context=bundled.context(self.request.bundled.settings) if self.request.bundled else {},
        )

    def watched(self, workers: Workers) -> WatchedTarget:
        """The same for those who measure beside the load."""
        return WatchedTarget(
            url=self.url or self.spec.url,
            generators=lambda: workers.pids,
            bundled=bundled.processes(self.running) if self.running else None,
        )


def _sizing(here: machine.Machine) -> Sizing:
    """What one generator was measured to carry on this machine, if ever."""
    known = carried.read(machine.with_local_engine(here))
    if known is None:
        return Sizing()
    return Sizing(rate=known.mix, when=known.when(datetime.now(UTC)), cores=here.cores)


def _asking(spec: RunSpec, url: str) -> RunSpec:
    return spec.model_copy(update={"url": url})


@contextmanager
def backend_for(request: LoadRequest, *, log_path: Path) -> Iterator[LoadRequest]:
    """The request with its bundled backend started for several runs, one after the other; as it is,
    where it has none. Raises KampynError; `UnreachableError` where the target does not answer."""
    if request.bundled is None:
        check_reachable(request.spec.url)
        yield request
        return
    with bundled.start(request.bundled, log_path=log_path) as running:
        yield replace(request, running=running)


@contextmanager
def _target(request: LoadRequest, observer: Observer, log_path: Path) -> Iterator[_Target]:
    """The backend to load: somebody's, or the bundled one, started for the run."""
    if request.bundled is None:
        check_reachable(request.spec.url)
        yield _Target(request=request, spec=request.spec, running=None)
        return
    if request.running is None:
        observer.remark("Starting the bundled backend ...", Severity.WAITING)
        started: AbstractContextManager[RunningBackend] = bundled.start(
            request.bundled, log_path=log_path
        )
    else:
        started = nullcontext(request.running)
    with started as running:
        spec = request.spec.model_copy(update={"url": running.url, "data": running.data_file})
        yield _Target(request=request, spec=spec, running=running)
        if not running.alive():
            observer.remark(
                f"The bundled backend died during the run; {log_path} may say why", Severity.ERROR
            )


@contextmanager
def _workers(
    request: LoadRequest, log_path: Path, observer: Observer, standby: Standby | None
) -> Iterator[Callable[[RunSpec], Workers]]:
    """The generators, once the specification is complete: processes of this machine, which are
    started here and now, or those that will join a master."""
    with log_path.open("ab") as log, ExitStack() as stack:
        if request.master is None:
            local = LocalWorkers(request.spec.workers, log=log, log_path=log_path, standby=standby)
            stack.callback(local.close)
            # Starting the backend costs seconds: scenarios with a mistake come first.
            if request.bundled and not request.running and known_flows(request.spec) is None:
                local.describe(describe_command(request.spec))
            yield lambda _spec: local
            return
        master = request.master
        flows(request)

        def gather(spec: RunSpec) -> Workers:
            remote = RemoteWorkers(
                master, url=spec.url, log=log, log_path=log_path, remark=observer.remark
            )
            stack.callback(remote.close)
            return remote

        yield gather
