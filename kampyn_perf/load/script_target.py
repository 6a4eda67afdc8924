"""Whom a locustfile of somebody's own is aimed at: --host, or the host that its classes name. Pure,
but for reading the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from kampyn_perf import config
from kampyn_perf.errors import KampynError
from kampyn_perf.load.addresses import full_url
from kampyn_perf.load.artillery.script import is_script
from kampyn_perf.load.hosts import check_host
from kampyn_perf.load.locustfiles.features import addresses
from kampyn_perf.load.locustfiles.script import Found, Script
from kampyn_perf.load.locustfiles.settings import LocustSettings
from kampyn_perf.load.target.settings import TargetSettings


@dataclass(frozen=True, kw_only=True)
class ScriptTarget:
    """What somebody else's locustfiles are aimed at, and what Locust's own settings add."""

    target: TargetSettings
    tags: tuple[str, ...] = ()
    exclude_tags: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    keeps_hosts: bool = True
    """Whether a class that names a host asks that one."""


def script_target(
    paths: Sequence[Path], *, url: str, allowed: Sequence[str], environ: Mapping[str, str]
) -> ScriptTarget | None:
    """A target with a URL and nothing else; None for scenarios that are written for this program,
    and whose target is a file's. Raises KampynError."""
    for path in paths:
        if not path.is_file():
            raise KampynError(f"there is no locustfile {path}")
    script = Script(*paths)
    if script.knows_us:
        return None
    _check_hosts(addresses(script), allowed)
    settings = LocustSettings(Path.cwd(), environ)
    given = settings.get("host")
    names = ", ".join(path.name for path in paths)
    if url:
        hosts = [full_url(url)]
    elif given:
        _check_hosts([Found(full_url(given.value), given.place)], allowed)
        hosts = [full_url(given.value)]
    else:
        named = script.hosts(environ)
        _check_hosts(named, allowed)
        hosts = [host.what for host in named]
    if not hosts:
        asked = " ".join(map(str, paths))
        raise KampynError(
            f"{names} names no host that can be read from it",
            hint=f"Say where the target is: kampyn-perf load {asked} --host http://localhost:8000",
        )
    name = urlsplit(hosts[0]).netloc.rpartition("@")[2]
    document = {"name": name, "url": hosts[0]}
    return ScriptTarget(
        target=config.parse(TargetSettings, config.Source(document, "the command line")),
        tags=settings.words("tags"),
        exclude_tags=settings.words("exclude-tags"),
        remarks=tuple(settings.remarks()),
        keeps_hosts=not url and given is None,
    )


def _check_hosts(hosts: Sequence[Found], allowed: Sequence[str]) -> None:
    for host in hosts:
        try:
            check_host(host.what, allowed)
        except KampynError as error:
            raise KampynError(f"{host.place}: {error.message}", hint=error.hint) from error


@dataclass(frozen=True, kw_only=True)
class Arguments:
    """What stands on the command line beside flags."""

    locustfiles: tuple[Path, ...] = ()
    script: Path | None = None
    """Of Artillery."""
    urls: tuple[str, ...] = ()
    of_locustfiles: tuple[str, ...] = ()
    """What stands after `--`."""


def split_arguments(arguments: Sequence[str]) -> Arguments:
    """Locustfiles, folders of them, or a script of Artillery; the rest are URLs. What begins with
    a dash can only come from behind `--`. Raises KampynError for several kinds."""
    first = next((n for n, text in enumerate(arguments) if text.startswith("-")), len(arguments))
    given, behind = arguments[:first], tuple(arguments[first:])
    files = [path for text in given for path in _locustfiles(text)]
    scripts = [text for text in given if _is_script(text)]
    urls = tuple(text for text in given if text not in scripts and not _locustfiles(text))
    if len(scripts) + bool(files) > 1:
        names = ", ".join([*map(str, files), *scripts])
        raise KampynError(f"{names}: locustfiles or one script are run at a time")
    if behind and not files:
        raise KampynError(
            f"{behind[0]} stands after --, where the arguments of a locustfile are",
            hint="As in kampyn-perf load locustfile.py --rate 10 -- --shop 7.",
        )
    return Arguments(
        locustfiles=tuple(dict.fromkeys(files)),
        script=Path(scripts[0]) if scripts else None,
        urls=urls,
        of_locustfiles=behind,
    )


def _locustfiles(text: str) -> list[Path]:
    """A file, several with commas between, or all of a folder but those that begin with `_`, as
    Locust takes them. Raises KampynError for a folder without any."""
    if "://" in text:
        return []
    if text.endswith(".py"):
        return [Path(part.strip()) for part in text.split(",")]
    folder = Path(text)
    if not folder.is_dir():
        return []
    files = sorted(path for path in folder.rglob("*.py") if not path.name.startswith("_"))
    if not files:
        raise KampynError(f"there is no locustfile in the folder {folder}")
    return files


def _is_script(text: str) -> bool:
    """Whether it is a file, and not an address such as `localhost/openapi.json`."""
    if "://" in text or not is_script(Path(text)):
        return False
    return Path(text).is_file() or (":" not in text and not text.endswith(".json"))
