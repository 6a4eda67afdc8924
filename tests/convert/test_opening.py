"""What is fetched, and what is not unless it is asked for: against real servers.

Tests `kampyn_perf/convert/documents.py` too.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from kampyn_perf.convert.openapi.read import read_openapi
from kampyn_perf.errors import ConfigError, KampynError, UnreachableError
from tests.convert.reading import saved


class Files:
    """A server of documents by their paths; a text is where a redirect leads."""

    def __init__(self) -> None:
        self.documents: dict[str, Any] = {}
        self.asked: list[str] = []
        self.host = ""


@contextmanager
def serving() -> Iterator[Files]:
    files = Files()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            files.asked.append(self.path)
            found = files.documents.get(self.path)
            if isinstance(found, str):
                self.send_response(302)
                self.send_header("Location", found)
                self.end_headers()
                return
            self.send_response(404 if found is None else 200)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    files.host = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield files
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def files() -> Iterator[Files]:
    with serving() as one:
        yield one


@pytest.fixture
def elsewhere() -> Iterator[Files]:
    with serving() as one:
        one.documents["/schemas.json"] = {"Pet": {"enum": ["cat"]}}
        yield one


def document(reference: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": reference}}}
    return {
        "openapi": "3.1.0",
        "paths": {"/a": {"post": {"requestBody": {"content": content}}}},
    }


def body_of(location: str, **options: Any) -> Any:
    (request,) = read_openapi(location, **options).operations.values()
    return request.body.value if request.body else None


def test_another_host_is_not_asked_unless_it_is_named(tmp_path: Path, elsewhere: Files) -> None:
    path = str(saved(tmp_path, document(f"http://{elsewhere.host}/schemas.json#/Pet")))
    with pytest.raises(ConfigError, match="other hosts are not asked unless") as caught:
        read_openapi(path)
    assert caught.value.hint == "If you trust it: --fetch 127.0.0.1."
    assert elsewhere.asked == []
    assert body_of(path, fetch=("127.0.0.1",)) == "cat"
    assert body_of(path, fetch=(elsewhere.host,)) == "cat"


def test_documents_of_the_host_that_was_named_are_fetched(files: Files, elsewhere: Files) -> None:
    files.documents["/v1/api.json"] = document("../schemas.json#/Pet")
    files.documents["/schemas.json"] = {"Pet": {"enum": ["dog"]}}
    assert body_of(f"http://{files.host}/v1/api.json") == "dog"
    files.documents["/far.json"] = document(f"http://{elsewhere.host}/schemas.json#/Pet")
    with pytest.raises(ConfigError, match="other hosts are not asked"):
        read_openapi(f"http://{files.host}/far.json")
    assert elsewhere.asked == []


def test_redirects_are_followed_on_the_same_host_alone(files: Files, elsewhere: Files) -> None:
    files.documents["/here"] = "/api.json"
    files.documents["/api.json"] = document("#/x") | {"x": {"const": 1}}
    files.documents["/there"] = f"http://{elsewhere.host}/schemas.json"
    assert body_of(f"http://{files.host}/here") == 1
    with pytest.raises(KampynError, match="leads to another host"):
        read_openapi(f"http://{files.host}/there")
    assert elsewhere.asked == []


def test_what_does_not_answer_and_what_answers_no(files: Files) -> None:
    with pytest.raises(KampynError, match="answered 404 Not Found"):
        read_openapi(f"http://{files.host}/nothing")
    with pytest.raises(UnreachableError, match="cannot fetch"):
        read_openapi("http://127.0.0.1:9/api.json")


def test_a_file_is_no_way_out_of_a_fetched_document(tmp_path: Path, files: Files) -> None:
    path = saved(tmp_path, {"Pet": {"const": "secret"}})
    files.documents["/api.json"] = document(f"file://{path}#/Pet")
    with pytest.raises(ConfigError, match="only http, https and files are read"):
        read_openapi(f"http://{files.host}/api.json")
