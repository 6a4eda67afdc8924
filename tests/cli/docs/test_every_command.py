"""No command of a page or of `--help` is left out of what the tests type, but for good reason.

Tests the pages of `docs/` and `kampyn_perf/cli/groups.py`.
"""

from __future__ import annotations

import importlib.util
import re
from collections import Counter

import pytest

from tests.cli import program
from tests.cli.docs import pages
from tests.cli.docs.reading import dry, elsewhere, same, typed_here
from tests.cli.docs.reasons import DRY, NOT_HERE, RUN_BY, TAKEN_BY, UP_TO_THE_RUN
from tests.cli.docs.stories import STORIES

EVERY = pages.every()


def test_there_are_many() -> None:
    assert len(EVERY) > 250


def test_every_command_is_typed_or_says_why_not() -> None:
    typed = {same(line) for page in RUN_BY for line in pages.of_blocks(page)}
    typed |= {same(line) for story in STORIES for line in typed_here(story)}
    left = {line: found for line, found in EVERY.items() if same(line) not in typed}
    assert {line: found for line, found in left.items() if not elsewhere(line)} == {}


def test_no_story_types_what_another_of_its_page_does() -> None:
    typed = Counter((story.page, line) for story in STORIES for line in typed_here(story))
    assert typed.most_common(1)[0][1] == 1


@pytest.mark.parametrize("pattern", [*NOT_HERE, *DRY, *TAKEN_BY, *UP_TO_THE_RUN])
def test_no_reason_is_left_of_a_line_that_is_gone(pattern: str) -> None:
    assert any(re.match(pattern, line) for line in EVERY), pattern


def test_what_only_says_what_it_would_do_is_not_much_of_it() -> None:
    lines = [line for story in STORIES for line in typed_here(story)]
    assert len([line for line in lines if dry(line)]) < len(lines) / 5


def test_a_test_that_takes_a_line_takes_it_from_the_page() -> None:
    for test in {*TAKEN_BY.values(), *(test for test, *_ in UP_TO_THE_RUN.values())}:
        assert re.search(r"pages\.(one|lines|of_blocks)\(", (program.ROOT / test).read_text()), test
    for page, test in RUN_BY.items():
        assert page.rpartition("/")[2] in (program.ROOT / test).read_text(), test


@pytest.mark.parametrize("pattern", UP_TO_THE_RUN)
def test_what_is_carried_out_up_to_the_run_is_all_that_looks_like_it(pattern: str) -> None:
    """A line elsewhere has the flags of one on the page whose lines are carried out."""
    _test, page, _why = UP_TO_THE_RUN[pattern]
    done = [pages.flags(line)[1] for line in pages.lines(page) if re.match(pattern, line)]
    alike = [line for line in EVERY if re.match(pattern, line)]
    left = [line for line in alike if not any(pages.flags(line)[1] <= flags for flags in done)]
    assert left == []


def test_what_a_reason_names_is_there() -> None:
    reasons = [*DRY.values(), *NOT_HERE.values(), *(why for *_, why in UP_TO_THE_RUN.values())]
    named = [name for why in reasons for name in re.findall(r"tests/[\w/.]*\w", why)]
    assert len(named) > 10
    assert [name for name in named if not (program.ROOT / name).exists()] == []


@pytest.mark.parametrize(
    "line",
    [line for line in EVERY if re.match(r"python (-m|\w+/)", line)],
    ids=lambda line: line[:40],
)
def test_what_measures_is_there(line: str) -> None:
    """Measuring programs take minutes; that there is one of the name is held here."""
    words = line.split()
    if words[1] == "-m":
        assert importlib.util.find_spec(words[2]) is not None
    else:
        assert (program.ROOT / words[1]).is_file()


def test_a_line_that_no_test_types_would_be_found() -> None:
    assert not elsewhere("kampyn-perf check --a-new-flag")
    assert elsewhere("kampyn-perf demo") == "taken by tests/cli/test_demo.py"
