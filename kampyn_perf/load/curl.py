"""`--curl "curl ..."`: one request as curl is asked for it. Pure, but for bodies in files.

Understood: -X, -H, -d and its kin, --json, -F (texts), -u, -b (a line of cookies), -A, -e, -G, -I,
-L, -m. Options that only change what curl prints are passed over; any other is an error that names
it, since what was left out would make another request.
"""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

from kampyn_perf.errors import KampynError

_PRINTING = (
    ("-s", "--silent"), ("-S", "--show-error"), ("-v", "--verbose"), ("-i", "--include"),
    ("-f", "--fail"), ("-N", "--no-buffer"), ("-#", "--progress-bar"), ("--compressed",),
    ("--http1.1",), ("--fail-with-body",), ("--no-progress-meter",), ("-g", "--globoff"),
)  # fmt: skip
_PRINTING_WITH_VALUE = (("-o", "--output"), ("-w", "--write-out"))
_FORM = "application/x-www-form-urlencoded"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise KampynError(f"--curl: {message}")


class _Data(argparse.Action):
    """Bodies in the order they stand, each with the option it came by."""

    def __call__(self, _parser: Any, namespace: Any, value: Any, option: str | None = None) -> None:
        namespace.data = [*(namespace.data or []), (option, value)]


def parse_curl(command: str) -> tuple[list[str], str, dict[str, Any]]:
    """URLs, method, and what a request of a flow has (`headers`, `body`, ...).

    Raises KampynError.
    """
    try:
        words = shlex.split(command.replace("\\\n", " "))
    except ValueError as error:
        raise KampynError(
            f"--curl: the command is not quoted as a shell wants it: {error}"
        ) from None
    if words[:1] == ["curl"]:
        words = words[1:]
    given, unknown = _parser().parse_known_args(words)
    if unknown:
        raise KampynError(
            f"--curl: {unknown[0]} is an option of curl that this program does not understand",
            hint="Take it out, or write the request with --method, --header and --body.",
        )
    urls = [*given.urls, *given.url]
    if not urls:
        raise KampynError("--curl: the command has no URL")
    return _request(given, urls)


def _request(given: argparse.Namespace, urls: list[str]) -> tuple[list[str], str, dict[str, Any]]:
    request: dict[str, Any] = {"followRedirect": given.location}
    headers = dict(_header(line) for line in given.header)
    body = "&".join(_body(option, value) for option, value in given.data or [])
    if given.data and given.get:
        urls = [f"{url}{'&' if '?' in url else '?'}{body}" for url in urls]
    elif given.data:
        request["body"] = body
        is_json = any(option == "--json" for option, _value in given.data)
        _default(headers, "Content-Type", "application/json" if is_json else _FORM)
        if is_json:
            _default(headers, "Accept", "application/json")
    if given.form:
        request["formData"] = dict(_field(text) for text in given.form)
    if given.cookie is not None and "=" not in given.cookie:
        raise KampynError(f"--curl: -b {given.cookie} is a file of cookies; write them out")
    own = {"User-Agent": given.user_agent, "Referer": given.referer, "Cookie": given.cookie}
    for name, value in own.items():
        if value is not None:
            _default(headers, name, value)
    if given.user is not None:
        user, _, password = given.user.partition(":")
        request["auth"] = {"user": user, "pass": password}
    request |= {"headers": headers, "timeout": given.max_time}
    return urls, _method(given, request), request


def _method(given: argparse.Namespace, request: dict[str, Any]) -> str:
    has_body = "body" in request or "formData" in request
    usual = "HEAD" if given.head else "POST" if has_body else "GET"
    return str(given.request or usual).upper()


def _parser() -> _Parser:
    parser = _Parser(prog="curl", add_help=False, allow_abbrev=False)
    add = parser.add_argument
    add("urls", nargs="*", default=[])
    add("--url", action="append", default=[])
    add("-X", "--request")
    add("-H", "--header", action="append", default=[])
    for names in (("-d", "--data", "--data-ascii"), ("--data-raw",), ("--data-binary",),
                  ("--data-urlencode",), ("--json",)):  # fmt: skip
        add(*names, dest="data", action=_Data)
    add("-F", "--form", action="append", default=[])
    add("-u", "--user")
    add("-b", "--cookie")
    add("-A", "--user-agent")
    add("-e", "--referer")
    add("-m", "--max-time")
    add("-G", "--get", action="store_true")
    add("-I", "--head", action="store_true")
    add("-L", "--location", action="store_true")
    for flags in _PRINTING:
        add(*flags, dest="printing", action="store_true")
    for pair in _PRINTING_WITH_VALUE:
        add(*pair, dest="printed_as")
    return parser


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip():
        raise KampynError(f"--curl: -H {name!r} is no header; write 'Name: value'")
    return name.strip(), value.strip()


def _default(headers: dict[str, str], name: str, value: str) -> None:
    if name.lower() not in {key.lower() for key in headers}:
        headers[name] = value


def _body(option: str, value: str) -> str:
    if option == "--data-urlencode":
        name, equals, rest = value.partition("=")
        return f"{name}={quote(rest)}" if equals else quote(value)
    if option == "--data-raw" or not value.startswith("@"):
        return value
    text = file_text(value[1:], option)
    # As curl: -d takes line ends out of a file, --data-binary and --json leave it as it is.
    return (
        text if option in ("--data-binary", "--json") else text.replace("\r", "").replace("\n", "")
    )


def _field(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or value[:1] in ("@", "<"):
        raise KampynError(f"--curl: -F {name}: only fields with a text of their own are understood")
    return name, value


def file_text(name: str, option: str) -> str:
    """What a flag means by `@file`. Raises KampynError."""
    try:
        return Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
        raise KampynError(f"{option} @{name}: {why}") from error
