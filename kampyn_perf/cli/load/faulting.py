"""Puts the faults of `faults` beside a run of `load`; neither knows the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from kampyn_perf import load
from kampyn_perf.backend import StateFolder
from kampyn_perf.cli.load.flags import Role
from kampyn_perf.errors import KampynError
from kampyn_perf.faults import mongo_uri, settings
from kampyn_perf.faults import plan as planning
from kampyn_perf.faults.actions.network import Proxy
from kampyn_perf.faults.choose import Subjects, action_of
from kampyn_perf.faults.plan import Fault
from kampyn_perf.faults.records import FOLDER, Records
from kampyn_perf.faults.runner import FaultRunner
from kampyn_perf.load.clock import now_us
from kampyn_perf.load.hosts import is_loopback

Remark = Callable[[str, load.Severity], None]
_BUNDLED = ("redis", "worker", "database", "disk")
_SEVERITY = {False: load.Severity.INFO, True: load.Severity.WARNING}


def faults_of(request: load.LoadRequest, role: Role = Role.LOCAL) -> tuple[Fault, ...]:
    """Those of the request. Raises ConfigError or KampynError for what cannot be carried out."""
    declared = settings.load(request.faults, request.faults_above)
    schedule = request.spec.schedule()
    faults = planning.plan(
        declared,
        warm_up_us=request.spec.warm_up,
        duration_us=schedule.duration_us,
        source=request.faults,
        above=request.faults_above,
    )
    for fault in faults:
        _check(fault, request, role)
    return faults


def _check(fault: Fault, request: load.LoadRequest, role: Role) -> None:
    own = request.bundled
    if fault.subject in _BUNDLED and own is None:
        raise KampynError(
            f"the fault {fault.name} is about the bundled backend's {fault.subject}, and the "
            "target is another",
            hint="What runs elsewhere is stopped and started by commands of yours: start and stop "
            "(docs/faults.md).",
        )
    if fault.subject == "database" and own and _is_mongo(own):
        _check_mongo(fault, own, request.spec.allow_hosts)
    if fault.subject != "network":
        return
    if fault.to:
        _host_and_port(fault, request.spec.allow_hosts)
    elif own is None and urlsplit(request.spec.url).scheme == "https":
        raise KampynError(
            f"the fault {fault.name} cannot stand before an https target: its certificate is not "
            "for the proxy's address"
        )
    elif role is not Role.LOCAL:
        raise KampynError(
            f"the fault {fault.name} stands on this machine, and generators on other machines "
            "would not pass it"
        )


def _is_mongo(own: load.Bundled) -> bool:
    return own.settings.store.url.startswith("mongodb")


def _check_mongo(fault: Fault, own: load.Bundled, allowed: Sequence[str]) -> None:
    if fault.action == "lock":
        raise KampynError(
            f"the fault {fault.name} is about SQLite, and the backend's store is MongoDB",
            hint="There it is stall, slow or disconnect.",
        )
    host, _ = mongo_uri.member_of(own.settings.store.url)
    _check_allowed(host, allowed)


def _sqlite_file(own: load.Bundled) -> Path | None:
    if _is_mongo(own):
        return None
    url = StateFolder(own.state.absolute()).store_url(own.settings.store.url)
    return Path(url.removeprefix("sqlite:///"))


def _host_and_port(fault: Fault, allowed: Sequence[str]) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{fault.to}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or not port:
        raise KampynError(f"the fault {fault.name} leads to {fault.to!r}: write host:port")
    _check_allowed(host, allowed)
    return host, port


def _check_allowed(host: str, allowed: Sequence[str]) -> None:
    if not is_loopback(host) and host.lower() not in {name.lower() for name in allowed}:
        raise KampynError(
            f"{host} is not this machine, and nobody allowed to disturb it",
            hint=f"If it is yours to disturb: --allow-host {host}, or allowHosts in load.yaml.",
        )


class Faulting(load.Unobserved):
    """The faults of one run: beside it as a watcher, and told as an observer when it is to end."""

    def __init__(
        self, faults: Sequence[Fault], request: load.LoadRequest, *, remark: Remark
    ) -> None:
        self._faults = faults
        self._request = request
        self._remark = remark
        self._proxies: dict[int | None, Proxy] = {}
        self._store: Proxy | None = None
        self._runner: FaultRunner | None = None
        self._zero_us = 0

    @contextmanager
    def proxies(self) -> Iterator[load.LoadRequest]:
        """Those that listen at a port of the user's, or stand before the bundled backend's MongoDB,
        are there from the beginning; all are gone at the end. Yields the request, led by them."""
        with ExitStack() as stack:
            for fault in self._faults:
                if fault.listen and fault.listen not in self._proxies:
                    host, port = _host_and_port(fault, self._request.spec.allow_hosts)
                    self._proxies[fault.listen] = Proxy(host, port, listen=fault.listen)
                    stack.callback(self._proxies[fault.listen].close)
            stack.callback(self._close_own)
            own = self._request.bundled
            if (
                own
                and _is_mongo(own)
                and any(fault.subject == "database" for fault in self._faults)
            ):
                uri = own.settings.store.url
                self._store = Proxy(*mongo_uri.member_of(uri))
                stack.callback(self._store.close)
                url = mongo_uri.led(uri, self._store.port)
                store = own.settings.store.model_copy(update={"url": url})
                own = replace(own, settings=own.settings.model_copy(update={"store": store}))
            yield replace(self._request, bundled=own)

    def _close_own(self) -> None:
        if own := self._proxies.get(None):
            own.close()

    def route(self, url: str) -> str:
        """Where the generators find the target: behind the proxy, if one of the faults needs it."""
        if not any(fault.subject == "network" and not fault.listen for fault in self._faults):
            return url
        parts = urlsplit(url)
        self._proxies[None] = Proxy(parts.hostname or "127.0.0.1", parts.port or 80)
        return parts._replace(netloc=f"127.0.0.1:{self._proxies[None].port}").geturl()

    def prepare(self, target: load.WatchedTarget) -> None:
        """The target is up."""
        processes, own = target.bundled, self._request.bundled
        subjects = Subjects(proxies=self._proxies)
        if processes and own:
            subjects = replace(
                subjects,
                redis=processes.redis,
                supervisor=processes.supervisor,
                workers=processes.workers,
                database=_sqlite_file(own),
                store=self._store,
            )
        self._runner = FaultRunner(
            self._faults,
            make=lambda fault: action_of(fault, subjects),
            now_us=lambda: now_us() - self._zero_us,
            folder=FOLDER.absolute(),
            remark=lambda words, wrong: self._remark(words, _SEVERITY[wrong]),
        )

    def start(self, zero_us: int) -> None:
        """The run begins at this moment."""
        self._zero_us = zero_us
        if self._runner:
            self._runner.start()

    def ending(self, *, draining: bool, drain_us: int) -> None:  # noqa: ARG002 (the port's)
        """Sessions in flight may finish: not against a target that stands still."""
        self.stop()

    def stop(self) -> None:
        """Undo all."""
        if self._runner:
            self._runner.stop()

    def over(self, measured: load.Measured) -> load.Measured:
        """With what was done, and a warning of what could not be."""
        records = self._runner.records() if self._runner else []
        failed = [f"fault {record.name}: {record.error}" for record in records if record.error]
        return replace(measured, faults=records, warnings=[*measured.warnings, *failed])


class WithFaults:
    """A watcher of a run, and the faults beside it."""

    def __init__(self, watcher: load.Watcher, faulting: Faulting) -> None:
        self._watcher = watcher
        self._faulting = faulting

    def prepare(self, target: load.WatchedTarget) -> None:
        self._watcher.prepare(target)
        self._faulting.prepare(target)

    def start(self, zero_us: int) -> None:
        self._watcher.start(zero_us)
        self._faulting.start(zero_us)

    def stop(self) -> None:
        try:
            self._faulting.stop()
        finally:
            self._watcher.stop()

    def measured(self) -> load.Measured:
        return self._faulting.over(self._watcher.measured())


def undo_left_behind(remark: Remark) -> None:
    """What a run that was killed in this folder could not undo."""
    for leftover, error in Records(FOLDER).undo_orphans():
        if error:
            words = f"The fault {leftover.name} of a run that was killed is not undone: {error}"
            remark(words, load.Severity.ERROR)
        else:
            words = f"Undid the fault {leftover.name}, left behind by a run that was killed"
            remark(words, load.Severity.WARNING)
