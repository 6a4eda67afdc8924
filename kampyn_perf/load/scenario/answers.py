"""What is asked of an answer: expectations judged, values captured. Pure, but for the response."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any

from kampyn_perf.load.scenario.templates import MissingFieldError, Templates
from kampyn_perf.load.target.checks import Capture, Expect, Match, Place, pattern
from kampyn_perf.load.target.flow import EndsOn
from kampyn_perf.load.target.jsonpath import MISSING, JsonPath
from kampyn_perf.units import format_duration

_NO_JSON = object()


class Answer:
    """A response, its JSON read once."""

    __slots__ = ("_document", "response")

    def __init__(self, response: Any) -> None:
        self.response = response
        self._document: Any = MISSING

    @property
    def document(self) -> Any:
        """The JSON body; `_NO_JSON` where it is none."""
        if self._document is MISSING:
            try:
                self._document = self.response.json()
            except ValueError:
                self._document = _NO_JSON
        return self._document


Check = Callable[[Answer, Mapping[str, Any]], str]
"""What is wrong with an answer; empty for nothing."""


class Judge:
    """What one request asks of its answers."""

    __slots__ = (
        "_captures", "_checks", "_ends_on", "_matches", "_not_statuses", "_statuses", "idle",
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
        self._statuses = frozenset(one for each in expected for one in each.statusCode)
        self._not_statuses = frozenset(one for each in expected for one in each.notStatusCode)
        self._checks = _checks(expected, templates)
        artillery = templates.artillery
        self._captures = tuple(_Capturing(one, artillery=artillery) for one in captures)
        self._matches = tuple(_matching(one, templates) for one in matches if one.strict)
        self._ends_on = ends_on
        asked = self._statuses or self._not_statuses or self._checks or self._captures
        self.idle = not (asked or self._matches) and ends_on is EndsOn.ALL
        """Whether nothing is asked."""

    def judge(self, response: Any, data: MutableMapping[str, Any]) -> bool:
        """Tell the caught `response` what it is, and keep what is captured in `data`. Returns
        whether the session goes on all the same, where it is a failure."""
        answer = Answer(response)
        status = response.status_code
        failed = response.error is not None
        if failed and (status < 400 or self._ends_on is EndsOn.ALL) and not self._accepts(status):
            if why := self._judge_status(response):
                response.failure(why)
            return False
        why = self._judge_status(response) or self._first(self._checks, answer, data)
        if why:
            response.failure(why)
            if self._ends_on is not EndsOn.CAPTURES:
                return False
        why = self._first((*self._matches, *(one.keep for one in self._captures)), answer, data)
        if why:
            response.failure(why)
        return not why

    def _accepts(self, status: int) -> bool:
        return status in self._statuses and status not in self._not_statuses

    def _judge_status(self, response: Any) -> str:
        """What is wrong with its status alone. One that was expected is a success, whatever it
        is."""
        status = response.status_code
        if not status:
            return ""
        if self._statuses and status not in self._statuses:
            return f"status {status}, expected {_listed(self._statuses)}"
        if status in self._not_statuses:
            return f"status {status}, which was not expected"
        if self._statuses and status >= 400:
            response.success()
        return ""

    @staticmethod
    def _first(
        checks: Iterable[Callable[[Answer, Any], str]],
        answer: Answer,
        data: MutableMapping[str, Any],
    ) -> str:
        return next((why for check in checks if (why := check(answer, data))), "")


def _checks(expected: tuple[Expect, ...], templates: Templates) -> tuple[Check, ...]:
    """The cheapest first."""
    checks: list[Check] = []
    limits = [one.maxTime for one in expected if one.maxTime is not None]
    if limits:
        checks.append(_max_time(min(limits)))
    for one in expected:
        if one.contentType is not None:
            checks.append(_content_type(one.contentType))
        checks += [_has_header(name) for name in one.hasHeader]
        if one.headerEquals is not None:
            checks.append(_header_equals(*one.headerEquals, templates))
    wanted = [path for one in expected for path in one.hasProperty]
    if wanted:
        checks.append(_has_properties(wanted))
    for one in expected:
        checks += [_has_not(path) for path in one.notHasProperty]
        checks += [_contains(text, templates) for text in one.contains]
        if one.matchesRegexp is not None:
            checks.append(_matches(one.matchesRegexp))
        if one.equals is not None:
            checks.append(_equals(*one.equals, templates))
    return tuple(checks)


def _has_properties(paths: list[str]) -> Check:
    compiled = [(path, JsonPath(path)) for path in paths]

    def check(answer: Answer, _data: Mapping[str, Any]) -> str:
        document = answer.document
        if document is _NO_JSON:
            return "the answer is not JSON"
        absent = [path for path, query in compiled if query.first(document) is MISSING]
        if not absent:
            return ""
        if not isinstance(document, dict | list):
            return "the answer is not a JSON object"
        return f"the answer has no {', '.join(absent)}"

    return check


def _has_not(path: str) -> Check:
    query = JsonPath(path)

    def check(answer: Answer, _data: Mapping[str, Any]) -> str:
        document = answer.document
        if document is _NO_JSON or query.first(document) is MISSING:
            return ""
        return f"the answer has {path}"

    return check


def _max_time(limit_us: int) -> Check:
    def check(answer: Answer, _data: Mapping[str, Any]) -> str:
        took_us = answer.response.elapsed.total_seconds() * 1e6
        if took_us <= limit_us:
            return ""
        return f"took {format_duration(took_us)}, expected at most {format_duration(limit_us)}"

    return check


def _content_type(part: str) -> Check:
    def check(answer: Answer, _data: Mapping[str, Any]) -> str:
        given = answer.response.headers.get("content-type") or ""
        return "" if part.lower() in given.lower() else f"content type {given!r}, expected {part}"

    return check


def _has_header(name: str) -> Check:
    def check(answer: Answer, _data: Mapping[str, Any]) -> str:
        given = answer.response.headers.get(name)
        return f"the answer has no header {name}" if given is None else ""

    return check


def _header_equals(name: str, value: str, templates: Templates) -> Check:
    fill = templates.value(value)

    def check(answer: Answer, data: Mapping[str, Any]) -> str:
        wanted = fill(data) if fill else value
        given = answer.response.headers.get(name)
        return "" if given == str(wanted) else f"header {name} is {given!r}, expected {wanted!r}"

    return check


def _contains(text: str, templates: Templates) -> Check:
    fill = templates.value(text)

    def check(answer: Answer, data: Mapping[str, Any]) -> str:
        wanted = str(fill(data)) if fill else text
        return "" if wanted in answer.response.text else f"the body does not contain {wanted!r}"

    return check


def _matches(text: str) -> Check:
    compiled = pattern(text)

    def check(answer: Answer, _data: Mapping[str, Any]) -> str:
        return "" if compiled.search(answer.response.text) else f"the body does not match {text!r}"

    return check


def _equals(one: Any, other: Any, templates: Templates) -> Check:
    fills = [(value, templates.value(value)) for value in (one, other)]

    def check(_answer: Answer, data: Mapping[str, Any]) -> str:
        try:
            left, right = (fill(data) if fill else value for value, fill in fills)
        except MissingFieldError as error:
            return str(error)
        return "" if left == right or str(left) == str(right) else f"{left!r} is not {right!r}"

    return check


class _Finding:
    """One value of an answer."""

    def __init__(self, place: Place, *, artillery: bool = False) -> None:
        self._capture = place
        self._artillery = artillery
        self._query = JsonPath(place.json_path) if place.json_path is not None else None
        self._pattern = pattern(place.regexp, place.flags) if place.regexp else None

    @property
    def where(self) -> str:
        """That it is not there, in words."""
        one = self._capture
        if one.json_path is not None:
            return f"the answer has no {one.json_path}"
        if one.header is not None:
            return f"the answer has no header {one.header}"
        return f"the body does not match {one.regexp!r}"

    def find(self, answer: Answer) -> Any:
        """The value, or `MISSING`."""
        value = self._found(answer)
        return MISSING if self._artillery and value == "" else value

    def _found(self, answer: Answer) -> Any:
        if self._query is not None:
            document = answer.document
            return MISSING if document is _NO_JSON else self._in_json(self._query, document)
        if self._capture.header is not None:
            value = answer.response.headers.get(self._capture.header)
            return MISSING if value is None else value
        return self._in_text(answer)

    def _in_json(self, query: JsonPath, document: Any) -> Any:
        if not self._artillery:
            return query.first(document)
        every = query.every(document)
        return random.choice(every) if every else MISSING  # noqa: S311 (no secret)

    def _in_text(self, answer: Answer) -> Any:
        match = self._pattern.search(answer.response.text) if self._pattern else None
        if match is None:
            return MISSING
        group = self._capture.group
        try:
            found = match[0 if group is None else group]
        except IndexError:
            return MISSING
        return MISSING if found is None else found


class _Capturing:
    """One value to keep."""

    def __init__(self, capture: Capture, *, artillery: bool) -> None:
        self._finding = _Finding(capture, artillery=artillery)
        self._name = capture.as_
        self._strict = capture.strict

    def keep(self, answer: Answer, data: MutableMapping[str, Any]) -> str:
        """Put it into `data`; what is wrong, where it is not there and has to be."""
        value = self._finding.find(answer)
        if value is not MISSING:
            data[self._name] = value
            return ""
        return f"nothing to capture as {self._name}: {self._finding.where}" if self._strict else ""


def _matching(match: Match, templates: Templates) -> Check:
    finding = _Finding(match, artillery=templates.artillery)
    fill = templates.value(match.value)

    def check(answer: Answer, data: Mapping[str, Any]) -> str:
        wanted = fill(data) if fill else match.value
        found = finding.find(answer)
        if found is MISSING:
            return f"nothing to match: {finding.where}"
        return (
            "" if found == wanted or str(found) == str(wanted) else f"{found!r} is not {wanted!r}"
        )

    return check


def _listed(statuses: Iterable[int]) -> str:
    return " or ".join(str(status) for status in sorted(statuses))
