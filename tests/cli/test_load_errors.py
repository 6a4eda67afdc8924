"""What a user can get wrong: a clear message, the right exit code, nothing started or lost.

Tests `kampyn_perf/cli/load`, `kampyn_perf/load/resolver.py`, `kampyn_perf/load/bundled.py` and
`kampyn_perf/load/reach.py`.
"""

from __future__ import annotations

import os
import socket

import psutil
import pytest

from tests.bench.server import ok, serving
from tests.cli import program
from tests.cli.program import profile

SHORT = profile("{duration: 1, arrivalRate: 5}")


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "data.json"
    path.write_text(
        '{"schema": "kampyn-perf/data", "version": 1, "uniId": "1", '
        '"users": [{"id": "u", "email": "e", "password": "p"}], '
        '"vendors": [{"id": "v"}], "items": [{"id": "i", "vendorId": "v"}]}'
    )
    return str(path)


def test_a_target_that_is_not_there(tmp_path, data):
    url = f"http://127.0.0.1:{closed_port()}"
    done = program.run(tmp_path, "load", "--target", url, "--data", data, *SHORT)
    assert done.code == 3
    assert f"{url} cannot be reached: Connection refused" in done.err
    assert "hint:" in done.err
    assert not list(tmp_path.glob("reports/20*")), "no empty report is left"


def test_a_host_that_nobody_allowed(tmp_path, data):
    arguments = ("load", "--target", "http://user:s3cret@staging.example:80", "--data", data)
    done = program.here(tmp_path, *arguments, *SHORT)
    assert done.code == 2
    assert "staging.example is not this machine, and nobody allowed" in done.err
    assert "--allow-host staging.example" in done.err
    assert "s3cret" not in done.err


def test_every_problem_of_a_configuration_at_once(tmp_path):
    (tmp_path / "mine.yaml").write_text(
        """\
config:
  maxVuser: 5
profiles:
  mine:
    phases:
      - {duration: soon, arrivalRate: 5}
      - {duration: 5}
      - {pause: 5, arrivalRate: 5}
"""
    )
    done = program.run(tmp_path, "load", "--config", "mine.yaml", "--profile", "mine")
    assert done.code == 2
    assert "4 problems in the configuration" in done.err
    for text in (
        "mine.yaml:2: config.maxVuser: unknown key; did you mean maxVusers?",
        "mine.yaml:6: profiles.mine.phases[0].duration: not a duration: 'soon'",
        "mine.yaml:7: profiles.mine.phases[1]: needs arrivalRate, arrivalCount or pause",
        "mine.yaml:8: profiles.mine.phases[2]: a pause stands alone; take out arrivalRate",
    ):
        assert text in done.err
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--profile", "qick"], "there is no profile 'qick'; known: documented, quick"),
        (["--target", "refrence"], "no such configuration: targets/refrence.yaml"),
        (["--target", "kampyn"], "the target kampyn has no URL"),
        (["--target", "ftp://localhost/"], "not an http or https URL"),
        (["--target", "http://localhost:1"], "needs a data file of ids and credentials"),
        (["--data", "x.json"], "--data is for a target of your own"),
        (["--flow", "pay", "--dry-run"], "--flow 'pay' names no flow; there are: User auth"),
        (["--set", "config.seed"], "--set config.seed: expected key=value"),
        (
            ["--set", "backend.wrkers=2"],
            "--set backend.wrkers: backend.wrkers: unknown key; did you mean workers?",
        ),
        (["--set", "backend.workers"], "--set backend.workers: expected key=value"),
        (["--set", "slo.objectives.x=1"], "--set slo.objectives.x: slo.objectives.x"),
        (["--warm-up", "soon"], "--warm-up: config.warmUp: not a duration: 'soon'"),
        (["--warm-up", "99999999999h"], "--warm-up: config.warmUp: is longer than 366 days"),
        (
            ["--set", "profiles.quick.phases=[]", "--profile", "quick"],
            "--set profiles.quick.phases: profiles.quick.phases: needs at least one phase",
        ),
        (["--seed", "-7", "--set", "config.mode=poisson"], "--seed: config.seed: "),
        (["--seed", "9" * 23], "--seed: config.seed: "),
        (["--set", "backend.seed.seed=-1"], "--set backend.seed.seed: backend.seed.seed: "),
        (["--set", "config.timeouts.total=0"], "input should be greater than 0"),
        (["--set", "config.timeouts.connect=0s"], "input should be greater than 0"),
        (["--set", "config.timeouts.read=0"], "input should be greater than 0"),
        (["--slo", "nope"], "no such configuration: nope"),
        (["--config", "nope.yaml"], "cannot read nope.yaml"),
        (["--expect-workers", "2"], "--expect-workers does not apply to --role local"),
        (["--flow", " ", "--dry-run"], "--flow is empty; there are: User auth"),
        (
            ["--target", "http://localhost/x#part"],
            "the target's URL http://localhost/x has a fragment, which would never be sent",
        ),
        (["--bogus"], "No such option: --bogus"),
    ],
)
def test_wrong_flags(tmp_path, arguments, message):
    done = program.here(tmp_path, "load", *arguments)
    assert done.code == 2, done.err
    assert message in done.err
    assert "Traceback" not in done.err
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("worker --dry-run", "--dry-run does not apply to --role worker"),
        (
            "worker --profile quick --workers 2 --json --seed 1",
            "--profile, --seed, --workers, --json do not apply to --role worker",
        ),
        ("worker --expect-workers 2", "--expect-workers does not apply to --role worker"),
        ("master --workers 1", "--workers does not apply to --role master"),
        (
            "local --expect-workers 1 --master-host 127.0.0.1 --master-port 5557",
            "--master-host, --master-port, --expect-workers do not apply to --role local",
        ),
    ],
)
def test_a_flag_that_does_not_go_with_the_role(tmp_path, arguments, message):
    """Given as its default it is refused too: it was meant to have an effect."""
    done = program.here(tmp_path, "load", "--role", *arguments.split())
    assert done.code == 2, done.err
    assert message in done.err
    assert "hint:" in done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "backend.store=mongodb://us:hunter2@127.0.0.1:1/x"], "should be a mapping"),
        (["--set", "backend.store.url=us:hunter2@127.0.0.1/x"], "not a store: '***@127.0.0.1/x'"),
        (["--set", "backend.token_secret=[hunter2]"], "should be a valid string (got ***)"),
        (["--set", "backend.token_secret=*hunter2"], "is not valid YAML; put quotes around it"),
        (["--url", "us:hunter2@127.0.0.1"], "not an http or https URL: ***@127.0.0.1"),
        (["--url", "http://localhost?k=hunter2"], "URL http://localhost has a query, which would"),
        (["--target", "us:hunter2@127.0.0.1"], "no such configuration: targets/us:***@127.0.0.1"),
    ],
)
def test_a_message_shows_no_secret(tmp_path, arguments, message):
    done = program.here(tmp_path, "load", "--dry-run", *arguments)
    assert done.code == 2, done.err
    assert message in done.err
    assert "hunter2" not in done.err


def test_a_wrong_data_file_is_told_without_its_passwords(tmp_path):
    path = tmp_path / "data.json"
    path.write_text(
        '{"schema": "kampyn-perf/data", "version": 1, "uniId": "1", '
        '"users": [{"id": "u", "email": 7, "password": "hunter2"}, '
        '{"id": "u", "email": "e", "password": ["hunter2"]}], '
        '"vendors": [{"id": "v"}], "items": [{"id": "i", "vendorId": "v"}]}'
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        done = program.here(tmp_path, "load", "--target", url, "--data", str(path), *SHORT)
    assert done.code == 2, done.err
    assert "2 problems" in done.err
    assert "users[0].email: input should be a valid string (got 7)" in done.err
    assert "users[1].password: input should be a valid string (got ***)" in done.err
    assert "hunter2" not in done.err


def test_words_between_colons_are_no_emoji(tmp_path):
    done = program.here(tmp_path, "load", "--dry-run", "--profile", "a:smile:b")
    assert "there is no profile 'a:smile:b'" in done.err
    (tmp_path / "mine.yaml").write_text("root:x:0")
    done = program.here(tmp_path, "load", "--dry-run", "--slo", "mine.yaml")
    assert "should be a mapping (got 'root:x:0')" in done.err


def test_a_missing_data_file(tmp_path):
    done = program.here(tmp_path, "load", "--target", "http://localhost:1", "--data", "none.json")
    assert done.code == 2
    assert "there is no data file none.json" in done.err


def test_data_that_lacks_what_the_target_needs(tmp_path, data):
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        arguments = ("load", "--target", "kampyn", "--url", url, "--data", data)
        done = program.here(tmp_path, *arguments, *SHORT)
    assert done.code == 2
    assert "operations.order.json: {user.phone} is not in the session's data" in done.err
    assert "operations.vendor_login.json: {vendor.email} is not in the session's data" in done.err


def test_a_report_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "reports").write_text("a file is in the way")
    done = program.run(tmp_path, "load", *SHORT)
    assert done.code == 2
    assert "reports" in done.err
    assert "Traceback" not in done.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(tmp_path):
    tmp_path.chmod(0o500)
    done = program.run(tmp_path, "load", *SHORT)
    assert done.code == 2
    assert "cannot make the run folder" in done.err


def test_a_run_does_not_overwrite_another(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "result.json").write_text("{}")
    done = program.here(tmp_path, "load", "--out", "run", *SHORT)
    assert done.code == 2
    assert "run holds a result.json already" in done.err


def test_scenarios_with_a_mistake(tmp_path, data):
    scenarios = tmp_path / "mine.py"
    scenarios.write_text("import nothing_of_this_name\n")
    done = program.run(tmp_path, "load", "--dry-run", "--set", f"config.scenarios={scenarios}")
    assert done.code == 2
    assert "mine.py:1: the module 'nothing_of_this_name' is not installed" in done.err


def test_an_exception_in_a_scenario_makes_the_run_invalid(tmp_path, backend, against):
    """A flow that never sends anything has no failed request: it must not pass."""
    (tmp_path / "mine.py").write_text(
        """\
from locust import task
from kampyn_perf.load.flow import FlowUser

class Broken(FlowUser):
    @task
    def run_flow(self):
        self.call("vendors")
        raise KeyError("token")
"""
    )
    done = program.run(tmp_path, "load", *against, "--set", "config.scenarios=mine.py", *SHORT)
    assert done.code == 4, done.err
    assert "5 sessions ended by an exception in the scenario: KeyError: 'token'" in done.out


def test_a_port_that_is_taken(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = program.run(tmp_path, "backend", "serve", "--port", str(port))
    assert done.code == 2
    assert str(port) in done.err
    assert "--port" in done.err


def test_the_state_folder_keeps_what_is_not_ours(tmp_path):
    """The bundled backend begins with fresh data; a folder given by mistake loses nothing."""
    state = tmp_path / "thesis"
    state.mkdir()
    (state / "chapter1.txt").write_text("years of work")
    backend = ("--state", "thesis", *program.CHEAP, *program.SMALL)
    seeded = program.run(tmp_path, "backend", "seed", *backend)
    assert seeded.code == 0, seeded.err
    done = program.run(tmp_path, "load", *backend, *SHORT)
    assert done.code in (0, 1, 4), done.err
    assert (state / "chapter1.txt").read_text() == "years of work"


@pytest.mark.parametrize("url", ["sqlite:////dev/null/x.db", "mongodb://127.0.0.1:1/x"])
def test_a_store_that_is_not_there_is_replaced_by_a_flag_that_load_has(tmp_path, url):
    patience = ("--set", "backend.store.mongo.serverSelectionTimeoutMS=100")
    arguments = ("--set", f"backend.store.url={url}", *patience, *SHORT)
    done = program.run(tmp_path, "load", *arguments)
    assert done.code == 3, done.err
    assert "--set backend.store.url=URL (`load`)" in done.err
    done = program.run(tmp_path, "load", "--dry-run", *arguments)
    assert done.code == 0, done.err


def test_a_state_folder_in_use_is_refused(tmp_path, backend):
    state = str(backend.data_file.parent)
    done = program.run(tmp_path, "load", "--state", state, *program.SMALL, *SHORT)
    assert done.code == 2
    assert "already uses the state folder" in done.err
    assert backend.data_file.exists()
    assert backend.alive()


def test_a_target_whose_every_answer_is_wrong_never_passes(tmp_path, data):
    """In time, with a 200, and not what was asked for: no objective about times may hide it."""
    with serving(lambda _request: ok(b"hello")) as url:
        (tmp_path / "fast.yaml").write_text(
            "objectives: {fast: {metric: response_time, statistic: p50, target: '< 5 s'}}"
        )
        arguments = ("load", "--target", url, "--data", data, "--out", "run", *SHORT)
        shipped = program.run(tmp_path, *arguments)
    mine = program.run(tmp_path, "check", "run", "--slo", "fast.yaml")
    assert mine.code == 1, mine.err
    assert "not one request succeeded" in mine.out
    assert shipped.code == 1
    assert "failed: " in shipped.out
    assert "error_rate" in shipped.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--flow", "nope"), "--flow 'nope' names no flow"),
        (("--set", "config.maxVusers=2", "--workers", "5"), "config.maxVusers is 2: too few"),
        (("--set", "config.scenarios=broken.py"), "broken.py:2: cannot be imported: SystemExit: 3"),
    ],
)
def test_what_cannot_run_is_found_before_anything_is_started(tmp_path, arguments, message):
    (tmp_path / "broken.py").write_text("import sys\nsys.exit(3)\n")
    done = program.here(tmp_path, "load", *SHORT, *arguments)
    assert done.code == 2, done.err
    assert message in done.err
    # Python's own bytecode is there or not, as the environment says.
    left = {path.name for path in tmp_path.iterdir()} - {"__pycache__"}
    assert left == {"broken.py"}


def test_the_file_that_lacks_a_field_is_named(tmp_path, data):
    (tmp_path / "users.csv").write_text("name\nana\n")
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        feed = ("--set", "config.data={user: {file: users.csv}}")
        done = program.here(tmp_path, "load", "--target", url, "--data", data, *SHORT, *feed)
    assert done.code == 2
    assert "{user.email} is not in the session's data" in done.err
    assert f"user from {tmp_path / 'users.csv'}, the rest from {data}" in done.err


def test_a_file_named_latest_and_a_state_folder_that_is_none_are_left_alone(tmp_path):
    (tmp_path / "data.json").write_text("important")
    done = program.run(tmp_path, "load", *SHORT, "--state", ".")
    assert done.code == 2
    assert "is no state folder of a backend" in done.err
    assert (tmp_path / "data.json").read_text() == "important"


IN_EVERY_PYTHON = """
import os, sys, time
from pathlib import Path

folder = Path({folder!r})
if "kampyn_perf.load.generator" in sys.orig_argv:
    (folder / f"{{os.getpid()}}.pid").touch()
    time.sleep(60)

def wait(event, arguments):
    if event == "import" and arguments[0] == "kampyn_perf.load.resolver":
        while not any(folder.glob("*.pid")):
            time.sleep(0.01)

sys.addaudithook(wait)
"""


def test_a_generator_that_started_meanwhile_is_gone_with_the_error(tmp_path):
    """It starts while flags and files are still being read."""
    (tmp_path / "sitecustomize.py").write_text(IN_EVERY_PYTHON.format(folder=str(tmp_path)))
    environment = {"PYTHONPATH": os.pathsep.join((str(tmp_path), str(program.ROOT)))}
    done = program.run(tmp_path, "load", "--target", "nowhere", *SHORT, env=environment)
    assert done.code == 2
    assert "nowhere" in done.err
    (started,) = (int(path.stem) for path in tmp_path.glob("*.pid"))
    assert not psutil.pid_exists(started)
