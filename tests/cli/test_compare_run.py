"""`kampyn-perf compare --run` as the real program: servers by a command, and what is refused.

Tests `kampyn_perf/cli/compare` and `kampyn_perf/compare/pairs`.
"""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest

from kampyn_perf.cli.main import app
from kampyn_perf.compare import pairs
from kampyn_perf.compare.pairs import PairsRequest
from kampyn_perf.errors import KampynError
from tests.cli import program
from tests.cli.docs import pages

SERVER = """
import http.server, sys, time

TAKES_S = float(open("takes").read())

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        time.sleep(TAKES_S)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def test_two_servers_against_each_other(tmp_path: Path) -> None:
    """The command of docs/compare.md. One pair decides nothing, whatever the machine does: that is
    told, and all is kept."""
    for name, takes in (("old", "0.001"), ("new", "0.05")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "server.py").write_text(SERVER)
        (tmp_path / name / "takes").write_text(takes)
    typed = pages.one("docs/compare.md", "--run", "--base-start")
    done = program.run(
        tmp_path,
        *shlex.split(typed.replace("node server.js", f"{sys.executable} server.py"))[1:],
        *("--pairs", "1", "--without-control", "--json"),
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
    done = program.here(tmp_path, "compare", *arguments)
    assert done.code == 2, done.err
    assert words in done.err
    assert "Traceback" not in done.err
    left = list((tmp_path / "reports").glob("*")) if (tmp_path / "reports").exists() else []
    assert left == []


@pytest.mark.parametrize(
    ("part", "sides"),
    [
        ("localhost:8000/items", ("localhost:8000/items", "localhost:8001/items")),
        ("--profile quick", ("bundled", "bundled backend.store.indexes=none")),
        ("--flow Vendor", ("bundled", "bundled backend.store.indexes=none")),
        ("--base-set", ("bundled backend.workers=1", "bundled backend.workers=2")),
    ],
)
def test_what_a_line_of_the_page_asks_for(
    part: str, sides: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything but the runs; `--new-set` is run by the README's test, servers above."""
    asked: list[PairsRequest] = []

    def run(request: PairsRequest, _observer: object) -> None:
        asked.append(request)
        raise KampynError("no minutes of runs here")

    monkeypatch.setattr(pairs, "run", run)
    monkeypatch.chdir(tmp_path)
    line = pages.one("docs/compare.md", "compare --run", part)
    with pytest.raises(KampynError, match="no minutes"):
        app(pages.typed(line), standalone_mode=False)
    (request,) = asked
    assert (request.base.name, request.new.name) == sides
    for arm, name in ((request.base, sides[0]), (request.new, sides[1])):
        made = arm.request("")
        if made.bundled is None:
            assert made.spec.url == f"http://{name.partition('/')[0]}"
            assert made.spec.schedule().planned == 50 * 20
        else:
            settings = made.bundled.settings
            assert (settings.store.indexes == "none") is ("indexes=none" in name)
            assert settings.workers == {"1": 1, "2": 2}.get(name[-1], 0)
