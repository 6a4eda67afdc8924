"""What a shell may complete: names from the files that would be read. A file that is broken
completes to nothing; the command itself tells why."""

from __future__ import annotations

from pathlib import Path


def profiles(incomplete: str) -> list[str]:
    """Of load.yaml, and the shipped ones."""
    from kampyn_perf.errors import KampynError
    from kampyn_perf.load.options import LoadOptions
    from kampyn_perf.load.resolver import load_settings

    try:
        settings, _source = load_settings(LoadOptions(environ={}))
    except KampynError:
        return []
    return [name for name in settings.profiles if name.startswith(incomplete)]


def targets(incomplete: str) -> list[str]:
    """Files of configs/targets, one's own and the shipped ones."""
    from kampyn_perf import config

    folders = (Path("configs"), config.shipped("configs"))
    stems = {path.stem for folder in folders for path in (folder / "targets").glob("*.yaml")}
    return sorted(name for name in stems if name.startswith(incomplete))


def page_files() -> dict[str, Path]:
    """The pages of the documentation that came with the program, by name; the one that leads to
    them is for who reads them in their folder."""
    from kampyn_perf import config

    pages = sorted(config.shipped("docs").glob("*.md"))
    return {path.stem: path for path in pages if path.stem != "README"}


def pages(incomplete: str) -> list[str]:
    """Their names."""
    return [name for name in page_files() if name.startswith(incomplete)]


def suites(incomplete: str) -> list[str]:
    """Built-in suites; without any, the shell's own completion of files."""
    from kampyn_perf.bench.find import BuiltIn

    return [name for name in BuiltIn if name.startswith(incomplete)]


def metrics(incomplete: str) -> list[str]:
    """What objectives may be about."""
    from kampyn_perf.slo.metrics import METRICS

    return [name for name in METRICS if name.startswith(incomplete)]


def alerts(incomplete: str) -> list[str]:
    """The rules of alerts.yaml."""
    from kampyn_perf.alerts import settings
    from kampyn_perf.errors import KampynError

    try:
        return [name for name in settings.load("alerts").alerts if name.startswith(incomplete)]
    except KampynError:
        return []


def runs(incomplete: str) -> list[str]:
    """The run folders under ./reports, the newest first, and the names that mean the newest."""
    return _runs(incomplete, "")


def loads(incomplete: str) -> list[str]:
    """Those of them that are loads."""
    from kampyn_perf.results.folder import RunKind

    return _runs(incomplete, RunKind.LOAD)


def _runs(incomplete: str, kind: str) -> list[str]:
    from kampyn_perf import names
    from kampyn_perf.results.folder import REPORTS

    runs = {
        path.parent.name: path.parent
        for path in sorted(REPORTS.glob(f"*/{names.RESULT_FILE}"), reverse=True)
    }
    pointers = [name for name in runs if name.startswith(names.LATEST)]
    folders = [path for name, path in runs.items() if name not in pointers]
    words = [*sorted(pointers), *map(str, folders)]
    return [word for word in words if word.startswith(incomplete) and _is_of(word, kind)]


def _is_of(word: str, kind: str) -> bool:
    """By its name: folders of one's own naming may be anything."""
    from kampyn_perf.results.folder import RunKind

    others = [f"-{other}" for other in RunKind if other != kind]
    return not kind or not any(other in word for other in others)
