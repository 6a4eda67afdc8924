"""What Locust would take from its configuration files and the environment: `~/.locust.conf`,
`locust.conf`, `[tool.locust]` of `pyproject.toml`, and LOCUST_... variables, the last going before.
Pure, but for reading the files; Locust is not imported."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kampyn_perf.errors import KampynError

_LINE = re.compile(r"\s*(?:--)?(?P<key>[\w-]+)\s*(?:[:=\s]\s*(?P<value>.*?))?\s*(?:\s[#;].*)?")
_VARIABLES = {
    "host": "LOCUST_HOST",
    "tags": "LOCUST_TAGS",
    "exclude-tags": "LOCUST_EXCLUDE_TAGS",
    "users": "LOCUST_USERS",
    "spawn-rate": "LOCUST_SPAWN_RATE",
    "run-time": "LOCUST_RUN_TIME",
    "processes": "LOCUST_PROCESSES",
    "master": "LOCUST_MODE_MASTER",
    "worker": "LOCUST_MODE_WORKER",
    "csv": "LOCUST_CSV",
    "html": "LOCUST_HTML",
    "stop-timeout": "LOCUST_STOP_TIMEOUT",
}
_INSTEAD = {
    "users": "--rate",
    "spawn-rate": "--ramp",
    "run-time": "--for",
    "processes": "--workers",
    "master": "--role",
    "worker": "--role",
    "csv": "kampyn-perf report --format csv",
    "html": "report.html",
    "stop-timeout": "config.drain",
}
"""Settings that say what a run is, and what says it here. All others change no request."""


@dataclass(frozen=True)
class Setting:
    """One, and where it stands."""

    value: str
    place: str


class LocustSettings:
    """All of them, by Locust's long names without their dashes."""

    def __init__(
        self, folder: Path, environ: Mapping[str, str], *, home: Path | None = None
    ) -> None:
        """Raises KampynError for a file that cannot be read."""
        self._found: dict[str, Setting] = {}
        for path in ((home or Path.home()) / ".locust.conf", folder / "locust.conf"):
            if path.is_file():
                self._found |= dict(_conf(path))
        self._found |= dict(_pyproject(folder / "pyproject.toml"))
        for key, name in _VARIABLES.items():
            if environ.get(name):
                self._found[key] = Setting(environ[name], name)

    def get(self, key: str) -> Setting | None:
        """What is said of `host`, `tags`, ..."""
        return self._found.get(key)

    def words(self, key: str) -> tuple[str, ...]:
        """Of a setting with several values."""
        setting = self._found.get(key)
        return tuple(re.findall(r"[^\s,\[\]'\"]+", setting.value)) if setting else ()

    def remarks(self) -> list[str]:
        """What is not used here and says what a run is, one line a place."""
        by_place: dict[str, list[str]] = {}
        for key, setting in self._found.items():
            if key in _INSTEAD:
                by_place.setdefault(setting.place.partition(":")[0], []).append(key)
        return [
            f"{place}: not used: " + ", ".join(f"{key} ({_INSTEAD[key]} here)" for key in keys)
            for place, keys in by_place.items()
        ]


def _conf(path: Path) -> Iterator[tuple[str, Setting]]:
    for number, line in enumerate(_text(path).splitlines(), start=1):
        if not line.strip() or line.strip()[0] in "#;[" or line.strip() == "---":
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise KampynError(f"{path}:{number}: is no setting, as in `host = http://localhost`")
        value = (match["value"] or "true").strip("'\"")
        yield match["key"].replace("_", "-"), Setting(value, f"{path.name}:{number}")


def _pyproject(path: Path) -> Iterator[tuple[str, Setting]]:
    if not path.is_file() or "tool.locust" not in (text := _text(path)):
        return
    try:
        table: Any = tomllib.loads(text).get("tool", {}).get("locust", {})
    except tomllib.TOMLDecodeError as error:
        raise KampynError(f"{path}: {error}") from error
    for key, value in table.items():
        words = " ".join(map(str, value)) if isinstance(value, list) else str(value)
        yield key.replace("_", "-"), Setting(words, path.name)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KampynError(f"{path} cannot be read: {error}") from error
