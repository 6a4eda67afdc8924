"""Requests and steps as a target file has them: plain data, ready for YAML. Pure."""

from __future__ import annotations

from typing import Any

from kampyn_perf.convert.draft import Call, Request, Step, Think
from kampyn_perf.convert.project.texts import Texts
from kampyn_perf.units import spell_duration


def operation_of(request: Request, texts: Texts) -> dict[str, Any]:
    """An entry of `operations`."""
    method = {} if request.method == "GET" else {"method": request.method}
    return {**method, "path": texts.url(request.url), **_parts(request, texts)}


def step_of(step: Step, texts: Texts) -> dict[str, Any]:
    """An entry of a flow."""
    match step:
        case Think(us=us):
            return {"think": spell_duration(us)}
        case Call(operation=operation):
            return {"call": operation}
    url = texts.url(step.url)
    rest = _parts(step, texts)
    return {step.method.lower(): {"url": url, **rest} if rest else url}


def _parts(request: Request, texts: Texts) -> dict[str, Any]:
    url = texts.url(request.url)
    parts: dict[str, Any] = {}
    if request.name and request.name != f"{request.method} {url}":
        parts["name"] = request.name
    if request.identity:
        parts["as"] = request.identity
    for key, texts_by_name in (
        ("headers", request.headers),
        ("qs", request.query),
        ("cookie", request.cookies),
    ):
        if texts_by_name:
            parts[key] = {name: texts.text(value) for name, value in texts_by_name.items()}
    if request.auth:
        user, password = request.auth
        parts["auth"] = {"user": texts.text(user), "pass": texts.text(password)}
    if request.body:
        parts[request.body.kind.value] = texts.value(request.body.value)
    if not request.follow:
        parts["followRedirect"] = False
    if request.captures:
        parts["capture"] = [
            {"json": capture.json_path, "as": capture.name} for capture in request.captures
        ]
    if request.statuses:
        codes = list(request.statuses)
        parts["expect"] = [{"statusCode": codes[0] if len(codes) == 1 else codes}]
    return parts
