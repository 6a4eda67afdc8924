"""CONTRIBUTING.md and docs/architecture.md name files and packages that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RECIPES = (ROOT / "CONTRIBUTING.md").read_text().partition("## Ten recipes")[2]
MAP = (ROOT / "docs" / "architecture.md").read_text()
_PATH = re.compile(r"`((?:kampyn_perf|tests|configs|scenarios|docs)/[\w./]+)`")
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
