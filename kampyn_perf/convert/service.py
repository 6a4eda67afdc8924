"""One call for each thing that is asked of this package: a draft of any source, and its files."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from kampyn_perf.convert.draft import Draft
from kampyn_perf.convert.minimal import minimal
from kampyn_perf.convert.project.files import File, files_of
from kampyn_perf.convert.project.write import write_project
from kampyn_perf.convert.shipped import shipped_files
from kampyn_perf.errors import KampynError
from kampyn_perf.redact import redact_url

__all__ = ["File", "InitOptions", "draft_of", "files_of", "shipped_files", "write_project"]

_OF_THIS_MACHINE = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?/")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True, kw_only=True)
class InitOptions:
    """What a project is made of; at most one source."""

    url: str = ""
    openapi: str = ""
    """A file or a URL."""
    har: Path | None = None
    postman: Path | None = None
    environment: Path | None = None
    """A Postman environment, beside the collection."""
    name: str = ""
    """The target's; empty: as the source calls itself."""
    hosts: tuple[str, ...] = ()
    """Of a recording: those that are the system under test."""
    fetch: tuple[str, ...] = ()
    """Hosts that a description's references may be fetched of."""
    everything: bool = False
    keep_secrets: bool = False


def draft_of(options: InitOptions) -> Draft:
    """The project of the source that the options name. Raises KampynError or ConfigError."""
    url = _checked_url(options.url)
    draft = _read(options, url)
    if not options.name:
        return draft
    if not _NAME.fullmatch(options.name):
        raise KampynError(
            f"--name {options.name!r}: it is the name of a file, of letters, digits, - and _"
        )
    return replace(draft, name=options.name)


def _read(options: InitOptions, url: str) -> Draft:
    if options.openapi:
        from kampyn_perf.convert.openapi.read import read_openapi

        return read_openapi(
            _location(options.openapi), url=url, everything=options.everything, fetch=options.fetch
        )
    if options.har:
        from kampyn_perf.convert.har.read import read_har

        return read_har(
            options.har, url=url, hosts=options.hosts, keep_secrets=options.keep_secrets
        )
    if options.postman:
        from kampyn_perf.convert.postman.read import read_postman

        return read_postman(options.postman, url=url, environment=options.environment)
    return minimal(url)


def _location(text: str) -> str:
    """A file, or a URL; this machine's may do without a scheme. Raises KampynError."""
    if _OF_THIS_MACHINE.match(text) and not Path(text).exists():
        text = f"http://{text}"
    if "://" in text and "@" in urlsplit(text).netloc:
        raise KampynError(
            "--openapi has a user or a password in its URL",
            hint="Fetch the file yourself, as with curl, and name that.",
        )
    return text


def _checked_url(url: str) -> str:
    """With a scheme: this machine is asked over http."""
    if not url:
        return ""
    if "://" not in url:
        url = f"http://{url}"
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        raise KampynError(
            f"--url {redact_url(url)} is no http or https URL",
            hint="Write for example http://localhost:8000.",
        )
    if parts.username or parts.password:
        raise KampynError("--url has a user and a password, which would stand in the file",
                          hint="Leave them out; `auth` of a request may take them from the "
                          "environment.")  # fmt: skip
    return url
