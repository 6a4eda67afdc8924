"""One function of a case (itself, its set-up, its tear-down) and how it is called.

A function gets the case's parameters by name, and at most one other thing: the value that the
set-up made, as its first argument.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kampyn_perf.errors import KampynError

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@dataclass(frozen=True, kw_only=True)
class Hook:
    """A function whose every argument is accounted for."""

    function: Callable[..., Any]
    names: tuple[str, ...]
    """The parameters of the case that it takes."""
    takes_value: bool
    is_async: bool

    @classmethod
    def of(
        cls,
        function: Callable[..., Any] | None,
        params: Sequence[str],
        where: str,
        *,
        value: str,
    ) -> Hook | None:
        """`function` for a case with `params`; `value` says what its first argument would be.

        Raises KampynError where an argument is left over.
        """
        if function is None:
            return None
        label = getattr(function, "__name__", repr(function))
        try:
            arguments = inspect.signature(function).parameters.values()
        except (TypeError, ValueError) as error:
            raise KampynError(f"{where}: cannot tell the arguments of {label}: {error}") from error
        if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
            raise KampynError(
                f"{where}: {label} is a generator: calling it runs nothing",
                hint="Return a value instead, and give the clean-up as teardown.",
            )
        left = [item.name for item in arguments if _needed(item) and item.name not in params]
        if len(left) > (1 if value else 0):
            what = f"beside {value}" if value else "as there is no set-up that makes a value"
            raise KampynError(
                f"{where}: {label} takes {', '.join(left)}: nothing to pass {what}",
                hint="Name it in params, give it a default, or return it from setup.",
            )
        first = next(iter(arguments), None)
        if left and (first is None or first.name != left[0]):
            raise KampynError(f"{where}: {label} must take {left[0]} ({value}) first")
        return cls(
            function=function,
            names=tuple(item.name for item in arguments if item.name in params),
            takes_value=bool(left),
            is_async=inspect.iscoroutinefunction(function),
        )

    def bind(self, values: Mapping[str, Any]) -> Callable[..., Any]:
        """The function with its parameters filled in; still takes the value, if it takes one."""
        mine = {name: values[name] for name in self.names}
        return functools.partial(self.function, **mine) if mine else self.function

    def empty(self, values: Mapping[str, Any]) -> Callable[..., Any]:
        """What `bind` gives, with a body that does nothing: its cost is the empty loop's."""
        names = (("._value",) if self.takes_value else ()) + self.names
        nothing = _nothing_async if self.is_async else _nothing
        code = nothing.__code__.replace(
            co_argcount=len(names), co_nlocals=len(names), co_varnames=tuple(names)
        )
        copy = types.FunctionType(code, {})
        mine = {name: values[name] for name in self.names}
        return functools.partial(copy, **mine) if mine else copy


def _needed(argument: inspect.Parameter) -> bool:
    """Whether a call without this argument fails."""
    kind_counts = argument.kind in (*_POSITIONAL, inspect.Parameter.KEYWORD_ONLY)
    return kind_counts and argument.default is inspect.Parameter.empty


def _nothing() -> None: ...


async def _nothing_async() -> None: ...
