"""Imports Locust at half of its price: the start of a run waits for it.

Nothing is left out for good. Locust's web interface (Flask, a quarter of it) and what it needs to
speak with other machines (ZeroMQ, BSON) are imported when somebody uses them, and what packages
declare as plugins of gevent is looked up once, not at each of the modules that gevent patches.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module, metadata
from types import ModuleType
from typing import Any

_ON_DEMAND = ("locust.web", "locust.rpc")


@contextmanager
def cheap_imports() -> Iterator[None]:
    """Within the block Locust is imported so; what it imports then must not use what comes on
    demand while it is imported."""
    stand_ins = {name: _OnDemand(name) for name in _ON_DEMAND if name not in sys.modules}
    sys.modules.update(stand_ins)
    looked_up = metadata.entry_points
    everything = cache(looked_up)
    once: Any = lambda **which: everything().select(**which)  # noqa: E731
    metadata.entry_points = once
    gc.disable()  # imports make little that could be collected
    try:
        yield
    finally:
        gc.freeze()  # what modules are made of stays; the first collection would walk through it
        gc.enable()
        metadata.entry_points = looked_up
        for name in stand_ins:
            del sys.modules[name]  # who imports it later gets the real one


class _OnDemand(ModuleType):
    """A module from which Locust takes names while it is imported, and uses them later."""

    def __getattr__(self, name: str) -> _Part:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Part(self.__name__, name)


class _Part:
    """A class, function or module of such a module, to be called or asked for what it has."""

    def __init__(self, module: str, name: str) -> None:
        self._place = module, name

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return self._real()(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real(), name)

    def _real(self) -> Any:
        module, name = self._place
        return getattr(import_module(module), name)
