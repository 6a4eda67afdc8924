"""The flags that say what is watched, for every command that watches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from kampyn_perf.measure import WatchFlags

_PANEL = "Watching beside the load"

WatchPids = Annotated[
    list[int] | None,
    typer.Option(
        "--watch-pid",
        min=1,
        metavar="PID",
        help="A process of the backend, with all it starts; may be given again.",
        rich_help_panel=_PANEL,
    ),
]
WatchPorts = Annotated[
    list[int] | None,
    typer.Option(
        "--watch-port",
        min=1,
        max=65535,
        metavar="PORT",
        help="The processes that listen there. Default: the target's own port, on this machine; "
        "may be given again.",
        rich_help_panel=_PANEL,
    ),
]
WatchNames = Annotated[
    list[str] | None,
    typer.Option(
        "--watch-name",
        metavar="NAME",
        help="Processes by the name of their program or script; * stands for any letters; "
        "may be given again.",
        rich_help_panel=_PANEL,
    ),
]
WatchCgroups = Annotated[
    list[str] | None,
    typer.Option(
        "--watch-cgroup",
        metavar="PATH",
        help="A container: its folder below /sys/fs/cgroup (v2); may be given again.",
        rich_help_panel=_PANEL,
    ),
]
WatchMongo = Annotated[
    list[str] | None,
    typer.Option(
        "--watch-mongo",
        metavar="URI",
        help="A MongoDB, or the environment variable that holds its URI; may be given again.",
        rich_help_panel=_PANEL,
    ),
]
WatchRedis = Annotated[
    str | None,
    typer.Option(
        "--watch-redis",
        metavar="URL",
        help="A Redis, or the environment variable that holds its URL.",
        rich_help_panel=_PANEL,
    ),
]
Scrape = Annotated[
    list[str] | None,
    typer.Option(
        "--scrape",
        metavar="URL",
        help="A page of Prometheus metrics, as a node_exporter's; may be given again.",
        rich_help_panel=_PANEL,
    ),
]
Probe = Annotated[
    str | None,
    typer.Option(
        "--probe",
        metavar="PATH",
        help="The health route that is asked ten times a second. Default: /health.",
        rich_help_panel=_PANEL,
    ),
]
NoWatch = Annotated[
    bool,
    typer.Option("--no-watch", help="Watch nothing beside the load.", rich_help_panel=_PANEL),
]


def watch_flags(  # noqa: PLR0913 (one parameter for each flag)
    *,
    pids: list[int] | None,
    ports: list[int] | None,
    names: list[str] | None,
    cgroups: list[str] | None,
    mongo: list[str] | None,
    redis: str | None,
    scrape: list[str] | None,
    probe: str | None,
    off: bool,
) -> WatchFlags:
    """As one value."""
    from kampyn_perf.measure import WatchFlags

    return WatchFlags(
        off=off,
        pids=tuple(pids or ()),
        ports=tuple(ports or ()),
        names=tuple(names or ()),
        cgroups=tuple(cgroups or ()),
        mongo=tuple(mongo or ()),
        redis=redis,
        scrape=tuple(scrape or ()),
        probe=probe,
    )
