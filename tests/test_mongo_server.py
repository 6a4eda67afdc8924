"""The stand-in itself: it answers, and it does not outlive the run that started it.

Tests `tests/mongo_server.py`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from tests import mongo_server

pytestmark = pytest.mark.mongo


def test_it_keeps_what_is_written(mongo_uri: str, mongo_database: str) -> None:
    with MongoClient(mongo_uri) as client:
        client[mongo_database].users.insert_one({"_id": 1, "email": "a@example.com"})
        assert client[mongo_database].users.find_one({"email": "a@example.com"})["_id"] == 1


@pytest.mark.skipif(
    bool(os.environ.get(mongo_server.URI_VARIABLE)), reason="the server given is not ours to end"
)
def test_it_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """One that several share, too, whoever of them has started it."""
    code = (
        "from tests.mongo_server import running\n"
        "with running() as uri:\n print(uri, flush=True)\n input()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=mongo_server.ROOT,
    )
    assert parent.stdin and parent.stdout
    uri = parent.stdout.readline().strip()
    assert uri.startswith("mongodb://127.0.0.1:")
    shared = mongo_server.shared(tmp_path, owner=parent.pid)
    assert mongo_server.shared(tmp_path, owner=os.getpid()) == shared != uri
    assert _answers(shared)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdin.close()
    parent.stdout.close()
    deadline = time.monotonic() + 30
    while _answers(uri) or _answers(shared):
        assert time.monotonic() < deadline, "the server outlived the process that started it"
        time.sleep(0.2)


def _answers(uri: str) -> bool:
    try:
        with MongoClient(uri, serverSelectionTimeoutMS=500) as client:
            client.admin.command("ping")
    except PyMongoError:
        return False
    return True
