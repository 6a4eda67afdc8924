"""A locustfile imported: its user classes, or what is wrong with it, with file and line."""

from __future__ import annotations

import traceback
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from locust import FastHttpUser, HttpUser, User
from locust.user.task import filter_tasks_by_tags
from locust.util.load_locustfile import load_locustfile

from kampyn_perf.errors import KampynError
from kampyn_perf.load.locustfiles.features import requests_features
from kampyn_perf.load.locustfiles.script import Found, Script, shown
from kampyn_perf.load.locustfiles.tree import empty_sets

_NOT_OURS = {
    "client_pool": "a pool of geventhttpclient's connections",
    "ssl_context_factory": "a TLS context of one's own",
    "proxy_host": "a proxy",
}
"""Attributes of a FastHttpUser that change how it connects, and that the lean client has not."""


class Loaded:
    """What a locustfile declares."""

    def __init__(self, paths: tuple[Path, ...]) -> None:
        self.paths = paths
        self.script = Script(*paths)
        self.users: dict[str, type[User]] = {}
        self.shapes: list[Any] = []
        self._files: dict[str, Path] = {}
        for path in paths:
            self._take(path)
        self._places = self.script.classes()

    def place(self, kind: type) -> str:
        """Where a class begins."""
        return self._places.get(kind.__name__, self.shown)

    def file_of(self, name: str) -> Path:
        """The locustfile that a class was found in."""
        return self._files[name].absolute()

    @property
    def shown(self) -> str:
        """The locustfiles, as messages name them."""
        return ", ".join(shown(path) for path in self.paths)

    def _take(self, path: Path) -> None:
        users, shapes = _imported(path)
        for name, kind in users.items():
            other = self.users.get(name)
            if other is not None and not _same(kind, other):
                raise KampynError(
                    f"{shown(path)}: there is a class {name} in {shown(self._files[name])}, too",
                    hint="One of them needs another name.",
                )
            if other is None:
                self.users[name] = kind
                self._files[name] = path
        self.shapes += [
            shape for shape in shapes if type(shape).__name__ not in self._shape_names()
        ]

    def _shape_names(self) -> list[str]:
        return [type(shape).__name__ for shape in self.shapes]


def _same(kind: type, other: type) -> bool:
    """Whether one class was met in two files, of which one imported the other."""
    return kind is other or _sources(kind) == _sources(other) != set()


def _sources(kind: type) -> set[str]:
    codes = (getattr(value, "__code__", None) for value in vars(kind).values())
    return {code.co_filename for code in codes if code}


@cache
def load_files(paths: tuple[Path, ...]) -> Loaded:
    """Import locustfiles, once. Raises KampynError."""
    loaded = Loaded(paths)
    for kind in loaded.users.values():
        _check(kind, loaded)
    if not loaded.users:
        raise KampynError(_nobody(loaded), hint="A class that derives from HttpUser, User, ...")
    return loaded


def keep_tagged(
    users: Mapping[str, type[User]], tags: Collection[str], exclude: Collection[str]
) -> list[str]:
    """Take tasks out by their tags, as Locust's --tags and --exclude-tags do; the names of users
    that have none left."""
    checked: dict[Any, bool] = {}
    for kind in users.values():
        filter_tasks_by_tags(kind, set(tags) or None, set(exclude) or None, checked)
    return [name for name, kind in users.items() if not kind.tasks]


def check_tasks(loaded: Loaded, users: Collection[type[User]]) -> None:
    """Raises KampynError for a user, or a set within one, that has nothing to do."""
    for kind in users:
        for holder in empty_sets(kind):
            what = "a 'task' attribute, and no 'tasks'" if hasattr(holder, "task") else "no @task"
            raise KampynError(
                f"{loaded.place(holder)}: {holder.__name__} has {what}",
                hint="Mark it abstract = True if others only derive from it.",
            )


def needs_requests(loaded: Loaded, users: Iterable[type[User]]) -> list[Found]:
    """What needs the client of requests. Raises KampynError where only users have it who cannot
    have that client."""
    users = list(users)
    uses = requests_features(loaded.script)
    if not any(issubclass(kind, HttpUser) for kind in users):
        used = [use for use in uses if not use.what.startswith("requests")]
        if used and any(issubclass(kind, FastHttpUser) for kind in users):
            raise KampynError(
                f"{used[0].place}: {used[0].what} is not there for a FastHttpUser",
                hint="An HttpUser has it, on requests' client.",
            )
        return []
    return uses + [
        Found(f"{kind.__name__}.pool_manager", loaded.place(kind))
        for kind in users
        if issubclass(kind, HttpUser) and kind.pool_manager is not None
    ]


def _imported(path: Path) -> tuple[dict[str, type[User]], list[Any]]:
    try:
        users, shapes = load_locustfile(str(path.absolute()))
    except KampynError as error:
        raise KampynError(f"{_place(error, path)}: {error.message}", hint=error.hint) from error
    except ModuleNotFoundError as error:
        raise KampynError(
            f"{_place(error, path)}: the module {error.name!r} is not installed",
            hint="Install the package that has it where kampyn-perf is installed.",
        ) from error
    except (Exception, SystemExit) as error:
        raise KampynError(
            f"{_place(error, path)}: cannot be imported: {type(error).__name__}: {error}"
        ) from error
    return users, shapes


def _place(error: BaseException, path: Path) -> str:
    """Where in the locustfile an exception came from; the last place of its own."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename) == path.absolute()]
    return f"{shown(path)}:{own[-1].lineno}" if own else shown(path)


def _check(kind: type[User], loaded: Loaded) -> None:
    """Raises KampynError for a user that cannot be run session by session."""
    where = loaded.place(kind)
    overriding = next(base for base in kind.__mro__ if "run" in vars(base))
    if not overriding.__module__.startswith("locust."):
        raise KampynError(
            f"{where}: {kind.__name__} has a run() of its own, which nothing can schedule",
            hint="Write what it does as a @task.",
        )
    for name, what in _NOT_OURS.items() if issubclass(kind, FastHttpUser) else ():
        if getattr(kind, name):
            raise KampynError(
                f"{where}: {kind.__name__}.{name}: {what} is geventhttpclient's own, which is not "
                "used here",
                hint="An HttpUser can have it, on requests' client.",
            )
    if not kind.weight >= 0 or kind.fixed_count < 0:
        raise KampynError(
            f"{where}: {kind.__name__} has a weight of {kind.weight} and a fixed_count of "
            f"{kind.fixed_count}; neither can be below 0"
        )


def _nobody(loaded: Loaded) -> str:
    if loaded.script.has_tests:
        return f"{loaded.shown}: tests of pytest are no users that can be scheduled"
    return f"{loaded.shown}: there is no user class in it that is not abstract"
