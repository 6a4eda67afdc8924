"""The data of a run's sessions, seen to have all that they will ask of it before the first one."""

from __future__ import annotations

from kampyn_perf.errors import ConfigError
from kampyn_perf.load.scenario.exhaustion import exhausted
from kampyn_perf.load.scenario.feed import Feed
from kampyn_perf.load.scenario.names_needed import missing_names
from kampyn_perf.load.spec import RunSpec
from kampyn_perf.schedule import Mix


def feed_of(spec: RunSpec, mix: Mix) -> Feed:
    """The data of the sessions that `spec` and `mix` plan. Raises ConfigError where names that
    flows use are missing, or rows that may be used once would run out."""
    feed = Feed.of(spec)
    problems = missing_names(
        spec.api,
        feed.lacks,
        all_operations=spec.scenarios is not None,
        source=f"target {spec.target}",
    )
    problems += exhausted(spec.api, feed.sources(), mix, spec.schedule())
    if problems:
        raise ConfigError(problems, hint=_sources(spec))
    return feed


def _sources(spec: RunSpec) -> str:
    """Where a session's data comes from, in words."""
    files = {name: feed.file for name, feed in spec.feeds.items() if feed.file}
    own = [f"{name} from {path}" for name, path in files.items()]
    if spec.data:
        own.append(f"the rest from {spec.data}" if own else str(spec.data))
    if not own:
        return "The run has no data: name a file with --data, or `data:` in the target's file."
    return f"Its data: {', '.join(own)}."
