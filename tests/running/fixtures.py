"""The tests' own fixtures that a test uses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from _pytest.fixtures import FixtureDef

TESTS = Path(__file__).parent.parent


def fixtures_of(item: pytest.Item) -> Iterator[tuple[str, FixtureDef[Any]]]:
    """Those defined under `tests/` that a test uses, directly or not."""
    info = getattr(item, "_fixtureinfo", None)
    for name, definitions in (info.name2fixturedefs if info else {}).items():
        fixture = definitions[-1]
        code = getattr(fixture.func, "__code__", None)
        if code is not None and Path(code.co_filename).is_relative_to(TESTS):
            yield name, fixture
