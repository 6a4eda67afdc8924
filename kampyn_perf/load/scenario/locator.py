"""One value of an answer: by JSONPath, header, regular expression or CSS selector, each perhaps
with names in it. Pure, but for the response."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

import orjson

from kampyn_perf.load.scenario.templates import Templates, as_text
from kampyn_perf.load.target.checks import Place, pattern
from kampyn_perf.load.target.html import Selector
from kampyn_perf.load.target.jsonpath import MISSING, JsonPath

NO_JSON = object()
_json_path = lru_cache(maxsize=256)(JsonPath)


class Answer:
    """A response, its JSON read once."""

    __slots__ = ("_document", "response", "told_by_bytes")

    def __init__(self, response: Any) -> None:
        self.response = response
        self.told_by_bytes = False
        """Whether the document follows from the body's bytes, whatever the headers say of them."""
        self._document: Any = MISSING

    @property
    def document(self) -> Any:
        """The JSON body; `NO_JSON` where it is none."""
        if self._document is MISSING:
            self._document = self._read()
        return self._document

    def _read(self) -> Any:
        if getattr(self.response, "reads_bytes", False):
            with suppress(orjson.JSONDecodeError):
                document = orjson.loads(self.response.content)
                self.told_by_bytes = True
                return document
        try:
            return self.response.json()
        except ValueError:
            return NO_JSON


Look = Callable[[Answer, str], Any]
"""Of an answer and the filled-in expression: the value, or `MISSING`."""


class Locator:
    """Where a value stands."""

    def __init__(self, place: Place, templates: Templates) -> None:
        """Raises ValueError for a template that is none."""
        self._kind, self._text = place.where
        self._fill = templates.value(self._text)
        self._artillery = templates.artillery
        self._look = self._looking(place)

    def find(self, answer: Answer, data: Mapping[str, Any]) -> Any:
        """The value, or `MISSING`. Raises MissingFieldError."""
        text = as_text(self._fill(data)) if self._fill else self._text
        value = self._look(answer, text)
        return MISSING if self._artillery and value == "" else value

    @property
    def absent(self) -> str:
        """That it is not there, in words."""
        if self._kind == "header":
            return f"the answer has no header {self._text}"
        if self._kind == "regexp":
            return f"the body does not match {self._text!r}"
        return f"the answer has no {self._text}"

    def _looking(self, place: Place) -> Look:
        if self._kind == "header":
            return _header
        if self._kind == "regexp":
            return _RegexpLocator(place, fixed=self._fill is None).look
        if self._kind == "selector":
            selector = Selector(attr=place.attr, index=place.index or 0, whole=self._artillery)
            return lambda answer, text: selector.find(answer.response.text, text)
        if self._fill is not None:
            return lambda answer, text: self._in_json(_json_path(text), answer)
        query = JsonPath(self._text)
        return lambda answer, _text: self._in_json(query, answer)

    def _in_json(self, query: JsonPath, answer: Answer) -> Any:
        document = answer.document
        if document is NO_JSON:
            return MISSING
        if not self._artillery:
            return query.first(document)
        every = query.every(document)
        return random.choice(every) if every else MISSING  # noqa: S311 (no secret)


def _header(answer: Answer, name: str) -> Any:
    value = answer.response.headers.get(name)
    return MISSING if value is None else value


class _RegexpLocator:
    """For a regular expression."""

    def __init__(self, place: Place, *, fixed: bool) -> None:
        self._flags = place.flags
        self._group = place.group
        self._pattern: re.Pattern[str] | None = None
        if fixed and place.regexp is not None:
            self._pattern = pattern(place.regexp, place.flags)

    def look(self, answer: Answer, text: str) -> Any:
        """The whole match, or its group."""
        match = (self._pattern or pattern(text, self._flags)).search(answer.response.text)
        if match is None:
            return MISSING
        try:
            value = match[0 if self._group is None else self._group]
        except IndexError:
            return MISSING
        return MISSING if value is None else value
