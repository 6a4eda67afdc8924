"""One request of a recording: what of an entry a project needs. Archives of different browsers
leave out different things; what is missing is empty. Pure. Microseconds."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import orjson

_LARGEST_JSON = 512 * 2**10


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A request and what was answered."""

    number: int
    started_us: int
    ended_us: int
    method: str
    url: SplitResult
    headers: tuple[tuple[str, str], ...]
    cookies: dict[str, str]
    body_type: str
    body: str
    fields: tuple[tuple[str, str], ...]
    """Of a form, where the archive has no text of it."""
    status: int
    answer_type: str
    set_cookies: frozenset[str]
    redirect: str
    """The whole URL that the answer leads to."""
    kind: str
    """What the browser asked for it as (Chrome): document, xhr, image."""
    answer: Any
    """The answer's JSON; None for anything else."""

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{self.url.scheme}://{self.host}"

    @property
    def host(self) -> str:
        """Host and port, without a user."""
        return self.url.netloc.rpartition("@")[2].lower()


def recorded(entry: dict[str, Any], number: int, *, with_answer: bool) -> Recorded | None:
    """The request of an entry; None where there is no URL of http or https in it."""
    request, response = _mapping(entry, "request"), _mapping(entry, "response")
    try:
        url = urlsplit(_text(request, "url"))
        usable = bool(url.hostname) and url.port != 0
    except ValueError:
        return None
    if url.scheme not in ("http", "https") or not usable:
        return None
    post, content = _mapping(request, "postData"), _mapping(response, "content")
    started = _when(_text(entry, "startedDateTime"))
    took = entry.get("time")
    answer_headers = _pairs(response, "headers")
    redirect = _text(response, "redirectURL") or _header(answer_headers, "location")
    return Recorded(
        number=number,
        started_us=started,
        ended_us=started + (round(took * 1_000) if isinstance(took, int | float) and took > 0
                            and took < 1e9 else 0),
        method=_text(request, "method").upper() or "GET",
        url=url,
        headers=_pairs(request, "headers"),
        cookies=_cookies(request),
        body_type=_text(post, "mimeType"),
        body=_text(post, "text"),
        fields=_pairs(post, "params"),
        status=_status(response.get("status")),
        answer_type=_text(content, "mimeType").partition(";")[0].strip().lower(),
        set_cookies=frozenset(_set_cookies(response, answer_headers)),
        redirect=_joined(url.geturl(), redirect),
        kind=_text(entry, "_resourceType").lower(),
        answer=_json(content) if with_answer else None,
    )  # fmt: skip


def _mapping(parent: dict[str, Any], key: str) -> dict[str, Any]:
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def _text(parent: dict[str, Any], key: str) -> str:
    value = parent.get(key)
    return value if isinstance(value, str) else ""


def _pairs(parent: dict[str, Any], key: str) -> tuple[tuple[str, str], ...]:
    many = parent.get(key)
    return tuple(
        (_text(pair, "name"), _text(pair, "value"))
        for pair in (many if isinstance(many, list) else [])
        if isinstance(pair, dict) and _text(pair, "name")
    )


def _header(headers: tuple[tuple[str, str], ...], name: str) -> str:
    return next((value for key, value in headers if key.lower() == name), "")


def _cookies(request: dict[str, Any]) -> dict[str, str]:
    """Of the header, or where the archive leaves that out, of the list."""
    line = _header(_pairs(request, "headers"), "cookie")
    if not line:
        return dict(_pairs(request, "cookies"))
    pairs = (part.partition("=") for part in line.split(";"))
    return {name.strip(): value.strip() for name, _equals, value in pairs if name.strip()}


def _set_cookies(response: dict[str, Any], headers: tuple[tuple[str, str], ...]) -> list[str]:
    lines = [line for name, value in headers if name.lower() == "set-cookie"
             for line in value.split("\n")]  # fmt: skip
    return [line.partition("=")[0].strip() for line in lines] + [
        name for name, _value in _pairs(response, "cookies")
    ]


def _status(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address) if address else ""
    except ValueError:
        return ""


def _when(text: str) -> int:
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1_000_000)
    except (ValueError, OverflowError, OSError):
        return 0


def _json(content: dict[str, Any]) -> Any:
    text: str | bytes = _text(content, "text")
    if not text or len(text) > _LARGEST_JSON or "json" not in _text(content, "mimeType").lower():
        return None
    try:
        if content.get("encoding") == "base64":
            text = base64.b64decode(text)
        return orjson.loads(text)
    except (binascii.Error, ValueError):
        return None
