"""Notices over real HTTP."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket

import pytest

from kampyn_perf.alerts.actions.delivery import DeliveryError
from kampyn_perf.alerts.actions.webhook import Webhook, key_of, signature
from tests.alerts.actions.hook import serving


def webhook(url: str, *, key: bytes | None = None, timeout: float = 5) -> Webhook:
    return Webhook(url, key=key, timeout=timeout, attempts=3, now=lambda: 1_700_000_000.9)


def test_a_notice_is_posted_and_signed() -> None:
    with serving() as hook:
        webhook(hook.url, key=b"key").deliver(0, b'{"a": 1}')
    ((headers, body),) = hook.posts
    assert body == b'{"a": 1}'
    assert headers["content-type"] == "application/json"
    assert headers["webhook-timestamp"] == "1700000000"
    signed = f"{headers['webhook-id']}.1700000000.".encode() + body
    digest = hmac.new(b"key", signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()


def test_the_example_of_the_standard() -> None:
    # The one of https://github.com/standard-webhooks/standard-webhooks, its specification's text.
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert (
        signature(
            key,
            message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp=1614265330,
            body=b'{"test": 2432232314}',
        )
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_a_secret_is_text_or_base64() -> None:
    assert key_of("plain") == b"plain"
    assert key_of("whsec_YWJj") == b"abc"
    with pytest.raises(ValueError, match="begins with whsec_ but is no base64"):
        key_of("whsec_???")


def test_without_a_key_nothing_is_signed() -> None:
    with serving() as hook:
        webhook(hook.url).deliver(0, b"{}")
    ((headers, _body),) = hook.posts
    assert "webhook-signature" not in headers


def test_the_same_notice_keeps_its_id() -> None:
    with serving() as hook:
        one = webhook(hook.url)
        for number in (0, 0, 1):
            one.deliver(number, b"{}")
        webhook(hook.url).deliver(0, b"{}")
    ids = [headers["webhook-id"] for headers, _body in hook.posts]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


@pytest.mark.parametrize(
    ("status", "again"),
    [(500, True), (503, True), (429, True), (400, False), (410, False), (302, False)],
)
def test_what_is_refused_says_whether_to_try_again(status: int, again: bool) -> None:
    with serving(status) as hook, pytest.raises(DeliveryError) as caught:
        webhook(hook.url).deliver(0, b"{}")
    assert (str(caught.value), caught.value.again) == (f"127.0.0.1 answered {status}", again)
    assert len(hook.posts) == 1  # and no redirect was followed


def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        with pytest.raises(DeliveryError) as caught:
            webhook(url).deliver(0, b"{}")
    assert (str(caught.value), caught.value.again) == ("127.0.0.1: Connection refused", True)


def test_no_answer_is_not_waited_for_for_ever() -> None:
    with serving() as hook:
        hook.hold.clear()
        with pytest.raises(DeliveryError) as caught:
            webhook(hook.url, timeout=0.2).deliver(0, b"{}")
    assert (str(caught.value), caught.value.again) == ("127.0.0.1: no answer in time", True)
