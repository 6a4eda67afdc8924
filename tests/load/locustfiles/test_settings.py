"""What Locust would take from files and the environment."""

from __future__ import annotations

import pytest

from kampyn_perf.errors import KampynError
from kampyn_perf.load.locustfiles.settings import LocustSettings
from kampyn_perf.load.script_target import Arguments, script_target, split_arguments

USER = (
    "from locust import HttpUser, task\n"
    "class {name}(HttpUser):\n"
    "    @task\n"
    "    def look(self): self.client.get('/')\n"
)


def settings(folder, environ=None, home=None):
    return LocustSettings(folder, environ or {}, home=home or folder / "nobody")


def test_the_later_place_goes_before(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / ".locust.conf").write_text("host = http://a\nusers: 5\n")
    assert settings(tmp_path, home=home).get("host").value == "http://a"
    (tmp_path / "locust.conf").write_text("# mine\n[x]\nhost http://b  # here\n--headless\n")
    assert settings(tmp_path, home=home).get("host").place == "locust.conf:3"
    (tmp_path / "pyproject.toml").write_text(
        '[tool.locust]\nhost = "http://c"\nexclude_tags = ["slow", "x"]\nrun-time = "5m"\n'
    )
    found = settings(tmp_path, home=home)
    assert found.get("host").value == "http://c"
    assert found.words("exclude-tags") == ("slow", "x")
    found = settings(tmp_path, {"LOCUST_HOST": "http://d", "LOCUST_TAGS": "a b"}, home=home)
    assert (found.get("host").value, found.words("tags")) == ("http://d", ("a", "b"))
    assert found.remarks() == [
        ".locust.conf: not used: users (--rate here)",
        "pyproject.toml: not used: run-time (--for here)",
    ]


def test_another_pyproject_is_none_of_it(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\nline-length = 1\n")
    assert settings(tmp_path).remarks() == []


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [("locust.conf", "host = a\n= 3\n", ":2: is no setting"),
     ("pyproject.toml", "[tool.locust]\nhost = \n", "pyproject.toml: ")],
)  # fmt: skip
def test_a_broken_file_is_told_with_its_line(tmp_path, file, text, words):
    (tmp_path / file).write_text(text)
    with pytest.raises(KampynError, match=words):
        settings(tmp_path)


def test_a_host_of_a_file_is_the_target_and_has_to_be_allowed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "l.py").write_text(USER.format(name="Buyer"))
    (tmp_path / "locust.conf").write_text("host = http://shop.example\ntags = read\n")
    ask = {"url": "", "environ": {}}
    with pytest.raises(KampynError, match=r"locust.conf:1: shop.example is not this machine"):
        script_target([tmp_path / "l.py"], allowed=(), **ask)
    found = script_target([tmp_path / "l.py"], allowed=("shop.example",), **ask)
    assert (found.target.url, found.tags, found.keeps_hosts) == (
        "http://shop.example",
        ("read",),
        False,
    )


def test_files_folders_and_what_stands_after_the_dashes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for file in ("all/a.py", "all/deep/b.py", "all/_no.py", "all/x.txt"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("")
    given = split_arguments(["all", "c.py,d.py", "--shop", "7", "c.py"])
    assert [str(path) for path in given.locustfiles] == [
        "all/a.py", "all/deep/b.py", "c.py", "d.py",
    ]  # fmt: skip
    assert (given.of_locustfiles, given.urls) == (("--shop", "7", "c.py"), ())
    assert split_arguments(["localhost:1/a.py?x", "localhost:1"]) == Arguments(
        urls=("localhost:1/a.py?x", "localhost:1")
    )
    with pytest.raises(KampynError, match="--shop stands after --"):
        split_arguments(["http://localhost:1", "--shop"])
    (tmp_path / "none").mkdir()
    with pytest.raises(KampynError, match="there is no locustfile in the folder none"):
        split_arguments(["none"])
    with pytest.raises(KampynError, match=r"a.py, s.yml: locustfiles or one script"):
        split_arguments(["a.py", "s.yml"])
