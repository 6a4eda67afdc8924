"""The parser on bytes alone: any cutting of the stream gives the same response, and whatever comes
it answers with a response or its own error."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.load.client.errors import ConnectionLostError, HttpError, ProtocolError
from kampyn_perf.load.client.parser import HeadMemory, Limits, ResponseParser

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"


@dataclass(frozen=True)
class Sent:
    """A well-formed response and what the parser must make of it."""

    wire: bytes
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    ends_with_connection: bool
    keep_alive: bool


_token = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-_", min_size=1, max_size=12)
_value = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30)
_framing = {"content-length", "transfer-encoding", "connection", "upgrade", "proxy-connection"}
_headers = st.lists(
    st.tuples(_token.filter(lambda name: name.lower() not in _framing), _value), max_size=6
)


@st.composite
def responses(draw: st.DrawFn) -> Sent:
    """Responses of every framing."""
    framing = draw(st.sampled_from(["length", "chunked", "close", "empty"]))
    status = draw(st.sampled_from([204, 304] if framing == "empty" else [200, 201, 302, 404, 503]))
    headers = [(name.encode(), value.encode()) for name, value in draw(_headers)]
    body = b"" if framing == "empty" else draw(st.binary(max_size=300))
    keep = framing != "close" and draw(st.booleans())
    if framing == "length":
        headers.append((b"Content-Length", b"%d" % len(body)))
    if framing == "chunked":
        headers.append((b"Transfer-Encoding", b"chunked"))
    if not keep and framing != "close":
        headers.append((b"Connection", b"close"))
    interim = b"HTTP/1.1 100 Continue\r\nX-A: b\r\n\r\n" * draw(st.integers(0, 2))
    head = b"HTTP/1.1 %d Any\r\n" % status
    head += b"".join(b"%s: %s\r\n" % pair for pair in headers) + b"\r\n"
    wire = interim + head + (_chunks(draw, body) if framing == "chunked" else body)
    return Sent(wire, status, headers, body, framing == "close", keep)


def _chunks(draw: st.DrawFn, body: bytes) -> bytes:
    wire = b""
    while body:
        size = draw(st.integers(1, len(body)))
        wire += b"%x\r\n%s\r\n" % (size, body[:size])
        body = body[size:]
    return wire + b"0\r\n" + draw(st.sampled_from([b"", b"X-Trailer: late\r\n"])) + b"\r\n"


def reusable(parser: ResponseParser) -> bool:
    """Whether the connection may carry another request after a complete response."""
    return parser.complete and parser.keep_alive and not parser.surplus


@st.composite
def cuts(draw: st.DrawFn, of: st.SearchStrategy[bytes]) -> list[bytes]:
    """Bytes in arbitrary pieces."""
    return cut(draw, draw(of))


def cut(draw: st.DrawFn, wire: bytes) -> list[bytes]:
    marks = sorted(draw(st.sets(st.integers(1, max(len(wire) - 1, 1)), max_size=12)))
    edges = [0, *[mark for mark in marks if mark < len(wire)], len(wire)]
    return [wire[a:b] for a, b in pairwise(edges) if b > a]


@given(st.data(), st.lists(responses(), min_size=1, max_size=3))
def test_any_cutting_of_the_stream_gives_the_same_responses(
    data: st.DataObject, sent: list[Sent]
) -> None:
    parser = ResponseParser()
    for response in sent:
        parser.start()
        pieces = cut(data.draw, response.wire)
        done = [parser.feed(piece) for piece in pieces]
        if response.ends_with_connection:
            assert not any(done)
            assert parser.eof()
        else:
            assert done == [False] * (len(pieces) - 1) + [True]
        assert parser.status == response.status
        assert parser.headers == response.headers
        assert b"".join(parser.body) == response.body
        assert parser.body_size == len(response.body)
        assert parser.received == len(response.wire)
        assert reusable(parser) == response.keep_alive


@given(responses())
def test_a_remembered_head_reads_as_a_parsed_one(response: Sent) -> None:
    memory = HeadMemory()
    first, second = ResponseParser(memory=memory), ResponseParser(memory=memory)
    for parser in (first, second):
        if not parser.feed(response.wire):
            parser.eof()
    for name in ("status", "headers", "body", "body_size", "received", "has_cookies"):
        assert getattr(first, name) == getattr(second, name), name
    assert reusable(first) == reusable(second)


@given(cuts(st.binary(max_size=200)))
def test_any_bytes_at_all_end_in_a_response_or_an_own_error(pieces: list[bytes]) -> None:
    _swallow(pieces)


_corrupted = st.builds(
    lambda sent, at, by: sent.wire[: at % len(sent.wire)] + by + sent.wire[at % len(sent.wire) :],
    responses(),
    st.integers(0, 2000),
    st.binary(min_size=1, max_size=8),
)


@given(cuts(_corrupted), st.booleans())
def test_corrupted_responses_end_in_a_response_or_an_own_error(
    pieces: list[bytes], head_request: bool
) -> None:
    _swallow(pieces, head_request=head_request)


@given(st.data(), _corrupted)
def test_cutting_does_not_change_what_a_corrupted_response_is_taken_for(
    data: st.DataObject, wire: bytes
) -> None:
    assert _swallow([wire]) == _swallow(cut(data.draw, wire))


def _swallow(pieces: list[bytes], *, head_request: bool = False) -> tuple[object, ...]:
    """The response or the kind of error that the pieces give, the connection then closing."""
    parser = ResponseParser()
    parser.start(head_request)
    try:
        if not any(parser.feed(piece) for piece in pieces):
            assert parser.eof()
    except HttpError as error:
        assert not parser.complete
        return (error.kind,)
    assert parser.complete
    assert 200 <= parser.status <= 999
    return parser.status, b"".join(parser.body)


@given(responses(), st.binary(min_size=1, max_size=60))
def test_bytes_beyond_a_response_spoil_the_connection_but_not_the_response(
    response: Sent, surplus: bytes
) -> None:
    if response.ends_with_connection or not surplus.strip(b"\r\n"):
        return  # an empty line between two messages is skipped, and can be taken for nothing else
    parser = ResponseParser()
    for _again in range(2):  # the second time the head is a remembered one
        parser.start()
        assert parser.feed(response.wire + surplus)
        assert (parser.status, b"".join(parser.body)) == (response.status, response.body)
        assert not reusable(parser)


def test_two_responses_to_one_request_do_not_leave_a_usable_connection() -> None:
    parser = ResponseParser()
    assert parser.feed(OK + OK)
    assert b"".join(parser.body) == b"hello"
    assert not reusable(parser)


@pytest.mark.parametrize(
    "wire",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
        b"HTTP/1.1 200 OK\r\nA: b\r\n folded\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nA b: c\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/2.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 099 Low\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
)
def test_malformed_responses_are_protocol_errors(wire: bytes) -> None:
    with pytest.raises(ProtocolError):
        ResponseParser().feed(wire)


def test_an_http2_server_is_named_as_such() -> None:
    with pytest.raises(ProtocolError, match="HTTP/2 only"):
        ResponseParser().feed(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64")


@pytest.mark.parametrize(
    ("wire", "what"),
    [
        (b"", "without a response"),
        (b"HTTP/1.1 200 OK\r\nContent-", "before the head was complete"),
        (OK[:-1], "before the body was complete"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "before the body"),
    ],
)
def test_a_truncated_response_is_a_lost_connection(wire: bytes, what: str) -> None:
    parser = ResponseParser()
    if wire:
        assert not parser.feed(wire)
    with pytest.raises(ConnectionLostError, match=what):
        parser.eof()


def test_the_answer_to_head_has_no_body_and_the_connection_goes_on() -> None:
    parser = ResponseParser()
    parser.start(head_request=True)
    assert parser.feed(OK[:-5])
    assert reusable(parser)
    parser.start()
    assert parser.feed(OK)
    assert b"".join(parser.body) == b"hello"


def test_a_body_after_the_answer_to_head_spoils_the_connection() -> None:
    parser = ResponseParser()
    parser.start(head_request=True)
    assert parser.feed(OK)
    assert not reusable(parser)


@pytest.mark.parametrize("connection", [b"close", b"Close", b"keep-alive, close"])
def test_the_answer_to_head_may_end_the_connection(connection: bytes) -> None:
    parser = ResponseParser()
    parser.start(head_request=True)
    assert parser.feed(b"HTTP/1.1 200 OK\r\nConnection: " + connection + b"\r\n\r\n")
    assert not reusable(parser)


def test_http_1_0_keeps_a_connection_only_when_it_says_so() -> None:
    for header, kept in ((b"", False), (b"Connection: keep-alive\r\n", True)):
        parser = ResponseParser()
        assert parser.feed(b"HTTP/1.0 200 OK\r\n" + header + b"Content-Length: 2\r\n\r\nok")
        assert reusable(parser) is kept


def test_sizes_are_bounded() -> None:
    limits = Limits(head_bytes=1000, body_bytes=2000)
    with pytest.raises(ProtocolError, match="headers of more than 1000"):
        parser = ResponseParser(limits)
        parser.feed(b"HTTP/1.1 200 OK\r\n")
        for _ in range(200):
            parser.feed(b"X: aaaaaaaaaaa\r\n")
    with pytest.raises(ProtocolError, match="body of more than 2000"):
        ResponseParser(limits).feed(
            b"HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n" + b"x" * 2500
        )
    with pytest.raises(ProtocolError, match="interim"):
        ResponseParser().feed(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 17)


def test_a_body_in_very_many_pieces_is_held_in_few() -> None:
    parser = ResponseParser()
    parser.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(5000):
        parser.feed(b"1\r\nx\r\n")
    assert parser.feed(b"0\r\n\r\n")
    assert b"".join(parser.body) == b"x" * 5000
    assert len(parser.body) < 1000


def test_a_discarded_body_is_counted_but_not_kept() -> None:
    parser = ResponseParser()
    for _remembered in range(2):
        parser.start(keep_body=False)
        assert parser.feed(OK)
        assert (parser.body, parser.body_size) == ([], 5)


def test_heads_with_cookies_are_parsed_every_time() -> None:
    memory = HeadMemory()
    parser = ResponseParser(memory=memory)
    assert parser.feed(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")
    assert parser.has_cookies
    assert not memory.heads


def test_the_memory_of_heads_is_bounded() -> None:
    memory = HeadMemory()
    parser = ResponseParser(memory=memory)
    for number in range(2000):
        parser.start()
        parser.feed(b"HTTP/1.1 200 OK\r\nX-Id: %d\r\nContent-Length: 0\r\n\r\n" % number)
    assert 0 < len(memory.heads) <= 512
