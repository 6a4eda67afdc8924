"""The commands of pages and of `--help` that ask the bundled backend, which runs already, or
MongoDB; as in `test_stories.py`.

Tests the pages of `docs/` and `kampyn_perf/cli/groups.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from kampyn_perf.backend.launcher import RunningBackend
from tests.cli.docs import pages, stand_in
from tests.cli.docs.lines import carry_out, tell_each
from tests.cli.docs.reading import asks_backend
from tests.cli.docs.reasons import WIRE
from tests.cli.docs.shell import Shell
from tests.cli.docs.stories import STORIES, Story
from tests.cli.docs.world import World, copied
from tests.doctor.test_stores import redis_url  # noqa: F401 (a fixture)

ORDERS = """
clusters: {account: MONGO_URI_ACCOUNT, order: MONGO_URI_ORDER}
collections:
  orders:
    required: [userId]
    queries: {orders-of-user: {filter: {userId: 1}}}
    indexes: [{key: {userId: 1}, serves: [orders-of-user], reason: the list of a user}]
"""


@pytest.fixture
def world(backend: RunningBackend) -> Iterator[World]:
    with stand_in.served() as port, stand_in.served(stand_in.Shop) as shop:
        yield World.around(port, shop, backend)


@pytest.mark.parametrize("story", [s for s in STORIES if asks_backend(s)], ids=str)
def test_what_the_page_says_to_type(
    story: Story, world: World, used: Path, shell: Shell, tmp_path: Path
) -> None:
    if story.runs:
        copied(used, tmp_path)
    carry_out(story, world, tmp_path, shell)


@pytest.mark.mongo
def test_what_only_mongodb_does(
    world: World,
    mongo_uri: str,
    mongo_database: str,
    redis_url: str,  # noqa: F811
    shell: Shell,
    tmp_path: Path,
) -> None:
    """Hidden and shown again, tried on a scratch collection, sampled, asked for use; looked at."""
    server, _, options = mongo_uri.partition("/?")
    databases = (f"{server}/{mongo_database}{part}?{options}" for part in ("", "_accounts"))
    store, accounts = (uri.removesuffix("?") for uri in databases)
    there = replace(world, store=store, accounts=accounts, redis=redis_url)
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "indexes.yaml").write_text(ORDERS)
    client: MongoClient[dict[str, Any]]
    with MongoClient(mongo_uri) as client:
        orders = client[mongo_database]["orders"]
        orders.insert_many([{"vendorId": n % 7, "userId": n} for n in range(50)])
        orders.create_index("vendorId")
    story = Story(
        page=pages.HELP,
        added={pages.one(pages.HELP, "apply --prune"): "--yes"},
        ends={
            pages.one(pages.HELP, "--profiler"): (2,),  # nobody switched it on
            pages.one(pages.HELP, "doctor", "--mongo"): (0, 1),
        },
        says={
            pages.one(pages.HELP, "apply --prune"): "hid",
            pages.one(pages.HELP, "doctor", "--mongo"): "differs from the document's tuning",
        },
    )
    wire = [line for line in pages.every() if re.match(WIRE, line)]
    first = [line for line in wire if "--prune" in line]  # it hides what `unhide` shows
    lines = [*first, *(line for line in wire if line not in first)]
    tell_each(story, lines, there, tmp_path, shell)
