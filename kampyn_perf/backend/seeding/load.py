"""Putting seeded data into a store, and keeping what is there."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

import orjson

from kampyn_perf.backend.domain import Kind
from kampyn_perf.backend.ports import Loader
from kampyn_perf.backend.seeding import generate
from kampyn_perf.backend.settings import PasswordSettings, SeedSettings
from kampyn_perf.names import ORDERS, PRODUCES, RETAILS, USERS, VENDORS

_BATCH = 5_000
_SEED = "seed"
SeedProgress = Callable[[str, int, int], None]
"""Called with a collection, how many of it are in, and how many there will be."""


class SeedOutcome(Enum):
    """What seeding came to."""

    SEEDED = "seeded"
    KEPT = "kept"
    """The same data was there already."""
    FOREIGN = "foreign"
    """Other data was there, and stays."""


@dataclass(frozen=True)
class Seeding:
    """What to put in."""

    seed: SeedSettings
    passwords: PasswordSettings


def seed(
    loader: Loader,
    wanted: Seeding,
    *,
    reset: bool = False,
    progress: SeedProgress = lambda _collection, _done, _total: None,
) -> SeedOutcome:
    """Fill an empty store; with `reset`, any store. Data that is there otherwise stays.

    Only the seeded password's hash follows the configured cost.
    """
    password_hash = generate.shared_hash(wanted.passwords, wanted.seed.seed)
    noted = orjson.loads(loader.note(_SEED) or "{}")
    figures = wanted.seed.model_dump(mode="json")
    if not reset and not loader.is_empty():
        if noted.get("hash") and noted["hash"] != password_hash and noted["figures"] == figures:
            loader.replace_hash(noted["hash"], password_hash)
            _note(loader, figures, password_hash)
        return SeedOutcome.KEPT if noted.get("figures") == figures else SeedOutcome.FOREIGN
    loader.clear()
    for collection, total, documents in _collections(wanted.seed, password_hash):
        done = 0
        progress(collection, done, total)
        for batch in _batches(documents):
            loader.insert(collection, batch)
            done += len(batch)
            progress(collection, done, total)
    loader.finish()
    _note(loader, figures, password_hash)
    return SeedOutcome.SEEDED


def _note(loader: Loader, figures: dict[str, Any], password_hash: str) -> None:
    loader.set_note(_SEED, orjson.dumps({"figures": figures, "hash": password_hash}).decode())


def _collections(
    wanted: SeedSettings, password_hash: str
) -> Iterator[tuple[str, int, Iterable[dict[str, Any]]]]:
    produces = len(range(2, wanted.items, 3))
    yield VENDORS, wanted.vendors, generate.vendors(wanted, password_hash)
    yield RETAILS, wanted.items - produces, generate.items(wanted, Kind.RETAIL)
    yield PRODUCES, produces, generate.items(wanted, Kind.PRODUCE)
    yield ORDERS, wanted.orders, generate.orders(wanted)
    # Last: a store with users is a store that was seeded to its end.
    yield USERS, wanted.users + 1, generate.users(wanted, password_hash)


def _batches(documents: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    iterator = iter(documents)
    while batch := list(itertools.islice(iterator, _BATCH)):
        yield batch
