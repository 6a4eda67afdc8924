"""Whom a locustfile of somebody's own is aimed at: --host, or the host that its classes name. Pure,
but for reading the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from kampyn_perf import config
from kampyn_perf.errors import KampynError
from kampyn_perf.load.addresses import full_url
from kampyn_perf.load.artillery.script import is_script
from kampyn_perf.load.hosts import check_host
from kampyn_perf.load.locustfiles.features import addresses
from kampyn_perf.load.locustfiles.script import Found, Script
from kampyn_perf.load.target.settings import TargetSettings


def script_target(
    path: Path, *, url: str, allowed: Sequence[str], environ: Mapping[str, str]
) -> TargetSettings | None:
    """A target with a URL and nothing else; None for a scenario that is written for this program,
    and whose target is a file's. Raises KampynError."""
    if not path.is_file():
        raise KampynError(f"there is no locustfile {path}")
    script = Script(path)
    if script.knows_us:
        return None
    _check_hosts(addresses(script), allowed)
    if url:
        hosts = [full_url(url)]
    else:
        found = script.hosts(environ)
        _check_hosts(found, allowed)
        hosts = [one.what for one in found]
    if not hosts:
        raise KampynError(
            f"{path.name} names no host that can be read from it",
            hint=f"Say where the target is: kampyn-perf load {path} --host http://localhost:8000",
        )
    name = urlsplit(hosts[0]).netloc.rpartition("@")[2]
    document = {"name": name, "url": hosts[0]}
    return config.parse(TargetSettings, config.Source(document, "the command line"))


def _check_hosts(found: Sequence[Found], allowed: Sequence[str]) -> None:
    for one in found:
        try:
            check_host(one.what, allowed)
        except KampynError as error:
            raise KampynError(f"{one.place}: {error.message}", hint=error.hint) from error


def split_arguments(
    arguments: Sequence[str],
) -> tuple[Path | None, Path | None, tuple[str, ...]]:
    """A locustfile and a script of Artillery among what stands on the command line, and the rest,
    which are URLs. Raises KampynError for several."""
    files = [text for text in arguments if text.endswith(".py") and "://" not in text]
    scripts = [text for text in arguments if _is_script(text)]
    if len(files) > 1:
        raise KampynError(
            f"{len(files)} locustfiles: {', '.join(files)}; one is run",
            hint="A file that imports the users of the others runs them all.",
        )
    if len(scripts) + len(files) > 1:
        raise KampynError(f"{', '.join([*files, *scripts])}: one of them is run at a time")
    urls = tuple(text for text in arguments if text not in files and text not in scripts)
    return (Path(files[0]) if files else None), (Path(scripts[0]) if scripts else None), urls


def _is_script(text: str) -> bool:
    """Whether it is a file, and not an address such as `localhost/openapi.json`."""
    if "://" in text or not is_script(Path(text)):
        return False
    return Path(text).is_file() or (":" not in text and not text.endswith(".json"))
