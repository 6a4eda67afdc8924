"""What is compiled is made whole or not at all, of a copy that the fingerprint is of.

Tests `kampyn_perf/compiling.py`; what starts the compiler, with `kampyn_perf/extension_build.py`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kampyn_perf import compiled, compiling, extension_build
from tests.fitting import loadable

NO_COMPILER = shutil.which("cc") is None
MODULES = ("kampyn_perf.tiny", "kampyn_perf.load.inner")
SOURCES = {
    "tiny.py": "from kampyn_perf.load.inner import twice\nfrom kampyn_perf import ground\n\n\n"
    "def more(x: int) -> int:\n    return twice(x) + ground.MORE\n",
    "load/inner.py": "import kampyn_perf.kinds\n\n\ndef twice(x: int) -> int:\n    return x * 2\n",
    "ground.py": "from typing import Final\n\nMORE: Final = 5\n",
    "kinds/__init__.py": "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n"
    "    from kampyn_perf.kinds.one import One as One\n",
    "kinds/one.py": "import json\n\n\nclass One: ...\n",
    "load/__init__.py": "import kampyn_perf.aside\n",
    "aside.py": "",
}
IMPORTED = ["ground.py", "kinds/__init__.py", "kinds/one.py"]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small one in the place of ours."""
    package = tmp_path / "site" / "kampyn_perf"
    for name, text in SOURCES.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name in compiled.MADE_BY:
        shutil.copy(compiling._PACKAGE / name, package)
    monkeypatch.setattr(compiled, "_PACKAGE", package)
    monkeypatch.setattr(compiling, "_PACKAGE", package)
    monkeypatch.setattr(compiled, "FOLDER", package / "_compiled")
    monkeypatch.setattr(compiled, "MODULES", MODULES)
    monkeypatch.delenv(compiling.COMPILE_VARIABLE, raising=False)
    yield package
    assert [path.name for path in package.glob(".*")] == []


def named_in(built: Path, name: str) -> Path:
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    return built.joinpath(*name.split(".")).with_suffix(suffix)


def build(copy: Path, built: Path) -> None:
    """Files as the compiler would leave them."""
    for name in compiled.libraries():
        path = named_in(built, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(loadable() + f"library of {name}".encode())


def refuse(copy: Path, built: Path) -> None:
    raise compiling.NotCompiledError("no")


def made(package: Path) -> dict[str, str]:
    files = (package / "_compiled").iterdir()
    return {path.name: path.read_bytes().removeprefix(loadable()).decode() for path in files}


def test_what_is_made_fits_until_a_source_or_what_it_imports_changes(package):
    assert compiled.out_of_date() == "it was not made"
    compiling.compile_all(compiled.FOLDER, build)
    assert compiled.out_of_date() == ""
    assert len(made(package)) == len(MODULES) + 2
    for name in ("tiny.py", "load/inner.py", *IMPORTED, *compiled.MADE_BY):
        path = package / name
        text = path.read_text()
        path.write_text(f"{text}#\n")
        assert compiled.out_of_date() == "it was made of other sources"
        path.write_text(text)
    for name in ("aside.py", "load/__init__.py"):
        (package / name).write_text("THIS = 'is not seen'\n")
    assert compiled.out_of_date() == ""


def test_the_compiler_sees_what_the_fingerprint_is_of_and_nothing_else(package):
    seen: list[str] = []

    def look(copy: Path, built: Path) -> None:
        inside = copy / "kampyn_perf"
        seen.extend(str(path.relative_to(inside)) for path in inside.rglob("*.py"))
        build(copy, built)

    compiling.compile_all(compiled.FOLDER, look)
    assert sorted(seen) == sorted(["tiny.py", "load/inner.py", *IMPORTED, *compiled.MADE_BY])


def test_it_is_made_of_what_was_copied_whatever_is_edited_meanwhile(package):
    def edit(copy: Path, built: Path) -> None:
        (package / "ground.py").write_text("MORE = 6\n")
        build(copy, built)

    compiling.compile_all(compiled.FOLDER, edit)
    assert compiled.out_of_date() == "it was made of other sources"


def incomplete(copy: Path, built: Path) -> None:
    build(copy, built)
    named_in(built, MODULES[0]).unlink()


@pytest.mark.parametrize("fail", [refuse, incomplete])
def test_what_was_there_stays_where_no_new_one_comes(package, fail):
    compiling.compile_all(compiled.FOLDER, build)
    before = made(package)
    with pytest.raises((compiling.NotCompiledError, OSError)):
        compiling.compile_all(compiled.FOLDER, fail)
    assert made(package) == before


def test_a_new_one_takes_the_place_of_the_old_one_as_a_whole(package):
    compiling.compile_all(compiled.FOLDER, build)
    (compiled.FOLDER / "of another Python").touch()
    compiling.compile_all(compiled.FOLDER, build)
    assert "of another Python" not in made(package)
    assert compiled.out_of_date() == ""


def test_several_at_a_time_do_no_harm(package):
    together = threading.Barrier(4, timeout=30)
    failed: list[Exception] = []

    def wait_for_all(copy: Path, built: Path) -> None:
        build(copy, built)
        together.wait()

    def compile_one() -> None:
        try:
            compiling.compile_all(compiled.FOLDER, wait_for_all)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=compile_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert compiled.out_of_date() == ""


def test_a_folder_that_cannot_be_written_is_named_before_anything_is_compiled(package):
    (package / "file").touch()
    folder = package / "file" / "_compiled"
    with pytest.raises(compiling.NotCompiledError) as caught:
        compiling.compile_all(folder, lambda copy, built: pytest.fail("compiled"))
    assert str(caught.value).startswith(f"{package / 'file'} cannot be written: ")


def test_a_source_that_is_no_python_is_named(package):
    (package / "ground.py").write_text("MORE = 5\nMORE =\n")
    with pytest.raises(compiling.NotCompiledError) as caught:
        compiling.compile_all(compiled.FOLDER, build)
    assert str(caught.value) == "ground.py:2: invalid syntax"


@pytest.fixture
def calls(package: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that are made, without a compiler."""
    calls: list[Path] = []
    make = compiling.compile_all

    def compile_all(folder: Path) -> None:
        calls.append(folder)
        make(folder, build)

    monkeypatch.setattr(compiling, "compile_all", compile_all)
    return calls


@pytest.fixture
def no_compiler(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def compile_all(folder: Path) -> None:
        raise compiling.NotCompiledError("there is no cc")

    monkeypatch.setattr(compiling, "compile_all", compile_all)


def test_it_is_made_once(calls, capsys):
    assert compiling.main(["--if-possible"]) == compiling.main(["--if-possible"]) == 0
    assert capsys.readouterr().err == "Compiled in 0 s.\n"
    assert compiling.main([]) == 0
    assert capsys.readouterr().err == "It is compiled, and fits its sources.\n"
    assert calls == [compiled.FOLDER]


def test_where_it_cannot_be_it_fails_or_goes_on(no_compiler, capsys, monkeypatch):
    assert compiling.main([]) == 1
    assert capsys.readouterr().err == "It could not be compiled: there is no cc\n"
    assert compiling.main(["--if-possible"]) == 0
    remark = "Not compiled, load generators are pure Python: there is no cc\n"
    assert capsys.readouterr().err == remark
    monkeypatch.setenv(compiling.COMPILE_VARIABLE, "1")
    assert compiling.main(["--if-possible"]) == 1


def test_a_full_disk_is_named(package, capsys, monkeypatch):
    def compile_all(folder: Path) -> None:
        raise OSError(28, "No space left on device", "/tmp/work/a.c")

    monkeypatch.setattr(compiling, "compile_all", compile_all)
    assert compiling.main([]) == 1
    told = "It could not be compiled: /tmp/work/a.c: No space left on device\n"
    assert capsys.readouterr().err == told


def test_the_variable_leaves_it_alone_unless_it_is_asked_for(calls, monkeypatch):
    monkeypatch.setenv(compiling.COMPILE_VARIABLE, "0")
    assert compiling.main(["--if-possible"]) == 0
    assert calls == []
    assert compiling.main([]) == 0
    assert calls == [compiled.FOLDER]


def test_a_wheel_takes_what_is_there_or_else_one_that_leaves_nothing_here(calls, tmp_path):
    new = tmp_path / "work" / "_compiled"
    assert compiling.for_a_wheel(tmp_path / "work") == new
    assert not compiled.FOLDER.exists()
    compiling.main([])
    assert compiling.for_a_wheel(tmp_path / "work") == compiled.FOLDER
    assert calls == [new, compiled.FOLDER]


def test_a_wheel_does_without_where_it_must_or_may(no_compiler, tmp_path, capsys, monkeypatch):
    assert compiling.for_a_wheel(tmp_path) is None
    assert capsys.readouterr().err == "The wheel is pure Python: there is no cc\n"
    monkeypatch.setenv(compiling.COMPILE_VARIABLE, "1")
    with pytest.raises(compiling.NotCompiledError):
        compiling.for_a_wheel(tmp_path)


def test_a_wheel_does_without_where_it_shall(calls, tmp_path, monkeypatch):
    compiling.main([])
    monkeypatch.setenv(compiling.COMPILE_VARIABLE, "0")
    assert compiling.for_a_wheel(tmp_path) is None


def test_a_refusal_is_told_without_remarks():
    said = "a.py:1: warning: slow\na.py:2: error: Incompatible types\n"
    assert compiling._refusal(said, 1).splitlines()[1:] == ["a.py:2: error: Incompatible types"]
    assert compiling._refusal("/usr/bin/ld: cannot find -lc\nno\n", extension_build.CANNOT) == "no"


@pytest.mark.long
@pytest.mark.skipif(NO_COMPILER, reason="no C compiler: install gcc")
def test_modules_are_really_compiled_with_what_they_import(package, tmp_path):
    compiling.compile_all(compiled.FOLDER)
    assert compiled.out_of_date() == ""
    code = (
        "from kampyn_perf import compiled\n"
        f"compiled.MODULES = {MODULES!r}\n"
        "assert compiled.use() == '', compiled.use()\n"
        "from kampyn_perf.tiny import more\n"
        "print(type(more).__name__, more(1))"
    )
    shutil.copy(Path(compiled.__file__), package)
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(package.parent)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout == "builtin_function_or_method 7\n", done.stderr
