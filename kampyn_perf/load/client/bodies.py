"""Bodies: what the scenario gives becomes bytes to send; what came is decoded, within a bound."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import urlencode

from kampyn_perf.load.client.errors import DecodeError, RequestRefusedError

try:
    import brotli  # type: ignore[import-untyped]

    brotli.Decompressor().process(b"", output_buffer_limit=1)  # older ones cannot be bounded
except (ImportError, TypeError):
    brotli = None

ACCEPT_ENCODING = "gzip, deflate, br" if brotli is not None else "gzip, deflate"

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

_SLICE = 64 * 1024
_MAX_MEMBERS = 1000
"""Of one gzip body: some servers make one for each flush, and a hostile one makes millions."""
_PADDING = re.compile(rb"\0*")


def encode_data(data: Any) -> tuple[bytes, str]:
    """The bytes of `data`, and the content type that its form implies (may be empty)."""
    if isinstance(data, bytes):
        return data, ""
    if isinstance(data, str):
        return data.encode(), ""
    if isinstance(data, Mapping):
        data = list(data.items())
    if isinstance(data, list | tuple) and _is_pairs(data):
        pairs = [(key, value) for key, value in data if value is not None]
        return urlencode(pairs, doseq=True).encode(), FORM
    if isinstance(data, bytearray | memoryview):
        return bytes(data), ""
    if hasattr(data, "read"):
        return encode_data(data.read())
    if isinstance(data, Iterable):
        return b"".join(encode_data(piece)[0] for piece in data), ""
    raise RequestRefusedError(
        f"data cannot be a {type(data).__name__}: give text, bytes or a mapping"
    )


def encode_files(files: Any, data: Any) -> tuple[bytes, str]:
    """A multipart body of `files` (as requests takes them) and form fields."""
    from urllib3.fields import RequestField
    from urllib3.filepost import encode_multipart_formdata

    pairs = data.items() if isinstance(data, Mapping) else data or ()
    fields: list[Any] = []
    for name, value in pairs:
        several = isinstance(value, list | tuple)
        values = value if several else [value]
        fields += [(name, _field(item)) for item in values if item is not None]
    for name, content in files.items() if isinstance(files, Mapping) else files:
        given = isinstance(content, tuple)
        filename, body, *rest = content if given else (_file_name(content) or name, content)
        kind, headers = [*rest, None, None][:2]
        field = RequestField(name, encode_data(body)[0], filename=filename, headers=headers)
        field.make_multipart(content_type=kind)  # none that nobody gave, as requests
        fields.append(field)
    body, content_type = encode_multipart_formdata(fields)
    return body, content_type


def _field(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _file_name(content: Any) -> str:
    """The last part of an open file's own name, if it has one."""
    name = getattr(content, "name", "")
    return PurePath(name).name if isinstance(name, str) and not name.startswith("<") else ""


def _is_pairs(data: list[Any] | tuple[Any, ...]) -> bool:
    return all(isinstance(item, tuple | list) and len(item) == 2 for item in data)


def decode(body: bytes, encodings: str, limit: int) -> bytes:
    """`body` without its Content-Encoding(s), never more than `limit` bytes. Raises DecodeError."""
    for encoding in reversed([word.strip().lower() for word in encodings.split(",")]):
        if encoding in ("", "identity") or not body:
            continue
        if encoding in ("gzip", "x-gzip"):
            body = _inflate_gzip(body, limit)
        elif encoding == "deflate":
            body = _inflate(body, limit)
        elif encoding == "br" and brotli is not None:
            body = _unbrotli(body, limit)
        else:
            raise DecodeError(f"unknown Content-Encoding {encoding!r}")
    return body


def _inflate_gzip(body: bytes, limit: int) -> bytes:
    """gzip, of one member or several; some servers pad the end with zeros."""
    decoded = bytearray()
    view, at = memoryview(body), 0
    for _ in range(_MAX_MEMBERS):
        machine = zlib.decompressobj(wbits=31)
        # In slices: what lies beyond a member is copied each time.
        while not machine.eof and at < len(view):
            part = view[at : at + _SLICE]
            decoded += _step(machine, part, limit, limit - len(decoded))
            at += len(part) - len(machine.unused_data)
        if not machine.eof:
            raise DecodeError("a compressed body ends in the middle")
        padding = _PADDING.match(body, at)
        at = padding.end() if padding else at
        if at == len(view):
            return bytes(decoded)
    raise DecodeError(f"a gzip body of more than {_MAX_MEMBERS} members")


def _inflate(body: bytes, limit: int) -> bytes:
    """`deflate` is zlib's format by the RFC, and raw deflate from servers that misread it."""
    try:
        return _run(zlib.decompressobj(), body, limit, limit)
    except DecodeError:
        if body[0] & 0x0F == 8 and (body[0] << 8 | body[1 % len(body)]) % 31 == 0:
            raise
        return _run(zlib.decompressobj(wbits=-15), body, limit, limit)


def _run(machine: Any, body: bytes, limit: int, left: int) -> bytes:
    """What `machine` makes of the whole `body`: no more than what is `left` of the limit."""
    decoded = _step(machine, body, limit, left)
    if not machine.eof:
        raise DecodeError("a compressed body ends in the middle")
    return decoded


def _step(machine: Any, part: bytes | memoryview, limit: int, left: int) -> bytes:
    """What `machine` makes of the next part of a body."""
    try:
        decoded: bytes = machine.decompress(part, left + 1)
    except zlib.error as error:
        raise DecodeError(f"a compressed body is broken: {error}") from error
    if len(decoded) > left:
        raise DecodeError(f"a body of more than {limit} bytes once decoded")
    return decoded


def _unbrotli(body: bytes, limit: int) -> bytes:
    machine = brotli.Decompressor()
    try:
        pieces = [machine.process(body, output_buffer_limit=limit + 1)]
        size = len(pieces[0])
        while size <= limit and not machine.is_finished() and not machine.can_accept_more_data():
            pieces.append(machine.process(b"", output_buffer_limit=limit + 1 - size))
            size += len(pieces[-1])
    except brotli.error as error:
        raise DecodeError(f"a compressed body is broken: {error}") from error
    if size > limit:
        raise DecodeError(f"a body of more than {limit} bytes once decoded")
    if not machine.is_finished():
        raise DecodeError("a compressed body ends in the middle")
    return b"".join(pieces)
