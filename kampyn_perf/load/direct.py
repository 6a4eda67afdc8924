"""A load that needs no file: URLs, and what is sent there, as the command line has them. Pure, but
for a body that stands in a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson

from kampyn_perf import config
from kampyn_perf.errors import KampynError
from kampyn_perf.load.addresses import full_url
from kampyn_perf.load.curl import file_text, parse_curl
from kampyn_perf.load.settings import ProfileSettings
from kampyn_perf.load.target.request import METHODS
from kampyn_perf.load.target.settings import TargetSettings
from kampyn_perf.units import format_duration, format_rate, parse_duration, parse_rate

_USUAL_RATE = "10"
_USUAL_LENGTH = "30s"


@dataclass(frozen=True, kw_only=True)
class DirectRequest:
    """What `kampyn-perf load URL ...` says of its request; empty for no such load."""

    urls: Sequence[str] = ()
    method: str = ""
    headers: Sequence[str] = ()
    """`Name: value`."""
    body: str | None = None
    """`@file` for what stands in a file."""
    curl: str = ""

    def __bool__(self) -> bool:
        return bool(self.urls or self.curl)

    def leftover(self) -> str:
        """The flag that means nothing without a URL."""
        flags = {"--method": self.method, "--header": self.headers, "--body": self.body}
        return next((name for name, value in flags.items() if value), "")


@dataclass(frozen=True, kw_only=True)
class DirectSchedule:
    """`--rate`, `--ramp`, `--for`: they stand in for a profile."""

    rate: str | None = None
    ramp: str | None = None
    length: str | None = None

    def __bool__(self) -> bool:
        return any((self.rate, self.ramp, self.length))


@dataclass(frozen=True)
class _Asked:
    urls: list[str]
    method: str
    request: dict[str, Any] = field(default_factory=dict)


def target_of(direct: DirectRequest) -> TargetSettings:
    """A target with a flow of one request for each URL. Raises KampynError or ConfigError."""
    asked = _request_of(direct)
    urls = [full_url(url) for url in asked.urls]
    base = _base(urls[0])
    flows = [
        {
            "name": name,
            "flow": [{asked.method.lower(): {**asked.request, "url": url, "name": name}}],
        }
        for url, name in zip([_below(url, base) for url in urls], _names(urls, asked), strict=True)
    ]
    host = urlsplit(base).netloc.rpartition("@")[2]
    # Nobody said that there is a health route: one that was not asked for is not asked.
    watch = {"probe": {"enabled": False}}
    document = {"name": host, "url": base, "flows": flows, "watch": watch}
    return config.parse(TargetSettings, config.Source(document, "the command line"))


def profile_of(schedule: DirectSchedule) -> tuple[str, ProfileSettings]:
    """The profile that the flags mean, and its name. Raises KampynError."""
    if schedule.rate and schedule.ramp:
        raise KampynError("--rate and --ramp are two ways to say the same; give one")
    length = _parsed("--for", parse_duration, schedule.length or _USUAL_LENGTH)
    if not length:
        raise KampynError("--for: a run takes some time; write for example 30s or 5m")
    first, dots, last = (schedule.ramp or schedule.rate or _USUAL_RATE).partition("..")
    flag = "--ramp" if schedule.ramp else "--rate"
    if schedule.ramp and not (dots and first and last):
        raise KampynError("--ramp goes from one rate to another; write for example 10..100")
    start = _parsed(flag, parse_rate, first)
    end = _parsed(flag, parse_rate, last) if dots else None
    words = format_rate(float(start)) + (f" to {format_rate(float(end))}" if end else "")
    phase = {
        "name": "Load",
        "duration": f"{length}us",
        "arrivalRate": first,
        "rampTo": last or None,
    }
    profile = ProfileSettings.model_validate({"phases": [phase]})
    return f"{words} for {format_duration(length)}", profile


def _parsed(flag: str, parse: Any, text: str) -> Any:
    try:
        return parse(text)
    except ValueError as error:
        raise KampynError(f"{flag}: {error}") from error


def _request_of(direct: DirectRequest) -> _Asked:
    if direct.curl:
        if direct.urls or direct.leftover():
            extra = direct.leftover() or "a URL"
            raise KampynError(f"--curl says all of a request; take {extra} out")
        return _Asked(*parse_curl(direct.curl))
    request: dict[str, Any] = {"headers": {}}
    for line in direct.headers:
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise KampynError(f"--header {name!r} is no header; write 'Name: value'")
        request["headers"][name.strip()] = value.strip()
    if direct.body is not None:
        request["body"] = _body(direct.body)
        if "content-type" not in {name.lower() for name in request["headers"]}:
            request["headers"]["Content-Type"] = _content_type(request["body"])
    method = (direct.method or ("POST" if direct.body is not None else "GET")).upper()
    if method not in METHODS:
        raise KampynError(f"--method {direct.method}: there are {', '.join(METHODS)}")
    return _Asked(list(direct.urls), method, request)


def _body(text: str) -> str:
    return file_text(text[1:], "--body") if text.startswith("@") else text


def _content_type(body: str) -> str:
    """curl would call everything a form; what is JSON is meant as JSON."""
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return "application/x-www-form-urlencoded"
    return "application/json"


def _base(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _below(url: str, base: str) -> str:
    """What of a URL is asked of the target; all of it, for another host."""
    if _base(url) != base:
        return url
    rest = url[len(base) :].partition("#")[0]
    return rest if rest.startswith("/") else f"/{rest}"


def _names(urls: list[str], asked: _Asked) -> list[str]:
    """By method and path: a query may hold secrets."""
    names: list[str] = []
    several = len({_base(url) for url in urls}) > 1
    for url in urls:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2] if several else ""
        name = f"{asked.method} {host}{parts.path or '/'}"
        same = sum(known == name or known.startswith(f"{name} (") for known in names)
        names.append(f"{name} ({same + 1})" if same else name)
    return names
