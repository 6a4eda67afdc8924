"""What a worker on another machine needs beside the specification: scenarios and data, as text.

The locustfile alone travels; what it imports has to be installed on the worker. Everything arrives
in a folder that only the worker's own user may read.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

from kampyn_perf.files import write_whole
from kampyn_perf.load.messages import Run


def pack(command: Run) -> Run:
    """The command to run, with the content of every file that its specification names."""
    spec = dict(command.spec)
    files: dict[str, str] = {}

    def take(path: str, name: str) -> str:
        files[name] = base64.b64encode(Path(path).read_bytes()).decode()
        return name

    if spec.get("scenarios"):
        spec["scenarios"] = take(spec["scenarios"], "locustfile.py")
    if spec.get("data"):  # by its own name: a CSV's rows are called after the file
        spec["data"] = take(spec["data"], Path(spec["data"]).name)
    spec["feeds"] = {
        name: {**feed, "file": take(feed["file"], f"feed-{number}{Path(feed['file']).suffix}")}
        if feed.get("file")
        else feed
        for number, (name, feed) in enumerate(spec.get("feeds", {}).items())
    }
    return replace(command, spec=spec, files=files)


def unpack(command: Run, folder: Path) -> Run:
    """The command to run with its files in `folder`, and paths that name them there."""
    for name, content in command.files.items():
        write_whole(folder / Path(name).name, base64.b64decode(content), mode=0o600, durable=False)
    spec = dict(command.spec)
    if spec.get("scenarios"):
        spec["scenarios"] = str(folder / spec["scenarios"])
    if spec.get("data"):
        spec["data"] = str(folder / spec["data"])
    spec["feeds"] = {
        name: {**feed, "file": str(folder / feed["file"])} if feed.get("file") else feed
        for name, feed in spec.get("feeds", {}).items()
    }
    return replace(command, spec=spec, files={})
