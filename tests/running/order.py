"""Which tests go to one worker together, and in which order they are started.

Tests that share a fixture of a module's or the session's life (a started backend, a built wheel)
form a group: it is made once, not once per worker. First go the groups, then the long tests, then
those that start programs, then the fast ones, which fill the gaps (of `-n auto` one worker begins
with them); last those that want the machine for themselves, when nobody waits for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from tests.running import fast, turns
from tests.running.fixtures import fixtures_of

CHEAP_ONCE_PER_WORKER = frozenset({"mongo_uri", "mongo_text_uri"})
"""Shared fixtures that do not bind tests together."""
LONG = "long"
GROUP = "xdist_group"
"""Registered by pytest-xdist."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    fast.mark(items)
    groups = Groups()
    for item in items:
        groups.join(_shared(item))
    ranks = {}
    for item in items:
        shared = groups.name(_shared(item))
        name = turns.MARKER if turns.wants_the_machine(item) else shared
        if name:
            item.add_marker(getattr(pytest.mark, GROUP)(name))
        ranks[item] = _rank(item, grouped=bool(shared))
    items.sort(key=ranks.__getitem__)


def fills_gaps(item: pytest.Item) -> bool:
    """It computes, and nothing waits for it."""
    return item.get_closest_marker(fast.PROGRAM) is None and not turns.wants_the_machine(item)


def _rank(item: pytest.Item, *, grouped: bool) -> int:
    if turns.wants_the_machine(item):
        return 4
    if fills_gaps(item):
        return 3
    if grouped:
        return 0
    return 1 if item.get_closest_marker(LONG) else 2


def _shared(item: pytest.Item) -> list[str]:
    """Names of the shared fixtures of the tests' own that a test uses: where they are made."""
    module = item.nodeid.partition("::")[0]
    return [
        f"{module if fixture.scope == 'module' else fixture.baseid}:{fixture.argname}"
        for fixture in fixtures_of(item)
        if fixture.scope in ("module", "session") and fixture.argname not in CHEAP_ONCE_PER_WORKER
    ]


class Groups:
    """Fixtures that some test uses together are in one group."""

    def __init__(self) -> None:
        self._leader: dict[str, str] = {}

    def join(self, members: Iterable[str]) -> None:
        leaders = sorted({self._find(member) for member in members})
        for other in leaders[1:]:
            self._leader[other] = leaders[0]

    def name(self, members: list[str]) -> str:
        """A word for the group that stands behind each of its tests' names; empty without one."""
        return re.sub(r"\W+", "-", self._find(members[0])) if members else ""

    def _find(self, member: str) -> str:
        leader = self._leader.setdefault(member, member)
        return leader if leader == member else self._find(leader)
