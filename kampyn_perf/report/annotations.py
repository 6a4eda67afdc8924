"""GitHub's workflow commands: annotations of a job. Pure.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """Where an objective stands."""

    file: str
    """Relative to the repository's root."""
    line: int


def command(level: str, message: str, title: str, place: Place | None = None) -> str:
    """One annotation; `level` is error, warning or notice."""
    properties = {"title": title}
    if place is not None:
        properties = {"file": place.file, "line": str(place.line), "title": title}
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {told}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
