"""Which flows a Locust user has: the tree of its tasks, down to what one session runs. Pure.

| a task is | one session runs |
|---|---|
| a function | it, once |
| a SequentialTaskSet | all of its tasks, once, in order |
| a MarkovTaskSet, or a set with a `get_next_task` of its own | the next step |
| a set that interrupts itself somewhere | what it is entered for, until it does |
| any other TaskSet | one of its tasks: each is a flow |

A set that never interrupts is entered once by each user, which stays in it, as under Locust; one
that does is entered anew by each session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import CodeType
from typing import Any

from locust import MarkovTaskSet, SequentialTaskSet, TaskSet, User

_INTERRUPTING = frozenset({"interrupt", "InterruptTaskSet"})


class Way(StrEnum):
    """What one session does with a task."""

    ONCE = "once"
    PASS = "pass"  # noqa: S105 (of a sequence)
    STEP = "step"
    VISIT = "visit"


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """One flow of a user."""

    name: str
    """`Shopper.Browsing.look`."""
    way: Way
    task: Any
    """A function, or a class of TaskSet."""
    sets: tuple[type[TaskSet], ...] = ()
    """Sets that the user is in, and stays in, from the outermost."""
    share: Fraction = Fraction(1)
    """Of the user's sessions."""


def leaves(user: type[User]) -> list[Leaf]:
    """The flows of a user class, in the order of its tasks; their shares add up to 1."""
    all_leaves = list(_leaves(user.tasks, (user.__name__,), (), Fraction(1)))
    seen: dict[str, int] = {}
    named = []
    for leaf in all_leaves:
        number = seen[leaf.name] = seen.get(leaf.name, 0) + 1
        name = leaf.name if number == 1 else f"{leaf.name} ({number})"
        named.append(Leaf(**{**vars(leaf), "name": name}))
    return named


def empty_sets(user: type[User]) -> list[type]:
    """Sets of tasks within a user, and the user itself, that have no task."""
    return [holder for holder in _holders(user, set()) if not has_tasks(holder)]


def has_tasks(holder: type) -> bool:
    """Whether a user or a set has anything to run."""
    return bool(getattr(holder, "tasks", None)) or issubclass(holder, MarkovTaskSet)


def stays_for_ever(user: type[User]) -> list[type[TaskSet]]:
    """Sets that nothing ever leaves, beside tasks that end: under stock Locust a user that enters
    one does nothing else any more."""
    endless: list[type[TaskSet]] = []
    for holder in _holders(user, set()):
        tasks = dict.fromkeys(_tasks(holder))
        stay = [task for task in tasks if is_set(task) and not interrupts(task)]
        if len(stay) < len(tasks):
            endless += stay
    return endless


def is_set(task: Any) -> bool:
    """Whether a task is a set of tasks."""
    return isinstance(task, type) and issubclass(task, TaskSet)


def interrupts(kind: type[TaskSet]) -> bool:
    """Whether anything in a set interrupts it: by what its functions name."""
    own = [
        value
        for base in kind.__mro__
        if not base.__module__.startswith("locust.") and base is not object
        for value in vars(base).values()
    ]
    return any(
        _names_any(value, 0) for value in [*own, *_tasks(kind)] if not isinstance(value, type)
    )


def way_of(kind: type[TaskSet]) -> Way | None:
    """What one session does with a set; None where each of its tasks is a flow of its own."""
    if interrupts(kind):
        return Way.VISIT
    if _picks_itself(kind):
        return Way.STEP
    return Way.PASS if issubclass(kind, SequentialTaskSet) else None


def _picks_itself(kind: type[TaskSet]) -> bool:
    picks = next(base for base in kind.__mro__ if "get_next_task" in vars(base))
    return picks not in (TaskSet, SequentialTaskSet)


def _leaves(
    tasks: Sequence[Any], path: tuple[str, ...], sets: tuple[type[TaskSet], ...], share: Fraction
) -> Iterator[Leaf]:
    for task in dict.fromkeys(tasks):
        part = share * Fraction(tasks.count(task), len(tasks))
        inner = (*path, getattr(task, "__name__", type(task).__name__))
        name = ".".join(inner)
        way = way_of(task) if is_set(task) else Way.ONCE
        if task in sets:  # a set within itself
            way = Way.VISIT
        if way in (Way.PASS, Way.STEP):
            yield Leaf(name=name, way=way, task=task, sets=(*sets, task), share=part)
        elif way is None:
            yield from _leaves(task.tasks, inner, (*sets, task), part)
        else:
            yield Leaf(name=name, way=way, task=task, sets=sets, share=part)


def _holders(holder: type, seen: set[type]) -> Iterator[type]:
    if holder in seen:
        return
    seen.add(holder)
    yield holder
    for task in _tasks(holder):
        if is_set(task):
            yield from _holders(task, seen)


def _tasks(holder: type) -> list[Any]:
    return list(getattr(holder, "tasks", None) or [])


_DEEP = 5


def _names_any(value: Any, depth: int) -> bool:
    """Whether a function, or what it wraps, names what interrupts."""
    function = getattr(value, "__func__", value)
    code = getattr(function, "__code__", None)
    if isinstance(code, CodeType) and _code_names(code):
        return True
    if depth >= _DEEP:
        return False
    wrapped = getattr(function, "__wrapped__", None)
    cells = getattr(function, "__closure__", None) or ()
    inner: list[Callable[..., Any]] = [wrapped] if wrapped else []
    for cell in cells:
        try:
            inner.append(cell.cell_contents)
        except ValueError:  # a cell that is still empty
            continue
    return any(_names_any(value, depth + 1) for value in inner if not isinstance(value, type))


def _code_names(code: CodeType) -> bool:
    if not _INTERRUPTING.isdisjoint(code.co_names):
        return True
    return any(
        isinstance(constant, CodeType) and _code_names(constant) for constant in code.co_consts
    )
