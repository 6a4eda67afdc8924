"""CONTRIBUTING.md and docs/architecture.md name files and packages that are there; a file of tests
has the name of a module, or says what it tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RECIPES = (ROOT / "CONTRIBUTING.md").read_text().partition("## Ten recipes")[2]
MAP = (ROOT / "docs" / "architecture.md").read_text()
_PATH = re.compile(r"`((?:kampyn_perf|tests|configs|scenarios|docs)/[\w./]+)`")
_NAMED = re.compile(r"\b(?:kampyn_perf|benchmarks|configs|docs|tests)/[\w/-]*(?:\.\w+)?")
_AT_THE_TOP = re.compile(r"\b(?:README\.md|CONTRIBUTING\.md|pyproject\.toml)")
_DOCSTRING = re.compile(r'\A"""(.*?)"""', re.DOTALL)
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
    docstring = match[1] if (match := _DOCSTRING.match(text)) else ""
    named = [*_NAMED.findall(docstring), *_AT_THE_TOP.findall(docstring)]
    if gone := [path for path in named if not (ROOT / path).exists()]:
        return f"names {', '.join(gone)}, which is not there"
    module = ROOT / "kampyn_perf" / test.parent / test.stem.removeprefix("test_")
    if named or module.is_dir() or module.with_suffix(".py").is_file():
        return None
    return "has no module of its name, and its docstring names no path of what it tests"
