"""Sets of tasks at work within one session, with Locust's meaning of what ends a task and a set.

Locust's own loop (`TaskSet.run`) never ends; a session does: with a pass through a sequence, a step
of a chain, one task of a set, or when the set interrupts itself.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from typing import Any

from gevent import GreenletExit
from locust import SequentialTaskSet, TaskSet
from locust.exception import (
    InterruptTaskSet,
    RescheduleTask,
    RescheduleTaskImmediately,
    StopTest,
    StopUser,
)

from kampyn_perf.load.locustfiles.tree import interrupts, is_set

Pause = Callable[[TaskSet], None]
"""What lies between two tasks of one session."""


def visit(kind: type[TaskSet], parent: Any, pause: Pause) -> None:
    """Enter a set, do what a session does in it, and leave it.

    As in Locust, RescheduleTask or RescheduleTaskImmediately tell a set around it that this one
    interrupted itself, and whether there is a pause before the next task.
    """
    taskset = kind(parent)
    try:
        taskset.on_start()
    except InterruptTaskSet as error:
        raise _to_parent(error) from error
    try:
        rounds(taskset, length_of(kind), pause)
    except InterruptTaskSet as error:
        taskset.on_stop()
        raise _to_parent(error) from error
    except (StopUser, StopTest, GreenletExit):
        taskset.on_stop()
        raise
    taskset.on_stop()


def length_of(kind: type[TaskSet]) -> int | None:
    """How many tasks a session runs in a set; None where the set itself says when it is over."""
    if interrupts(kind):
        return None
    return len(kind.tasks) if issubclass(kind, SequentialTaskSet) else 1


def rounds(taskset: TaskSet, length: int | None, pause: Pause) -> None:
    """So many tasks of a set, and what they put into its queue, with pauses between them.

    Raises InterruptTaskSet where the set interrupts itself, StopUser and the like.
    """
    if length is not None and isinstance(taskset, SequentialTaskSet):
        taskset._task_cycle = cycle(taskset.tasks)  # a pass begins at the beginning
    done = 0
    while length is None or done < length or taskset._task_queue:
        if not taskset._task_queue:
            taskset.schedule_task(taskset.get_next_task())
            done += 1
        task = taskset._task_queue.popleft()
        waits = execute(taskset, task, pause)
        if waits and (length is None or done < length or taskset._task_queue):
            pause(taskset)


def execute(taskset: TaskSet, task: Any, pause: Pause) -> bool:
    """One task. Returns whether there is a pause after it."""
    try:
        if is_set(task):
            visit(task, taskset, pause)
        else:
            taskset.execute_task(task)
    except RescheduleTaskImmediately:
        return False
    except RescheduleTask:
        return True
    return True


def _to_parent(error: InterruptTaskSet) -> Exception:
    kind: type[Exception] = RescheduleTaskImmediately if error.reschedule else RescheduleTask
    return kind(error.reschedule)
