"""Which files a run works with: target, flows, scenarios, session data. Reads; starts nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from kampyn_perf import config
from kampyn_perf.errors import ConfigError, KampynError, Problem
from kampyn_perf.load.addresses import full_url, looks_like_url
from kampyn_perf.load.artillery.script import ArtilleryScript, read_script
from kampyn_perf.load.direct import target_of
from kampyn_perf.load.hosts import check_host
from kampyn_perf.load.options import LoadOptions
from kampyn_perf.load.scenario.feed import Feed
from kampyn_perf.load.scenario.names_needed import missing_names
from kampyn_perf.load.scenario.templates import Templates
from kampyn_perf.load.script_target import ScriptTarget, script_target
from kampyn_perf.load.settings import LoadSettings
from kampyn_perf.load.spec import FeedSpec, RunSpec
from kampyn_perf.load.target.check import flow_problems, reference_problems
from kampyn_perf.load.target.settings import FeedSettings, TargetSettings
from kampyn_perf.sources import Source, parse_path

SERVED_DATA = Path(".kampyn/data.json")
"""What `backend serve` seeds, in the folder where it was started."""
REFERENCE = "reference"
"""The target that the bundled backend is."""
_USUAL_SCENARIOS = "locustfile.py"


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


def of_script(options: LoadOptions, allowed: Sequence[str]) -> ScriptTarget | None:
    """The same for a locustfile that says itself whom it asks; None where a target's file does.
    Raises KampynError."""
    if options.direct or options.direct.leftover():
        flag = options.direct.leftover() or "the URL"
        raise KampynError(f"a locustfile says what is asked for; take {flag} out")
    if options.target or not options.scenario:
        return None
    return script_target(
        (options.scenario, *options.more_scenarios),
        url=options.url or "",
        allowed=allowed,
        environ=options.environ,
    )


def of_artillery(
    options: LoadOptions, allowed: Sequence[str]
) -> tuple[ArtilleryScript, tuple[TargetSettings, Source, str]] | None:
    """The same for a script of Artillery, which says more than whom it asks; None without one.
    Raises KampynError or ConfigError."""
    if options.artillery is None:
        if options.environment:
            raise KampynError("--environment names one of an Artillery script; there is no script")
        return None
    if options.direct or options.direct.leftover():
        flag = options.direct.leftover() or "the URL"
        raise KampynError(f"a script says what is asked for; take {flag} out")
    if options.target not in (None, REFERENCE):
        raise KampynError(
            f"{options.artillery} says itself what is asked; take --target out",
            hint="--url says where, and --target reference starts the bundled backend for it.",
        )
    if options.data:
        raise KampynError("a script's data are its `payload`; take --data out")
    script = read_script(
        options.artillery, environment=options.environment, environ=options.environ
    )
    _check_addresses(script, allowed)
    url = options.url or script.target.url
    if options.target == REFERENCE:
        if options.url:
            raise KampynError("--target reference starts a backend, and --url names one; give one")
        bundled = script.target.model_copy(update={"name": REFERENCE, "url": ""})
        return script, (bundled, script.source, "")
    if not url:
        raise KampynError(
            f"{options.artillery} has no config.target",
            hint=f"Say where it is: kampyn-perf load {options.artillery} --url http://host:port",
        )
    return script, (script.target, script.source, full_url(url))


def check_names(spec: RunSpec, source: Source) -> None:
    """Raises ConfigError, each with its line in the script, for names and functions that no session
    will have. Generators look themselves, too, but know no script."""
    if spec.data is not None and not spec.data.is_file():
        return  # the bundled backend writes it when it is started
    lacks = Feed.of(spec).lacks
    missing = missing_names(spec.api, lacks, all_operations=False, source="")
    problems = []
    for name in missing:
        path = parse_path(name.path)
        problems.append(Problem(source.spelled(path), name.message, source.where(path)))
    if problems:
        raise ConfigError(problems, what="script")


def _check_addresses(script: ArtilleryScript, allowed: Sequence[str]) -> None:
    """Raises KampynError for a whole URL of a host that nobody allowed."""
    for index, flow in enumerate(script.target.flows):
        for place, step in flow.steps():
            url = step.request[1].url if step.request else ""
            host = urlsplit(url).netloc if "://" in url else ""
            if host and "{" not in host:
                try:
                    check_host(url, allowed)
                except KampynError as error:
                    where = f"{script.source.name}: scenarios[{index}].{place}"
                    raise KampynError(f"{where}: {error.message}", hint=error.hint) from error


def read_target(name: str) -> tuple[TargetSettings, Source]:
    """A file of configs/targets, by its name or path. Raises KampynError or ConfigError."""
    is_path = Path(name).suffix in (".yaml", ".yml")
    path = config.find(name if is_path else f"targets/{name}.yaml")
    source = config.read_yaml(path)
    target = config.parse(TargetSettings, source)
    if problems := reference_problems(target, source):
        raise ConfigError(problems)
    return (target if target.name else target.model_copy(update={"name": path.stem})), source


def with_flows(target: TargetSettings, settings: LoadSettings, source: Source) -> TargetSettings:
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


def scenarios_of(options: LoadOptions, target: TargetSettings, configured: str) -> Path | None:
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


def remarks_on(locustfile: Path | None, *, named: bool) -> tuple[str, ...]:
    """What to say where a locustfile of this folder is run that nobody has named."""
    here = Path(_USUAL_SCENARIOS).absolute()
    shipped = config.shipped("scenarios") / _USUAL_SCENARIOS
    if named or locustfile != here or here == shipped.absolute():
        return ()
    return (
        f"the flows are those of ./{_USUAL_SCENARIOS}: it is in this folder, so it takes the place "
        "of the shipped ones (another: --set config.scenarios=FILE)",
    )


def feed_specs(feeds: Mapping[str, FeedSettings], options: LoadOptions) -> dict[str, FeedSpec]:
    """Lists of session data, with their files. Raises ConfigError for one that is not there."""
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
            rows=feed.rows,
            fields=feed.fields,
            skip_header=feed.skipHeader,
            numbers=feed.numbers,
            flat=feed.flat,
            whole=feed.whole,
        )
        for name, feed in feeds.items()
    }


def data_file(options: LoadOptions, target: TargetSettings, *, is_bundled: bool) -> Path | None:
    """The file of ids and credentials; None where nothing needs one. Raises KampynError."""
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
