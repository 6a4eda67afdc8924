"""What there is to be watched, and the watchers that a run gets, before any is made. Pure data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from kampyn_perf import names
from kampyn_perf.measure.finding import TUNNELS
from kampyn_perf.measure.readings import Watcher
from kampyn_perf.measure.settings import WatchSettings
from kampyn_perf.measure.watchers.processes import Finder
from kampyn_perf.results.series import Unmeasured

NowUs = Callable[[], int]
GOALS = (
    names.CPU,
    names.MEMORY,
    names.DISK_IO,
    names.MEMORY_PER_INSTANCE,
    names.DB_QUERY_TIME,
    names.PROBE_AVAILABILITY,
)
"""What the document's goals need that the client does not see."""


class Kind(StrEnum):
    """What is watched."""

    MACHINE = "machine"
    DISK = "disk"
    NETWORK = "network"
    PRESSURE = "pressure"
    PROCESSES = "processes"
    CONTAINER = "container"
    BACKEND_METRICS = "backend metrics"
    SCRAPE = "scrape"
    MONGO = "mongo"
    REDIS = "redis"
    PROBE = "probe"


@dataclass(frozen=True)
class WatcherSpec:
    """One watcher, before it is made."""

    kind: Kind
    what: str
    """Of this kind, for people: a URL, a port. Without secrets."""
    make: Callable[[NowUs], Watcher] = field(compare=False, repr=False)
    """Of the clock of the run."""


@dataclass(frozen=True)
class WatchPlan:
    """What will be watched, and what cannot be."""

    specs: tuple[WatcherSpec, ...]
    unmeasured: Mapping[str, Unmeasured]
    """By metric, of the document's goals: why nothing will measure it."""


@dataclass(frozen=True, kw_only=True)
class OwnBackend:
    """A backend of ours (the bundled one): nothing about it has to be guessed."""

    processes: Finder
    """By what they are called; those called `worker` are its instances."""
    folder: Path
    """Where its data lie."""
    redis: str = ""
    """URL of its cache; empty where it has none."""
    mongo: str = ""
    """URI of its store, where that is a MongoDB."""


@dataclass(frozen=True, kw_only=True)
class WatchRequest:
    """What there is to be watched."""

    url: str
    """Of the backend."""
    local: bool
    """Whether it runs on this machine."""
    settings: WatchSettings = field(default_factory=WatchSettings)
    own: OwnBackend | None = None
    forwarder: str = ""
    """The program that holds the backend's port here and only passes on, as `ssh`; empty for
    none."""
    note: str = ""
    """Who else uses this machine, as `load generator included`; stands beside what is measured."""
    check_host: Callable[[str], None] = lambda _url: None
    """Raises KampynError for a URL that may not be asked."""
    environ: Mapping[str, str] = field(default_factory=dict)
    with_requests: bool = False
    """Whether the backend's metrics of HTTP requests are wanted: where there is no load that knows
    them better."""

    @property
    def on_this_machine(self) -> bool:
        """Whether the machine that the goals are about is this one."""
        return self.local and self.forwarder not in TUNNELS

    @property
    def port(self) -> int:
        """The backend's; its scheme's where the URL names none."""
        parts = urlsplit(self.url)
        return parts.port or (443 if parts.scheme == "https" else 80)

    def at(self, path: str) -> str:
        """`path` on the backend's server: a health route does not lie below the API's base."""
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc, path, "", ""))
