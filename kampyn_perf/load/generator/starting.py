"""Imports Locust at two thirds of its price: the start of a run waits for it.

Nothing is left out for good. Locust's web interface (Flask, a quarter of it) is imported when
somebody asks for it, and what packages declare as plugins of gevent is looked up once, not at each
of the modules that gevent patches.
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

_WEB = "locust.web"


@contextmanager
def cheap_imports() -> Iterator[None]:
    """Within the block Locust is imported so; what it imports then must not use the web interface
    while it is imported."""
    web = _WebOnDemand(_WEB)
    sys.modules.setdefault(_WEB, web)
    looked_up = metadata.entry_points
    everything = cache(looked_up)
    once: Any = lambda **which: everything().select(**which)  # noqa: E731
    metadata.entry_points = once
    gc.disable()  # imports make little that could be collected
    try:
        yield
    finally:
        gc.enable()
        metadata.entry_points = looked_up
        if sys.modules.get(_WEB) is web:
            del sys.modules[_WEB]  # who imports it later gets the real one


class _WebOnDemand(ModuleType):
    """`locust.web`, as `locust.env` imports it: for the class that makes a web interface."""

    def WebUI(self, *arguments: Any, **options: Any) -> Any:  # noqa: N802 (Locust's name)
        """A web interface."""
        return import_module(_WEB).WebUI(*arguments, **options)
