"""One script of Artillery, translated: a target with flows, phases, limits. Reads the file."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kampyn_perf import config
from kampyn_perf.errors import ConfigError, KampynError, Problem
from kampyn_perf.load.artillery.config import Config
from kampyn_perf.load.artillery.filling import filled, merged
from kampyn_perf.load.artillery.places import Notes, Translated
from kampyn_perf.load.artillery.requests import Requests, texts
from kampyn_perf.load.artillery.scenarios import Scenarios, without_gaps
from kampyn_perf.load.settings import ProfileSettings, TimeoutSettings
from kampyn_perf.load.target.flow import EndsOn
from kampyn_perf.load.target.settings import TargetSettings
from kampyn_perf.sources import PathKey, Source, read_yaml
from kampyn_perf.suggest import near_or_known
from kampyn_perf.thresholds import ensure

_TOP = ("config", "scenarios", "before", "after", "version")
_HOOKS = (
    "JavaScript does not run here. Take the hook out and say it as data, or write the scenario in "
    "Python: docs/artillery.md#hooks has both."
)


@dataclass(frozen=True, kw_only=True)
class ArtilleryScript:
    """What a script comes to."""

    target: TargetSettings
    source: Source
    profile: ProfileSettings
    timeouts: TimeoutSettings
    objectives: Source
    """`{"objectives": {...}}` of its `ensure`; empty for none."""
    apdex: int | None
    """Its threshold, where a score is asked for; microseconds."""
    unjudged: tuple[Problem, ...]
    """Of `ensure`: what no objective says."""
    remarks: tuple[str, ...]
    """What means something else here, or is left aside."""
    left_out: tuple[Problem, ...]
    """What is not in a script that was read partly."""
    document: Mapping[str, Any]
    """The target as plain data, as its file would have it."""
    phases: tuple[Mapping[str, Any], ...]
    """The phases as plain data."""


def is_script(path: Path) -> bool:
    """Whether a file is one by its name."""
    return path.suffix.lower() in (".yml", ".yaml", ".json")


def read_script(
    path: Path,
    *,
    environment: str = "",
    environ: Mapping[str, str] | None = None,
    partly: bool = False,
) -> ArtilleryScript:
    """The script at `path`; `partly`, what of it can be said here, to be written to files. Raises
    KampynError or ConfigError, with lines."""
    if not path.is_file():
        raise KampynError(f"there is no script {path}")
    source = read_yaml(path)
    if not isinstance(source.data, Mapping) or "scenarios" not in source.data:
        raise KampynError(
            f"{path} is no script of Artillery: it has no `scenarios`",
            hint=_looks_like(source.data, path),
        )
    return translate(
        source, path.parent, environment=environment, environ=environ or {}, partly=partly
    )


def translate(
    source: Source,
    folder: Path,
    *,
    environment: str = "",
    environ: Mapping[str, str],
    partly: bool = False,
) -> ArtilleryScript:
    """The script in `source`. Raises ConfigError with everything that is wrong; `partly`, where
    nothing is left without it."""
    notes = Notes(_with_environment(source, environment))
    data = dict(source.data)
    notes.known((), data, _TOP)
    given = notes.mapping(("config",), data.get("config"))
    given = _over(given, environment, notes)
    known = _variables(source, folder, environment, environ)
    given = filled(given, known, notes, ("config",), keep_variables=partly)
    parts = Config(notes, given, folder)
    requests = Requests(
        notes,
        strict_capture=parts.strict_capture,
        expects=parts.expects,
        folder=folder,
        cookies=parts.cookies,
    )
    ends = EndsOn.CHECKS if parts.expectations_end else EndsOn.CAPTURES
    scenarios = Scenarios(notes, requests, ends_on=ends, jitter=parts.jitter)
    headers_at, headers = parts.headers
    once = {
        part: scenarios.scenario((part,), data[part])
        for part in ("before", "after")
        if part in data
    }
    document: dict[str, Any] = {
        "name": Path(source.name).stem,
        "url": parts.target,
        "variables": _session_values(parts, known),
        "feeds": parts.feeds(),
        "headers": texts(notes, headers_at, headers),
        "flows": scenarios.flows(data["scenarios"]),
    }
    if once:
        document["once"] = {**once, "artillery": True}
    if not parts.verify:
        document["verify"] = False
    phases, mode, apdex_us = parts.phases(), parts.mode(), parts.apdex_us
    if partly:
        document["flows"] = [flow for flow in without_gaps(document["flows"]) if flow["flow"]]
        once = {part: without_gaps(steps) for part, steps in once.items()}
        document |= {"once": {**once, "artillery": True}} if once else {}
    if notes.problems and not (partly and document["flows"]):
        raise ConfigError(notes.problems, hint=_HOOKS if notes.hooks else "", what="script")
    translated = Translated(
        document, source.name, source.lines, origins=_origins(document, headers_at)
    )
    left_out = tuple(notes.problems)
    limits = ensure.read(_ensure(parts, notes))
    profile = Translated(
        {"phases": phases, "mode": mode}, source.name, notes.source.lines,
        origins={("phases",): ("config", "phases")},
    )  # fmt: skip
    timeouts = Translated(
        {"total": parts.timeout}, source.name, source.lines,
        origins={("total",): ("config", "http", "timeout")},
    )  # fmt: skip
    return ArtilleryScript(
        target=config.parse(TargetSettings, translated),
        source=translated,
        profile=config.parse(ProfileSettings, profile),
        timeouts=config.parse(TimeoutSettings, timeouts),
        objectives=_objectives(limits, source),
        unjudged=tuple(notes.problem(_ensure_at(parts, at), why) for at, why in limits.wrong),
        apdex=apdex_us,
        remarks=tuple(notes.remarks),
        left_out=left_out,
        document=document,
        phases=tuple(phases),
    )


def _over(given: dict[str, Any], environment: str, notes: Notes) -> dict[str, Any]:
    at: PathKey = ("config", "environments")
    environments = notes.mapping(at, given.pop("environments", None))
    if not environment:
        return given
    if environment not in environments:
        known = near_or_known(environment, environments) if environments else "there are none"
        where = at if environments else ("config",)
        notes.wrong(where, f"has no environment {environment!r}; {known}")
        return given
    merging: dict[str, Any] = merged(given, environments[environment])
    return merging


def _with_environment(source: Source, environment: str) -> Source:
    """What an environment says has its place there."""
    if not environment:
        return source
    prefix: PathKey = ("config", "environments", environment)
    own = {("config", *path[3:]): line for path, line in source.lines.items() if path[:3] == prefix}
    own.pop(("config",), None)
    return Source(source.data, source.name, {**source.lines, **own})


def _variables(
    source: Source, folder: Path, environment: str, environ: Mapping[str, str]
) -> dict[str, str]:
    known = {f"$env.{name}": value for name, value in environ.items()}
    known |= {"$dirname": str(folder), "$scenarioFile": source.name, "$testId": str(uuid.uuid4())}
    return known | ({"$environment": environment} if environment else {})


def _session_values(parts: Config, known: Mapping[str, str]) -> dict[str, Any]:
    own = {name: value for name, value in known.items() if not name.startswith("$env.")}
    return {"target": parts.target, **own, **parts.variables()}


def _origins(document: Mapping[str, Any], headers_at: PathKey) -> dict[PathKey, PathKey]:
    """By path in the translation: where it stood."""
    origins: dict[PathKey, PathKey] = {
        ("flows",): ("scenarios",),
        ("url",): ("config", "target"),
        ("variables",): ("config", "variables"),
        ("headers",): headers_at,
        ("feeds",): ("config", "payload"),
        ("once", "before"): ("before", "flow"),
        ("once", "after"): ("after", "flow"),
    }
    for name in document["feeds"]:
        kind, _, rest = str(name).partition(".")
        if kind == "payload" and rest.isdigit():
            origins[("feeds", name)] = ("config", "payload", int(rest))
        elif kind == "variables":
            origins[("feeds", name)] = ("config", "variables", rest)
    return origins


def _ensure(parts: Config, notes: Notes) -> dict[str, Any]:
    at = _ensure_at(parts, ())
    value = parts.value.get("ensure") or parts.plugins.get("ensure")
    return notes.mapping(at, value)


def _ensure_at(parts: Config, place: PathKey) -> PathKey:
    above = ("config", "ensure") if parts.value.get("ensure") else ("config", "plugins", "ensure")
    return (*above, *place)


def _objectives(limits: ensure.Found, source: Source) -> Source:
    if not limits.objectives:
        return Source({}, source.name)
    origins: dict[PathKey, PathKey] = {
        ("objectives", name): ("config", "ensure", *place) for name, place in limits.places.items()
    }
    return Translated({"objectives": limits.objectives}, source.name, source.lines, origins=origins)


def _looks_like(data: Any, path: Path) -> str:
    keys = data if isinstance(data, Mapping) else {}
    if "flows" in keys or "operations" in keys:
        return f"It looks like a target's file: kampyn-perf load --target {path}"
    if "profiles" in keys:
        return f"It looks like a load.yaml: kampyn-perf load --config {path}"
    return "A script has `config` and `scenarios`; a target's file is given with --target."
