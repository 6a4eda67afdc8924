"""What is watched: the `watch:` section of a target's file, and the flags that add to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from kampyn_perf.config import Duration, Section, Size, Source, load
from kampyn_perf.errors import KampynError
from kampyn_perf.measure.watchers.probe import EVERY_US, TIMEOUT_US
from kampyn_perf.redact import describe
from kampyn_perf.units import MICROSECONDS

_Port = Annotated[int, Field(ge=1, le=65535)]
_Pid = Annotated[int, Field(ge=1)]


class ProbeSettings(Section):
    """The health route, and how it is asked."""

    enabled: bool = True
    """Whether it is asked."""
    path: str = "/health"
    """Below the target's URL."""
    every: Duration = Field(default=EVERY_US, ge=10_000)
    """How often it is asked."""
    timeout: Duration = Field(default=TIMEOUT_US, gt=0)
    """When an answer is given up, and counts as none."""

    @field_validator("path")
    @classmethod
    def _rooted(cls, path: str) -> str:
        if not path.startswith("/"):
            raise ValueError(f"a path begins with /: {path!r}")
        return path

    @model_validator(mode="after")
    def _one_after_the_other(self) -> Self:
        if self.timeout < self.every:
            raise ValueError("timeout must be at least as long as every")
        return self


class RedisSettings(Section):
    """A Redis, and what it is expected to be set up as."""

    url: str
    """redis://, rediss:// or unix://; or the name of an environment variable that holds it."""
    policy: str = "allkeys-lru"
    """The eviction policy that it should have (`maxmemory-policy`)."""
    maxMemory: Size = 256 * 1024 * 1024  # noqa: N815
    """Both as in the document's redisConfig."""


class ScrapeSettings(Section):
    """A page of Prometheus metrics."""

    url: str
    """http:// or https://; or the name of an environment variable that holds it."""
    metrics: tuple[str, ...] = ()
    """Names, with * and ? as in file names; none: all, as far as there is room."""
    labels: dict[str, str] = Field(default_factory=dict)
    """What a series' labels have to be, likewise."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Sent along."""
    every: Duration = Field(default=5 * MICROSECONDS, ge=100_000)
    """How often it is read."""
    instance: bool = False
    """Whether it is the page of a backend process itself, so that `process_resident_memory_bytes`
    is the memory of an instance; true without saying for a page of the target's own address."""


class WatchSettings(Section):
    """The `watch` section."""

    enabled: bool = True
    """Whether anything is watched."""
    local: bool | None = None
    """Whether the backend runs on this machine; left out: whether its URL is a loopback one."""
    pids: tuple[_Pid, ...] = ()
    """Backend processes, by number."""
    ports: tuple[_Port, ...] = ()
    """... by the port that they listen on."""
    names: tuple[str, ...] = ()
    """... by a part of their command line."""
    cgroups: tuple[str, ...] = ()
    """... by the control group (container) that they are in."""
    folder: str = ""
    """A folder on the disk that counts: where the database keeps its files."""
    mongo: tuple[str, ...] = ()
    """URIs, or the names of environment variables that hold them."""
    redis: RedisSettings | None = None
    """The cache."""
    probe: ProbeSettings = ProbeSettings()
    """Availability, asked from outside."""
    scrape: tuple[ScrapeSettings, ...] = ()
    """Prometheus pages."""


class TargetFile(Section):
    """As much of a target's file as is read here."""

    watch: WatchSettings = WatchSettings()
    """The section."""


def load_settings(source: Source, sets: Sequence[str] = ()) -> WatchSettings:
    """The section `watch` of a target's file, with each `watch.a=b` of `sets` put in. Raises
    ConfigError with every problem in it."""
    return load(TargetFile, source, sets=sets).watch


@dataclass(frozen=True, kw_only=True)
class WatchFlags:
    """What the command line adds to the section."""

    off: bool = False
    pids: tuple[int, ...] = ()
    ports: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    cgroups: tuple[str, ...] = ()
    mongo: tuple[str, ...] = ()
    redis: str | None = None
    scrape: tuple[str, ...] = ()
    probe: str | None = None

    def over(self, settings: WatchSettings) -> WatchSettings:
        """The section with these added; what can be only one is replaced. Raises KampynError."""
        changed: dict[str, object] = {
            "enabled": settings.enabled and not self.off,
            "pids": settings.pids + self.pids,
            "ports": settings.ports + self.ports,
            "names": settings.names + self.names,
            "cgroups": settings.cgroups + self.cgroups,
            "mongo": settings.mongo + self.mongo,
            "scrape": settings.scrape + tuple(ScrapeSettings(url=url) for url in self.scrape),
        }
        if self.redis is not None:
            changed["redis"] = (settings.redis or RedisSettings(url="")).model_copy(
                update={"url": self.redis}
            )
        if self.probe is not None:
            if not self.probe.startswith("/"):
                raise KampynError(
                    f"--probe takes a path, not {describe(self.probe)}",
                    hint="As in --probe /health; it is asked at the target's address.",
                )
            update = {"path": self.probe, "enabled": True}
            changed["probe"] = settings.probe.model_copy(update=update)
        return settings.model_copy(update=changed)
