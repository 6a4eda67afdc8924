"""In whose words a request failed: a line, no longer than a table bears, and without secrets."""

from __future__ import annotations

import pytest

from kampyn_perf.load.client.errors import CheckError, ConnectError, DecodeError, StatusError
from kampyn_perf.load.client.explain import failure_text


class Answer:
    """As much of a response as is looked at."""

    def __init__(self, text: str = "") -> None:
        self.body = text

    @property
    def text(self) -> str:
        if self.body == "damaged":
            raise DecodeError("the body is not gzip")
        return self.body


STATUS = StatusError(500, "http://h/x?token=abc")


@pytest.mark.parametrize(
    ("error", "body", "words"),
    [
        (STATUS, '{"message": "out of\n stock"}', '{"message": "out of stock"}'),
        (STATUS, "", ""),
        (STATUS, "damaged", ""),
        (ConnectError("TLS: self-signed certificate"), "", "TLS: self-signed certificate"),
        (CheckError("the answer has no token"), '{"a": 1}', "the answer has no token"),
        (CheckError(""), "", "CheckError"),
        (STATUS, '{"token": "s3cret", "id": 7}', '{"token": ***, "id": 7}'),
        (STATUS, "password=hunter2&id=7", "password=***&id=7"),
        (STATUS, "Authorization: Bearer abcdefgh12345", "Authorization: *** ***"),
        (STATUS, "got eyJhbGciOi.eyJzdWIiOiIx.c2ln", "got ***"),
        (STATUS, "mongodb://u:geheim@db/k is down", "mongodb://u:***@db/k is down"),
        (STATUS, "\x1b[31mred\x07", "[31mred"),
    ],
)
def test_a_line_of_its_own_words_or_of_the_body(error: Exception, body: str, words: str) -> None:
    assert failure_text(error, Answer(body)) == words


def test_a_long_body_is_cut_and_a_token_at_the_cut_is_not_shown() -> None:
    text = failure_text(STATUS, Answer("x" * 150 + ' {"token": "' + "s" * 500))
    assert len(text) <= 203
    assert "sss" not in text
    assert failure_text(STATUS, Answer("y" * 999)) == "y" * 200 + "..."
