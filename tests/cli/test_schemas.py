"""JSON Schemas of the files of `configs/`: editors take what the program takes.

Tests `kampyn_perf/config_schema.py` too.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from kampyn_perf.cli.docs import ConfigName
from kampyn_perf.cli.schemas import FILES
from kampyn_perf.config_schema import meanings, models_in
from tests.cli import program

CONFIGS = program.ROOT / "configs"
MODELS = list(
    dict.fromkeys(
        one
        for file in FILES.values()
        for root in (file.model, *file.beside.values())
        for one in models_in(root)
    )
)
BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.S | re.M)


@cache
def validator(name: str) -> Any:
    return jsonschema_rs.validator_for(FILES[name].schema())


def kind_of(path: Path) -> str:
    return "targets" if path.parent.name == "targets" else path.stem.partition("-")[0]


def problems(name: str, document: Any) -> list[str]:
    return [
        f"{list(one.instance_path)}: {one.message}" for one in validator(name).iter_errors(document)
    ]


@pytest.mark.parametrize("path", sorted(CONFIGS.rglob("*.yaml")), ids=lambda path: path.name)
def test_every_shipped_file_is_one(path: Path) -> None:
    assert problems(kind_of(path), yaml.safe_load(path.read_text())) == []


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("load.md", "load"),
        ("targets.md", "targets"),
        ("alerts.md", "alerts"),
        ("export.md", "load"),
    ],
)
def test_the_examples_of_the_pages_are_too(page: str, name: str) -> None:
    text = (program.ROOT / "docs" / page).read_text()
    blocks = [yaml.safe_load(block) for block in BLOCK.findall(text)]
    ours = [block for block in blocks if "scrape_configs" not in block and "groups" not in block]
    assert ours
    for block in ours:
        assert problems(name, block) == []


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("load", {"config": {"maxVuser": 3}}),
        ("load", {"config": {"mode": "sometimes"}}),
        ("load", {"config": {"phases": [{"duration": ["60"]}]}}),
        ("slo", {"objectives": {"a": {"metric": "response_time"}}}),
        ("targets", {"watch": {"prob": {}}}),
        ("load", {"config": {"faults": [{"at": "1s", "redis": "tickle"}]}}),
    ],
)
def test_what_the_program_refuses_is_marked(name: str, document: Any) -> None:
    assert len(problems(name, document)) == 1


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_says_what_it_means(model: Any) -> None:
    words = meanings(model)
    assert [name for name in model.model_fields if not words.get(name)] == []


def test_it_is_printed(tmp_path: Path) -> None:
    assert set(ConfigName) == set(FILES)
    done = program.run(tmp_path, "docs", "--schema", "load")
    assert done.code == 0
    assert done.json == FILES["load"].schema()
    described = done.json["$defs"]["PhaseSettings"]["properties"]["pause"]
    assert described["description"] == "A stretch without arrivals; stands alone."
