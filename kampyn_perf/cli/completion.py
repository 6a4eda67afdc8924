"""What a shell may complete: names from the files that would be read. A file that is broken
completes to nothing; the command itself tells why."""

from __future__ import annotations

from pathlib import Path


def profiles(incomplete: str) -> list[str]:
    """Of load.yaml, and the shipped ones."""
    from kampyn_perf.errors import KampynError
    from kampyn_perf.load.resolver import LoadOptions, load_settings

    try:
        settings, _source = load_settings(LoadOptions(environ={}))
    except KampynError:
        return []
    return [name for name in settings.profiles if name.startswith(incomplete)]


def targets(incomplete: str) -> list[str]:
    """Files of configs/targets, one's own and the shipped ones."""
    from kampyn_perf import config

    folders = (Path("configs"), config.shipped("configs"))
    found = {path.stem for folder in folders for path in (folder / "targets").glob("*.yaml")}
    return sorted(name for name in found if name.startswith(incomplete))
