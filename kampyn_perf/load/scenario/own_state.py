"""What stays with a virtual user from session to session, and what goes with each."""

from __future__ import annotations

from copy import copy
from typing import Any


class OwnState:
    """Headers and cookies that a user had before its first session, from `on_start`, say: each
    session begins with them and with nothing of the one before."""

    def __init__(self) -> None:
        self._headers: dict[str, str] | None = None
        self._cookies: list[Any] = []

    def begin(self, client: Any) -> None:
        """A session begins: take off what the one before put on, a token above all."""
        if self._headers is None:
            self._headers = dict(client.headers)
            self._cookies = [copy(cookie) for cookie in cookies_of(client)]
            return
        headers, cookies = client.headers, cookies_of(client)
        if headers != self._headers:
            client.headers = type(headers)(self._headers)
        cookies.clear()
        for cookie in self._cookies:
            cookies.set_cookie(copy(cookie))


def cookies_of(client: Any) -> Any:
    """The jar of the lean client, or of Locust's own."""
    cookies = getattr(client, "cookies", None)
    return client.cookiejar if cookies is None else cookies
