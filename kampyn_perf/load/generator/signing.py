"""Signing in ahead of a run: everybody whom its sessions will be, paced, before the first arrival.

Signing in costs a backend more than most requests (a password hash), and is not what flows are
about that need a token: in the measured stretch it would be load that nobody planned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import CodeType
from typing import Any

import gevent

from kampyn_perf.errors import KampynError, UnreachableError
from kampyn_perf.load.clock import now_us
from kampyn_perf.load.flow import FlowUser, SignInError, StepFailedError
from kampyn_perf.load.scenario.context import LoadContext
from kampyn_perf.load.scenario.interpreter import FlowError, PreparedSteps
from kampyn_perf.load.target.settings import TargetSettings
from kampyn_perf.load.target.step import Step, walk
from kampyn_perf.outcomes import ErrorKind
from kampyn_perf.units import counted

_TOLD_US = 1_000_000
"""How often the coordinator hears how far it is."""

Account = tuple[str, dict[str, Any]]
"""An identity, and the data of the first session that has it."""


class _Visitor(FlowUser):
    """Signs others in; runs no flow."""

    abstract = True
    tasks: list[Any] = []  # noqa: RUF012 (as Locust has it)


def identities(
    target: TargetSettings, classes: Mapping[str, type[FlowUser]]
) -> dict[str, set[str]]:
    """Who is signed in by the time a flow wants it, by flow: not those who sign in within it."""
    data = {flow.name: flow for flow in target.flows}
    return {
        name: _signed_in_ahead(target, _named(target, data[name].steps()))
        if name in data
        else _signed_in_ahead(target, _python_operations(target, name, kind))
        for name, kind in classes.items()
    }


def accounts(
    context: LoadContext, wanted: Mapping[str, set[str]], flows: Iterable[tuple[int, str]]
) -> list[Account]:
    """Everybody whom the sessions in `flows` (number and flow) will be, each once, in order."""
    ahead = {name for name, sign_in in context.sign_ins.items() if sign_in.ahead}
    seen: set[tuple[str, str]] = set()
    all_accounts: list[Account] = []
    for number, flow in flows:
        if not wanted.get(flow):
            continue
        data = context.feed[number]
        for identity in sorted(wanted[flow] & ahead):
            row = data.get(identity)
            key = (identity, str(row))
            if row is not None and key not in seen:
                seen.add(key)
                all_accounts.append((identity, data))
    return all_accounts


def sign_in_all(
    environment: Any, all_accounts: list[Account], *, tell: Callable[[int, int], None]
) -> None:
    """Sign them in, each kind at its own rate. Raises KampynError where nobody could."""
    context: LoadContext = environment.kampyn
    start_us = told_us = now_us()
    visitors: list[_Visitor] = []
    errors: list[str] = []
    running = []
    for number, (identity, data) in enumerate(all_accounts):
        due_us = start_us + round(number * 1_000_000 / context.sign_ins[identity].rate)
        gevent.sleep(max(due_us - now_us(), 0) / 1e6)
        if now_us() - told_us > _TOLD_US:
            told_us = now_us()
            tell(number, len(all_accounts))
        visitor = visitors.pop() if visitors else _Visitor(environment)
        running.append(gevent.spawn(_sign_in, visitor, identity, data, visitors, errors))
    gevent.joinall(running)
    if all_accounts and len(errors) == len(all_accounts):
        raise _nobody(errors, context)


def run_once(environment: Any, steps: PreparedSteps, what: str) -> dict[str, Any]:
    """Steps around the run; what they captured. Raises KampynError where one did not succeed."""
    context: LoadContext = environment.kampyn
    try:
        return _Visitor(environment).run_once(steps)
    except (StepFailedError, SignInError, FlowError) as error:
        raise _failed(f"what is done once {what}: {error}", context) from error


def _sign_in(
    visitor: _Visitor,
    identity: str,
    data: dict[str, Any],
    visitors: list[_Visitor],
    errors: list[str],
) -> None:
    try:
        visitor.sign_in(identity, data)
    except (StepFailedError, SignInError) as error:
        errors.append(str(error))
    finally:
        visitors.append(visitor)


def _nobody(errors: list[str], context: LoadContext) -> KampynError:
    return _failed(
        f"none of {counted(len(errors), 'visitor')} could sign in: {errors[0]}",
        context,
        hint="Are the credentials of the data file those of this target? sign_in in the target's "
        "file says what is asked, and where the token is.",
    )


def _failed(message: str, context: LoadContext, *, hint: str = "") -> KampynError:
    """The error, with how the first request failed; another one where nothing answers."""
    reason = context.apart.reason()
    message += f" ({reason})" if reason else ""
    if reason in (ErrorKind.CONNECT, ErrorKind.TIMEOUT):
        return UnreachableError(message, hint="Is the target running, and the address right?")
    return KampynError(message, hint=hint)


def _signed_in_ahead(target: TargetSettings, operations: Iterable[tuple[str, str]]) -> set[str]:
    """Of operations and identities in their order: who is wanted before signing in by itself."""
    by_operation = {sign_in.operation: name for name, sign_in in target.sign_ins().items()}
    signed: set[str] = set()
    wanted: set[str] = set()
    for operation, identity in operations:
        if operation in by_operation:
            signed.add(by_operation[operation])
        elif identity and identity not in signed:
            wanted.add(identity)
    return wanted | {
        asked.identity
        for name in by_operation
        if (asked := target.operations[name]).identity and by_operation[name] in wanted
    }


def _named(target: TargetSettings, steps: Iterable[tuple[str, Step]]) -> Iterator[tuple[str, str]]:
    for _path, step in steps:
        if step.call:
            yield step.call.operation, target.operations[step.call.operation].identity
        elif step.request:
            yield "", step.request[1].identity


def _python_operations(
    target: TargetSettings, name: str, kind: type[FlowUser]
) -> Iterator[tuple[str, str]]:
    """The operations that the code of a flow names, in their order there. What is put together
    while it runs is not seen: such a visitor signs in when it is first wanted."""
    around = target.around.get(name)
    if around:
        yield from _named(target, walk(around.before, "before"))
    tasks: list[Any] = getattr(kind, "tasks", None) or []
    for task in tasks:
        for constant in _constants(getattr(task, "__code__", None)):
            if constant in target.operations:
                yield constant, target.operations[constant].identity
    if around:
        yield from _named(target, walk(around.after, "after"))


def _constants(code: CodeType | None) -> Iterator[str]:
    for constant in code.co_consts if code else ():
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, CodeType):
            yield from _constants(constant)
