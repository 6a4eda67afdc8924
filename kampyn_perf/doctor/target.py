"""Asks a target a few questions: a handful of requests, read only, one after the other."""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import statistics
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from kampyn_perf.doctor.facts import TargetFacts
from kampyn_perf.rate_limits import rate_limit
from kampyn_perf.redact import redact_url

_TIMEOUT = 5.0
_TIMES = 5
_NOWHERE = "/kampyn-perf-doctor-was-here"
"""No such page: what an error looks like tells whether it is a debug mode's."""
_MOST = 200_000
_SIGNS = (
    (r"Traceback \(most recent call last\)", "a Python traceback in an answer"),
    (r"Werkzeug Debugger|werkzeug\.debug", "Werkzeug's debugger"),
    (r"DEBUG = True|django\.views\.debug", "Django's DEBUG = True"),
    (r"\n\s+at .+ \(.+:\d+:\d+\)|&nbsp;at .+\.js:\d+", "a stack of JavaScript in an answer"),
    (r"Whoops, looks like something went wrong", "Laravel's debug page"),
)
_SERVERS = (
    (r"werkzeug", "the server is Werkzeug, which is for development"),
    (r"wsgiserver/", "the server is Django's own, which is for development"),
    (r"simplehttp", "the server is Python's http.server"),
)


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: dict[str, str]
    body: str
    took_us: int
    closed: bool


def look(url: str) -> TargetFacts:
    """At what answers there; never raises."""
    parts = urlsplit(url)
    shown, here = redact_url(url), _is_here(parts.hostname or "")
    try:
        answers = _ask_again(url, parts.path or "/", _TIMES)
        nowhere = _ask_again(url, _NOWHERE, 1)[0]
        packed = _ask_again(url, parts.path or "/", 1, {"Accept-Encoding": "gzip, br"})[0]
    except (OSError, http.client.HTTPException) as error:
        return TargetFacts(url=shown, here=here, unreachable=str(error) or type(error).__name__)
    first = answers[0]
    headers = {**nowhere.headers, **first.headers}
    return TargetFacts(
        url=shown,
        here=here,
        status=first.status,
        server=first.headers.get("server", ""),
        debug_signs=tuple(dict.fromkeys([*_signs(first), *_signs(nowhere)])),
        rate_limit=rate_limit(headers),
        compresses=packed.headers.get("content-encoding", "identity") != "identity",
        keeps_alive=not first.closed,
        answer_us=round(statistics.median(answer.took_us for answer in answers)),
    )


def _ask_again(
    url: str, path: str, times: int, headers: dict[str, str] | None = None
) -> list[_Answer]:
    """Over one connection, as far as the target keeps it."""
    connection = _connection(url)
    answers = []
    try:
        for _ in range(times):
            began = time.perf_counter_ns()
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            body = answer.read(_MOST)
            took_us = (time.perf_counter_ns() - began) // 1000
            named = {name.lower(): value for name, value in answer.getheaders()}
            closed = answer.will_close
            text = body.decode("utf-8", errors="replace")
            answers.append(_Answer(answer.status, named, text, took_us, closed))
            if not answer.isclosed():  # longer than we read
                connection.close()
    finally:
        connection.close()
    return answers


def _connection(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https":
        return http.client.HTTPConnection(host, parts.port, timeout=_TIMEOUT)
    context = ssl.create_default_context()
    return http.client.HTTPSConnection(host, parts.port, timeout=_TIMEOUT, context=context)


def _signs(answer: _Answer) -> list[str]:
    server = f"{answer.headers.get('server', '')} {answer.headers.get('x-powered-by', '')}"
    signs = [words for pattern, words in _SIGNS if re.search(pattern, answer.body)]
    signs += [words for pattern, words in _SERVERS if re.search(pattern, server, re.IGNORECASE)]
    return signs


def _is_here(host: str) -> bool:
    """Whether the name leads to this machine's loopback."""
    try:
        addresses = {entry[4][0] for entry in socket.getaddrinfo(host, None)}
        return any(
            ipaddress.ip_address(str(address).partition("%")[0]).is_loopback
            for address in addresses
        )
    except (OSError, ValueError):
        return False
