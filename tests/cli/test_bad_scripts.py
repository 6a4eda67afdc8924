"""Scripts of other tools that cannot be run, by the real program: one message with file and line,
and nothing is sent.

Tests `kampyn_perf/load/artillery` and `kampyn_perf/load/locustfiles`.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from tests.cli import program

YAML = """config:
  target: http://localhost:1
  phases: [{duration: 1, arrivalRate: 1}]
scenarios:
  - flow:
      - get: {url: /}
"""
PYTHON = """from locust import HttpUser, LoadTestShape, task


class Buyer(HttpUser):
    @task
    def buy(self):
        self.client.get("/")
"""
SHAPE = """

class Steps(LoadTestShape):
    def tick(self):
        return None
"""


@pytest.fixture(scope="module")
def knocked() -> Iterator[tuple[int, list[object]]]:
    """A port, and what was sent to it; that it is there may be looked at."""
    came: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _address = server.accept()
                except OSError:
                    return
                with connection:
                    if data := connection.recv(1000):
                        came.append(data)

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1], came
        server.close()


BAD = {
    "Artillery: a syntax error": (
        "s.yml", YAML.replace("phases: [{", "phases: [["), "s.yml:3"),
    "Artillery: a missing payload file": (
        "s.yml", YAML.replace("  phases", "  payload: {path: no.csv, fields: [a]}\n  phases"),
        "s.yml:3: config.payload.path: there is no file"),
    "Artillery: a missing upload": (
        "s.yml", YAML.replace("{url: /}", "{url: /, formData: {a: {fromFile: no.png}}}"),
        "s.yml:6: scenarios[0].flow[0].get.formData.a.fromFile: there is no file"),
    "Artillery: an unknown key": (
        "s.yml", YAML.replace("{url: /}", "{url: /, heders: {}}"),
        "s.yml:6: scenarios[0].flow[0].get.heders: unknown key; did you mean headers?"),
    "Artillery: a hook in JavaScript": (
        "s.yml", YAML.replace("{url: /}", "{url: /, beforeRequest: sign}"),
        "s.yml:6: scenarios[0].flow[0].get.beforeRequest: runs the JavaScript function sign"),
    "Artillery: an option of TLS": (
        "s.yml", YAML.replace("  phases", "  tls: {pfx: a.pfx}\n  phases"),
        "s.yml:3: config.tls.pfx: is not known here"),
    "Artillery: a function that nobody has": (
        "s.yml", YAML.replace("{url: /}", '{url: "/{{ $randomFromArray(ids) }}"}'),
        "s.yml:6: scenarios[0].flow[0].get.url: {{ $randomFromArray(ids) }} is no function of"),
    "Artillery: a name that nobody has": (
        "s.yml", YAML.replace("{url: /}", '{url: /, json: {n: "{{ $loopIndex }}"}}'),
        "s.yml:6: scenarios[0].flow[0].get.json: {$loopIndex} is not in the session's data"),
    "Artillery: no scenario": ("s.yml", YAML.partition("scenarios")[0] + "scenarios: []\n",
                               "s.yml:4: scenarios: has no scenario"),
    "Locust: a syntax error": ("l.py", PYTHON.replace("def buy(self)", "def buy(self"),
                               "l.py:6: '(' was never closed"),
    "Locust: an import that is not installed": (
        "l.py", f"import no_such_package\n{PYTHON}",
        "l.py:1: the module 'no_such_package' is not installed"),
    "Locust: two classes of one name": (
        "l.py other.py", PYTHON, "other.py: there is a class Buyer in l.py, too"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_it_is_refused_with_file_and_line(tmp_path, knocked, what):
    files, text, words = BAD[what]
    port, came = knocked
    for file in files.split():
        (tmp_path / file).write_text(text)
    host = "--host" if files.startswith("l") else "--url"
    done = program.here(tmp_path, "load", *files.split(), host, f"http://127.0.0.1:{port}")
    assert (done.code, came) == (2, []), done.err
    assert done.err.count(words) == 1, done.err
    assert done.err.count("error:") == 1


def test_a_shape_and_phases_at_once(tmp_path, knocked):
    """The shape is not used, and that is said, once, with its place."""
    port, came = knocked
    (tmp_path / "l.py").write_text(PYTHON + SHAPE)
    flags = ("--host", f"http://127.0.0.1:{port}", "--rate", "5", "--for", "1s", "--dry-run")
    done = program.run(tmp_path, "load", "l.py", *flags)
    assert (done.code, came) == (0, []), done.err
    assert done.out.count("l.py:10: the shape Steps is not used") == 1
