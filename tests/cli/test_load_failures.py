"""What failed, with its reason; and a target that is none, although somebody listens there.

Tests `kampyn_perf/results/failures.py`, `kampyn_perf/cli/failures_view.py` and
`kampyn_perf/load/reach.py`.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from kampyn_perf import names
from kampyn_perf.results import io
from kampyn_perf.results.load import LoadResult
from tests.cli import program
from tests.cli.program import profile

SHORT = (*profile("{duration: 1, arrivalRate: 5}"), "--no-watch")
Listen = Callable[[ssl.SSLContext | None], int]


async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Every request is answered with a 503 that tells a secret."""
    body = b'{"message": "no room", "token": "s3cret"}'
    head = b"HTTP/1.1 503 Full\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
    await reader.read(65536)
    writer.write(head + body)
    await writer.drain()
    writer.close()


@pytest.fixture
def listen() -> Iterator[Listen]:
    """Serves on a port, in a thread, until the test is over."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def serve(context: ssl.SSLContext | None) -> int:
        server = await asyncio.start_server(refuse, "127.0.0.1", 0, ssl=context)
        return int(server.sockets[0].getsockname()[1])

    yield lambda context: asyncio.run_coroutine_threadsafe(serve(context), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


@pytest.fixture
def data(tmp_path: Path) -> str:
    path = tmp_path / "data.json"
    path.write_text(
        '{"schema": "kampyn-perf/data", "version": 1, "uniId": "1", '
        '"users": [{"id": "u", "email": "e", "password": "p"}], '
        '"vendors": [{"id": "v"}], "items": [{"id": "i", "vendorId": "v"}]}'
    )
    return str(path)


def test_failures_with_endpoint_cause_count_words_and_time(
    tmp_path: Path, listen: Listen, data: str
) -> None:
    url = f"http://127.0.0.1:{listen(None)}"
    done = program.run(tmp_path, "load", "--target", url, "--data", data, *SHORT)
    assert done.code == 1, done.err
    assert "What failed: 5 requests\n" in done.out
    assert '{"message": "no room", "token": ***}' in done.out
    assert done.out.index("FAIL on ") < done.out.index("What failed") < done.out.index("endpoint ")
    (path,) = tmp_path.glob(f"reports/20*/{names.RESULT_FILE}")
    result = io.read(path, {names.LOAD_SCHEMA: LoadResult})
    assert sum(one.count for one in result.failures) == result.requests.failed == 5
    assert {(one.cause, one.kind) for one in result.failures} == {("503", "http_5xx")}
    markdown = program.run(tmp_path, "check", "--format", "markdown").out
    assert "| 503 | " in markdown
    assert "s3cret" not in done.err + markdown + path.read_text()


@pytest.mark.parametrize("self_signed", [True, False])
def test_no_agreement_on_tls_is_no_target_and_says_why(
    tmp_path: Path, listen: Listen, data: str, self_signed: bool
) -> None:
    context = None
    if self_signed:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    url = f"https://127.0.0.1:{listen(context)}"
    done = program.run(tmp_path, "load", "--target", url, "--data", data, *SHORT)
    assert done.code == 3, done.err
    words = "certificate" if self_signed else "does not speak TLS"
    assert "the target never answered: TLS: " in done.out
    assert words in done.out
    assert "connect" in done.out
