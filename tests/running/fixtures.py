"""The tests' own fixtures that a test uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from _pytest.fixtures import FixtureDef


def fixtures_of(item: pytest.Item) -> Iterator[FixtureDef[Any]]:
    """Those of a test module or a conftest that a test uses, directly or not; none of a plugin."""
    info = getattr(item, "_fixtureinfo", None)
    for definitions in info.name2fixturedefs.values() if info else ():
        if definitions[-1].baseid:
            yield definitions[-1]
