"""`init --k6`: files of one's own that `load` accepts, and a list of what is not in them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

from kampyn_perf.cli.init_k6 import project_of
from tests.cli import program

SHOP = Path(__file__).parent.parent / "convert" / "k6" / "files" / "shop.js"


def test_a_script_becomes_a_project_that_runs(tmp_path):
    done = program.run(tmp_path, "init", "--k6", str(SHOP), "--out", "mine", "--json")
    assert done.code == 0, done.err
    assert len(done.json["left_out"]) == 13
    assert "shop.js:27: threshold checkout_time" in done.json["left_out"][-1]
    folder = tmp_path / "mine"
    text = (folder / "configs" / "targets" / "shop.yaml").read_text()
    assert "shop.js:57" in text
    ready = program.run(folder, "load", "--dry-run", "--json")
    assert ready.code == 0, ready.err
    assert ready.json["flows"] == {"browse": 3, "buy": 1}
    assert ready.json["planned"] == 40
    again = program.run(tmp_path, "init", "--k6", str(SHOP), "--out", "mine")
    assert again.code == 2


def test_thresholds_are_the_objectives(tmp_path):
    made = project_of(SHOP, url="http://perf.example:1", name="mine")
    limits = yaml.safe_load(made.files["configs/slo.yaml"].body)["objectives"]
    assert [one["target"] for one in limits.values()] == [
        "< 200 ms", "< 500 ms", "< 1 %", "< 2000 ms",
    ]  # fmt: skip
    assert made.command == "kampyn-perf load --allow-host perf.example"
    assert yaml.safe_load(made.files["configs/targets/mine.yaml"].body)["url"] == (
        "http://perf.example:1"
    )


def test_a_threshold_of_a_flow_that_is_not_there_is_listed(tmp_path):
    script = tmp_path / "x.js"
    script.write_text(
        "import http from 'k6/http';\nexport const options = { thresholds: {\n"
        "'http_req_duration{scenario:gone}': ['max<9'] } };\n"
        "export default () => http.get('http://h/a');\n"
    )
    made = project_of(script, url="", name="")
    assert made.left_out == [
        "x.js:3: threshold http_req_duration{scenario:gone}: no flow gone is written"
    ]


def test_every_host_has_to_be_allowed(tmp_path):
    script = tmp_path / "x.js"
    script.write_text(
        "import http from 'k6/http';\nexport default function () { http.get('http://one.example/a');"
        "http.get('http://one.example/b'); http.get('http://two.example/c'); }\n"
    )
    made = project_of(script, url="", name="")
    assert made.command == "kampyn-perf load --allow-host one.example --allow-host two.example"


def test_a_syntax_error_names_its_line(tmp_path):
    (tmp_path / "x.js").write_text("import http from 'k6/http';\nhttp.get(;\n")
    done = program.run(tmp_path, "init", "--k6", "x.js")
    assert done.code == 2
    assert "x.js:2" in done.err
    assert not (tmp_path / "configs").exists()


def test_the_parser_is_imported_by_it_alone():
    code = (
        "import sys, kampyn_perf.cli.init, kampyn_perf.convert.service;"
        "print('tree_sitter' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
