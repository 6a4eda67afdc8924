"""Names of a package that are imported when they are first used: importing the package costs
nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any


def on_first_use(package: str, places: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """The `__getattr__` of a package. `places`: its modules (`.runner`; one of elsewhere by its
    whole name), each with the names that come from it; `load as load_settings` under another."""
    homes = {}
    for module, names in places.items():
        for name in names:
            attribute, _, shown = name.partition(" as ")
            homes[shown or attribute] = (module, attribute)

    def look_up(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, attribute = homes[name]
        value = getattr(import_module(module, package), attribute)
        setattr(sys.modules[package], name, value)
        return value

    return look_up
