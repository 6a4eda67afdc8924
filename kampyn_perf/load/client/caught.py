"""A response that the scenario judges (`catch_response=True`), in a with-block."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, NamedTuple, Self

from mypy_extensions import mypyc_attr

from kampyn_perf.load.client.errors import CheckError, DecodeError
from kampyn_perf.load.client.response import Response

_OWN_VERDICTS = (CheckError, DecodeError)


class ReportedAs(NamedTuple):
    """How a response is counted, unless its `request_meta` says something else by then."""

    method: str
    name: str
    url: str
    context: Mapping[str, Any] | None = None


@mypyc_attr(allow_interpreted_subclasses=True)
class PendingResponse(Response):
    """A response that is judged, and reported when its with-block ends."""

    __slots__ = ("_report", "meta", "reported_as")

    def report_with(self, report: Callable[[Any], None], reported_as: ReportedAs) -> None:
        """How this response is counted, once it is judged: `report` is called with it."""
        self._report: Callable[[Any], None] | None = report
        self.reported_as = reported_as
        self.meta: dict[str, Any] | None = None
        """`request_meta`, once somebody has looked at it, and may have changed it."""

    @property
    def request_meta(self) -> dict[str, Any]:
        """As in Locust: what it is reported as; `name` and `context` may be changed."""
        if self.meta is None:
            method, name, url, context = self.reported_as
            self.meta = {"request_type": method, "name": name, "context": context}
            self.meta["url"] = url or self._first.given
        return self.meta

    def success(self) -> None:
        """Count it as a success, whatever the status."""
        self.error = None

    def failure(self, why: object) -> None:
        """Count it as a failure of content, for the reason given (text or an exception)."""
        before = self.error
        if before is not None and why is before:
            return
        if isinstance(why, _OWN_VERDICTS):
            self.error = why
        else:
            cause = why if isinstance(why, BaseException) else None
            self.error = CheckError(str(why) if cause is None else repr(cause))
            self.error.__cause__ = cause
        if before is not None:
            self.error.kind = before.kind  # a 500 stays a 5xx, in the scenario's words

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> bool:
        """Report. This response's own error raised inside is the verdict, and stays inside;
        another error counts as a failed check, and goes on. Neither hides that no response came,
        or its status: what failed first is the cause."""
        if error is None:
            self._finish()
            return False
        judged = (
            error is self.error or isinstance(error, _OWN_VERDICTS) or _is_locusts(error, _VERDICTS)
        )
        if is_fault(error) and self.error is None:
            self.failure(error)
        self._finish()
        return judged

    def _finish(self) -> None:
        report = getattr(self, "_report", None)  # none where the request never came to an end
        if report is not None:
            self._report = None
            report(self)


@mypyc_attr(allow_interpreted_subclasses=True)
class CaughtResponse(PendingResponse):
    """One that was given to a scenario (`catch_response=True`)."""

    __slots__ = ()

    def __del__(self) -> None:
        # Caught, but never used in a with-block: the request is counted all the same.
        self._finish()


_VERDICTS = frozenset({"ResponseError"})
_STEERING = frozenset(
    {"StopUser", "StopTest", "RescheduleTask", "RescheduleTaskImmediately", "InterruptTaskSet"}
)


def is_fault(error: BaseException | None) -> bool:
    """Whether what ended a with-block is a defect or a failed check, and no steering of the user:
    neither Locust's own exceptions for that, nor a greenlet's end."""
    return isinstance(error, Exception) and not _is_locusts(error, _STEERING)


def _is_locusts(error: BaseException, names: frozenset[str]) -> bool:
    """Whether an exception is one of Locust's; told by name, because importing Locust patches."""
    return any(
        kind.__name__ in names and kind.__module__ == "locust.exception"
        for kind in type(error).__mro__
    )
