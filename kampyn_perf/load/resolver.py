"""Files and overrides into what will run. Starts nothing, writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from kampyn_perf import config
from kampyn_perf.errors import KampynError
from kampyn_perf.load import bundled
from kampyn_perf.load.artillery.script import ArtilleryScript
from kampyn_perf.load.direct import profile_of
from kampyn_perf.load.hosts import check_target
from kampyn_perf.load.inputs import (
    REFERENCE,
    check_names,
    data_file,
    feed_specs,
    find_target,
    of_artillery,
    of_script,
    remarks_on,
    scenarios_of,
    with_flows,
)
from kampyn_perf.load.options import LoadOptions
from kampyn_perf.load.request import Bundled, LoadRequest
from kampyn_perf.load.script_target import ScriptTarget
from kampyn_perf.load.settings import LoadSettings
from kampyn_perf.load.spec import RunSpec, choose_profile
from kampyn_perf.load.target.settings import TargetSettings
from kampyn_perf.results.apdex import splits_of
from kampyn_perf.sources import PathKey, Source

ENV_PREFIX = "KAMPYN_LOAD_"
BUNDLED_URL = "http://127.0.0.1:0"
"""Stands for the bundled backend until its port is known."""


def resolve(options: LoadOptions | None = None) -> LoadRequest:
    """The request that the options and files mean; it is saved nowhere, until it has a folder.

    Raises KampynError or ConfigError for what cannot be run.
    """
    options = options or LoadOptions()
    split = split_sets(options.sets, "backend")
    settings, own = load_settings(options, (*split[""], *_short_forms(options)))
    allowed = settings.config.allowHosts + tuple(options.allow_hosts)
    artillery, described = of_artillery(options, allowed) or (None, None)
    foreign = of_script(options, allowed) if options.scenario else None
    if foreign:
        described = foreign.target, Source({}, str(options.scenario)), foreign.target.url
    target, source, url = described or find_target(options, settings.config.target)
    target = with_flows(target, settings, own) if not described else target
    _check_address(target, url, allowed, of_backend=split["backend"])
    spec = _spec(options, settings, target, url=url, allowed=allowed, script=artillery)
    if foreign:
        spec = _of_locustfile(spec, foreign)
    watch = Source(
        {} if target.watch is None else {"watch": target.watch}, source.name, source.lines
    )
    declared, above = _faults(settings, spec.profile)
    faults = replace(config.apply_sets(own, split[""]), data={"faults": declared})
    export = settings.config.export
    named = bool(options.scenario or target.scenarios or settings.config.scenarios)
    request = LoadRequest(
        spec=spec,
        watch=watch,
        faults=faults,
        faults_above=above,
        export=export,
        remarks=foreign.remarks if foreign else remarks_on(spec.scenarios, named=named),
    )
    if artillery:
        if options.need_files:
            check_names(spec, artillery.source)
        request = replace(
            request,
            objectives=artillery.objectives,
            unjudged=artillery.unjudged,
            remarks=artillery.remarks,
        )
    if url:
        return request
    backend = bundled.settings(split["backend"])
    return replace(request, bundled=Bundled(settings=backend, state=options.state))


def _check_address(
    target: TargetSettings, url: str, allowed: tuple[str, ...], *, of_backend: Sequence[str]
) -> None:
    """Raises KampynError for a target that is nowhere, or may not be loaded."""
    if url:
        check_target(url, allowed)
        if of_backend:
            raise KampynError(
                "--set backend.… is about the bundled backend, which --target replaces"
            )
    elif target.name != REFERENCE:
        raise KampynError(
            f"the target {target.name} has no URL",
            hint=f"Say where it is: --target {target.name} --url http://host:port",
        )


def _of_locustfile(spec: RunSpec, foreign: ScriptTarget) -> RunSpec:
    """With what a locustfile of somebody's own says of itself."""
    return spec.model_copy(
        update={
            "keep_hosts": foreign.keeps_hosts,
            "tags": spec.tags or foreign.tags,
            "exclude_tags": spec.exclude_tags or foreign.exclude_tags,
        }
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
    script: ArtilleryScript | None,
) -> RunSpec:
    if options.schedule and options.profile:
        raise KampynError("--rate, --ramp and --for stand in for --profile; give one or the other")
    direct = options.schedule or ((options.direct or options.scenario) and options.profile is None)
    if direct:
        profile_name, profile = profile_of(options.schedule)
    elif script and options.profile is None:
        profile_name, profile = target.name, script.profile
    else:
        profile_name, profile = choose_profile(settings, options.profile)
    run = settings.config
    if script:
        run = run.model_copy(update=_of_script(options, script))
    return RunSpec(
        profile=profile_name,
        phases=profile.phases,
        mode=profile.mode or run.mode,
        seed=run.seed,
        scenarios=scenarios_of(options, target, run.scenarios),
        more_scenarios=tuple(path.absolute() for path in options.more_scenarios),
        locust_arguments=tuple(options.locust_arguments),
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
        data=data_file(options, target, is_bundled=not url),
        feeds=feed_specs({**target.feeds, **run.data}, options),
        workers=run.workers,
        apdex=run.apdex,
        thresholds=splits_of(run.apdex) if run.apdex else (),
    )


def _faults(settings: LoadSettings, profile: str) -> tuple[object, PathKey]:
    """Those of the profile that runs, or of the run, as they stand; and below which keys."""
    chosen = settings.profiles.get(profile)
    if chosen is not None and chosen.faults is not None:
        return chosen.faults, ("profiles", profile)
    return settings.config.faults, ("config",)


def _of_script(options: LoadOptions, script: ArtilleryScript) -> dict[str, Any]:
    """What a script says, and load.yaml does not; but for what was set by hand."""
    own: dict[str, Any] = {"scenarios": ""}
    if not any(text.startswith("config.timeouts") for text in options.sets):
        own["timeouts"] = script.timeouts
    if script.apdex and not any(text.startswith("config.apdex") for text in options.sets):
        own["apdex"] = script.apdex
    return own


def _short_forms(options: LoadOptions) -> list[str]:
    """Options that are another way to write a value of load.yaml, so that one form is checked."""
    short = {
        "warmUp": options.warm_up,
        "workers": options.workers,
        "seed": options.seed,
        "export.otlp": options.otlp,
        "export.pushGateway": options.push_gateway,
    }
    names = {
        "warmUp": "--warm-up",
        "export.otlp": "--otlp",
        "export.pushGateway": "--push-gateway",
    }
    return [
        config.SetText(f"config.{key}={value}", flag=names.get(key, f"--{key}"))
        for key, value in short.items()
        if value is not None
    ]
