"""Debian's promtool: does Prometheus take these rules, and when do they fire?"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import yaml

HINT = "install Debian's package prometheus, which has promtool"


def available() -> bool:
    """Whether there is one."""
    return shutil.which("promtool") is not None


def check(rules: str, folder: Path) -> None:
    """Fail unless promtool takes the rules."""
    (folder / "rules.yaml").write_text(rules)
    _run("check", "rules", "rules.yaml", folder=folder)


@dataclass(frozen=True)
class Asked:
    """When do these rules fire on these samples?"""

    rules: str
    series: Mapping[str, Sequence[float | None]]
    """What was scraped every `step` seconds; None is a scrape that failed."""
    names: Sequence[str]
    """Of alerts."""
    step: int
    evaluated: Sequence[int]
    """Moments, at whose pace rules are evaluated: even, from 0 on."""


def fired(each: Sequence[Asked], folder: Path) -> list[dict[str, list[int]]]:
    """For each, of each alert the moments, of those `evaluated`, at which Prometheus had it firing.

    One promtool for all of them, without words for who reads them, which take a quarter of its
    time, and with rare looks for garbage, which take another.
    """
    for number, asked in enumerate(each):
        rules = yaml.load(asked.rules, yaml.CSafeLoader)
        for rule in rules["groups"][0]["rules"]:
            rule.pop("annotations", None)
        (folder / f"rules{number}.yaml").write_bytes(orjson.dumps(rules))  # JSON is YAML
        (folder / f"test{number}.yaml").write_bytes(
            orjson.dumps(_document(f"rules{number}.yaml", asked))
        )
    said = subprocess.run(
        ["promtool", "test", "rules", *(f"test{number}.yaml" for number in range(len(each)))],
        cwd=folder,
        env=os.environ | {"GOGC": "400"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    ).stdout
    parts = said.split("Unit Testing:")[1:]
    assert [part.split(maxsplit=1)[0] for part in parts] == [
        f"test{number}.yaml" for number in range(len(each))
    ], said
    return [_read(part, asked) for part, asked in zip(parts, each, strict=True)]


def _document(rules: str, asked: Asked) -> dict[str, Any]:
    return {
        "rule_files": [rules],
        "evaluation_interval": f"{asked.evaluated[1] - asked.evaluated[0]}s",
        "tests": [
            {
                "interval": f"{asked.step}s",
                "input_series": [
                    {"series": name, "values": " ".join(map(_spell, values))}
                    for name, values in asked.series.items()
                ],
                # promtool tells what it got only where it expected something else.
                "alert_rule_test": [
                    {"eval_time": f"{at}s", "alertname": name, "exp_alerts": [_NOTHING_LIKE_IT]}
                    for name in asked.names
                    for at in asked.evaluated
                ],
            }
        ],
    }


_NOTHING_LIKE_IT: Mapping[str, Any] = {"exp_labels": {"none": "such"}}


def _spell(value: float | None) -> str:
    return "_" if value is None else f"{value:.12g}"


def _read(said: str, asked: Asked) -> dict[str, list[int]]:
    """What promtool got, of its words `alertname: X, time: 1m30s, exp: [...], got: [...]`."""
    moments: dict[str, list[int]] = {name: [] for name in asked.names}
    answers = 0
    for part in said.split("alertname: ")[1:]:
        name, _comma, rest = part.partition(", time: ")
        at = _seconds(rest.partition(",")[0])
        answers += 1
        if "got:[]" not in rest.replace(" ", "").replace("\n", ""):
            moments[name].append(at)
    assert answers == len(asked.names) * len(asked.evaluated), said
    return moments


def _seconds(text: str) -> int:
    """Of `1h2m30s`."""
    total, number = 0, ""
    for sign in text.strip():
        if sign.isdigit():
            number += sign
        else:
            total += int(number) * {"h": 3600, "m": 60, "s": 1}[sign]
            number = ""
    return total


def _run(*arguments: str, folder: Path) -> None:
    done = subprocess.run(
        ["promtool", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
