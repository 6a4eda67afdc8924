"""Connections to MongoDB for everybody who needs one, and what their errors mean in our words.

Durations are in microseconds. A URI holds a password: nothing here prints more of one than
`label` gives, and every text of the driver passes `clean` first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

from pymongo import MongoClient
from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    InvalidName,
    InvalidURI,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)
from pymongo.uri_parser import parse_uri

from kampyn_perf.errors import KampynError, UnreachableError
from kampyn_perf.redact import HIDDEN, redact_text

SELECTION_TIMEOUT_US = 5_000_000
"""How long a server is looked for, unless the URI says otherwise: the document's 5 s."""
APPLICATION = "kampyn-perf"

_UNAUTHORISED = 13
_NOT_PRIMARY = 10107
_AUTHENTICATION_FAILED = 18
_AUTHENTICATION = frozenset({11, _AUTHENTICATION_FAILED, 8000, 334})
_SCHEMES = ("mongodb://", "mongodb+srv://")
_URI_HINT = (
    "It looks like mongodb://user:password@host:27017/database; characters such as @ : / in the "
    "password are written in percent form."
)
# Options of a URI that speak of the set as a whole.
_OF_THE_SET = frozenset({"replicaset", "directconnection", "readpreference", "loadbalanced"})

Client = MongoClient[dict[str, Any]]


class FailureKind(StrEnum):
    UNREACHABLE = "unreachable"
    AUTHENTICATION = "authentication"
    REFUSED = "refused"
    """The server answered with an error; `code` says which."""
    USAGE = "usage"
    """The URI or a name in it is wrong; nothing was sent."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What an error of the driver means. `message` has no secret in it."""

    kind: FailureKind
    message: str
    code: int = 0
    details: Any = None


def connect(uri: str, **options: Any) -> Client:
    """A client of `uri`; nothing is sent yet. `options` are pymongo's, weaker than the URI's own.

    Raises KampynError for a URI that is none.
    """
    if not uri.startswith(_SCHEMES):
        # Not shown: it may be a password, put into the wrong variable.
        raise KampynError(
            "not a MongoDB URI: it does not begin with mongodb:// or mongodb+srv://", hint=_URI_HINT
        )
    defaults: dict[str, Any] = {
        "serverSelectionTimeoutMS": SELECTION_TIMEOUT_US // 1_000,
        "connectTimeoutMS": SELECTION_TIMEOUT_US // 1_000,
        "appname": APPLICATION,
    }
    given = uri.lower()
    wanted = {
        name: value
        for name, value in (defaults | options).items()
        if f"{name.lower()}=" not in given
    }
    try:
        return MongoClient(uri, **wanted)
    except (PyMongoError, ValueError, TypeError) as error:
        # ValueError: a port that is no number. A literal of the URI may stand in the text.
        raise KampynError(
            f"not a MongoDB URI: {label(uri)}: {clean(str(error), uri)}",
            hint=_URI_HINT,
        ) from None


def connect_member(uri: str, *, host: str, port: int) -> Client:
    """A client of one member of a replica set, with the credentials and options of `uri`.

    Those that a `mongodb+srv` name carries in its DNS records count, too.
    """
    # Not validated: that would turn texts into pymongo's own units, which it does not take back.
    parsed = parse_uri(uri, validate=False)
    options = {
        name: value for name, value in parsed["options"].items() if name.lower() not in _OF_THE_SET
    }
    if parsed["username"]:
        options |= {"username": parsed["username"], "password": parsed["password"]}
        if not any(name.lower() == "authsource" for name in options):
            options["authSource"] = parsed["database"] or "admin"
    options.setdefault("serverSelectionTimeoutMS", SELECTION_TIMEOUT_US // 1_000)
    try:
        return MongoClient(host=host, port=port, directConnection=True, **options)
    except (PyMongoError, ValueError, TypeError) as error:
        raise KampynError(
            f"cannot ask {host}:{port} of {label(uri)}: {clean(str(error), uri)}"
        ) from None


def default_database(uri: str) -> str:
    """The database that the URI names, or an empty text."""
    rest = _without_credentials(uri)
    return unquote(rest.partition("?")[0].partition("/")[2])


def label(uri: str) -> str:
    """`mongodb://host:27017/database`: what may be shown of a URI. No user, password or option."""
    scheme = next((known for known in _SCHEMES if uri.startswith(known)), "")
    if not scheme:
        return HIDDEN  # not a URI: it may be the password itself, pasted into the wrong place
    return scheme + _without_credentials(uri).partition("?")[0]


def clean(text: str, uri: str) -> str:
    """`text` without the secrets of `uri`, however they are spelled in it."""
    for secret in sorted(_secrets(uri), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return redact_text(text)


def failure_of(error: Exception, uri: str) -> Failure:
    """What `error`, raised by the driver, means."""
    message = clean(_words(error), uri)
    if isinstance(error, NotPrimaryError):
        details = error.details if isinstance(error.details, Mapping) else {}
        code = int(details.get("code") or _NOT_PRIMARY)
        return Failure(kind=FailureKind.REFUSED, message=message, code=code, details=details)
    if isinstance(error, OperationFailure):
        code = error.code or 0
        kind = FailureKind.AUTHENTICATION if code in _AUTHENTICATION else FailureKind.REFUSED
        return Failure(kind=kind, message=message, code=code, details=error.details)
    if isinstance(error, ConnectionFailure):
        return Failure(kind=FailureKind.UNREACHABLE, message=message)
    if isinstance(error, ConfigurationError | InvalidURI | InvalidName):
        return Failure(kind=FailureKind.USAGE, message=message)
    return Failure(kind=FailureKind.REFUSED, message=message)


def as_error(failure: Failure, uri: str) -> KampynError:
    """The error that a user meets, for every kind of failure."""
    where = label(uri)
    if failure.kind is FailureKind.UNREACHABLE:
        return UnreachableError(
            f"no MongoDB server answers at {where}: {failure.message}",
            hint="Is it running, and may this machine reach it? A replica set without a primary "
            "looks the same from here.",
        )
    if failure.kind is FailureKind.AUTHENTICATION:
        return KampynError(
            f"{where} does not accept the user and password given (MongoDB error {failure.code})",
            hint="Check them, and authSource: the database in which the user was made.",
        )
    if failure.code == _UNAUTHORISED:
        return KampynError(
            f"this user may not do that on {where}: {failure.message} (MongoDB error 13)",
            hint="Reading needs the role read, changing indexes readWrite or dbAdmin, use "
            "statistics clusterMonitor.",
        )
    code = f" (MongoDB error {failure.code})" if failure.code else ""
    return KampynError(f"{where}: {failure.message}{code}")


def _words(error: Exception) -> str:
    """The driver's message in one line, without its dump of the topology or the server's answer."""
    text = str(error)
    if isinstance(error, ServerSelectionTimeoutError):
        text = text.partition(", Timeout:")[0]
    text = text.partition(", full error:")[0]
    text = re.sub(r" \(configured timeouts:[^)]*\)", "", text)
    return " ".join(text.split())


def _without_credentials(uri: str) -> str:
    """What follows the scheme, from the last @ on. An unescaped / or @ in a password is common, so
    this does not trust the URI to be well formed."""
    rest = uri.partition("://")[2]
    return rest.rpartition("@")[2] if "@" in rest else rest


def _secrets(uri: str) -> set[str]:
    credentials = uri.partition("://")[2].rpartition("@")[0]
    password = credentials.partition(":")[2]
    secrets = {password, unquote(password), *password.split("@"), *password.split("/")}
    return {secret for secret in secrets if len(secret) > 2}
