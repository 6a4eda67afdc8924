"""From what there is to be watched to the watchers of a run. Pure: starts nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from kampyn_perf import names
from kampyn_perf.errors import KampynError
from kampyn_perf.measure import finding, unmeasured
from kampyn_perf.measure.cgroup import ROOT
from kampyn_perf.measure.listeners import PortSearch
from kampyn_perf.measure.plan import Kind, NowUs, WatcherSpec, WatchPlan, WatchRequest
from kampyn_perf.measure.readings import Watcher
from kampyn_perf.measure.settings import RedisSettings, ScrapeSettings
from kampyn_perf.measure.watchers.container import ContainerWatcher
from kampyn_perf.measure.watchers.disk import DiskWatcher
from kampyn_perf.measure.watchers.machine import MachineWatcher, NetworkWatcher, PressureWatcher
from kampyn_perf.measure.watchers.probe import ProbeWatcher
from kampyn_perf.measure.watchers.processes import Finder, ProcessWatcher
from kampyn_perf.measure.watchers.scrape import BackendMetricsWatcher, ScrapeWatcher, SeriesFilter
from kampyn_perf.redact import redact_url


def watchers_for(request: WatchRequest) -> WatchPlan:
    """The plan. Raises KampynError for what cannot be: a host that is not allowed, a variable that
    is not set."""
    if not request.settings.enabled:
        return WatchPlan((), unmeasured.without_watching())
    processes = (*_processes(request), *_containers(request))
    gaps = unmeasured.without_pages(request, processes_seen=bool(processes))
    databases = tuple(_mongos(request))
    if databases:
        gaps.pop(names.DB_QUERY_TIME, None)
    specs = (
        *_machine(request),
        *processes,
        *_backend_metrics(request),
        # What nothing else would measure is hoped for from pages, so that a page that cannot be
        # read is the reason where it stays unmeasured.
        *(_page(page, request, hoped=tuple(gaps)) for page in request.settings.scrape),
        *databases,
        *_redis(request),
        *_probe(request),
    )
    return WatchPlan(specs, gaps)


def _timeless(make: Callable[[], Watcher]) -> Callable[[NowUs], Watcher]:
    """Of a watcher that needs no clock: each look is told the time."""
    return lambda _now: make()


def _machine(request: WatchRequest) -> Iterator[WatcherSpec]:
    if not request.on_this_machine:
        return
    # Ours was started from here, and so may use the same cores as this process.
    machine = partial(MachineWatcher, note=request.note, only_our_cores=request.own is not None)
    yield WatcherSpec(Kind.MACHINE, "this one", _timeless(machine))
    named = request.settings.folder or (request.own.folder if request.own else "")
    folder = Path(named) if named else None
    what = f"under {folder}" if folder else "the busiest one"
    yield WatcherSpec(Kind.DISK, what, _timeless(partial(DiskWatcher, folder)))
    yield WatcherSpec(Kind.NETWORK, "all interfaces", _timeless(NetworkWatcher))
    if PressureWatcher.available():
        yield WatcherSpec(Kind.PRESSURE, "of this machine", _timeless(PressureWatcher))


def _processes(request: WatchRequest) -> Iterator[WatcherSpec]:
    if request.own:
        yield _process_spec("the bundled backend", _now_and_then(request.own.processes))
    settings = request.settings
    searches: list[tuple[str, finding.Pids]] = [
        *((f"pid {pid}", partial(finding.by_pid, pid)) for pid in settings.pids),
        *((f"port {port}", PortSearch(port)) for port in settings.ports),
        *((f"name {name}", partial(finding.by_name, name)) for name in settings.names),
    ]
    named = searches or settings.cgroups or request.own
    if request.local and not named and not request.forwarder:
        # On this machine the target's own port leads to its processes.
        searches = [(f"port {request.port}", PortSearch(request.port))]
    for what, search in searches:
        yield _process_spec(what, _now_and_then(partial(_as_workers, search)))


def _as_workers(search: finding.Pids) -> Mapping[str, Sequence[int]]:
    return {"worker": search()}


def _now_and_then(find: Finder) -> Finder:
    return finding.every(
        finding.LOOK_AGAIN_SECONDS,
        find,
        pids=lambda by_kind: [pid for pids in by_kind.values() for pid in pids],
    )


def _process_spec(what: str, find: Finder) -> WatcherSpec:
    make = partial(ProcessWatcher, find, name=f"processes of {what}")
    return WatcherSpec(Kind.PROCESSES, what, _timeless(make))


def _containers(request: WatchRequest) -> Iterator[WatcherSpec]:
    for path in request.settings.cgroups:
        pattern = path.removeprefix(str(ROOT)).strip("/")
        yield WatcherSpec(Kind.CONTAINER, pattern, _timeless(partial(ContainerWatcher, pattern)))


def _backend_metrics(request: WatchRequest) -> Iterator[WatcherSpec]:
    if request.own or request.with_requests:
        url, requests = request.at("/metrics"), request.with_requests
        yield WatcherSpec(
            Kind.BACKEND_METRICS,
            redact_url(url),
            lambda now: BackendMetricsWatcher(url, now_us=now, with_requests=requests),
        )


def _page(page: ScrapeSettings, request: WatchRequest, hoped: tuple[str, ...]) -> WatcherSpec:
    url = from_environment(page.url, request.environ, "watch.scrape[].url or --scrape")
    request.check_host(url)
    return WatcherSpec(
        Kind.SCRAPE,
        redact_url(url),
        lambda now: ScrapeWatcher(
            url,
            now_us=now,
            wanted_series=SeriesFilter(metrics=page.metrics, labels=page.labels),
            headers=page.headers,
            provides=hoped,
            instance=page.instance or urlsplit(url).netloc == urlsplit(request.url).netloc,
            interval_us=page.every,
        ),
    )


def _mongos(request: WatchRequest) -> Iterator[WatcherSpec]:
    where = "watch.mongo or --watch-mongo"
    uris = [from_environment(uri, request.environ, where) for uri in request.settings.mongo]
    if request.own and request.own.mongo:
        uris.append(request.own.mongo)
    for uri in dict.fromkeys(uris):
        yield WatcherSpec(Kind.MONGO, redact_url(uri), _timeless(partial(_make_mongo, uri)))


def _redis(request: WatchRequest) -> Iterator[WatcherSpec]:
    settings = request.settings.redis
    if settings is None and request.own and request.own.redis:
        settings = RedisSettings(url=request.own.redis)
    if settings is None:
        return
    url = from_environment(settings.url, request.environ, "watch.redis.url or --watch-redis")
    make = partial(_make_redis, url, settings)
    yield WatcherSpec(Kind.REDIS, redact_url(url), _timeless(make))


def _make_mongo(uri: str) -> Watcher:
    # Its client takes a quarter of a second to import: who has no MongoDB does not pay for it.
    from kampyn_perf.measure.watchers.mongo import MongoWatcher

    return MongoWatcher(uri)


def _make_redis(url: str, settings: RedisSettings) -> Watcher:
    from kampyn_perf.measure.watchers.redis import RedisWatcher  # as above

    return RedisWatcher(url, policy=settings.policy, max_memory=settings.maxMemory)


def _probe(request: WatchRequest) -> Iterator[WatcherSpec]:
    probe = request.settings.probe
    if probe.enabled:
        url = request.at(probe.path)
        yield WatcherSpec(
            Kind.PROBE,
            redact_url(url),
            lambda now: ProbeWatcher(
                url, now_us=now, interval_us=probe.every, timeout_us=probe.timeout
            ),
        )


def from_environment(text: str, environ: Mapping[str, str], where: str) -> str:
    """A URL as it stands, or that of the environment variable of that name. Raises KampynError."""
    if "://" in text:
        return text
    value = environ.get(text, "")
    if not value:
        # Not shown unless it can be a variable's name: it may be a password in the wrong place.
        shown = text if text.isidentifier() and text.isupper() else "what was given"
        raise KampynError(
            f"{shown} is neither a URL nor the name of an environment variable that is set",
            hint=f"{where} takes either.",
        )
    return value
