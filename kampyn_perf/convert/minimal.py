"""A project without a source: one request, for its owner to go on from. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from kampyn_perf.convert.draft import USUAL_URL, Draft, Flow, Request
from kampyn_perf.convert.naming import file_name


def minimal(url: str) -> Draft:
    """One that asks for `url`, or for the usual address where there is none."""
    parts = urlsplit(url or USUAL_URL)
    path = parts.path or "/"
    asked = f"{path}?{parts.query}" if parts.query else path
    request = Request(method="GET", url=asked, name=f"GET {path}", note=_NOTE)
    base = f"{parts.scheme}://{parts.netloc}"
    return Draft(
        name=file_name(parts.hostname or "", otherwise="api"),
        origin=f"the address {base}",
        url=base,
        flows=(Flow(name="First flow", steps=(request,)),),
        to_edit=(
            () if url else (f"url: where the API is ({base})",)
        ) + ("flows: what is asked of it",),
    )  # fmt: skip


_NOTE = """EDIT: what is asked for. Other steps, as examples:
  - post: {url: /orders, json: {itemId: "{item.id}"}, capture: [{json: id, as: order}]}
  - think: 2s
  - get: {url: "/orders/{order}", name: "GET /orders/{id}", expect: [{statusCode: 200}]}
{item.id} wants a list, `feeds: {item: {file: data/item.csv}}`, whose file has a column id."""
