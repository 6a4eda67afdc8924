"""Files and overrides into what will run. Starts nothing, writes nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from kampyn_perf import config
from kampyn_perf.errors import ConfigError, KampynError, Problem
from kampyn_perf.load import bundled
from kampyn_perf.load.addresses import full_url, looks_like_url
from kampyn_perf.load.direct import DirectRequest, DirectSchedule, profile_of, target_of
from kampyn_perf.load.hosts import check_target
from kampyn_perf.load.request import Bundled, LoadRequest
from kampyn_perf.load.scenario.templates import Templates
from kampyn_perf.load.script_target import script_target
from kampyn_perf.load.settings import LoadSettings
from kampyn_perf.load.spec import FeedSpec, RunSpec, choose_profile
from kampyn_perf.load.target.check import flow_problems, reference_problems
from kampyn_perf.load.target.settings import FeedSettings, TargetSettings
from kampyn_perf.sources import Source

ENV_PREFIX = "KAMPYN_LOAD_"
BUNDLED_URL = "http://127.0.0.1:0"
"""Stands for the bundled backend until its port is known."""
STATE = Path(".kampyn/load")
SERVED_DATA = Path(".kampyn/data.json")
"""What `backend serve` seeds, in the folder where it was started."""
REFERENCE = "reference"
"""The target that the bundled backend is."""
_USUAL_SCENARIOS = "locustfile.py"


@dataclass(frozen=True, kw_only=True)
class LoadOptions:
    """What `kampyn-perf load` takes as flags; each None or empty where the files decide."""

    direct: DirectRequest = field(default_factory=DirectRequest)
    """URLs, or a curl command: no target's file is needed."""
    schedule: DirectSchedule = field(default_factory=DirectSchedule)
    """Stands in for a profile."""
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
    scenario: Path | None = None
    """A locustfile, whatever the files say."""
    tags: Sequence[str] = ()
    exclude_tags: Sequence[str] = ()
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
    settings, own = load_settings(options, (*split[""], *_short_forms(options)))
    allowed = settings.config.allowHosts + tuple(options.allow_hosts)
    found = of_script(options, allowed) if options.scenario else None
    target, source, url = found or find_target(options, settings.config.target)
    target = _with_flows(target, settings, own) if not found else target
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
    spec = spec.model_copy(update={"keep_hosts": bool(found) and not options.url})
    watch = Source(
        {} if target.watch is None else {"watch": target.watch}, source.name, source.lines
    )
    if url:
        return LoadRequest(spec=spec, watch=watch)
    backend = bundled.settings(split["backend"])
    return LoadRequest(
        spec=spec, bundled=Bundled(settings=backend, state=options.state), watch=watch
    )


def load_settings(options: LoadOptions, sets: Sequence[str] = ()) -> tuple[LoadSettings, Source]:
    """load.yaml, and where it came from. The shipped profiles are there too, below one's own.

    Raises KampynError or ConfigError.
    """
    path = options.config or config.find("load")
    source = config.read_yaml(path)
    shipped = config.read_yaml(config.shipped("configs") / "load.yaml").data["profiles"]
    if isinstance(source.data, dict) and isinstance(source.data.get("profiles", {}), dict):
        own = source.data.get("profiles") or {}
        source = replace(source, data={**source.data, "profiles": {**shipped, **own}})
        only = next(iter(own)) if len(own) == 1 else ""
    else:
        only = ""
    settings = config.load(
        LoadSettings, source, environ=options.environ, prefix=ENV_PREFIX, sets=sets
    )
    if only and not settings.config.phases and not settings.config.profile:
        settings = settings.model_copy(
            update={"config": settings.config.model_copy(update={"profile": only})}
        )
    return settings, source


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
    if options.schedule and options.profile:
        raise KampynError("--rate, --ramp and --for stand in for --profile; give one or the other")
    direct = options.schedule or ((options.direct or options.scenario) and options.profile is None)
    profile_name, profile = (
        profile_of(options.schedule) if direct else choose_profile(settings, options.profile)
    )
    run = settings.config
    return RunSpec(
        profile=profile_name,
        phases=profile.phases,
        mode=profile.mode or run.mode,
        seed=run.seed,
        scenarios=_scenarios(options, target, run.scenarios),
        tags=tuple(options.tags),
        exclude_tags=tuple(options.exclude_tags),
        client=run.client,
        flows=tuple(options.flows),
        weights=run.weights,
        max_vusers=run.maxVusers,
        max_waiting=run.maxWaiting,
        warm_up=run.warmUp,
        drain=run.drain,
        give_up_after=run.giveUpAfter,
        timeouts=run.timeouts,
        validity=run.validity,
        target=target.name,
        url=url.rstrip("/") or BUNDLED_URL,
        allow_hosts=allowed,
        api=target,
        data=_data_file(options, target, is_bundled=not url),
        feeds=_feeds({**target.feeds, **run.data}, options),
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


def find_target(options: LoadOptions, configured: str) -> tuple[TargetSettings, Source, str]:
    """The target, its file, and where it is; an empty URL means the bundled backend. Raises
    KampynError or ConfigError."""
    if options.direct:
        if options.target or options.url:
            flag = "--target" if options.target else "--url"
            raise KampynError(f"a URL to load is all of a target; take {flag} out")
        target = target_of(options.direct)
        return target, Source({}, "the command line"), target.url
    if flag := options.direct.leftover():
        raise KampynError(
            f"{flag} is about a request of its own, and there is no URL",
            hint="As in kampyn-perf load http://localhost:8000/orders --method POST --body '{}'.",
        )
    name, url = options.target or configured, options.url or ""
    if looks_like_url(name):
        if options.url:
            raise KampynError("--target has a URL, and --url another; give one")
        name, url = REFERENCE, name
    target, source = read_target(name)
    url = url or target.url
    return target, source, full_url(url) if looks_like_url(url) else url


def of_script(
    options: LoadOptions, allowed: Sequence[str]
) -> tuple[TargetSettings, Source, str] | None:
    """The same for a locustfile that says itself whom it asks; None where a target's file does.
    Raises KampynError."""
    if options.direct or options.direct.leftover():
        flag = options.direct.leftover() or "the URL"
        raise KampynError(f"a locustfile says what is asked for; take {flag} out")
    if options.target or not options.scenario:
        return None
    target = script_target(
        options.scenario,
        url=options.url or "",
        allowed=allowed,
        environ=options.environ,
    )
    return (target, Source({}, str(options.scenario)), target.url) if target else None


def read_target(name: str) -> tuple[TargetSettings, Source]:
    """A file of configs/targets, by its name or path. Raises KampynError or ConfigError."""
    is_path = Path(name).suffix in (".yaml", ".yml")
    path = config.find(name if is_path else f"targets/{name}.yaml")
    source = config.read_yaml(path)
    target = config.parse(TargetSettings, source)
    if problems := reference_problems(target, source):
        raise ConfigError(problems)
    return (target if target.name else target.model_copy(update={"name": path.stem})), source


def _with_flows(target: TargetSettings, settings: LoadSettings, source: Source) -> TargetSettings:
    """The target with the flows of load.yaml beside its own; but not beside a URL's."""
    if not settings.flows:
        return target
    problems = flow_problems(settings.flows, target, source)
    own = {flow.name for flow in target.flows}
    problems += [
        Problem(f"flows[{index}].name", f"the target {target.name} has a flow {flow.name!r} too",
                source.where(("flows", index, "name")))
        for index, flow in enumerate(settings.flows)
        if flow.name in own
    ]  # fmt: skip
    if problems:
        raise ConfigError(problems)
    return target.model_copy(update={"flows": (*target.flows, *settings.flows)})


def _scenarios(options: LoadOptions, target: TargetSettings, configured: str) -> Path | None:
    """The locustfile: a path, or a file of ./scenarios or of the shipped ones; None where flows as
    data are all that was asked for."""
    if options.scenario:
        return options.scenario.absolute()
    name = "" if options.direct else target.scenarios or configured
    if not name:
        if target.flows:
            return None
        name = _USUAL_SCENARIOS
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


def _data_file(options: LoadOptions, target: TargetSettings, *, is_bundled: bool) -> Path | None:
    if is_bundled:
        if options.data:
            raise KampynError("--data is for a target of your own; the bundled backend seeds its")
        return options.state / "data.json"
    given = options.data or (Path(target.data) if target.data else None)
    if given is None and target.name == REFERENCE and SERVED_DATA.is_file():
        return SERVED_DATA.absolute()  # what `backend serve` seeded in this folder
    if given is None:
        if not target.feeds and (names := _names_needed(target)):
            raise KampynError(
                f"the target {target.name} needs a data file of ids and credentials",
                hint=f"Its operations name {', '.join(names)}. Give it with --data FILE; "
                "`kampyn-perf backend seed` writes one for the bundled backend "
                "(.kampyn/data.json), and docs/data.md has its form.",
            )
        return None
    if not given.is_file() and options.need_files:
        raise KampynError(f"there is no data file {given}", hint="Name one with --data FILE.")
    return given.absolute()


def _names_needed(target: TargetSettings) -> list[str]:
    """What the target's operations fill in and nobody says, by the first part of each name."""
    templates = Templates()
    for operation in target.operations.values() if not target.flows else ():
        for value in (operation.path, operation.json_body):
            templates.value(value)
    roots = dict.fromkeys(name.partition(".")[0] for name in templates.names)
    return [f"{{{name}}}" for name in roots if name not in target.variables]
