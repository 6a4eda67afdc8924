"""What an import came to, short enough to be compared."""

from __future__ import annotations

from typing import Any

from kampyn_perf.indexes.model.catalogue import Catalogue
from tests.indexes.catalogue.test_from_database import read_back


def indexes_of(catalogue: Catalogue) -> dict[str, list[tuple[Any, ...]]]:
    """Keys, name and options of each index, by collection, as they are read from the file that is
    written of them."""
    return {
        wanted.name: [
            (dict(entry.spec.keys), entry.spec.name, dict(entry.spec.options))
            for entry in wanted.entries
        ]
        for wanted in read_back(catalogue).collections
    }
