"""The commands of the pages and of `--help`, typed in their order, page by page.

What is different from typing them: hosts, ports and databases are ones that are there, numbers are
small (`world.SHORTER`), questions are answered, and the backend runs already.

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
from tests.cli import program
from tests.cli.docs import pages, stand_in
from tests.cli.docs.reading import dry, typed_here
from tests.cli.docs.reasons import WIRE
from tests.cli.docs.stories import JUDGED, STORIES, Story
from tests.cli.docs.world import World, copied, kept_runs, with_data
from tests.doctor.test_stores import redis_url  # noqa: F401 (a fixture)

ORDERS = """
clusters: {account: MONGO_URI_ACCOUNT, order: MONGO_URI_ORDER}
collections:
  orders:
    required: [userId]
    queries: {orders-of-user: {filter: {userId: 1}}}
    indexes: [{key: {userId: 1}, serves: [orders-of-user], reason: the list of a user}]
"""
FLOWS = ("Vendor operations", "Order placement flow")
ALL = {story.page: story for story in STORIES}


@pytest.fixture(scope="module")
def world(backend: RunningBackend) -> Iterator[World]:
    address = backend.url.removeprefix("http://")
    with stand_in.served() as port, stand_in.served(stand_in.Shop) as shop:
        yield World(
            hosts={
                "localhost:8000": f"localhost:{port}",
                "localhost:8001": f"127.0.0.1:{port}",
                "http://a:5001": backend.url,
                "http://b:5001": backend.url.replace("127.0.0.1", "localhost"),
                "localhost:5001": address,
                "127.0.0.1:5001": address,
                "https://api.example.edu": backend.url,
                "http://api.example.edu:9100": backend.url,
                "/etc/prometheus/": "",
                "localhost:4318": f"localhost:{port}",
                "localhost:9091": f"localhost:{port}",
            },
            shop=f"http://127.0.0.1:{shop}",
            backend=backend.url,
            data=backend.data_file,
        )


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("used")
    kept_runs(folder)
    return folder


@pytest.mark.parametrize("page", ALL)
def test_what_the_page_says_to_type(page: str, world: World, used: Path, tmp_path: Path) -> None:
    story = ALL[page]
    if story.runs:
        copied(used, tmp_path)
    if story.backend:
        with_data(world, tmp_path)
    story.files(world, tmp_path)
    wrong = [said for line in typed_here(page) if (said := tell(story, line, world, tmp_path))]
    assert not wrong, "\n\n".join(wrong)


def tell(story: Story, line: str, world: World, folder: Path) -> str:
    """What is wrong with what a line does; empty if it is as it should be."""
    if prepare := story.before.get(line):
        prepare(world, folder)
    flag = dry(line)
    is_dry = flag or "--dry-run" in line
    environ = told(line) if is_dry else world.short(running=story.backend)
    done = world.run(folder, line, added=flag or story.added.get(line, ""), environ=environ)
    said = done.out + done.err
    usual = JUDGED if pages.flags(line)[0] == "kampyn-perf load" and not flag else (0,)
    ends = story.ends.get(line, usual)
    if done.code not in ends or "Traceback" in said or story.says.get(line, "") not in said:
        return f"$ {line}\n[ends with {done.code}, and not {ends}]\n{said}"
    return ""


def told(line: str) -> dict[str, str]:
    """Of the bundled backend's flows, where a dry run would start Python to read them: as data."""
    own = re.search(r"locustfile|\.yml|localhost:8000", line)
    flows = ", ".join(f"{{name: {name}, flow: [{{call: active_orders}}]}}" for name in FLOWS)
    return {} if own else {"KAMPYN_LOAD_FLOWS": f"[{flows}]"}


@pytest.mark.mongo
def test_what_only_mongodb_does(
    world: World,
    mongo_uri: str,
    mongo_database: str,
    redis_url: str,  # noqa: F811
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
    wrong = [said for line in lines if (said := tell(story, line, there, tmp_path))]
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.long
def test_a_search_is_begun_ended_and_gone_on_with(world: World, tmp_path: Path) -> None:
    begun = pages.one(pages.HELP, "capacity localhost:8000")
    # A search is gone on with by the flags that it was begun with.
    on = pages.one(pages.HELP, "capacity --resume").replace("kampyn-perf capacity", begun)
    for typed, until in ((begun, r" +\d+  "), (on, "Searching .*, after 1 step of before")):
        words = pages.read(world.here(typed), {}).words[1:]
        process = program.start(
            tmp_path, *words, *program.PATIENT, env=world.variables(), childless=True
        )
        assert process.stderr is not None
        said = ""
        while not re.match(until, line := process.stderr.readline()):
            said += line
            assert line, said
        process.send_signal(2)
        process.communicate(timeout=60)
        assert process.returncode == 130, typed
