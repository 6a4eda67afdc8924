"""A script of Artillery as the real program runs it, against a server that keeps every request.
Artillery 2.0.20 sent the same requests for it, as often, with the same bodies.

Tests `kampyn_perf/load/artillery`.
"""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli import program
from tests.load.locustfiles import recording

HERE = Path(__file__).parent
BUY = (
    "POST /api/login",
    "GET /shops/7/items?page=1&q=a%20b",
    "PUT /items/2/0",
    "PUT /items/2/1",
    "GET /over/x",
    "GET /over/y",
    "GET /status/503",
    "POST /form",
    "GET /p/1",
    "GET /p/2",
    "PATCH /text",
)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with recording.started() as port:
        yield port


def recorded(port: int) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/__recorded", timeout=10) as answer:
        every = json.loads(answer.read())
    return [one for one in every if one["path"] != "/health"]  # but for the probe beside the load


def line(one: dict[str, Any]) -> str:
    return f"{one['method']} {one['path'].replace('+', '%20')}"


def test_a_script_runs_as_it_is(tmp_path, port):
    for file in ("shop.yml", "users.csv"):
        shutil.copy(HERE / "files" / file, tmp_path)
    done = program.run(
        tmp_path,
        *("load", "shop.yml", "--url", f"http://127.0.0.1:{port}", "--json", *program.PATIENT),
        env={"SHOP_KEY": "1"},
    )
    seen = recorded(port)
    assert done.code in (0, 1, 4), done.err
    result, verdict = done.json["result"], done.json["verdict"]
    assert (line(seen[0]), line(seen[-1])) == ("POST /setup", "DELETE /setup/7")
    counts = Counter(line(one) for one in seen)
    assert [counts[one] for one in BUY] == [15] * len(BUY)
    assert counts["GET /text"] == 5
    assert counts["GET /never"] + counts["GET /after-a-failed-capture"] == 0
    flows = {one["name"]: one for one in result["flows"]}
    assert flows.keys() == {"Buy", "Look"}
    assert {one["name"] for one in verdict["objectives"]} >= {"ensure_error_rate", "error_rate"}
    assert sum(one["requests"]["count"] for one in result["endpoints"]) == 15 * len(BUY) + 5
    bodies(seen)


def bodies(seen: list[dict[str, Any]]) -> None:
    first = {line(one): one for one in reversed(seen)}
    logins = [json.loads(one["body"]) for one in seen if one["path"] == "/api/login"]
    assert {(one["email"], one["age"]) for one in logins} == {
        ("ana@x.example", 30),
        ("bob@x.example", 41),
    }
    assert {len(one["code"]) for one in logins} == {4}
    items = first["GET /shops/7/items?page=1&q=a%20b"]
    assert items["headers"]["authorization"] == "Bearer t-123"
    assert items["headers"]["x-api-key"] == "k-1"
    assert items["headers"]["cookie"] == "session=s1"
    assert first["PUT /items/2/0"]["body"] == "n=0"
    form = first["POST /form"]
    assert (form["body"], form["headers"]["content-type"]) == (
        "a=3&b=x+y",
        "application/x-www-form-urlencoded",
    )
    assert form["headers"]["cookie"] == "session=s1; theme=dark"
    patch = first["PATCH /text"]
    assert json.loads(patch["body"]) == {"braces": "{size}"}
    assert patch["headers"]["cookie"] == "session=s1; theme=dark"
    assert patch["headers"]["authorization"] == "Basic YW5uOnB3"


def test_uploads_selectors_and_a_score_and_what_check_knows_afterwards(tmp_path, port):
    for file in ("more.yml", "statuses.csv", "ann.txt", "bob.txt"):
        shutil.copy(HERE / "files" / file, tmp_path)
    done = program.run(
        tmp_path,
        *("load", "more.yml", "--url", f"http://127.0.0.1:{port}", "--out", "run"),
        *("--no-watch", *program.PATIENT),
    )
    seen = recorded(port)
    assert done.code in (0, 1, 4), done.err
    counts = Counter(line(one) for one in seen)
    for one in ("/", "/page/1?of=7", "/page/2", "/status/404", "/ok", "/thing", "/p/1", "/p/3"):
        assert counts[f"GET {one}"] == 10
    assert counts["GET /never"] == 0
    numbers = [one["path"] for one in seen if one["path"].startswith("/after/7/")]
    assert len(numbers) == 10
    cookies = {line(one): one["headers"].get("cookie") for one in seen}
    assert (cookies["GET /"], cookies["GET /page/2"]) == ("seen=yes", "seen=yes; own=1")
    uploads = [one for one in seen if one["path"] == "/upload"]
    assert {upload(one) for one in uploads} == {upload_of("ann"), upload_of("bob")}
    result = json.loads((tmp_path / "run" / "result.json").read_bytes())
    apdex = result["apdex"]
    assert apdex["threshold_us"] == 250_000
    whole = apdex["satisfied"] + apdex["tolerating"] + apdex["frustrated"]
    assert whole == result["requests"]["count"] == 110
    assert f"Apdex {apdex['score']:.2f} ({apdex['rating']})" in done.out
    again = program.run(tmp_path, "check", "run", "--json")
    names = {one["name"]: one["outcome"] for one in again.json["objectives"]}
    first = json.loads((tmp_path / "run" / "verdict.json").read_bytes())["objectives"]
    assert names["ensure_response_time_p95"] == "pass"
    assert names == {one["name"]: one["outcome"] for one in first}
    other = program.run(tmp_path, "check", "run", "--json", "--slo", "slo-api")
    assert "ensure_response_time_p95" not in {one["name"] for one in other.json["objectives"]}


def upload(request: dict[str, Any]) -> str:
    boundary = request["headers"]["content-type"].partition("boundary=")[2]
    return request["body"].replace(boundary, "B")


def upload_of(who: str) -> str:
    """As Artillery 2.0.20 sends it."""
    part = "--B\r\nContent-Disposition: form-data; name="
    return (
        f'{part}"note"\r\n\r\nfrom {who}\r\n'
        f'{part}"document"; filename="{who}.txt"\r\nContent-Type: text/plain\r\n\r\nof {who}\r\n'
        f'{part}"typed"\r\nContent-Type: application/json\r\n\r\n{{}}\r\n'
        f'{part}"picture"; filename="ann.txt"\r\nContent-Type: image/png\r\n\r\nof ann\r\n'
        "--B--\r\n"
    )


@pytest.mark.parametrize(
    ("change", "flags", "words"),
    [
        (("- get: {url: /never", "- get: {beforeRequest: sign, url: /never"), (), "shop.yml:47"),
        (("    maxErrorRate: 90", "    thresholds: [{http.codes.500: 1}]"), (),
         "config.ensure.thresholds[0]: http.codes.500 is not judged here"),
        (("path: users.csv", "path: nobody.csv"), (), "config.payload.path: there is no file"),
        (("- think: 0.05", "- emit: {channel: x}"), (), "scenarios[0].flow[2].emit: unknown key"),
        (("{{ age }}", "{{ agee }}"), (), "agee"),
        ((": 3\n", ": 3\n"), ("--target", "shop"), "take --target out"),
        ((": 3\n", ": 3\n"), ("http://127.0.0.1:1/x",), "take the URL out"),
        (("url: /never", "url: http://elsewhere.example/never"), (),
         "shop.yml: scenarios[0].flow[7]: elsewhere.example is not this machine"),
        ((": 3\n", ": 3\n"), ("-e", "staging"), "has no environment 'staging'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_before_anything_is_sent(tmp_path, port, change, flags, words):
    shutil.copy(HERE / "files" / "users.csv", tmp_path)
    text = (HERE / "files" / "shop.yml").read_text()
    assert change[0] in text
    (tmp_path / "shop.yml").write_text(text.replace(*change, 1))
    url = () if flags[:1] == ("http://127.0.0.1:1/x",) else ("--url", f"http://127.0.0.1:{port}")
    done = program.run(tmp_path, "load", "shop.yml", *flags, *url, env={"SHOP_KEY": "1"})
    assert (done.code, recorded(port)) == (2, []), done.err
    assert words in done.err
