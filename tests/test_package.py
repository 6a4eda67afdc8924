"""The wheel: what users edit is in it, and it works in an empty folder.

Tests `pyproject.toml`, `hatch_build.py` and `kampyn_perf/__init__.py`.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from hatch_build import CompiledPart
from kampyn_perf import __version__, compiled, compiling
from tests.cli import program

PROGRAM = "from kampyn_perf.cli.main import main; main()"


def build(target: str, folder: Path, environment: dict[str, str] | None = None) -> None:
    """By the backend that pip asks, in this environment: what pip installs for it, it installed for
    this environment too."""
    done = subprocess.run(
        [*(sys.executable, "-m", "hatchling", "build", "--target", target), "-d", str(folder)],
        cwd=program.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr


def installed(
    site: Path, folder: Path, code: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Code run in a folder, with the package of `site` and no clone beside it."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env={**program.environment(), "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    made = not compiled.out_of_date()  # else it is not made here, which takes half a minute
    build("wheel", target, {**program.environment(), compiling.COMPILE_VARIABLE: str(int(made))})
    return next(target.glob("kampyn_perf-*.whl"))


def test_the_wheel_has_the_packages_version(wheel):
    assert wheel.name.startswith(f"kampyn_perf-{__version__}-")


def test_the_wheel_has_what_is_compiled_and_names_its_python(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    inside = [name for name in names if name.startswith("kampyn_perf/_compiled/")]
    if compiled.out_of_date():
        assert wheel.name.endswith("-py3-none-any.whl")
        assert inside == []
    else:
        expected = [path.name for path in compiled.FOLDER.iterdir()]
        assert sorted(inside) == sorted(f"kampyn_perf/_compiled/{name}" for name in expected)
        assert f"-cp{sys.version_info[0]}{sys.version_info[1]}-" in wheel.name


def test_an_editable_install_is_left_to_make(tmp_path, monkeypatch):
    monkeypatch.setattr(compiling, "for_a_wheel", lambda work: pytest.fail("compiled"))
    hook = CompiledPart(str(program.ROOT), {}, None, None, str(tmp_path), "wheel")
    data: dict[str, Any] = {"force_include": {}}
    hook.initialize("editable", data)
    hook.finalize("editable", data, "")
    assert data == {"force_include": {}}


def test_the_source_distribution_can_compile_and_has_nothing_of_this_machine(tmp_path):
    build("sdist", tmp_path)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        names = archive.getnames()
    top = f"kampyn_perf-{__version__}"
    modules = [compiled.source_of(module) for module in compiled.MODULES]
    inside = [str(path.relative_to(program.ROOT)) for path in modules]
    by = [f"kampyn_perf/{name}" for name in compiled.MADE_BY]
    assert {f"{top}/{name}" for name in ("hatch_build.py", *inside, *by)} <= set(names)
    assert not [name for name in names if "/_compiled/" in name]


def test_an_installed_program_uses_what_is_compiled(site, tmp_path):
    code = "from kampyn_perf import compiled; print(compiled.out_of_date() or compiled.FOLDER)"
    done = installed(site, tmp_path, code)
    made = site / "kampyn_perf" / "_compiled"
    expected = "it was not made" if compiled.out_of_date() else str(made)
    assert done.stdout.strip() == expected


def test_the_wheel_has_scenarios_and_configuration(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for folder in ("scenarios", "configs"):
        for path in (program.ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                inside = f"kampyn_perf/_shipped/{path.relative_to(program.ROOT)}"
                assert inside in names
    assert not [name for name in names if name.startswith("tests")]


@pytest.fixture(scope="module")
def site(wheel: Path) -> Path:
    """The wheel alone, unpacked; what it depends on comes from this environment."""
    folder = wheel.parent / "site"
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


def test_an_installed_program_prints_its_pages(site, tmp_path):
    for page in (program.ROOT / "docs").glob("*.md"):
        assert (site / "kampyn_perf" / "_shipped" / "docs" / page.name).is_file()
    done = installed(site, tmp_path, PROGRAM, "docs", "targets")
    assert done.stdout == (program.ROOT / "docs" / "targets.md").read_text()


def test_what_pypi_shows_has_no_link_that_leads_nowhere(wheel):
    archive = zipfile.ZipFile(wheel)
    (metadata,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    text = archive.read(metadata).decode()
    assert "# kampyn-perf" in text
    assert re.findall(r"\]\((?!https?:)[^)]*\)", text) == []
    assert "like this" not in text
    named = set(re.findall(r"`kampyn-perf docs ([a-z-]+)`", text))
    assert {"load", "targets", "exit-codes"} <= named
    assert named <= {path.stem for path in (program.ROOT / "docs").glob("*.md")}


def test_the_wheel_says_that_it_is_typed(wheel):
    assert "kampyn_perf/py.typed" in zipfile.ZipFile(wheel).namelist()


def test_an_installed_program_loads_in_an_empty_folder(site, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    load = ("load", *program.CHEAP, *program.SMALL)
    done = installed(
        site, empty, PROGRAM, *load, *program.profile("{duration: 1, arrivalRate: 20}")
    )
    assert done.returncode in (0, 1, 4), done.stderr
    assert "20 sessions planned = 20 started + 0 dropped; 20 completed" in done.stdout
    assert (empty / "reports" / "latest" / "result.json").is_file()
