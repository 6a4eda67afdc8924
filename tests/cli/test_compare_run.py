"""`kampyn-perf compare --run` as the real program: servers by a command, and what is refused.

Tests `kampyn_perf/cli/compare` and `kampyn_perf/compare/pairs`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.cli import program

SERVER = """
import http.server, sys, time

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        time.sleep(float(sys.argv[2]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def test_two_servers_against_each_other(tmp_path: Path) -> None:
    """One pair decides nothing, whatever the machine does: that is told, and all is kept."""
    (tmp_path / "server.py").write_text(SERVER)
    done = program.run(
        tmp_path,
        *("compare", "--run", "/items", "--pairs", "1", "--without-control", "--json"),
        *("--base-start", f"{sys.executable} server.py {{port}} 0.001"),
        *("--new-start", f"{sys.executable} server.py {{port}} 0.05"),
        *("--rate", "20", "--for", "1s", "--allow", "busy", "--decide-on", "p50"),
    )
    document = json.loads(done.out) if done.out else pytest.fail(done.err)
    assert done.code == 4, done.err
    assert (document["design"], document["kind"]) == ("pairs", "load")
    (row,) = [one for one in document["rows"] if one["primary"]]
    assert row["outcome"] == "inconclusive"
    assert row["change"] > 0
    assert "pairs would decide" in row["needs"]
    assert "pair 1 of 1: response time P50: +" in done.err
    (folder,) = (tmp_path / "reports").glob("*-compare")
    assert json.loads((folder / "comparison.json").read_text()) == document
    runs = sorted(path.name for path in (folder / "runs").iterdir())
    assert runs == ["001-base", "001-new"]
    assert not (tmp_path / "reports" / "latest").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--run",), "both sides are the same"),
        (("--run", "localhost:1/x"), "both sides are the same"),
        (("--pairs", "3"), "--pairs is about runs to be made: add --run"),
        (("--run", "--base", "main"), "--base is about runs that were made"),
        (("--run", "--between-runs", "5%"), "--between-runs is about runs that were made"),
        (("--run", "--new-set", "backend.nonsense=1"), "backend.nonsense"),
        (("--run", "nowhere", "reference"), "nowhere"),
        (
            ("--run", "http://staging.example.edu/x", "localhost:1/x"),
            "staging.example.edu",
        ),
        (
            ("--run", "/", "--base-start", "/does/not/exist", "--new-start", "/does/not/exist 2"),
            "cannot start '/does/not/exist'",
        ),
    ],
)
def test_what_is_not_run(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    done = program.run(tmp_path, "compare", *arguments)
    assert done.code == 2, done.err
    assert words in done.err
    assert "Traceback" not in done.err
    left = list((tmp_path / "reports").glob("*")) if (tmp_path / "reports").exists() else []
    assert left == []
