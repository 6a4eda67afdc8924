"""Requests of Artillery's flows, in the words of ours. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kampyn_perf.load.artillery.places import Notes
from kampyn_perf.sources import PathKey

_KEYS = (
    "url", "uri", "name", "json", "form", "formData", "body", "headers", "qs", "cookie", "auth",
    "capture", "match", "expect", "followRedirect", "ifTrue", "probability", "gzip",
    "beforeRequest", "afterResponse", "setContentLengthHeader",
)  # fmt: skip
_SAME = (
    "name", "json", "form", "body", "qs", "followRedirect", "ifTrue", "probability",
)  # fmt: skip
_TEXTS = ("headers", "cookie", "auth")
_PLACE = ("json", "header", "regexp", "group", "flags", "selector", "attr", "index", "strict")
_CAPTURE = (*_PLACE, "as")
_MATCH = (*_PLACE, "value")
_PART = ("value", "fromFile", "contentType")
_ELSEWHERE = {
    "xpath": "XML is not read here; a `regexp` can take the value out of the text",
}
_EXPECT = (
    "statusCode", "notStatusCode", "contentType", "hasHeader", "headerEquals", "hasProperty",
    "notHasProperty", "equals", "matchesRegexp",
)  # fmt: skip
_NO_EXPECT = {
    "cdnHit": "the headers of each CDN are not known here; `headerEquals` can say which one",
    "jmespath": "JMESPath is not known here; `hasProperty` has a JSONPath",
    "jpath": "JMESPath is not known here; `hasProperty` has a JSONPath",
}
_BEFORE = (
    "what it makes can be {{ $uuid }}, {{ $randomString(8) }}, a `payload` or a captured value; or "
    "write the flow in Python, self.client.post(...) with what it sets"
)
_AFTER = (
    "`capture`, `match` and `expect` look at answers; or write the flow in Python, with the "
    "response of self.client.get(...)"
)


class Requests:
    """Translates them."""

    def __init__(
        self,
        notes: Notes,
        *,
        strict_capture: bool,
        expects: bool,
        folder: Path,
        cookies: tuple[PathKey, Any] = ((), None),
    ) -> None:
        """Files are looked for in `folder`; `cookies` go along with every request."""
        self._notes = notes
        self._folder = folder
        self._cookies = texts(notes, *cookies)
        self._strict = strict_capture
        self._expects = expects
        """Whether the plugin is there; without it Artillery looks at no expectation."""

    def translate(self, path: PathKey, value: Any) -> dict[str, Any]:
        """What stands below `get` and the like."""
        given = {"url": value} if isinstance(value, str) else self._notes.mapping(path, value)
        self._notes.known(path, given, _KEYS)
        self._hooks(path, given)
        made = {key: given[key] for key in _SAME if key in given}
        made["url"] = str(given.get("url", given.get("uri", "")))
        if not made["url"]:
            self._notes.wrong(path, "has no url")
            made["url"] = "/"
        if given.get("qs") and "?" in made["url"]:
            self._notes.remark((*path, "qs"), "takes the place of the url's own query, as there")
            made["url"] = made["url"].partition("?")[0]
        if "ifTrue" in made:
            made["ifTrue"] = str(made["ifTrue"])
        if "name" in made:
            made["name"] = str(made["name"])
        for key in _TEXTS:
            if key in given:
                made[key] = texts(self._notes, (*path, key), given[key])
        if self._cookies:
            own = made.get("cookie")
            made["cookie"] = {**self._cookies, **(own if isinstance(own, dict) else {})}
        if "formData" in given:
            made["formData"] = self._form_data((*path, "formData"), given["formData"])
        self._answers(path, given, made)
        return made

    def _hooks(self, path: PathKey, given: Mapping[str, Any]) -> None:
        for key, instead in (("beforeRequest", _BEFORE), ("afterResponse", _AFTER)):
            if given.get(key):
                self._notes.hook((*path, key), given[key], instead)

    def _form_data(self, path: PathKey, value: Any) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, part in self._notes.mapping(path, value).items():
            if not isinstance(part, Mapping):
                made[name] = part
                continue
            self._notes.known((*path, name), part, _PART)
            made[name] = {key: str(part[key]) for key in ("contentType",) if key in part}
            if "fromFile" in part:
                made[name]["fromFile"] = self._file(
                    (*path, name, "fromFile"), str(part["fromFile"])
                )
            else:
                made[name]["value"] = part.get("value", "")
        return made

    def _file(self, path: PathKey, text: str) -> str:
        """Beside the script, as Artillery looks for it. One with a name in it is known later."""
        file = self._folder / text
        if "{{" not in text and not file.is_file():
            self._notes.wrong(path, f"there is no file {file}")
        return str(file.absolute())

    def _answers(self, path: PathKey, given: Mapping[str, Any], made: dict[str, Any]) -> None:
        if given.get("capture"):
            made["capture"] = [
                self._finding((*path, "capture", *at), entry, _CAPTURE)
                for at, entry in _one_or_more(given["capture"])
            ]
        if given.get("match"):
            made["match"] = [
                self._finding((*path, "match", *at), entry, _MATCH)
                for at, entry in _one_or_more(given["match"])
            ]
        if given.get("expect"):
            if self._expects:
                made["expect"] = self._expect((*path, "expect"), given["expect"])
            else:
                self._notes.remark(
                    (*path, "expect"), "is not looked at, as under Artillery: config.plugins has "
                    "no `expect: {}`"
                )  # fmt: skip

    def _finding(self, path: PathKey, value: Any, keys: tuple[str, ...]) -> dict[str, Any]:
        given = self._notes.mapping(path, value)
        for key, why in _ELSEWHERE.items():
            if given.pop(key, None) is not None:
                self._notes.wrong((*path, key), why)
                given = {key: inner for key, inner in given.items() if key in keys}
                given.setdefault("json", "$")
        if "transform" in given:
            self._notes.hook((*path, "transform"), given.pop("transform"), _AFTER)
        self._notes.known(path, given, keys)
        made = {key: given[key] for key in keys if key in given}
        if "as" in keys and not self._strict:
            made.setdefault("strict", False)
        return made

    def _expect(self, path: PathKey, value: Any) -> list[dict[str, Any]]:
        made = []
        for at, entry in _one_or_more(value):
            given = self._notes.mapping((*path, *at), entry)
            for key, why in _NO_EXPECT.items():
                if given.pop(key, None) is not None:
                    self._notes.wrong((*path, *at, key), why)
            self._notes.known((*path, *at), given, _EXPECT)
            made += [{key: inner} for key, inner in given.items() if key in _EXPECT]
        return made


def texts(notes: Notes, path: PathKey, value: Any) -> dict[str, str]:
    """A mapping whose values are sent as text."""
    return {
        str(key): ("true" if inner else "false") if isinstance(inner, bool) else str(inner)
        for key, inner in notes.mapping(path, value).items()
    }


def _one_or_more(value: Any) -> list[tuple[PathKey, Any]]:
    if isinstance(value, list):
        return [((index,), item) for index, item in enumerate(value)]
    return [((), value)]
