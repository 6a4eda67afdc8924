"""Files and overrides into what will run. Starts nothing, writes nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kampyn_perf import config
from kampyn_perf.errors import ConfigError, KampynError, Problem
from kampyn_perf.load import bundled
from kampyn_perf.load.hosts import check_target
from kampyn_perf.load.request import Bundled, LoadRequest
from kampyn_perf.load.settings import FeedSettings, LoadSettings, TargetSettings
from kampyn_perf.load.spec import FeedSpec, RunSpec, choose_profile
from kampyn_perf.sources import Source

ENV_PREFIX = "KAMPYN_LOAD_"
BUNDLED_URL = "http://127.0.0.1:0"
"""Stands for the bundled backend until its port is known."""
STATE = Path(".kampyn/load")
REFERENCE = "reference"
"""The target that the bundled backend is."""


@dataclass(frozen=True, kw_only=True)
class LoadOptions:
    """What `kampyn-perf load` takes as flags; each None or empty where the files decide."""

    profile: str | None = None
    flows: Sequence[str] = ()
    """Only these; any part of a name."""
    target: str | None = None
    """A file of configs/targets, or a URL; None: load.yaml's, which is the bundled backend."""
    url: str | None = None
    data: Path | None = None
    config: Path | None = None
    """A load.yaml; None: configs/load.yaml, or the shipped one."""
    sets: Sequence[str] = ()
    """`config.maxVusers=500`, `backend.workers=2`: values of load.yaml and of the bundled
    backend."""
    seed: int | None = None
    workers: int | None = None
    warm_up: str | None = None
    """A duration."""
    state: Path = STATE
    """Where the bundled backend keeps its data."""
    allow_hosts: Sequence[str] = ()
    need_files: bool = True
    """Whether files of session data have to be there: not for a description alone."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    """KAMPYN_LOAD_… sets values too."""


def resolve(options: LoadOptions | None = None) -> LoadRequest:
    """The request that the options and files mean; it is saved nowhere, until it has a folder.

    Raises KampynError or ConfigError for what cannot be run.
    """
    options = options or LoadOptions()
    split = split_sets(options.sets, "backend")
    settings = config.load(
        LoadSettings,
        config.read_yaml(options.config or config.find("load")),
        environ=options.environ,
        prefix=ENV_PREFIX,
        sets=(*split[""], *_short_forms(options)),
    )
    source, url = _target(options, settings.config.target)
    target = config.parse(TargetSettings, source)
    url = url or target.url  # empty: the bundled backend
    allowed = settings.config.allowHosts + tuple(options.allow_hosts)
    if url:
        check_target(url, allowed)
    elif target.name != REFERENCE:
        raise KampynError(
            f"the target {target.name} has no URL",
            hint=f"Say where it is: --target {target.name} --url http://host:port",
        )
    if url and split["backend"]:
        raise KampynError("--set backend.… is about the bundled backend, which --target replaces")
    spec = _spec(options, settings, target, url=url, allowed=allowed)
    watch = Source(
        {} if target.watch is None else {"watch": target.watch}, source.name, source.lines
    )
    if url:
        return LoadRequest(spec=spec, watch=watch)
    backend = bundled.settings(split["backend"])
    return LoadRequest(
        spec=spec, bundled=Bundled(settings=backend, state=options.state), watch=watch
    )


def split_sets(sets: Sequence[str], *sections: str) -> dict[str, tuple[str, ...]]:
    """`--set` values by the section that they begin with, as its own file would be set; those of
    none of the `sections` under "". Messages keep the name."""
    split: dict[str, tuple[str, ...]] = dict.fromkeys(("", *sections), ())
    for text in sets:
        section = text.partition(".")[0]
        if section in sections and text.startswith(f"{section}."):
            value: str = config.SetText(text.removeprefix(f"{section}."), above=section)
            split[section] += (value,)
        else:
            split[""] += (text,)
    return split


def _spec(
    options: LoadOptions,
    settings: LoadSettings,
    target: TargetSettings,
    *,
    url: str,
    allowed: tuple[str, ...],
) -> RunSpec:
    profile_name, profile = choose_profile(settings, options.profile)
    run = settings.config
    return RunSpec(
        profile=profile_name,
        phases=profile.phases,
        mode=profile.mode or run.mode,
        seed=run.seed,
        scenarios=_scenarios(run.scenarios),
        flows=tuple(options.flows),
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
        data=_data_file(options, target, is_bundled=not url),
        feeds=_feeds(run.data, options),
        workers=run.workers,
    )


def _short_forms(options: LoadOptions) -> list[str]:
    """Options that are another way to write a value of load.yaml, so that one form is checked."""
    short = {"warmUp": options.warm_up, "workers": options.workers, "seed": options.seed}
    names = {"warmUp": "--warm-up"}
    return [
        config.SetText(f"config.{key}={value}", flag=names.get(key, f"--{key}"))
        for key, value in short.items()
        if value is not None
    ]


def _target(options: LoadOptions, configured: str) -> tuple[Source, str]:
    """The target's file, and the URL that stands over the file's own."""
    name, url = options.target or configured, options.url or ""
    if "://" in name:
        if options.url:
            raise KampynError("--target has a URL, and --url another; give one")
        name, url = REFERENCE, name
    return config.read_yaml(config.find(f"targets/{name}.yaml")), url


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


def _feeds(feeds: Mapping[str, FeedSettings], options: LoadOptions) -> dict[str, FeedSpec]:
    missing = [
        Problem(f"config.data.{name}.file", f"there is no file {feed.file}")
        for name, feed in feeds.items()
        if feed.file and not Path(feed.file).is_file() and options.need_files
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


def _data_file(options: LoadOptions, target: TargetSettings, *, is_bundled: bool) -> Path:
    if is_bundled:
        if options.data:
            raise KampynError("--data is for a target of your own; the bundled backend seeds its")
        return options.state / "data.json"
    given = options.data or (Path(target.data) if target.data else None)
    if given is None:
        raise KampynError(
            f"the target {target.name} needs a data file of ids and credentials",
            hint="Give it with --data FILE; `kampyn-perf backend seed` writes one for the bundled "
            "backend (.kampyn/data.json), and docs/data.md has its form.",
        )
    if not given.is_file() and options.need_files:
        raise KampynError(f"there is no data file {given}", hint="Name one with --data FILE.")
    return given.absolute()
