"""Where documents come from: a file, the files in its folder, a URL that was asked for, and hosts
that were named. Nothing else is read or fetched, whatever a document refers to."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Collection
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from kampyn_perf.convert.documents import MAX_BYTES, Documents, parse, read_bytes, wrong
from kampyn_perf.errors import KampynError, UnreachableError
from kampyn_perf.redact import redact_url
from kampyn_perf.units import format_size

_TIMEOUT = 15
"""Seconds without a byte."""
_ACCEPT = "application/json, application/yaml, text/yaml, */*;q=0.5"


def is_url(location: str) -> bool:
    """Whether it is fetched, and not read."""
    return urlsplit(location).scheme in ("http", "https")


def documents(location: str, *, fetch: Collection[str] = ()) -> Documents:
    """Those that the document at `location` may be made of; `fetch` are hosts that may be asked."""
    hosts = {host.lower() for host in fetch}
    if is_url(location):
        hosts.add(urlsplit(location).netloc.lower())
    folder = Path(location).parent.resolve()

    def read(place: str) -> Any:
        if is_url(place):
            return parse(_fetch(place, hosts), redact_url(place))
        if urlsplit(place).scheme and not Path(place).exists():
            raise KampynError("only http, https and files are read")
        if place != location and not Path(place).resolve().is_relative_to(folder):
            raise KampynError(
                "that file is outside of the document's folder, and is not read",
                hint="Put it below the document, or bundle the description into one file.",
            )
        return parse(read_bytes(Path(place)), place)

    return Documents(read)


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Redirects are followed on the host that was asked alone."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if urlsplit(newurl).netloc.lower() != urlsplit(req.full_url).netloc.lower():
            raise KampynError(
                f"{redact_url(req.full_url)} leads to another host, {urlsplit(newurl).netloc}, "
                "which is not asked",
                hint=f"If you trust it, name that address instead: {redact_url(newurl)}",
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _fetch(url: str, hosts: Collection[str]) -> bytes:
    parts = urlsplit(url)
    if parts.netloc.lower() not in hosts and (parts.hostname or "") not in hosts:
        raise KampynError(
            "other hosts are not asked unless they are named",
            hint=f"If you trust it: --fetch {parts.hostname}.",
        )
    shown = redact_url(url)
    request = urllib.request.Request(url, headers={"Accept": _ACCEPT})  # noqa: S310 (http, https)
    opener = urllib.request.build_opener(_SameHost)
    try:
        with opener.open(request, timeout=_TIMEOUT) as response:
            body: bytes = response.read(MAX_BYTES + 1)
    except urllib.error.HTTPError as error:
        raise KampynError(f"{shown} answered {error.code} {error.reason}") from error
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise UnreachableError(
            f"cannot fetch {shown}: {reason}", hint="Is it running, and is that its address?"
        ) from error
    if len(body) > MAX_BYTES:
        raise wrong(shown, "", f"is larger than {format_size(MAX_BYTES)}")
    return body
