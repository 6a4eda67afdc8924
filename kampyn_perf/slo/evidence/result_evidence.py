"""What evidence of any one result says alike. Pure."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from kampyn_perf.slo.objective import Objective


class _Headed(Protocol):
    """A result, as far as its head goes."""

    @property
    def schema_(self) -> str: ...

    @property
    def started_at(self) -> str: ...


Result = TypeVar("Result", bound=_Headed)


class ResultEvidence(Generic[Result]):
    """Of a result that is never invalid as a whole, and asks no target that could be away; a load's
    says otherwise."""

    def __init__(self, result: Result) -> None:
        self._result = result

    @property
    def subject(self) -> str:
        return self._result.schema_

    @property
    def started_at(self) -> str:
        return self._result.started_at

    @property
    def invalid(self) -> list[str]:
        return []

    def held(self, objective: Objective) -> str | None:  # noqa: ARG002 - there is no invalid one
        return None

    @property
    def unreachable(self) -> str:
        return ""

    @property
    def all_failed(self) -> bool:
        return False
