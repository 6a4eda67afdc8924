"""Requests made ready: what of an operation or a step is the same for every session is worked out
once, and what differs is filled in. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from kampyn_perf.load.scenario.answers import Judge
from kampyn_perf.load.scenario.parts import prepare_parts
from kampyn_perf.load.scenario.ready import ReadyRequest
from kampyn_perf.load.scenario.templates import Fill, Templates, as_text
from kampyn_perf.load.scenario.written import WrittenRequest
from kampyn_perf.load.target.checks import Capture, Expect
from kampyn_perf.load.target.flow import EndsOn
from kampyn_perf.load.target.request import RequestSettings
from kampyn_perf.load.target.settings import Operation
from kampyn_perf.load.target.step import StepRequest

_DOUBLE = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")


class PreparedRequest:
    """One request but for what a session fills in."""

    __slots__ = (
        "_fills", "_fixed", "_headers", "_parts", "_url", "identity", "judge", "keeps_cookies",
        "method", "name", "ready", "signs_in", "url",
    )  # fmt: skip

    def __init__(
        self,
        written: WrittenRequest,
        *,
        more_expect: tuple[Expect, ...] = (),
        more_capture: tuple[Capture, ...] = (),
        signs_in: str = "",
        ends_on: EndsOn = EndsOn.ALL,
    ) -> None:
        settings, templates = written.settings, written.templates
        self.keeps_cookies = templates.artillery
        """Whether the cookies that it names stay the session's."""
        self.signs_in = signs_in
        """The identity that signs in by it; empty where nobody does."""
        self.method = written.method
        self.name = written.name
        self.url = written.url
        self.identity = settings.identity
        self._url = templates.value(written.url, encoded=True)
        self.ready: ReadyRequest | None = None
        """The same by a shorter way, where there is one."""
        own = written.headers
        self._headers: tuple[dict[str, str], Fill | None] = (own, templates.value(own))
        self._fixed: dict[str, Any] = {"name": written.name, "catch_response": True}
        self._fills: list[tuple[str, Fill]] = []
        for key, value in _options(settings).items():
            fill = templates.value(value)
            if fill is None:
                self._fixed[key] = value
            else:
                self._fills.append((key, fill))
        self._parts = prepare_parts(settings.formData, templates) if settings.formData else None
        with suppress(ValueError):
            self.ready = ReadyRequest(written)
        self.judge = Judge(
            (*settings.expect, *more_expect),
            (*settings.capture, *more_capture),
            templates,
            matches=settings.match,
            ends_on=ends_on,
        )

    def address(self, data: Mapping[str, Any]) -> str:
        """The path or URL for this session. Raises MissingFieldError, as all that fills in."""
        return self.url if self._url is None else self._url(data)

    def headers(self, data: Mapping[str, Any]) -> dict[str, str] | None:
        """Those of the request itself; None for none."""
        fixed, fill = self._headers
        if fill is None:
            return fixed or None
        return {name: as_text(value) for name, value in fill(data).items()}

    def options(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """What the client's `request` takes beside method, address and headers. Not to be
        changed: it may be the same for everybody."""
        if not self._fills and self._parts is None:
            return self._fixed
        options = self._fixed.copy()
        if self._parts is not None:
            options["files"] = self._parts(data)
        for key, fill in self._fills:
            options[key] = _SHAPES[key](fill(data)) if key in _SHAPES else fill(data)
        return options


def _options(settings: RequestSettings) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if settings.json_body is not None:
        options["json"] = settings.json_body
    elif settings.form is not None:
        options["data"] = settings.form
    elif settings.body is not None:
        options["data"] = settings.body
    if settings.qs:
        options["params"] = settings.qs
    if settings.cookie:
        options["cookies"] = settings.cookie
    if settings.auth:
        options["auth"] = (settings.auth.user, settings.auth.password)
    if not settings.followRedirect:
        options["allow_redirects"] = False
    if settings.timeout is not None:
        options["timeout"] = settings.timeout / 1e6
    return options


def _text_or_form(data: Any) -> Any:
    return data if isinstance(data, dict) else as_text(data)


def _pair(values: Any) -> tuple[str, str]:
    user, password = values
    return as_text(user), as_text(password)


_SHAPES = {"data": _text_or_form, "auth": _pair}
"""Options whose filled-in value needs a form of its own."""


def prepare_operation(
    operation: Operation,
    *,
    headers: Mapping[str, str] | None = None,
    templates: Templates | None = None,
    expect: tuple[Expect, ...] = (),
    capture: tuple[Capture, ...] = (),
    signs_in: str = "",
) -> PreparedRequest:
    """An operation of the target; `expect` and `capture` come to its own."""
    written = WrittenRequest(
        settings=operation,
        method=operation.method,
        url=operation.path,
        name=operation.endpoint,
        templates=templates or Templates(),
        common_headers=headers or {},
    )
    return PreparedRequest(written, more_expect=expect, more_capture=capture, signs_in=signs_in)


def prepare_step(
    method: str,
    request: StepRequest,
    *,
    templates: Templates,
    headers: Mapping[str, str] | None = None,
    ends_on: EndsOn = EndsOn.ALL,
) -> PreparedRequest:
    """A request that stands in a flow."""
    method = method.upper()
    written = WrittenRequest(
        settings=request,
        method=method,
        url=request.url,
        name=request.name or f"{method} {_plain_names(request.url)}",
        templates=templates,
        common_headers=headers or {},
    )
    return PreparedRequest(written, ends_on=ends_on)


def _plain_names(url: str) -> str:
    """Artillery's `{{ id }}` as operations write it: `{id}`."""
    return _DOUBLE.sub(r"{\1}", url)
