"""What is asked of an answer: expectations judged, values captured. Pure, but for the response."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any

from kampyn_perf.load.scenario.answer_checks import Check, checks_of
from kampyn_perf.load.scenario.locator import Answer, Locator
from kampyn_perf.load.scenario.seen import SeenBodies
from kampyn_perf.load.scenario.templates import Fill, Templates, as_text
from kampyn_perf.load.target.checks import Capture, Expect, Match
from kampyn_perf.load.target.flow import EndsOn
from kampyn_perf.load.target.jsonpath import MISSING


class Judge:
    """What one request asks of its answers."""

    __slots__ = (
        "_captures", "_checks", "_content_alone", "_ends_on", "_matches", "_not_statuses", "_seen",
        "_statuses", "idle",
    )  # fmt: skip

    def __init__(
        self,
        expectations: Iterable[Expect],
        captures: Iterable[Capture],
        templates: Templates,
        *,
        matches: Iterable[Match] = (),
        ends_on: EndsOn = EndsOn.ALL,
    ) -> None:
        expected = tuple(expectations)
        self._statuses = _Statuses(
            [status for expect in expected for status in expect.statusCode], templates
        )
        self._not_statuses = _Statuses(
            [status for expect in expected for status in expect.notStatusCode], templates
        )
        self._checks = checks_of(expected, templates)
        self._captures = tuple(_Capturing(capture, templates) for capture in captures)
        self._matches = tuple(_matching(match, templates) for match in matches if match.strict)
        self._ends_on = ends_on
        more = self._statuses or self._not_statuses or self._captures or self._matches
        self._content_alone = not more and ends_on is EndsOn.ALL
        self.idle = self._content_alone and not self._checks
        keys = [expect for expect in expected if expect.hasProperty]
        only_keys = len(keys) == len(expected) and len(self._checks) == 1
        self._seen = SeenBodies() if keys and only_keys and self._content_alone else None
        """Bodies that have the keys, where nothing else is asked."""
        """Whether nothing is asked."""

    def judge(self, response: Any, data: MutableMapping[str, Any]) -> bool:
        """Tell the caught `response` what it is, and keep what is captured in `data`. Returns
        whether the session goes on all the same, where it is a failure."""
        seen = self._seen
        if seen and seen.right and response.error is None and response.content in seen.right:
            seen.met += 1
            return True
        answer = Answer(response)
        if self._content_alone and response.error is None:  # what most ask, without ceremony
            if why := self._first_problem(self._checks, answer, data):
                response.failure(why)
            elif seen is not None and answer.told_by_bytes:
                seen.add(response.content)
            return not why
        status = response.status_code
        failed = response.error is not None
        wanted, unwanted = self._statuses.of(data), self._not_statuses.of(data)
        why = _wrong_status(response, wanted, unwanted)
        accepted = status in wanted and status not in unwanted
        if failed and (status < 400 or self._ends_on is EndsOn.ALL) and not accepted:
            if why:
                response.failure(why)
            return False
        why = why or self._first_problem(self._checks, answer, data)
        if why:
            response.failure(why)
            if self._ends_on is not EndsOn.CAPTURES:
                return False
        why = self._first_problem(
            (*self._matches, *(capture.keep for capture in self._captures)), answer, data
        )
        if why:
            response.failure(why)
        return not why

    @staticmethod
    def _first_problem(
        checks: Iterable[Callable[[Answer, Any], str]],
        answer: Answer,
        data: MutableMapping[str, Any],
    ) -> str:
        for check in checks:
            if why := check(answer, data):
                return why
        return ""


class _Statuses:
    """Statuses, some of which may have a name in them."""

    __slots__ = ("_fills", "_fixed")

    def __init__(self, wanted: Iterable[int | str], templates: Templates) -> None:
        self._fixed: frozenset[int] = frozenset(
            status for status in wanted if isinstance(status, int)
        )
        fills = (templates.value(status) for status in wanted if isinstance(status, str))
        self._fills: tuple[Fill, ...] = tuple(fill for fill in fills if fill)

    def __bool__(self) -> bool:
        return bool(self._fixed or self._fills)

    def of(self, data: Mapping[str, Any]) -> frozenset[int]:
        """Those of a session; what is no number is none that anything is answered with."""
        if not self._fills:
            return self._fixed
        texts = (as_text(fill(data)) for fill in self._fills)
        return self._fixed | {int(text) if text.isdigit() else -1 for text in texts}


def _wrong_status(response: Any, wanted: frozenset[int], unwanted: frozenset[int]) -> str:
    """What is wrong with its status alone. One that was expected is a success, whatever it is."""
    status = response.status_code
    if not status:
        return ""
    if wanted and status not in wanted:
        return f"status {status}, expected {_listed(wanted)}"
    if status in unwanted:
        return f"status {status}, which was not expected"
    if wanted and status >= 400:
        response.success()
    return ""


class _Capturing:
    """One value to keep."""

    def __init__(self, capture: Capture, templates: Templates) -> None:
        self._locator = Locator(capture, templates)
        self._name = capture.as_
        self._strict = capture.strict

    def keep(self, answer: Answer, data: MutableMapping[str, Any]) -> str:
        """Put it into `data`; what is wrong, where it is not there and has to be."""
        value = self._locator.find(answer, data)
        if value is not MISSING:
            data[self._name] = value
            return ""
        return f"nothing to capture as {self._name}: {self._locator.absent}" if self._strict else ""


def _matching(match: Match, templates: Templates) -> Check:
    locator = Locator(match, templates)
    fill = templates.value(match.value)

    def check(answer: Answer, data: Mapping[str, Any]) -> str:
        wanted = fill(data) if fill else match.value
        value = locator.find(answer, data)
        if value is MISSING:
            return f"nothing to match: {locator.absent}"
        return (
            "" if value == wanted or str(value) == str(wanted) else f"{value!r} is not {wanted!r}"
        )

    return check


def _listed(statuses: Iterable[int]) -> str:
    return " or ".join(str(status) for status in sorted(statuses))
