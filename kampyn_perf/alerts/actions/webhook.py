"""A notice by HTTP POST, signed as Standard Webhooks has it (https://www.standardwebhooks.com).

A receiver checks `webhook-signature` with the shared key over `{webhook-id}.{webhook-timestamp}.
{body}`, and refuses old timestamps; the id is the same when a notice is tried again. Redirects are
not followed, and no proxy is asked: a notice goes to the host that was allowed, or nowhere.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import http.client
import ssl
import time
import uuid
from collections.abc import Callable
from urllib.parse import urlsplit

from kampyn_perf import __version__
from kampyn_perf.alerts.actions.delivery import DeliveryError

_KEY_PREFIX = "whsec_"
_WORTH_ANOTHER_TRY = frozenset({408, 425, 429, 500, 502, 503, 504})


def key_of(secret: str) -> bytes:
    """The key that `secret` stands for: base64 after `whsec_`, or else its own bytes. Raises
    ValueError for what is no base64."""
    if not secret.startswith(_KEY_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_KEY_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError(f"begins with {_KEY_PREFIX} but is no base64") from None


def signature(key: bytes, *, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256 in base64."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


class Webhook:
    """Posts notices to one URL."""

    def __init__(
        self,
        url: str,
        *,
        key: bytes | None,
        timeout: float,
        attempts: int,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`timeout` in seconds; without a `key` nothing is signed."""
        parts = urlsplit(url)
        self._tls = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._key = key
        self._timeout = timeout
        self.attempts = attempts
        self._now = now
        self._prefix = f"msg_{uuid.uuid4().hex}"

    def deliver(self, number: int, body: bytes) -> None:
        """POST it, and take any 2xx for an answer. Raises DeliveryError."""
        try:
            status = self._post(self._headers(number, body), body)
        except (OSError, http.client.HTTPException) as error:
            raise DeliveryError(f"{self._host}: {_words(error)}", again=True) from error
        if not 200 <= status < 300:
            raise DeliveryError(
                f"{self._host} answered {status}", again=status in _WORTH_ANOTHER_TRY
            )

    def cancel(self) -> None:
        """A request under way ends with its time-out, in a thread that nobody waits for."""

    def _headers(self, number: int, body: bytes) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"kampyn-perf/{__version__}",
            "webhook-id": f"{self._prefix}_{number}",
            "webhook-timestamp": str(int(self._now())),
        }
        if self._key is not None:
            headers["webhook-signature"] = signature(
                self._key,
                message_id=headers["webhook-id"],
                timestamp=int(headers["webhook-timestamp"]),
                body=body,
            )
        return headers

    def _post(self, headers: dict[str, str], body: bytes) -> int:
        connection: http.client.HTTPConnection
        if self._tls:
            connection = http.client.HTTPSConnection(
                self._host, self._port, timeout=self._timeout, context=ssl.create_default_context()
            )
        else:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
        try:
            connection.request("POST", self._path, body=body, headers=headers)
            return connection.getresponse().status
        finally:
            connection.close()


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted: {error.verify_message}"
    text = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return text or type(error).__name__
