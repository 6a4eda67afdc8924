"""Whether what is compiled is used: only where it fits, and by generators alone."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from kampyn_perf import compiled
from tests import fitting
from tests.cli import program

OTHERS = ("units.py", "load/client/api.py")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One that fits, of libraries that can be loaded and are somebody else's."""
    folder = tmp_path / "_compiled"
    monkeypatch.setattr(compiled, "FOLDER", folder)
    monkeypatch.delenv(compiled.PURE_VARIABLE, raising=False)
    folder.mkdir()
    fitting.fill(folder, OTHERS)
    return folder


def copied(tmp_path: Path) -> Path:
    package = tmp_path / "package"
    of_modules = [compiled.source_of(module) for module in compiled.MODULES]
    root = compiled.source_of("kampyn_perf.any").parent
    for path in (*of_modules, *(root / name for name in (*compiled.MADE_BY, *OTHERS))):
        target = package / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    return package


def test_all_modules_are_there_and_once():
    assert len(compiled.MODULES) == len(set(compiled.MODULES))
    for module in compiled.MODULES:
        assert compiled.source_of(module).is_file()


def test_the_fingerprint_is_of_every_file_and_of_nothing_else(tmp_path):
    package = copied(tmp_path)
    before = compiled.fingerprint(OTHERS, package)
    assert before == compiled.fingerprint(OTHERS)
    for path in package.rglob("*.py"):
        content = path.read_bytes()
        path.write_bytes(content + b"\n")
        assert compiled.fingerprint(OTHERS, package) != before
        path.write_bytes(content)
    (package / "more.py").touch()
    assert compiled.fingerprint(OTHERS, package) == before
    assert compiled.fingerprint(OTHERS[:1], package) != before


def test_a_line_that_moves_from_one_file_to_the_next_changes_it(tmp_path):
    package = copied(tmp_path)
    one, two = (package / name for name in OTHERS)
    one.write_bytes(b"a\nb\n")
    two.write_bytes(b"c\n")
    before = compiled.fingerprint(OTHERS, package)
    one.write_bytes(b"a\n")
    two.write_bytes(b"b\nc\n")
    assert compiled.fingerprint(OTHERS, package) != before


def test_what_fits_is_used(folder):
    assert compiled.out_of_date() == compiled.why_not() == ""


def test_what_was_not_made_is_not(folder):
    (folder / compiled.MADE_OF).unlink()
    assert compiled.why_not() == "it was not made"


@pytest.mark.parametrize("path", [*compiled.MADE_BY, *OTHERS, "load/clock.py"])
def test_what_was_made_of_other_sources_is_not(folder, path, tmp_path, monkeypatch):
    package = copied(tmp_path)
    (package / path).write_text("# another\n")
    made_of = compiled.fingerprint(OTHERS, package)
    (folder / compiled.MADE_OF).write_text(made_of, encoding="utf-8")
    assert compiled.why_not() == "it was made of other sources"


def test_a_source_that_is_gone_is_another(folder):
    made_of = compiled.fingerprint(OTHERS)
    (folder / compiled.MADE_OF).write_text(f"{made_of}\ngone.py", encoding="utf-8")
    assert compiled.why_not() == "it was made of other sources"


def test_what_was_made_for_another_python_is_not(folder):
    some = next(iter(compiled.libraries().values()))
    some.rename(some.with_name("kampyn_perf.load.clock.cpython-39-x86_64-linux-gnu.so"))
    assert compiled.why_not() == "it was made for another Python"


def test_the_variable_does_without_and_is_no_reason_to_make_it_again(folder, monkeypatch):
    monkeypatch.setenv(compiled.PURE_VARIABLE, "1")
    assert compiled.why_not() == "KAMPYN_PERF_PURE is set"
    assert compiled.out_of_date() == ""


def test_nothing_is_used_after_its_sources_were(folder, monkeypatch):
    monkeypatch.setattr(sys, "meta_path", [])
    monkeypatch.setitem(sys.modules, "kampyn_perf.schedule", object())
    for module in compiled.MODULES:
        if module != "kampyn_perf.schedule":
            monkeypatch.delitem(sys.modules, module, raising=False)
    assert compiled.use() == "kampyn_perf.schedule was imported before"
    assert sys.meta_path == []


def test_what_this_machine_cannot_load_is_not_used(folder, monkeypatch):
    """Such as what was made beside another C library."""
    monkeypatch.setattr(sys, "meta_path", [])
    compiled.libraries()[compiled._LIBRARY].write_bytes(b"\x7fELF of another machine")
    assert compiled.out_of_date().startswith("it was made on another machine: ")
    assert compiled.use() == compiled.why_not() == compiled.out_of_date()
    assert sys.meta_path == []
    assert not compiled.in_use()


def test_only_what_is_compiled_is_found(folder, monkeypatch):
    monkeypatch.setattr(sys, "meta_path", [])
    monkeypatch.setattr(compiled, "import_module", lambda name: None)
    for module in compiled.MODULES:
        monkeypatch.delitem(sys.modules, module, raising=False)
    assert compiled.use() == compiled.use() == ""
    (finder,) = sys.meta_path
    assert compiled.in_use()
    for name, path in compiled.libraries().items():
        spec = finder.find_spec(name)
        assert spec is not None
        assert spec.origin == str(path)
    for other in ("kampyn_perf.load", "kampyn_perf.load.client.client", "clock", "json"):
        assert finder.find_spec(other) is None


def python(code: str, **variables: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=program.ROOT,
        env=program.environment(variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


FILES = """
from importlib import import_module
from kampyn_perf import compiled
print(compiled.use())
for name in compiled.MODULES:
    print(import_module(name).__file__)
"""
LOST = """
from importlib import import_module
from kampyn_perf import compiled
compiled.use()
print([pair for pair in {wanted} if not hasattr(import_module(pair[0]), pair[1])])
"""
GENERATOR = """
import sys
from kampyn_perf import compiled
import kampyn_perf.load.generator.__main__
print(compiled.in_use(), sys.modules["kampyn_perf.load.client.parser"].__file__)
"""


def imported_of_ours() -> set[tuple[str, str]]:
    """(module, name) of what is compiled, that modules of the package import."""
    package = compiled.source_of("kampyn_perf.any").parent
    return {
        (node.module, alias.name)
        for path in package.rglob("*.py")
        if "kampyn_perf.load" in (text := path.read_text()) or "recorder" in text
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom) and node.module in compiled.MODULES
        for alias in node.names
    }


@pytest.mark.compiled
def test_a_process_has_all_of_them_compiled():
    why, *files = python(FILES)
    assert why == ""
    assert len(files) == len(compiled.MODULES)
    for file in files:
        assert Path(file).is_relative_to(compiled.FOLDER)


@pytest.mark.compiled
def test_what_others_import_of_them_is_there_compiled_too():
    """Names with an underscore, for instance."""
    wanted = sorted(imported_of_ours())
    assert ("kampyn_perf.load.client.parser", "Limits") in wanted
    ((lost),) = python(LOST.format(wanted=wanted))
    assert lost == "[]"


OTHERS_THAT_LOAD = {
    "a worker on another machine": "import kampyn_perf.load.distributed.worker",
    "the client alone": """
import sys
from kampyn_perf.load.benchmark import generator
from kampyn_perf.load.benchmark.jobs import Figures
generator.run = lambda job: Figures(requests=1, failed=0, seconds=1, cpu_us_per_request=1)
sys.argv[1:] = ['{"client": "lean", "url": "", "users": 1, "seconds": 1}']
generator.main()
""",
}


@pytest.mark.compiled
def test_a_generator_has_it():
    (line,) = python(GENERATOR)
    assert line.startswith(f"True {compiled.FOLDER}")


@pytest.mark.compiled
@pytest.mark.parametrize("code", OTHERS_THAT_LOAD.values(), ids=OTHERS_THAT_LOAD)
def test_others_that_load_have_it(code):
    *_, said = python(f"{code}\nfrom kampyn_perf import compiled\nprint(compiled.in_use())")
    assert said == "True"


def test_a_generator_has_the_sources_where_it_is_told_so():
    (line,) = python(GENERATOR, **{compiled.PURE_VARIABLE: "1"})
    assert line == f"False {compiled.source_of('kampyn_perf.load.client.parser')}"
