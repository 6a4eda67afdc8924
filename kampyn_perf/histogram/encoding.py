"""HdrHistogram's compressed V2 form, as base64: what its tools in other languages read."""

from __future__ import annotations

import base64
import ctypes
import struct
import zlib
from functools import cache

import numpy as np
from hdrh.codec import get_compression_cookie, payload_header_size
from hdrh.histogram import HdrHistogram
from pyhdrh import encode as encode_counts

from kampyn_perf.histogram.buckets import DIGITS, HIGHEST_US, LOWEST_US, Counts, bucket_starts

_COMPRESSION = 1
"""Of zlib's levels the quickest: the usual one takes five times as long, and saves 1 %."""
_WORD_SIZE = 8
_MOST_BYTES = 10
"""That one count takes in the encoding."""


def encode(counts: Counts, beyond: int) -> str:
    """All counts of a histogram, of which those from `beyond` on are 0.

    The library's own `encode` tells the same, and takes several times as long: it makes its buffer
    anew each time, and compresses more than pays.
    """
    header, buffer = _encoder().encoder.payload.payload, _buffer()
    room = len(buffer) - payload_header_size
    target = ctypes.addressof(buffer) + payload_header_size
    header.payload_len = encode_counts(counts.ctypes.data, beyond, _WORD_SIZE, target, room)
    ctypes.memmove(buffer, ctypes.addressof(header), payload_header_size)
    body = memoryview(buffer)[: payload_header_size + header.payload_len]
    packed = zlib.compress(body, _COMPRESSION)
    head = struct.pack(">II", get_compression_cookie(), len(packed))
    return base64.b64encode(head + packed).decode("ascii")


def decode(text: str) -> Counts:
    """The counts of `encode`. Raises ValueError where the text is none of ours."""
    try:
        counts = np.frombuffer(HdrHistogram.decode(text).counts, dtype=np.int64)
        if len(counts) != len(bucket_starts()):
            raise ValueError("its buckets are others")
    except Exception as error:
        raise ValueError(f"not an encoded histogram: {error}") from error
    return counts


@cache
def _encoder() -> HdrHistogram:
    """One for all: to make one costs more than to encode."""
    return HdrHistogram(LOWEST_US, HIGHEST_US, DIGITS)


@cache
def _buffer() -> ctypes.Array[ctypes.c_char]:
    """For the encoding of any histogram: one for all, as there is one encoder."""
    return ctypes.create_string_buffer(payload_header_size + _MOST_BYTES * len(bucket_starts()))
