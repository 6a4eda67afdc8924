"""Stores that are seeded once for the tests of a module, each of which finds them as seeded."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import bson
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient
from pymongo.database import Database

from tests import mongo_server

Seed = Callable[[str], None]
"""Fill what is empty at a URL."""


class Stores:
    """Of one module's tests, by their flavours."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mongo: dict[str, SeededDatabase] = {}
        self._stack = ExitStack()

    def sqlite(self, flavour: str, path: Path, seed: Seed) -> str:
        """The URL of a copy at `path`."""
        seeded = self._folder / f"{flavour}.db"
        if not seeded.exists():
            half = seeded.with_suffix(".half")
            seed(f"sqlite:///{half}")
            half.rename(seeded)
        shutil.copyfile(seeded, path)
        return f"sqlite:///{path}"

    def mongo(self, flavour: str, uri: str, seed: Seed) -> str:
        """The URL of a database at the server `uri`, without what a test before has done there."""
        known = self._mongo.get(flavour)
        if known is None:
            known = self._stack.enter_context(seeded_database(uri, seed))
            self._mongo[flavour] = known
        else:
            known.restore()
        return known.url

    def close(self) -> None:
        self._stack.close()


class SeededDatabase:
    """One at a server, and what it held when it was seeded."""

    def __init__(self, url: str, database: Database[RawBSONDocument]) -> None:
        self.url = url
        self.name = database.name
        self._database = database
        self._seeded = self._documents()

    def restore(self) -> None:
        """Put back what is missing or different, and take out what came."""
        now = self._documents()
        for name in now.keys() | self._seeded.keys():
            here, wanted = now.get(name, {}), self._seeded.get(name, {})
            changed = [one["_id"] for key, one in here.items() if one != wanted.get(key)]
            missing = [one for key, one in wanted.items() if one != here.get(key)]
            if changed:
                self._database[name].delete_many({"_id": {"$in": changed}})
            if missing:
                self._database[name].insert_many(missing)

    def _documents(self) -> dict[str, dict[bytes, RawBSONDocument]]:
        """By collection and `_id`."""
        return {
            name: {bson.encode({"_id": one["_id"]}): one for one in self._database[name].find()}
            for name in self._database.list_collection_names()
        }


@contextmanager
def seeded_database(uri: str, seed: Seed) -> Iterator[SeededDatabase]:
    """One of its own, dropped at the end of the block."""
    address, _, query = uri.partition("?")
    with mongo_server.fresh_database(uri) as name:
        url = f"{address.rstrip('/')}/{name}?{query}"
        seed(url)
        with MongoClient(uri, document_class=RawBSONDocument) as client:
            yield SeededDatabase(url, client[name])
