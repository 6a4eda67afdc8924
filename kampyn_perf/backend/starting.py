"""Imports what a worker is made of at three quarters of its price: whoever starts one waits for it.

Nothing is lost. Models build their validators when they are used (most of FastAPI's own describe
parts of OpenAPI that nobody uses), and libraries do without others that nothing here needs.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import BaseModel, ConfigDict


@contextmanager
def cheap_imports() -> Iterator[None]:
    """Within the block; Redis's client has nothing to tell OpenTelemetry there."""
    config, was_on = BaseModel.model_config, gc.isenabled()
    BaseModel.model_config = ConfigDict(defer_build=True) | config
    gc.disable()  # imports make little that could be collected
    try:
        with imports_without("opentelemetry.sdk"):
            yield
    finally:
        BaseModel.model_config = config
        gc.freeze()  # what modules are made of stays; the first collection would walk through it
        if was_on:
            gc.enable()


@contextmanager
def imports_without(module: str) -> Iterator[None]:
    """Within the block `module` is as one that is not installed, unless it is imported already."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment] # the import system's word for it
    try:
        yield
    finally:
        del sys.modules[module]
