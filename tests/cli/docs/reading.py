"""Which lines a story types, and which of them only say what they would do."""

from __future__ import annotations

import re
from functools import cache

from tests.cli.docs import pages
from tests.cli.docs.reasons import DRY, NOT_HERE, RUN_BY, TAKEN_BY, UP_TO_THE_RUN, WIRE
from tests.cli.docs.stories import STORIES, Story

LAST = ("README.md", pages.HELP)
"""Of these only what no other page says."""
BACKEND = r":5001\b|api\.example"
FLAGS = {"backend serve": "--show-config", "bench": "--list", "load": "--dry-run"}


def typed_here(story: Story) -> list[str]:
    """The lines of its page that a story types: not those that another page's test does."""
    part = re.compile(rf"\bkampyn-perf (?:{story.part})\b")
    return [line for line in typed_of(story.page) if part.search(line)]


@cache
def typed_of(page: str) -> list[str]:
    """The same of all stories of a page."""
    before = {same(line) for other in RUN_BY for line in pages.of_blocks(other)}
    if page in LAST:
        others = (story.page for story in STORIES if story.page not in LAST)
        before |= {same(line) for other in others for line in pages.lines(other)}
    return [line for line in pages.lines(page) if same(line) not in before and not elsewhere(line)]


def asks_backend(story: Story) -> bool:
    """Whether it asks the bundled backend for something; a dry run only names it."""
    asked = [line for line in typed_here(story) if not dry(line) and "--dry-run" not in line]
    return story.backend or any(re.search(BACKEND, line) for line in asked)


def elsewhere(line: str) -> str:
    """Where or why not a line is typed by no story."""
    for beginning, test in TAKEN_BY.items():
        if line.startswith(beginning):
            return f"taken by {test}"
    for pattern, (test, _page, why) in UP_TO_THE_RUN.items():
        if re.match(pattern, line):
            return f"carried out up to the run by {test}: {why}"
    if re.match(WIRE, line):
        return "typed on MongoDB"
    return next((why for pattern, why in NOT_HERE.items() if re.match(pattern, line)), "")


def dry(line: str) -> str:
    """The flag that makes a line say what it would do; none where it does it."""
    if not any(re.search(pattern, line) for pattern in DRY):
        return ""
    command, flags = pages.flags(line)
    flag = FLAGS[command.removeprefix("kampyn-perf ")]
    return "" if flag in flags else flag


def same(line: str) -> str:
    """Lines that differ in the database, or in how long a load lasts, alone are typed once."""
    line = re.sub(r"mongodb://\S+/kampyn\b", "DATABASE", line)
    return re.sub(r"(kampyn-perf load .*) --for \w+$", r"\1", line)
