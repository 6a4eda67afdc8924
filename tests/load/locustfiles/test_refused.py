"""What cannot be run is refused before anything is sent: one message, with file and line.

Tests `kampyn_perf/load/locustfiles/script.py`, `kampyn_perf/load/locustfiles/loading.py` and
`kampyn_perf/load/script_target.py`.
"""

from __future__ import annotations

import json

import pytest

from kampyn_perf.errors import KampynError
from kampyn_perf.load.resolver import LoadOptions, resolve
from tests import forked_generator
from tests.cli import program

HEAD = "from locust import FastHttpUser, HttpUser, SequentialTaskSet, TaskSet, User, tag, task\n"
USER = HEAD + "class Buyer(HttpUser):\n    @task\n    def buy(self): self.client.get('/')\n"
BAD = {
    "syntax": ("import os\ndef broken(:\n    pass\n", "bad.py:2: "),
    "import": (
        "import os\nimport no_such_module\n",
        "bad.py:2: the module 'no_such_module' is not",
    ),
    "raises": ("x = 1\n\ny = x / 0\n", "bad.py:3: cannot be imported: ZeroDivisionError: division"),
    "leaves": ("import sys\nsys.exit(3)\n", "bad.py:2: cannot be imported: SystemExit: 3"),
    "nobody": ("x = 1\n", "bad.py: there is no user class in it that is not abstract"),
    "abstract": (USER + "Buyer.abstract = True\n", "bad.py: there is no user class in it"),
    "pytest": (
        "import pytest\ndef test_x(session): pass\n",
        "bad.py: tests of pytest are no users",
    ),
    "no task": (HEAD + "class Idle(HttpUser):\n    pass\n", "bad.py:2: Idle has no @task"),
    "task for tasks": (
        HEAD + "class Idle(HttpUser):\n    task = [print]\n",
        "bad.py:2: Idle has a 'task' attribute, and no 'tasks'",
    ),
    "empty set": (
        HEAD + "class Set(TaskSet):\n    pass\n\nclass Idle(HttpUser):\n    tasks = [Set]\n",
        "bad.py:2: Set has no @task",
    ),
    "run": (
        USER + "class Own(User):\n    tasks = [print]\n    def run(self): pass\n",
        "bad.py:5: Own has a run() of its own",
    ),
    "pool": (
        HEAD + "class Fast(FastHttpUser):\n    client_pool = object()\n    tasks = [print]\n",
        "bad.py:2: Fast.client_pool: a pool of geventhttpclient's connections is",
    ),
    "a stream": (
        HEAD + "class Fast(FastHttpUser):\n    @task\n    def a(self):\n"
        "        self.client.get('/', stream=True)\n",
        "bad.py:5: stream= is not there for a FastHttpUser",
    ),
    "counted beside weighted": (
        USER + "class Clerk(HttpUser):\n    fixed_count = 2\n    tasks = [print]\n",
        "bad.py:5: Clerk has a fixed_count of 2 beside classes with weights (Buyer): which share",
    ),
    "nothing left": (USER + "Buyer.weight = 0\n", "no flow is left with a weight above 0"),
    "below nothing": (USER + "Buyer.weight = -1\n", "bad.py:2: Buyer has a weight of -1"),
    "a required argument": (
        USER
        + "from locust import events\n"
        + "@events.init_command_line_parser.add_listener\n"
        + "def more(parser): parser.add_argument('--shop', required=True)\n",
        "the locustfile's arguments: the following arguments are required: --shop",
    ),
}
ASK = """
import json, sys
from pathlib import Path
from locust import events
from locust.env import Environment
from kampyn_perf.errors import KampynError
from kampyn_perf.load.generator.locustfile import Scenario
from kampyn_perf.load.locustfiles.surroundings import Surroundings

for line in sys.stdin:
    try:
        Scenario([Path(json.loads(line))], {})
        environment = Environment(events=events, host="http://127.0.0.1:1")
        environment.create_local_runner()
        Surroundings(environment, stop=print).init()
        said = "accepted"
    except KampynError as error:
        said = f"{error.message} | {error.hint}"
    print(json.dumps(said), flush=True)
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What each is answered with, of one process for all."""
    folder = tmp_path_factory.mktemp("bad")
    paths = []
    for number, (text, _message) in enumerate(BAD.values()):
        path = folder / str(number) / "bad.py"
        path.parent.mkdir()
        path.write_text(text)
        paths.append(json.dumps(str(path)))
    done = forked_generator.script(ASK, given="\n".join(paths))
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('"')]
    assert len(answers) == len(BAD), done.stderr
    return dict(zip(BAD, answers, strict=True))


@pytest.mark.parametrize("name", BAD)
def test_it_is_refused_with_its_place(said, name):
    assert BAD[name][1] in said[name]


def resolved(tmp_path, text, **options):
    path = tmp_path / "mine.py"
    path.write_text(text)
    return resolve(LoadOptions(scenario=path, environ=options.pop("environ", {}), **options))


HOSTS = """\
import os
from locust import HttpUser
ELSEWHERE = "http://127.0.0.1:81"
class A(HttpUser):
    host = "http://127.0.0.1:80"
class B(HttpUser):
    host = ELSEWHERE
class C(HttpUser):
    host = os.getenv("SHOP", "http://127.0.0.1:82")
"""


def test_the_host_of_a_class_is_the_target(tmp_path):
    request = resolved(tmp_path, HOSTS)
    assert request.spec.url == "http://127.0.0.1:80"
    assert request.spec.target == "127.0.0.1:80"
    assert request.spec.keep_hosts
    assert request.spec.scenarios == tmp_path / "mine.py"
    assert request.bundled is None
    assert [phase.arrivalRate for phase in request.spec.phases] == [10]


def test_host_on_the_command_line_is_for_all(tmp_path):
    request = resolved(tmp_path, HOSTS, url="localhost:7")
    assert request.spec.url == "http://localhost:7"
    assert not request.spec.keep_hosts


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (HOSTS.replace("127.0.0.1:81", "shop.example"), {}, "mine.py:7: shop.example is not this"),
        (HOSTS, {"environ": {"SHOP": "http://shop.example"}}, "mine.py:9: shop.example is not"),
        (
            USER.replace("'/'", "f'https://shop.example/{self}'"),
            {"url": "localhost:1"},
            "mine.py:4: shop.example is not this machine",
        ),
        (USER, {}, "mine.py names no host that can be read from it"),
        (USER, {"url": "http://shop.example"}, "shop.example is not this machine, and nobody"),
        ("def broken(:\n", {}, "mine.py:1: invalid syntax"),
    ],
)
def test_a_host_that_nobody_allowed_or_named(tmp_path, text, options, message):
    with pytest.raises(KampynError) as error:
        resolved(tmp_path, text, **options)
    assert message in error.value.message


def test_a_host_that_was_allowed(tmp_path):
    text = HOSTS.replace("127.0.0.1:81", "shop.example")
    assert resolved(tmp_path, text, allow_hosts=("shop.example",)).spec.keep_hosts


def test_a_scenario_of_ours_keeps_its_target(tmp_path):
    text = "from kampyn_perf.load.flow import FlowUser\n"
    assert resolved(tmp_path, text).bundled is not None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a.py", "b.py"), "a.py, b.py names no host that can be read from it"),
        (("a.py", "localhost:1/x"), "a locustfile says what is asked for; take the URL out"),
        (("a.py", "--host", "localhost:1", "-X", "PUT"), "take --method out"),
        (("nothing.py",), "there is no locustfile nothing.py"),
    ],
)
def test_what_does_not_go_together(tmp_path, arguments, message):
    (tmp_path / "a.py").write_text(USER)
    (tmp_path / "b.py").write_text(USER)
    done = program.run(tmp_path, "load", *arguments)
    assert done.code == 2
    assert message in done.err
