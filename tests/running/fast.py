"""Tells tests that start programs or need a database server from those that do not: the fast ones.

A test starts programs if its code, a fixture of it, or anything of the tests or the project that
one of these calls, names what starts them. What is found nowhere (a fixture that is asked for by
its name) is marked by hand. `make test-fast` runs the others, and there a process that is started
all the same is an error that says so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

from tests.running.fixtures import fixtures_of

PROGRAM = "program"
MONGO = {"mongo_uri", "mongo_text_uri"}
FAST_ONLY = f"not {PROGRAM}"
STARTERS = ("subprocess", "multiprocessing", "selenium")
"""A test that calls one of these, or a module of the project that has one, starts something."""
OURS = ("tests.", "kampyn_perf.")
"""What is looked into."""
EVENTS = frozenset({"subprocess.Popen", "os.posix_spawn", "os.fork", "os.exec"})


def mark(items: list[pytest.Item]) -> None:
    """Mark those that start something."""
    known: dict[FunctionType, bool] = {}
    for item in items:
        if item.get_closest_marker(PROGRAM) is None and _starts_something(item, known):
            item.add_marker(PROGRAM)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Of the fast tests alone: none of them starts a process."""
    if FAST_ONLY not in item.config.option.markexpr:
        return (yield)
    with _refused_processes():
        return (yield)


@contextmanager
def _refused_processes() -> Iterator[None]:
    if not _refusing:
        sys.addaudithook(_audit)  # for good: there is no way to take one out
    _refusing["processes"] = True
    try:
        yield
    finally:
        _refusing["processes"] = False


_refusing: dict[str, bool] = {}


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event in EVENTS and _refusing["processes"]:
        raise AssertionError(
            f"this test starts a process ({arguments[0] if arguments else event}): "
            f"mark it with @pytest.mark.{PROGRAM}"
        )


def _starts_something(item: pytest.Item, known: dict[FunctionType, bool]) -> bool:
    if item.get_closest_marker("mongo") or MONGO & set(getattr(item, "fixturenames", ())):
        return True
    functions = [getattr(item, "function", None)]
    functions += [fixture.func for fixture in fixtures_of(item)]
    return any(_calls_starter(function, known) for function in functions if function)


def _calls_starter(function: Callable[..., Any], known: dict[FunctionType, bool]) -> bool:
    plain = getattr(function, "__wrapped__", function)
    plain = getattr(plain, "__func__", plain)
    if not isinstance(plain, FunctionType):
        return False
    if plain not in known:
        known[plain] = False  # a function that calls itself
        known[plain] = _imports_starter(plain.__code__) or any(
            _starts(value, plain.__module__, known) for value in _named(plain)
        )
    return known[plain]


def _imports_starter(code: CodeType) -> bool:
    """Within the function, where no global says so."""
    return any(name.partition(".")[0] in STARTERS for name in _names(code))


def _starts(value: object, module: str, known: dict[FunctionType, bool]) -> bool:
    if isinstance(value, ModuleType):
        return _is_starter(value)
    if _is_starter(sys.modules.get(getattr(value, "__module__", None) or "")):
        return True
    if not _is_ours(value, module):
        return False
    if isinstance(value, type):
        bases = (base for base in value.__mro__ if _is_ours(base, module))
        return any(_calls_starter(each, known) for base in bases for each in _members(base))
    return callable(value) and _calls_starter(value, known)


def _members(kind: type) -> list[Any]:
    """Without those of a pydantic model that make its validator when they are looked at."""
    return [one for name, one in vars(kind).items() if not name.startswith("__pydantic")]


def _is_starter(module: ModuleType | None) -> bool:
    if module is None:
        return False
    name = module.__name__
    if name.startswith("kampyn_perf."):
        return any(_is_starter(vars(module).get(starter)) for starter in STARTERS)
    return name in STARTERS


def _is_ours(value: object, module: str) -> bool:
    """Whether it is of the asking module, the tests or the project."""
    owner = getattr(value, "__module__", None) or ""
    return owner == module or owner.startswith(OURS)


def _named(function: FunctionType) -> Iterator[object]:
    """What the names in a function's code stand for, also as `module.name`."""
    names = list(_names(function.__code__))
    modules: list[ModuleType] = []
    for name in names:
        value = sys.modules.get(name) if name.startswith(OURS) else function.__globals__.get(name)
        if isinstance(value, ModuleType) and value.__name__.startswith(OURS):
            modules.append(value)
        yield value
    for module in modules:
        yield from (getattr(module, name, None) for name in names)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
