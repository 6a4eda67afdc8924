"""Who serves an arrival: those who are there first, then new ones, within the limit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from kampyn_perf.load.generator.allocation import Allocation
from kampyn_perf.load.scenario.session import Session


@dataclass
class User:
    kind: str
    served: list[str] = field(default_factory=list)
    retired: bool = False

    def give(self, session: Session) -> None:
        self.served.append(session.flow)

    def retire(self) -> None:
        self.retired = True


class Users:
    """An allocation, and everybody whom it made."""

    def __init__(self) -> None:
        self.made: list[User] = []
        self.allocation = Allocation(spawn=self._make, user_of={"a": "A", "b": "B", "b2": "B"})

    def _make(self, kind: str) -> User:
        self.made.append(User(kind))
        return self.made[-1]

    def take(self, flow: str, **limits: Any) -> bool:
        session = Session(number=0, flow=flow, phase=0, due_us=0, data={}, buffer=None)
        return self.allocation.take(session, **{"limit": 9, "most_waiting": 9, **limits})


@pytest.fixture
def users() -> Users:
    return Users()


def test_those_made_ahead_serve_before_new_ones_are_made(users: Users) -> None:
    users.allocation.make_ahead(["a", "b", "b2"], limit=9)
    assert [user.kind for user in users.made] == ["A", "B", "B"]
    for flow in ("b2", "b", "a", "a"):
        assert users.take(flow)
    assert [user.served for user in users.made] == [["a"], ["b"], ["b2"], ["a"]]
    assert users.allocation.vusers == 4


def test_no_more_are_made_ahead_than_there_may_be(users: Users) -> None:
    users.allocation.make_ahead(iter(["a"] * 100), limit=3)
    assert users.allocation.vusers == len(users.made) == 3


def test_an_idle_one_of_another_kind_gives_way(users: Users) -> None:
    users.allocation.make_ahead(["a"], limit=1)
    assert users.take("b", limit=1)
    assert [(user.kind, user.retired, user.served) for user in users.made] == [
        ("A", True, []),
        ("B", False, ["b"]),
    ]
    assert users.allocation.vusers == 1


def test_beyond_the_limit_arrivals_wait_in_order_and_beyond_that_there_is_no_room(
    users: Users,
) -> None:
    assert users.take("a", limit=1)
    assert users.take("a", limit=1, most_waiting=2)
    assert users.take("b", limit=1, most_waiting=2)
    assert not users.take("a", limit=1, most_waiting=2)
    first = users.made[0]
    assert users.allocation.release(first, limit=1)
    assert first.served == ["a", "a"]
    assert not users.allocation.release(first, limit=1), "the next is for another kind"
    assert users.made[1].served == ["b"]
    assert users.allocation.vusers == 1
    assert users.allocation.release(users.made[1], limit=1)
    assert list(users.allocation.give_up_waiting()) == []


def test_what_is_given_up_is_told_once(users: Users) -> None:
    for flow in ("a", "a", "b"):
        users.take(flow, limit=1)
    assert users.allocation.waiting == 3, "the first has been given to somebody, and not begun"
    assert [session.flow for session in users.allocation.give_up_waiting()] == ["a", "b"]
    users.allocation.began()
    assert users.allocation.waiting == 0
