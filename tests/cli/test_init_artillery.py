"""`init --artillery`: files of one's own, and a list of what is not in them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from kampyn_perf.cli.init_artillery import project_of
from kampyn_perf.errors import ConfigError
from tests.cli import program

FILES = Path(__file__).parent.parent / "load" / "artillery" / "files"
HOOKS = (
    ("- think: 0.05", "- function: sign"),
    ("- get: {url: /never", "- get: {beforeRequest: [a], url: /never"),
    ("size: 3", "size: 3\n    secret: '{{ $env.SHOP_KEY }}'"),
    ("maxErrorRate: 90", "thresholds: [{http.codes.500: 1}, {http.response_time.p95: 300}]"),
)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    text = (FILES / "shop.yml").read_text()
    for old, new in HOOKS:
        assert old in text
        text = text.replace(old, new, 1)
    (tmp_path / "shop.yml").write_text(text)
    (tmp_path / "users.csv").write_bytes((FILES / "users.csv").read_bytes())
    return tmp_path / "shop.yml"


def test_a_script_becomes_a_project_that_runs(tmp_path, script):
    env = {"SHOP_KEY": "hush-hush"}
    done = program.run(
        tmp_path, "init", "--artillery", "shop.yml", "--out", "mine", "--json", env=env
    )
    assert done.code == 0, done.err
    left = done.json["left_out"]
    assert [one.split(": ")[1] for one in left] == [
        "config.variables.secret",
        "scenarios[0].flow[2].function",
        "scenarios[0].flow[7].get.beforeRequest",
        "config.ensure.thresholds[0]",
    ]
    folder = tmp_path / "mine"
    for path in folder.rglob("*"):
        assert path.is_dir() or "hush-hush" not in path.read_text()
    limits = yaml.safe_load((folder / "configs" / "slo.yaml").read_text())["objectives"]
    assert limits["ensure_response_time_p95"]["target"] == "< 300 ms"
    assert "error_rate" in limits
    ready = program.run(folder, "load", "--dry-run", "--json", env=env)
    assert ready.code == 0, ready.err
    assert ready.json["flows"] == {"Buy": 3, "Look": 1}
    assert ready.json["planned"] == 20
    again = program.run(tmp_path, "init", "--artillery", "shop.yml", "--out", "mine", env=env)
    assert again.code == 2


def test_what_is_left_is_what_can_be_said(script):
    made = project_of(script, url="http://localhost:9", name="shop")
    document = yaml.safe_load(made.files["configs/targets/shop.yaml"].body)
    assert document["url"] == "http://localhost:9"
    assert "secret" not in document["variables"]
    steps = document["flows"][0]["flow"]
    assert len(steps) == 9  # of ten, without the function
    assert not any("beforeRequest" in str(step) for step in steps)
    assert made.files["data/users.csv"].mode == 0o600


def test_a_script_of_hooks_alone_is_no_project(tmp_path):
    (tmp_path / "x.yml").write_text(
        "config: {target: http://h}\nscenarios: [{flow: [{function: a}]}]"
    )
    with pytest.raises(ConfigError, match="runs the JavaScript function a"):
        project_of(tmp_path / "x.yml", url="", name="")
