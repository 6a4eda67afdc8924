"""Flags and files into what will run. Starts nothing, writes nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kampyn_perf import config
from kampyn_perf.backend import settings as backend_settings
from kampyn_perf.backend.settings import BackendSettings
from kampyn_perf.cli.load.flags import LoadFlags
from kampyn_perf.errors import ConfigError, KampynError, Problem
from kampyn_perf.load.hosts import check_target
from kampyn_perf.load.settings import FeedSettings, LoadSettings, TargetSettings
from kampyn_perf.load.spec import FeedSpec, RunSpec, choose_profile

ENV_PREFIX = "KAMPYN_LOAD_"
BUNDLED_URL = "http://127.0.0.1:0"
"""Stands for the bundled backend until its port is known."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A resolved run. With `backend`, the bundled one is started; its URL and data follow then."""

    spec: RunSpec
    backend: BackendSettings | None
    slo_sets: tuple[str, ...]


def resolve(flags: LoadFlags) -> Plan:
    """What the flags mean. Raises KampynError or ConfigError for what cannot be run."""
    load_sets, backend_sets, slo_sets = _split_sets(flags.sets)
    path = flags.config or config.find("load")
    settings = config.load(
        LoadSettings,
        config.read_yaml(path),
        environ=os.environ,
        prefix=ENV_PREFIX,
        sets=(*load_sets, *_short_flags(flags)),
    )
    profile_name, profile = choose_profile(settings, flags.profile)
    name, url = _target_and_url(flags, settings.config.target)
    target = config.parse(TargetSettings, config.read_yaml(config.find(f"targets/{name}.yaml")))
    url = url or target.url
    allowed = settings.config.allowHosts + flags.allow_hosts
    if url:
        check_target(url, allowed)
    elif target.name != "reference":
        raise KampynError(
            f"the target {target.name} has no URL",
            hint=f"Say where it is: --target {name} --url http://host:port",
        )
    if url and backend_sets:
        raise KampynError("--set backend.… is about the bundled backend, which --target replaces")
    run = settings.config
    spec = RunSpec(
        profile=profile_name,
        phases=profile.phases,
        mode=profile.mode or run.mode,
        seed=run.seed,
        scenarios=_scenarios(run.scenarios),
        flows=flags.flows,
        weights=run.weights,
        max_vusers=run.maxVusers,
        max_waiting=run.maxWaiting,
        warm_up=run.warmUp,
        drain=run.drain,
        timeouts=run.timeouts,
        validity=run.validity,
        target=target.name,
        url=url.rstrip("/") or BUNDLED_URL,
        allow_hosts=allowed,
        operations=target.operations,
        token=target.token,
        data=_data_file(flags, target, bundled=not url),
        feeds=_feeds(run.data, flags),
        workers=run.workers,
    )
    backend = None if url else backend_settings.load(sets=backend_sets)
    return Plan(spec=spec, backend=backend, slo_sets=slo_sets)


def _short_flags(flags: LoadFlags) -> list[str]:
    """Flags that are another way to write a value of load.yaml, so that one form is checked."""
    short = {"warmUp": flags.warm_up, "workers": flags.workers, "seed": flags.seed}
    names = {"warmUp": "--warm-up"}
    return [
        config.SetText(f"config.{key}={value}", flag=names.get(key, f"--{key}"))
        for key, value in short.items()
        if value is not None
    ]


def _split_sets(
    sets: Sequence[str],
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """`--set` for load.yaml, for the bundled backend (`backend.`) and for slo.yaml (`slo.`)."""
    rest = tuple(text for text in sets if not text.startswith(("backend.", "slo.")))
    return rest, _below(sets, "backend"), _below(sets, "slo")


def _below(sets: Sequence[str], section: str) -> tuple[str, ...]:
    """Those of `section`, as its own file would be set; messages keep the name."""
    return tuple(
        config.SetText(text.removeprefix(f"{section}."), above=section)
        for text in sets
        if text.startswith(f"{section}.")
    )


def _target_and_url(flags: LoadFlags, configured: str) -> tuple[str, str]:
    wanted = flags.target or configured
    if "://" in wanted:
        if flags.url:
            raise KampynError("--target has a URL, and --url another; give one")
        return "reference", wanted
    return wanted, flags.url or ""


def _scenarios(name: str) -> Path:
    """The locustfile: a path, or a file of ./scenarios or of the shipped ones."""
    candidates = [Path(name), Path("scenarios") / name, config.shipped("scenarios") / name]
    for candidate in candidates:
        if candidate.is_file():
            return candidate.absolute()
    raise KampynError(
        f"there are no scenarios {name}",
        hint="Looked at " + ", ".join(str(candidate) for candidate in candidates) + ".",
    )


def _feeds(feeds: Mapping[str, FeedSettings], flags: LoadFlags) -> dict[str, FeedSpec]:
    missing = [
        Problem(f"config.data.{name}.file", f"there is no file {feed.file}")
        for name, feed in feeds.items()
        if feed.file and not Path(feed.file).is_file() and not flags.dry_run
    ]
    if missing:
        raise ConfigError(missing)
    return {
        name: FeedSpec(
            file=Path(feed.file).absolute() if feed.file else None,
            order=feed.order,
            delimiter=feed.delimiter,
        )
        for name, feed in feeds.items()
    }


def _data_file(flags: LoadFlags, target: TargetSettings, *, bundled: bool) -> Path:
    if bundled:
        if flags.data:
            raise KampynError("--data is for a target of your own; the bundled backend seeds its")
        return flags.state / "data.json"
    given = flags.data or (Path(target.data) if target.data else None)
    if given is None:
        raise KampynError(
            f"the target {target.name} needs a data file of ids and credentials",
            hint="Give it with --data FILE; `kampyn-perf backend seed` writes one for the bundled "
            "backend (.kampyn/data.json), and docs/data.md has its form.",
        )
    if not given.is_file() and not flags.dry_run:
        raise KampynError(f"there is no data file {given}", hint="Name one with --data FILE.")
    return given.absolute()
