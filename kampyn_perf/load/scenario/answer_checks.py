"""One check for each thing that is expected of an answer. Pure, but for the response."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kampyn_perf.load.scenario.locator import NO_JSON, Answer
from kampyn_perf.load.scenario.templates import MissingFieldError, Templates
from kampyn_perf.load.target.checks import Expect, pattern
from kampyn_perf.load.target.jsonpath import MISSING, JsonPath
from kampyn_perf.units import format_duration

Check = Callable[[Answer, Mapping[str, Any]], str]
"""What is wrong with an answer; empty for nothing."""


def checks_of(expected: tuple[Expect, ...], templates: Templates) -> tuple[Check, ...]:
    """The cheapest first."""
    checks: list[Check] = []
    limits = [expect.maxTime for expect in expected if expect.maxTime is not None]
    if limits:
        checks.append(_max_time(min(limits)))
    for expect in expected:
        if expect.contentType is not None:
            checks.append(_content_type(expect.contentType))
        checks += [_has_header(name) for name in expect.hasHeader]
        if expect.headerEquals is not None:
            checks.append(_header_equals(*expect.headerEquals, templates))
    wanted = [path for expect in expected for path in expect.hasProperty]
    if wanted:
        checks.append(_has_properties(wanted))
    for expect in expected:
        checks += [_has_not(path) for path in expect.notHasProperty]
        checks += [_contains(text, templates) for text in expect.contains]
        if expect.matchesRegexp is not None:
            checks.append(_matches(expect.matchesRegexp))
        if expect.equals is not None:
            checks.append(_equals(expect.equals, templates))
    return tuple(checks)


def _has_properties(paths: list[str]) -> Check:
    compiled = [(path, JsonPath(path)) for path in paths]

    def check(answer: Answer, _data: Mapping[str, Any]) -> str:
        document = answer.document
        if document is NO_JSON:
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
        if document is NO_JSON or query.first(document) is MISSING:
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


def _equals(values: Sequence[Any], templates: Templates) -> Check:
    fills = [(value, templates.value(value)) for value in values]

    def check(_answer: Answer, data: Mapping[str, Any]) -> str:
        try:
            first, *others = (fill(data) if fill else value for value, fill in fills)
        except MissingFieldError as error:
            return str(error)
        wrong = [other for other in others if other != first and str(other) != str(first)]
        return f"{first!r} is not {wrong[0]!r}" if wrong else ""

    return check
