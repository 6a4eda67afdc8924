"""Taking inserted items out again: the store's port has no deletion, and only this needs one."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from kampyn_perf import mongo
from kampyn_perf.names import RETAILS


def remove_items(url: str, uni_id: str) -> None:
    """Delete the items of a university that only the benchmark knows."""
    if url.startswith("sqlite:///"):
        path = url.removeprefix("sqlite:///").partition("?")[0]
        with closing(sqlite3.connect(path, timeout=10)) as connection, connection:
            connection.execute(f"DELETE FROM {RETAILS} WHERE uniId = ?", (uni_id,))  # noqa: S608
        return
    with mongo.connect(url) as client:
        client[mongo.default_database(url)][RETAILS].delete_many({"uniId": uni_id})
