"""What a wheel takes in beside its sources: the generator's innermost loop, compiled.

`kampyn_perf/compiling.py` makes it, and says where it cannot: the wheel is pure Python then.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledPart(BuildHookInterface[Any]):
    """Of wheels alone: an editable install is compiled in its folder, by `make`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the wheel is written."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from kampyn_perf import compiling

        self._work = TemporaryDirectory(prefix="kampyn-perf-wheel-")
        folder = compiling.for_a_wheel(Path(self._work.name))
        if folder is None:
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        for path in folder.iterdir():
            build_data["force_include"][str(path)] = f"kampyn_perf/_compiled/{path.name}"

    def finalize(
        self,
        version: str,
        build_data: dict[str, Any],  # noqa: ARG002 (what hooks are given)
        artifact_path: str,  # noqa: ARG002
    ) -> None:
        """After it."""
        if version != "editable":
            self._work.cleanup()
