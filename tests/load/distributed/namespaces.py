"""Network namespaces, each as good as a host of its own. Making them needs root."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.inherited import enter


def permitted() -> bool:
    name = f"kp-try-{os.getpid()}"
    try:
        made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False)
    except OSError:
        return False
    if made.returncode == 0:
        subprocess.run(["ip", "netns", "del", name], check=False)
    return made.returncode == 0


@dataclass
class Hosts:
    """Namespaces on one bridge: one for the target and the master, one for each worker."""

    tag: str
    names: list[str] = field(default_factory=list)

    def add(self, number: int) -> None:
        name, outer = f"{self.tag}-{number}", f"{self.tag}v{number}"
        self.names.append(name)
        ip("netns", "add", name)
        ip("link", "add", outer, "type", "veth", "peer", "name", "eth0", "netns", name)
        ip("link", "set", outer, "master", f"{self.tag}br", "up")
        ip("-n", name, "addr", "add", f"10.77.0.{number}/24", "dev", "eth0")
        ip("-n", name, "link", "set", "eth0", "up")
        ip("-n", name, "link", "set", "lo", "up")

    def entering(self, number: int) -> Callable[[], None]:
        """For a process, before it begins."""
        return partial(enter, Path("/run/netns", f"{self.tag}-{number}"))

    def cut_off(self, number: int) -> None:
        ip("link", "set", f"{self.tag}v{number}", "down")


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
