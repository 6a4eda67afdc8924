"""What a benchmark case is: a plain function, its parameters, its set-up and tear-down.

`case` marks a function and gives it back unchanged, so that it can still be called and tested.
"""

from __future__ import annotations

import itertools
import re
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

from kampyn_perf.bench.hooks import Hook
from kampyn_perf.errors import KampynError

Scalar = bool | int | float | str
Function = TypeVar("Function", bound=Callable[..., Any])

CLIENTS = "clients"
"""The parameter that the runner reads itself: how many callers run the case at the same time."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:/{}+-]*")
_VALUE = re.compile(r"[^\s\[\],=]+")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A function to measure, with every set of parameters it is measured with."""

    name: str
    """Stable: results of different days are compared by it."""
    call: Hook
    setup: Hook | None = None
    teardown: Hook | None = None
    setup_each: Hook | None = None
    teardown_each: Hook | None = None
    params: Mapping[str, tuple[Scalar, ...]] = field(default_factory=dict)
    where: str = ""
    """The file and line of the function, for messages."""

    @property
    def is_async(self) -> bool:
        """Whether any of its functions needs an event loop."""
        hooks = (self.call, self.setup, self.teardown, self.setup_each, self.teardown_each)
        return any(hook is not None and hook.is_async for hook in hooks)

    def variants(self) -> Iterator[Variant]:
        """One for each combination of the parameters' values, in the order declared."""
        names = tuple(self.params)
        for values in itertools.product(*self.params.values()):
            yield Variant(self, dict(zip(names, values, strict=True)))


@dataclass(frozen=True)
class Variant:
    """A case with one value for each of its parameters: what is run, and what a result is of."""

    case: Case
    values: Mapping[str, Scalar]

    @property
    def name(self) -> str:
        """`sort[size=10,order=up]`; the case's name alone where it has no parameters."""
        inside = ",".join(f"{key}={value}" for key, value in self.values.items())
        return f"{self.case.name}[{inside}]" if inside else self.case.name

    @property
    def clients(self) -> int:
        """How many callers run it at the same time."""
        return int(self.values.get(CLIENTS, 1))


_declared: ContextVar[list[Case] | None] = ContextVar("declared", default=None)


@contextmanager
def collecting() -> Iterator[list[Case]]:
    """Every case that is declared inside the block, in order."""
    declared: list[Case] = []
    token = _declared.set(declared)
    try:
        yield declared
    finally:
        _declared.reset(token)


@overload
def case(name: Function, /) -> Function: ...
@overload
def case(
    name: str | None = None,
    *,
    params: Mapping[str, Sequence[Scalar]] | None = None,
    setup: Callable[..., Any] | None = None,
    teardown: Callable[..., Any] | None = None,
    setup_each: Callable[..., Any] | None = None,
    teardown_each: Callable[..., Any] | None = None,
) -> Callable[[Function], Function]: ...
def case(name: Any = None, **options: Any) -> Any:
    """Declare a function, sync or async, as a benchmark case.

    name: stable identifier; by default `<file>.<function>`.
    params: values by parameter; the case is measured once for each combination. `clients` is the
        number of concurrent callers of an async case.
    setup, teardown: called once for each run of the case, outside the measurement.
    setup_each, teardown_each: called for each iteration, outside the measurement.

    All of these functions may take the parameters by name. What `setup_each` returns, or else what
    `setup` returns, is the case's first argument. Raises KampynError for what cannot be called.
    """
    if callable(name):
        _declare(name, None, {})
        return name

    def mark(function: Function) -> Function:
        _declare(function, name, options)
        return function

    return mark


def _declare(function: Callable[..., Any], name: str | None, options: dict[str, Any]) -> None:
    declared = _declared.get()
    made = build(function, name, **options)
    if declared is not None:
        declared.append(made)


def build(
    function: Callable[..., Any],
    name: str | None = None,
    *,
    params: Mapping[str, Sequence[Scalar]] | None = None,
    **hooks: Callable[..., Any] | None,
) -> Case:
    """The case that `case` declares; for suites, which make theirs without a decorator."""
    where = _place(function)
    title = name or f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
    if not _NAME.fullmatch(title):
        raise KampynError(
            f"{where}: {title!r} is not a case's name",
            hint="Names are of letters, digits and _ . : / { } + - and begin with one of the first "
            "three.",
        )
    values = check_params(title, where, params or {})
    names = tuple(values)
    run = Hook.of(hooks.get("setup"), names, where, value="")
    state = "what setup returns" if run else ""
    before_each = Hook.of(hooks.get("setup_each"), names, where, value=state)
    given = "what setup_each returns" if before_each else state
    call = Hook.of(function, names, where, value=given)
    if call is None:
        raise KampynError(f"{where}: {title} has no function")
    made = Case(
        name=title,
        call=call,
        setup=run,
        setup_each=before_each,
        teardown=Hook.of(hooks.get("teardown"), names, where, value=state),
        teardown_each=Hook.of(hooks.get("teardown_each"), names, where, value=given),
        params=values,
        where=where,
    )
    if CLIENTS in values and not call.is_async:
        raise KampynError(
            f"{where}: {title} has the parameter clients but is not async",
            hint="Only async functions can be called by several clients at the same time.",
        )
    return made


def check_params(
    title: str, where: str, params: Mapping[str, Sequence[Scalar]]
) -> dict[str, tuple[Scalar, ...]]:
    """`params` with tuples for values. Raises KampynError for what would not make a name."""
    checked: dict[str, tuple[Scalar, ...]] = {}
    for key, given in params.items():
        values = (given,) if isinstance(given, Scalar) else tuple(given)
        problem = ""
        if not key.isidentifier():
            problem = "is not an identifier"
        elif not values:
            problem = "has no values"
        elif len(set(map(str, values))) < len(values):
            problem = "has a value twice"
        elif not all(isinstance(v, Scalar) and _VALUE.fullmatch(str(v)) for v in values):
            problem = "has a value that is not a number, a truth value or a word"
        elif key == CLIENTS and not all(type(v) is int and v >= 1 for v in values):
            problem = "must be whole numbers from 1 up"
        if problem:
            raise KampynError(f"{where}: {title}: the parameter {key!r} {problem}")
        checked[key] = values
    return checked


def _place(function: Callable[..., Any]) -> str:
    code = getattr(function, "__code__", None)
    if isinstance(code, types.CodeType):
        return f"{code.co_filename}:{code.co_firstlineno}"
    return getattr(function, "__qualname__", repr(function))
