"""Bodies out and in: encoded as scenario authors expect, decoded within a bound.

Tests `kampyn_perf/load/json_text.py` too.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import zlib
from contextlib import suppress
from pathlib import Path

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.load.client.bodies import FORM, decode, encode_data, encode_files
from kampyn_perf.load.client.errors import DecodeError, RequestRefusedError
from kampyn_perf.load.json_text import encode_json

LIMIT = 1_000_000


def raw_deflate(body: bytes) -> bytes:
    machine = zlib.compressobj(wbits=-15)
    return machine.compress(body) + machine.flush()


PACKERS = {
    "gzip": gzip.compress,
    "x-gzip": lambda body: gzip.compress(body) + b"\0\0",
    "deflate": zlib.compress,
    "Deflate": raw_deflate,
    "br": brotli.compress,
    "identity": bytes,
    "gzip, br": lambda body: brotli.compress(gzip.compress(body)),
}


@pytest.mark.parametrize("encoding", PACKERS)
@given(body=st.binary(max_size=2000))
def test_every_encoding_decodes_to_what_was_packed(encoding: str, body: bytes) -> None:
    assert decode(PACKERS[encoding](body), encoding, LIMIT) == body


def test_several_gzip_members_are_one_body() -> None:
    assert decode(gzip.compress(b"one") + gzip.compress(b"two"), "gzip", LIMIT) == b"onetwo"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "Deflate", "br"])
def test_bombs_are_bounded(encoding: str) -> None:
    bomb = PACKERS[encoding](b"\0" * 20_000_000)
    with pytest.raises(DecodeError, match="more than 1000000 bytes"):
        decode(bomb, encoding, LIMIT)


def test_many_small_members_are_bounded_together() -> None:
    with pytest.raises(DecodeError, match="more than 1000000"):
        decode(gzip.compress(b"\0" * 400_000) * 3, "gzip", LIMIT)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_a_compressed_body_that_stops_is_an_error(encoding: str) -> None:
    packed = PACKERS[encoding](bytes(range(256)) * 20)
    with pytest.raises(DecodeError):
        decode(packed[:-5], encoding, LIMIT)


@given(st.sampled_from(sorted(PACKERS)), st.binary(max_size=200))
def test_any_bytes_decode_or_fail_with_an_own_error(encoding: str, body: bytes) -> None:
    with suppress(DecodeError):
        assert len(decode(body, encoding, 1000)) <= 1000


def test_an_unknown_encoding_is_an_error() -> None:
    with pytest.raises(DecodeError, match="'zstd'"):
        decode(b"x", "zstd", LIMIT)


def test_json_beyond_64_bits_is_sent_too() -> None:
    assert json.loads(encode_json({"n": 2**70})) == {"n": 2**70}
    assert encode_json({"a": [1, "x", None]}) == b'{"a":[1,"x",null]}'


@pytest.mark.parametrize(
    ("data", "body", "content_type"),
    [
        (b"raw", b"raw", ""),
        ("käse", "käse".encode(), ""),
        ({"a": "1 2", "b": ["x", "y"]}, b"a=1+2&b=x&b=y", FORM),
        ([("a", "1"), ("a", "2")], b"a=1&a=2", FORM),
        (bytearray(b"ba"), b"ba", ""),
        (io.BytesIO(b"file"), b"file", ""),
        (io.StringIO("text"), b"text", ""),
        (iter([b"p1", "p2"]), b"p1p2", ""),
    ],
)
def test_data_in_the_forms_that_locust_takes(data: object, body: bytes, content_type: str) -> None:
    assert encode_data(data) == (body, content_type)


def test_data_of_no_known_form_is_refused() -> None:
    with pytest.raises(RequestRefusedError, match="float"):
        encode_data(1.5)


def test_files_make_a_multipart_body() -> None:
    body, content_type = encode_files(
        {"menu": ("menu.csv", "a,b", "text/csv"), "raw": b"bytes"}, {"uni": "123"}
    )
    assert content_type.startswith("multipart/form-data; boundary=")
    for part in (b'name="uni"', b'filename="menu.csv"', b"text/csv", b"a,b", b"bytes"):
        assert part in body


def test_a_list_is_several_fields_and_an_open_file_has_a_name(tmp_path: Path) -> None:
    path = tmp_path / "menu.csv"
    path.write_text("a,b")
    with path.open("rb") as file:
        body, _type = encode_files({"up": file}, {"tag": ["veg", "hot"], "count": 2})
    assert body.count(b'name="tag"') == 2
    for part in (b"veg", b"hot", b'name="count"', b'filename="menu.csv"', b"a,b"):
        assert part in body


def test_gzip_of_very_many_members_is_refused() -> None:
    """Each member costs some work: millions of them would hold the generator for minutes."""
    member = gzip.compress(b"")
    assert decode(member * 1000, "gzip", LIMIT) == b""
    with pytest.raises(DecodeError, match="more than 1000 members"):
        decode(member * 400_000, "gzip", LIMIT)


def test_members_may_be_longer_than_a_slice_and_padded() -> None:
    one, two = bytes(range(256)) * 1000, b"two"
    random.seed(1)
    noise = random.randbytes(200_000)
    packed = gzip.compress(noise) + b"\0" * 70_000 + gzip.compress(one) + gzip.compress(two)
    assert decode(packed + b"\0" * 9, "gzip", LIMIT) == noise + one + two
