"""What is asked of an answer: expectations judged, values captured. Pure, but for the response."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any

from kampyn_perf.load.scenario.templates import MissingFieldError, Templates
from kampyn_perf.load.target.checks import Capture, Expect, pattern
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

    __slots__ = ("_captures", "_checks", "_not_statuses", "_statuses", "idle")

    def __init__(
        self, expectations: Iterable[Expect], captures: Iterable[Capture], templates: Templates
    ) -> None:
        expected = tuple(expectations)
        self._statuses = frozenset(one for each in expected for one in each.statusCode)
        self._not_statuses = frozenset(one for each in expected for one in each.notStatusCode)
        self._checks = _checks(expected, templates)
        self._captures = tuple(_Capturing(one) for one in captures)
        self.idle = not (self._statuses or self._not_statuses or self._checks or self._captures)
        """Whether nothing is asked."""

    def judge(self, response: Any, data: MutableMapping[str, Any]) -> None:
        """Tell the caught `response` what it is, and keep what is captured in `data`."""
        status = response.status_code
        accepted = False
        if self._statuses and status:
            if status not in self._statuses:
                response.failure(f"status {status}, expected {_listed(self._statuses)}")
                return
            if status >= 400:
                response.success()
                accepted = True
        if status in self._not_statuses:
            response.failure(f"status {status}, which was not expected")
            return
        if response.error is not None and not accepted:
            return
        answer = Answer(response)
        for check in self._checks:
            if why := check(answer, data):
                response.failure(why)
                return
        for capture in self._captures:
            if why := capture.keep(answer, data):
                response.failure(why)
                return


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


class _Capturing:
    """One value to keep."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._name = capture.as_
        self._query = JsonPath(capture.json_path) if capture.json_path is not None else None
        self._pattern = pattern(capture.regexp, capture.flags) if capture.regexp else None

    def keep(self, answer: Answer, data: MutableMapping[str, Any]) -> str:
        """Put it into `data`; what is wrong, where it is not there and has to be."""
        value = self._find(answer)
        if value is not MISSING:
            data[self._name] = value
            return ""
        return f"nothing to capture as {self._name}: {self._where}" if self._capture.strict else ""

    @property
    def _where(self) -> str:
        one = self._capture
        if one.json_path is not None:
            return f"the answer has no {one.json_path}"
        if one.header is not None:
            return f"the answer has no header {one.header}"
        return f"the body does not match {one.regexp!r}"

    def _find(self, answer: Answer) -> Any:
        if self._query is not None:
            document = answer.document
            return MISSING if document is _NO_JSON else self._query.first(document)
        if self._capture.header is not None:
            value = answer.response.headers.get(self._capture.header)
            return MISSING if value is None else value
        match = self._pattern.search(answer.response.text) if self._pattern else None
        if match is None:
            return MISSING
        group = self._capture.group
        try:
            found = match[0 if group is None else group]
        except IndexError:
            return MISSING
        return MISSING if found is None else found


def _listed(statuses: Iterable[int]) -> str:
    return " or ".join(str(status) for status in sorted(statuses))
