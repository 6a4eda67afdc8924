"""CONTRIBUTING.md and docs/architecture.md name files and packages that are there; a file of tests
has the name of a module, or says what it tests; and every module is found in one of these ways."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RECIPES = (ROOT / "CONTRIBUTING.md").read_text().partition("## Ten recipes")[2]
MAP = (ROOT / "docs" / "architecture.md").read_text()
_PATH = re.compile(r"`((?:kampyn_perf|tests|configs|scenarios|docs)/[\w./]+)`")
_NAMED = re.compile(r"\b(?:kampyn_perf|benchmarks|configs|docs|tests)/[\w/-]*(?:\.\w+)?")
_AT_THE_TOP = re.compile(r"\b(?:README\.md|CONTRIBUTING\.md|pyproject\.toml)")
_DOCSTRING = re.compile(r'\A"""(.*?)"""', re.DOTALL)
_IN_PACKAGE = re.compile(r"\bkampyn_perf(?:/\w+)+(?:\.py)?")
_FILES_OF = re.compile(r"((?:`\w+\.py`(?:, | and )?)+) of `(kampyn_perf(?:/\w+)*)`")
"""`a.py`, `b.py` and `c.py` of `kampyn_perf/load`"""
_MODULE = re.compile(r"`((?:load|backend|indexes|slo|recorder|results|measure|cli)/[\w/]+)`")


def test_there_are_ten_recipes_and_each_names_files() -> None:
    recipes = re.split(r"^\d+\. ", RECIPES, flags=re.MULTILINE)[1:]
    assert len(recipes) == 10
    assert all(_PATH.search(recipe) for recipe in recipes)


@pytest.mark.parametrize("path", sorted(set(_PATH.findall(RECIPES))))
def test_a_file_of_a_recipe_is_there(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("module", sorted(set(_MODULE.findall(MAP))))
def test_a_module_of_the_map_is_there(module: str) -> None:
    place = ROOT / "kampyn_perf" / module
    assert place.is_dir() or place.with_suffix(".py").is_file()


@pytest.mark.parametrize(
    ("test", "text", "clear"),
    [
        ("test_units.py", "", True),
        ("indexes/test_service.py", "", True),  # a package
        ("indexes/plan/test_diff.py", "", True),
        ("plan/test_diff.py", "", False),
        ("test_nothing.py", '"""What is there."""', False),
        ("test_nothing.py", '"""Tests `kampyn_perf/units.py`."""', True),
        ("test_nothing.py", '"""Tests `kampyn_perf/load`, and more."""', True),
        ("test_nothing.py", '"""Every command of README.md."""', True),
        ("test_nothing.py", '"""One.\n\nTests `docs/slo.md`.\n"""', True),
        ("test_nothing.py", '"""Tests `kampyn_perf/gone.py`."""', False),
        ("test_units.py", '"""Tests `kampyn_perf/gone.py`."""', False),
        ("test_units.py", '"""`gone.py` of `kampyn_perf/load`."""', False),
        ("test_nothing.py", 'X = 1\n"""Tests `kampyn_perf/units.py`."""', False),
    ],
)
def test_how_a_file_of_tests_says_what_it_tests(test: str, text: str, clear: bool) -> None:
    assert (_wrong(Path(test), text) is None) == clear


def test_every_file_of_tests_says_what_it_tests() -> None:
    tests = ROOT / "tests"
    files = sorted(tests.rglob("test_*.py"))
    assert len(files) > 300
    wrong = [
        f"{file.relative_to(ROOT)}: {problem}"
        for file in files
        if (problem := _wrong(file.relative_to(tests), file.read_text()))
    ]
    assert wrong == []


def _wrong(test: Path, text: str) -> str | None:
    """`test` is below `tests/`, `text` what it holds. None where a reader knows what is tested."""
    docstring = " ".join(_docstring(text).split())
    named = [*_NAMED.findall(docstring), *_AT_THE_TOP.findall(docstring)]
    for names, folder in _FILES_OF.findall(docstring):
        named += [f"{folder}/{name}" for name in re.findall(r"\w+\.py", names)]
    if gone := [path for path in named if not (ROOT / path).exists()]:
        return f"names {', '.join(gone)}, which is not there"
    module = ROOT / "kampyn_perf" / test.parent / test.stem.removeprefix("test_")
    if named or module.is_dir() or module.with_suffix(".py").is_file():
        return None
    return "has no module of its name, and its docstring names no path of what it tests"


@pytest.mark.parametrize(
    ("test", "docstring", "found"),
    [
        ("test_units.py", "", {"units.py"}),
        ("indexes/test_service.py", "", {"indexes/service/*.py"}),
        ("test_x.py", "Tests `kampyn_perf/load/flow.py`.", {"load/flow.py"}),
        ("test_x.py", "Tests `kampyn_perf/load/target`.", {"load/target/*.py"}),
        # A whole feature is more than one file of tests is about.
        ("test_x.py", "Tests `kampyn_perf/load`.", {"load/__init__.py"}),
        (
            "test_x.py",
            "Tests `step.py`, `flow.py`\nand `html.py` of `kampyn_perf/load/target`.",
            {"load/target/step.py", "load/target/flow.py", "load/target/html.py"},
        ),
        (
            "test_x.py",
            "Tests `flow.py` of `kampyn_perf/load`, and `kampyn_perf/load/target`.",
            {"load/flow.py", "load/target/*.py"},
        ),
        ("test_x.py", "What `flow.py` does.", set()),
    ],
)
def test_what_a_file_of_tests_is_about(test: str, docstring: str, found: set[str]) -> None:
    assert set(_about(Path(test), docstring)) == {f"kampyn_perf/{path}" for path in found}


def test_every_module_is_found_by_its_name_or_named() -> None:
    """By a file of tests of its name, or of its folder's; or by a docstring that names it, or the
    folder that it is in."""
    tests = ROOT / "tests"
    found = {
        path
        for file in tests.rglob("test_*.py")
        for path in _about(file.relative_to(tests), _docstring(file.read_text()))
    }
    modules = [
        path.relative_to(ROOT)
        for path in (ROOT / "kampyn_perf").rglob("*.py")
        if path.name != "__init__.py" or _has_code(path)
    ]
    assert len(modules) > 800
    lost = [str(path) for path in modules if not found & {str(path), f"{path.parent}/*.py"}]
    assert sorted(lost) == []


def _about(test: Path, docstring: str) -> Iterator[str]:
    """Modules, and folders of them as `kampyn_perf/a/b/*.py`: by the name of the file of tests, and
    by its docstring."""
    text = " ".join(docstring.split())
    for names, folder in _FILES_OF.findall(text):
        yield from (f"{folder}/{name}" for name in re.findall(r"\w+\.py", names))
    own = "kampyn_perf" / test.parent / test.stem.removeprefix("test_")
    for path in [str(own), f"{own}.py", *_IN_PACKAGE.findall(_FILES_OF.sub("", text))]:
        if not (ROOT / path).is_dir():
            yield from [path] if (ROOT / path).is_file() else []
        else:
            yield f"{path}/{'*' if path.count('/') > 1 else '__init__'}.py"


def _docstring(text: str) -> str:
    return match[1] if (match := _DOCSTRING.match(text)) else ""


def _has_code(path: Path) -> bool:
    """Whether there is more in it than words."""
    return len(ast.parse(path.read_text()).body) > 1
