"""What a recorded request sent, without its secrets. Pure."""

from __future__ import annotations

import email
import email.policy
from typing import Any
from urllib.parse import parse_qsl

import orjson

from kampyn_perf.convert.draft import Body, BodyKind
from kampyn_perf.convert.har.recorded import Recorded
from kampyn_perf.convert.har.secrets import Secrets

_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"


def body_of(exchange: Recorded, secrets: Secrets) -> tuple[Body | None, str, str]:
    """The body, the content type where the kind does not say it, and a note about it."""
    media = exchange.body_type.partition(";")[0].strip().lower()
    if not exchange.body and not exchange.fields:
        return None, "", ""
    if media == _FORM:
        fields = (
            parse_qsl(exchange.body, keep_blank_values=True) if exchange.body else exchange.fields
        )
        return Body(BodyKind.FORM, secrets.body(_by_name(fields))), "", ""
    if media == _MULTIPART:
        return _multipart(exchange, secrets)
    if "json" in media or exchange.body.lstrip()[:1] in ("{", "["):
        try:
            value = orjson.loads(exchange.body)
        except orjson.JSONDecodeError:
            pass
        else:
            is_usual = media in ("application/json", "")
            return (
                Body(BodyKind.JSON, secrets.body(value)),
                "" if is_usual else exchange.body_type,
                "",
            )
    return (
        Body(BodyKind.TEXT, secrets.plain_text(exchange.body)),
        exchange.body_type or "text/plain",
        "",
    )


def _by_name(fields: Any) -> dict[str, Any]:
    """Fields that came several times as a list."""
    named: dict[str, Any] = {}
    for name, value in fields:
        if name not in named:
            named[name] = value
        elif isinstance(named[name], list):
            named[name].append(value)
        else:
            named[name] = [named[name], value]
    return named


def _multipart(exchange: Recorded, secrets: Secrets) -> tuple[Body | None, str, str]:
    fields, files = dict(exchange.fields), list[str]()
    if not fields:
        message = email.message_from_string(
            f"Content-Type: {exchange.body_type}\r\n\r\n{exchange.body}", policy=email.policy.HTTP
        )
        for part in message.iter_parts() if message.is_multipart() else ():
            name = part.get_param("name", header="content-disposition")
            if not isinstance(name, str):
                continue
            if part.get_filename() is not None:
                files.append(name)
            fields[name] = (
                "" if part.get_filename() is not None else str(part.get_content()).strip()
            )
    note = f"EDIT: sent files ({', '.join(files)}), which are not taken over" if files else ""
    if not fields:
        return None, "", "EDIT: its form could not be read, and is not sent"
    return Body(BodyKind.FORM_DATA, secrets.body(fields)), "", note
