"""`kampyn-perf init --k6`: a script of k6 as files of one's own."""

from __future__ import annotations

from pathlib import Path

from kampyn_perf import config
from kampyn_perf.cli.init_artillery import Project
from kampyn_perf.convert.k6.read import Script, read_script
from kampyn_perf.convert.naming import file_name
from kampyn_perf.convert.project.files import File, host_to_allow
from kampyn_perf.convert.project.yaml_text import block, comment
from kampyn_perf.slo import objectives
from kampyn_perf.sources import read_yaml
from kampyn_perf.thresholds import k6
from kampyn_perf.thresholds.limit import Objective, unused_name


def project_of(path: Path, *, url: str, name: str) -> Project:
    """The project of the script at `path`. Raises KampynError or ConfigError."""
    script = read_script(path, url=url)
    name = name or file_name(path.stem, otherwise="script")
    limits, wrong = _limits(script, path.name)
    left_out = [*script.left_out, *wrong]
    origin = f"Made by `kampyn-perf init` of the k6 script {path.name}. It is yours to edit."
    words = [origin, *(["Not taken over:"] if left_out else []), *left_out]
    allowed = "".join(f" --allow-host {host}" for host in _hosts(script))
    document = {"name": name, "url": script.url, "flows": script.flows}
    load = {"config": {"target": name, "timeouts": {"total": "1min"}, "phases": script.phases}}
    usual = read_yaml(config.shipped("configs") / f"{objectives.API_NAME}.yaml").data["objectives"]
    texts = {
        "configs/load.yaml": comment(origin) + block(load),
        "configs/slo.yaml": comment(origin) + block({"objectives": limits or usual}),
        f"configs/targets/{name}.yaml": "".join(map(comment, words)) + block(document),
    }
    return Project(
        files={key: File(text.encode()) for key, text in texts.items()},
        left_out=left_out,
        remarks=script.remarks,
        command=f"kampyn-perf load{allowed}",
    )


def _hosts(script: Script) -> list[str]:
    """Those that a run has to be allowed to load, each once."""
    urls = [script.url]
    for flow in script.flows:
        urls += [
            request["url"] for step in flow["flow"] for request in step.values() if "url" in request
        ]
    return list(dict.fromkeys(filter(None, map(host_to_allow, urls))))


def _limits(script: Script, file: str) -> tuple[dict[str, Objective], list[str]]:
    """Objectives of the thresholds; those of flows that are not there are left out."""
    flows = {flow["name"] for flow in script.flows}
    limits: dict[str, Objective] = {}
    wrong: list[str] = []
    for metric, (line, entries) in script.thresholds.items():
        objectives, why = k6.read({metric: entries})
        wrong += [f"{file}:{line}: threshold {name}: {text}" for name, text in why]
        for key, objective in objectives.items():
            flow = objective.get("scope", {}).get("flow")
            if flow and flow not in flows:
                wrong.append(f"{file}:{line}: threshold {metric}: no flow {flow} is written")
                continue
            limits[unused_name(key, limits)] = objective
    return limits, wrong
