"""The commands of the pages and of `--help`, typed in their order, page by page.

What is different from typing them: hosts, ports and databases are ones that are there, numbers are
small (`world.SHORTER`), and questions are answered.

Tests the pages of `docs/` and `kampyn_perf/cli/groups.py`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli import program
from tests.cli.docs import pages
from tests.cli.docs.lines import carry_out
from tests.cli.docs.reading import asks_backend
from tests.cli.docs.shell import Shell
from tests.cli.docs.stories import STORIES, Story
from tests.cli.docs.world import World, copied

HERE = [story for story in STORIES if not asks_backend(story)]


@pytest.mark.parametrize("story", [story for story in HERE if not story.runs], ids=str)
def test_what_the_page_says_to_type(
    story: Story, world: World, shell: Shell, tmp_path: Path
) -> None:
    carry_out(story, world, tmp_path, shell)


@pytest.mark.parametrize("story", [story for story in HERE if story.runs], ids=str)
def test_what_the_page_says_of_runs_that_were_kept(
    story: Story, world: World, used: Path, shell: Shell, tmp_path: Path
) -> None:
    copied(used, tmp_path)
    carry_out(story, world, tmp_path, shell)


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
