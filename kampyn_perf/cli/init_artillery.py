"""`kampyn-perf init --artillery`: a script as files of one's own."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kampyn_perf import config
from kampyn_perf.convert.project.files import File
from kampyn_perf.convert.project.yaml_text import block, comment
from kampyn_perf.load.artillery.script import ArtilleryScript, read_script
from kampyn_perf.slo import objectives
from kampyn_perf.sources import read_yaml
from kampyn_perf.units import spell_duration

_OF_THE_RUN = ("target", "$dirname", "$scenarioFile", "$testId")


@dataclass(frozen=True, kw_only=True)
class Project:
    """The files, and what is not in them."""

    files: Mapping[str, File]
    left_out: Sequence[str]
    remarks: Sequence[str]
    command: str = "kampyn-perf load"
    """What to do next, in its folder."""

    def to_json(self, paths: Sequence[Path], command: str) -> dict[str, Any]:
        """For programs."""
        return {
            "files": [str(path) for path in paths],
            "left_out": list(self.left_out),
            "remarks": list(self.remarks),
            "next": command,
        }


def project_of(path: Path, *, url: str, name: str) -> Project:
    """The project of the script at `path`. Raises KampynError or ConfigError."""
    script = read_script(path, environ=os.environ, partly=True)
    name = name or script.target.name
    document, data = _document(script, url=url, name=name)
    origin = f"Made by `kampyn-perf init` of the Artillery script {path.name}. It is yours to edit."
    left_out = [str(omission) for omission in (*script.left_out, *script.unjudged)]
    words = [origin, *(["Not taken over:"] if left_out else []), *left_out]
    files = {
        "configs/load.yaml": _file(comment(origin) + block(_load(script, name))),
        "configs/slo.yaml": _file(comment(origin) + block(_slo(script))),
        f"configs/targets/{name}.yaml": _file(
            "".join(comment(word) for word in words) + block(document)
        ),
    }
    files |= {f"data/{name}": File(body, 0o600) for name, body in data.items()}
    return Project(files=files, left_out=left_out, remarks=script.remarks)


def _file(text: str) -> File:
    return File(text.encode())


def _document(
    script: ArtilleryScript, *, url: str, name: str
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The target's file, and the files of rows that it names."""
    document = {**script.document, "name": name}
    document["url"] = url or document["url"]
    data: dict[str, bytes] = {}
    feeds = {}
    for key, feed in document["feeds"].items():
        feeds[key] = dict(feed)
        file = Path(feed.get("file") or ".")
        if file.is_file():
            body = file.read_bytes()
            own = file.name
            if data.get(own, body) != body:  # of another folder
                own = f"{len(data)}-{own}"
            data[own] = body
            feeds[key]["file"] = f"data/{own}"
    document["feeds"] = feeds
    flows = repr([document["flows"], document.get("once"), document["headers"]])
    document["variables"] = {
        key: value
        for key, value in document["variables"].items()
        if not _from_environment(value)
        if key not in _OF_THE_RUN or f"{{{{ {key}" in flows or f"{{{{{key}" in flows
    }
    return {key: value for key, value in document.items() if value}, data


def _from_environment(value: object) -> bool:
    """Whether it would stand for its own braces; it is among what was not taken over."""
    return isinstance(value, str) and "{{ $" in value


def _load(script: ArtilleryScript, name: str) -> dict[str, Any]:
    timeout = spell_duration(script.timeouts.total)
    apdex = {"apdex": spell_duration(script.apdex)} if script.apdex else {}
    return {
        "config": {
            "target": name,
            "timeouts": {"total": timeout},
            **apdex,
            "mode": str(script.profile.mode or "even"),
            "phases": [dict(phase) for phase in script.phases],
        }
    }


def _slo(script: ArtilleryScript) -> dict[str, Any]:
    """The objectives for any API, and those of the script."""
    usual = read_yaml(config.shipped("configs") / f"{objectives.API_NAME}.yaml").data["objectives"]
    return {"objectives": {**usual, **script.objectives.data.get("objectives", {})}}
