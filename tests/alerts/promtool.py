"""Debian's promtool: does Prometheus take these rules, and when do they fire?"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

HINT = "install Debian's package prometheus, which has promtool"


def available() -> bool:
    """Whether there is one."""
    return shutil.which("promtool") is not None


def check(rules: str, folder: Path) -> None:
    """Fail unless promtool takes the rules."""
    (folder / "rules.yaml").write_text(rules)
    _run("check", "rules", "rules.yaml", folder=folder)


def fired(
    rules: str,
    series: Mapping[str, Sequence[float | None]],
    names: Sequence[str],
    *,
    step: int,
    evaluated: Sequence[int],
    folder: Path,
) -> dict[str, list[int]]:
    """Of each alert the moments, of those `evaluated`, at which Prometheus had it firing.

    `series` has the samples that were scraped every `step` seconds; None is a scrape that failed.
    Rules are evaluated at the pace of `evaluated`, which is even and begins at 0.
    """
    (folder / "rules.yaml").write_text(rules)
    document = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": f"{evaluated[1] - evaluated[0]}s",
        "tests": [
            {
                "interval": f"{step}s",
                "input_series": [
                    {"series": name, "values": " ".join(map(_spell, values))}
                    for name, values in series.items()
                ],
                # promtool tells what it got only where it expected something else.
                "alert_rule_test": [
                    {"eval_time": f"{at}s", "alertname": name, "exp_alerts": [_NOTHING_LIKE_IT]}
                    for name in names
                    for at in evaluated
                ],
            }
        ],
    }
    (folder / "test.yaml").write_bytes(orjson.dumps(document))  # JSON is YAML
    said = subprocess.run(
        ["promtool", "test", "rules", "test.yaml"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return _read(said.stderr + said.stdout, names, evaluated)


_NOTHING_LIKE_IT: Mapping[str, Any] = {"exp_labels": {"none": "such"}}


def _spell(value: float | None) -> str:
    return "_" if value is None else f"{value:.12g}"


def _read(said: str, names: Sequence[str], evaluated: Sequence[int]) -> dict[str, list[int]]:
    """What promtool got, of its words `alertname: X, time: 1m30s, exp: [...], got: [...]`."""
    moments: dict[str, list[int]] = {name: [] for name in names}
    answers = 0
    for part in said.split("alertname: ")[1:]:
        name, _comma, rest = part.partition(", time: ")
        at = _seconds(rest.partition(",")[0])
        answers += 1
        if "got:[]" not in rest.replace(" ", "").replace("\n", ""):
            moments[name].append(at)
    assert answers == len(names) * len(evaluated), said
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
