"""A MongoDB URI by way of a proxy. Pure. Nothing of the URI is shown: it may hold a password."""

from __future__ import annotations

import re

from kampyn_perf.errors import KampynError

_URI = re.compile(r"mongodb://(?:(?P<user>[^@/]*)@)?(?P<hosts>[^/?]+)(?P<rest>.*)", re.S)
_PORT = 27017
_ENCRYPTED = re.compile(r"[?&](?:tls|ssl)=true", re.I)
_DIRECT = re.compile(r"[?&]directConnection=", re.I)
_HINT = "Lead the connection through network, with listen and to, or stop the server by a command."


def member_of(uri: str) -> tuple[str, int]:
    """Host and port of the one server that the URI names. Raises KampynError for several, and for
    one that a proxy cannot stand before."""
    match = _URI.fullmatch(uri)
    if match is None or "," in match["hosts"]:
        raise KampynError(
            "a fault of the database needs a store at one address, as mongodb://host:port/name: "
            "a driver that is told of the other members of a set goes round a proxy",
            hint=_HINT,
        )
    if _ENCRYPTED.search(match["rest"]):
        raise KampynError(
            "a fault of the database cannot stand before an encrypted connection: the server's "
            "certificate is not for the proxy's address",
            hint=_HINT,
        )
    host, _, port = match["hosts"].rpartition(":")
    if not host:
        return match["hosts"], _PORT
    if not port.isdecimal():
        raise KampynError("the store's address has a port that is no number")
    return host.strip("[]"), int(port)


def led(uri: str, port: int) -> str:
    """The same, by way of a port of loopback, and of no other member of its set."""
    match = _URI.fullmatch(uri)
    assert match is not None  # noqa: S101 (member_of has looked)
    user = "" if match["user"] is None else f"{match['user']}@"
    rest = match["rest"]
    if not _DIRECT.search(rest):
        path, mark, options = rest.partition("?")
        options = f"{options}&directConnection=true" if mark else "directConnection=true"
        rest = f"{path or '/'}?{options}"
    return f"mongodb://{user}127.0.0.1:{port}{rest}"
