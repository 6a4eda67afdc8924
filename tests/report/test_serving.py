"""The live page over real sockets: what it serves, to whom, and how it ends."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator

import pytest

from kampyn_perf.errors import KampynError
from kampyn_perf.report.serving import LivePage


@pytest.fixture
def page() -> Iterator[LivePage]:
    served = LivePage(0)
    yield served
    served.close()


def get(page: LivePage, path: str, *, method: str = "GET", host: str = "") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(page.url.removeprefix("http://"), timeout=10)
    connection.request(method, path, headers={"Host": host} if host else {})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body


def test_before_the_run_it_waits(page: LivePage) -> None:
    status, body = get(page, "/")
    assert (status, b'http-equiv="refresh"' in body) == (200, True)
    assert get(page, "/metrics") == (200, b"# EOF\n")


def test_a_page_is_made_once_and_only_if_somebody_asks(page: LivePage) -> None:
    made = []
    assert not page.wanted
    page.show(lambda: made.append("page") or b"first", lambda: b"metrics")
    assert made == []
    assert [get(page, "/"), get(page, "/")] == [(200, b"first")] * 2
    assert made == ["page"]
    assert page.wanted
    page.show(lambda: b"second", lambda: b"metrics")
    assert get(page, "/") == (200, b"second")
    assert get(page, "/metrics") == (200, b"metrics")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example"])
def test_a_foreign_name_reads_nothing(page: LivePage, host: str) -> None:
    page.show(lambda: b"secret", lambda: b"")
    status, body = get(page, "/", host=host)
    assert (status, b"secret" in body) == (421, False)


def test_there_is_nothing_else(page: LivePage) -> None:
    assert get(page, "/../../etc/passwd")[0] == 404
    assert get(page, "/", method="POST")[0] == 501


def events(page: LivePage, heard: list[str], first: threading.Event) -> None:
    connection = http.client.HTTPConnection(page.url.removeprefix("http://"), timeout=30)
    connection.request("GET", "/events")
    response = connection.getresponse()
    first.set()
    for line in response:
        if line.startswith(b"event: "):
            heard.append(line.decode().strip())
    connection.close()


def test_viewers_are_told_of_changes_and_of_the_end() -> None:
    page = LivePage(0)
    page.show(lambda: b"a", lambda: b"")
    heard: list[str] = []
    first = threading.Event()
    viewer = threading.Thread(target=events, args=(page, heard, first))
    viewer.start()
    assert first.wait(10)
    page.show(lambda: b"b", lambda: b"")
    page.close()
    viewer.join(10)
    assert not viewer.is_alive()
    assert heard[-1] == "event: over"
    assert set(heard[:-1]) == {"event: changed"}


def test_a_port_that_is_taken_is_told(page: LivePage) -> None:
    port = int(page.url.rpartition(":")[2])
    with pytest.raises(KampynError, match=f"cannot serve the live report on port {port}"):
        LivePage(port)
