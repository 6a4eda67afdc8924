"""A draft as the files of a project: what is in each, and where it belongs. Pure, but for the
objectives, which are a copy of those that the program ships."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from urllib.parse import urlsplit

from kampyn_perf import config
from kampyn_perf.convert.draft import Draft, Table
from kampyn_perf.convert.project.target_file import DATA_FOLDER, target_text
from kampyn_perf.convert.project.yaml_text import block, comment
from kampyn_perf.units import spell_duration

SMOKE = "smoke"
_SMOKE_REQUESTS = 20
"""Per second, for half a minute: enough for an interval of the 99th percentile (368 requests)."""
_AVERAGE_REQUESTS = 50
_DRAIN = 30_000_000
_LONGEST_DRAIN = 3_600_000_000
_PUBLIC, _PRIVATE = 0o644, 0o600


@dataclass(frozen=True)
class File:
    """One file of a project."""

    body: bytes
    mode: int = _PUBLIC


def files_of(draft: Draft) -> dict[str, File]:
    """The files, by their paths below the project's folder."""
    files = {
        "configs/load.yaml": _file(_load_text(draft)),
        "configs/slo.yaml": _file(_slo_text()),
        f"configs/targets/{draft.name}.yaml": _file(target_text(draft)),
    }
    for table in draft.tables:
        mode = _PRIVATE if table.secret else _PUBLIC
        files[f"{DATA_FOLDER}/{table.name}.csv"] = _file(_csv(table), mode)
    return files


def _file(text: str, mode: int = _PUBLIC) -> File:
    return File(text.encode("utf-8", "replace"), mode)


def _csv(table: Table) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.rows)
    return text.getvalue()


def _slo_text() -> str:
    """The objectives for any API. Its first comment is about the shipped file."""
    shipped = (config.shipped("configs") / "slo-api.yaml").read_text(encoding="utf-8")
    objectives = shipped[shipped.index("objectives:") :]
    words = (
        "What the API is held to: EDIT these to what you promise. docs/slo.md explains the "
        "grammar, and `kampyn-perf check --metrics` lists what can be judged. Limits for a single "
        "endpoint, flow or phase are possible too."
    )
    return comment(words) + "\n" + objectives


def _load_text(draft: Draft) -> str:
    requests = max(sum(flow.requests() for flow in draft.flows) / len(draft.flows), 1)
    smoke, average = _rate(_SMOKE_REQUESTS / requests), _rate(_AVERAGE_REQUESTS / requests)
    pauses = max(flow.pauses() for flow in draft.flows)
    allowed = host_to_allow(draft.url)
    parts = [
        comment(
            f"How much load, and for how long. Made by `kampyn-perf init` of {draft.origin}. "
            "Durations are seconds, or carry a unit (1m30s, 250ms); arrivalRate is sessions per "
            "second, and a session here sends "
            f"{requests:.3g} request{'' if requests == 1 else 's'} on average."
        ),
        "\nconfig:\n",
        comment(f"The API: configs/targets/{draft.name}.yaml.", indent=2),
        block({"target": draft.name}, indent=2),
        comment("The profile that is used when --profile names none.", indent=2),
        block({"profile": SMOKE}, indent=2),
        comment(
            "Load goes to this machine freely, and to no other host that is not named here"
            + (f": EDIT, [{allowed}], if it is yours to load." if allowed else "."),
            indent=2,
        ),
        block({"allowHosts": []}, indent=2),
        _drain(pauses),
        "\nprofiles:\n",
        comment("Whether it works at all, and whether every request is answered as it should be.",
                indent=2),
        _profile(SMOKE, [f"{{name: Smoke, duration: 30, arrivalRate: {smoke}}}"]),
        comment("EDIT: put in the arrival rate of your traffic.", indent=2),
        _profile(
            "average",
            [
                f"{{name: Ramp up, duration: 30, arrivalRate: {smoke}, rampTo: {average}}}",
                f"{{name: Average load, duration: 2m, arrivalRate: {average}}}",
            ],
        ),
    ]  # fmt: skip
    return "".join(parts)


def _drain(pauses: int) -> str:
    if not pauses:
        return ""
    words = "How long sessions in flight may take to finish: a session here thinks for "
    drain = min(pauses + _DRAIN, _LONGEST_DRAIN)
    whole = -(-drain // 1_000_000) * 1_000_000
    return comment(f"{words}{spell_duration(pauses)}.", indent=2) + block(
        {"drain": spell_duration(whole)}, indent=2
    )


def _profile(name: str, phases: list[str]) -> str:
    lines = "".join(f"      - {phase}\n" for phase in phases)
    return f"  {name}:\n    phases:\n{lines}"


def _rate(rate: float) -> str:
    return f"{max(rate, 0.01):.3g}"


def host_to_allow(url: str) -> str:
    """The host that a run has to be allowed to load; empty for this machine."""
    host = urlsplit(url).hostname or ""
    return "" if host == "localhost" or host.startswith("127.") or host == "::1" else host
