"""The lines of a story carried out, and what is wrong with what they do."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.docs import pages
from tests.cli.docs.reading import dry, typed_here
from tests.cli.docs.shell import Shell
from tests.cli.docs.stories import JUDGED, Story
from tests.cli.docs.world import World, with_data

FLOWS = ("Vendor operations", "Order placement flow")


def carry_out(story: Story, world: World, folder: Path, shell: Shell) -> None:
    """All of them, in their order; fails with all that is wrong."""
    if story.backend:
        with_data(world, folder)
    story.files(world, folder)
    tell_each(story, typed_here(story), world, folder, shell)


def tell_each(story: Story, lines: list[str], world: World, folder: Path, shell: Shell) -> None:
    wrong = [said for line in lines if (said := tell(story, line, world, folder, shell))]
    assert not wrong, "\n\n".join(wrong)


def tell(story: Story, line: str, world: World, folder: Path, shell: Shell) -> str:
    """What is wrong with what a line does; empty if it is as it should be."""
    if prepare := story.before.get(line):
        prepare(world, folder)
    flag = dry(line)
    is_dry = flag or "--dry-run" in line
    environ = told(line) if is_dry else world.short(running=story.backend)
    added = flag or story.added.get(line, "")
    done = world.run(folder, line, shell, added=added, environ=environ)
    said = done.out + done.err
    usual = JUDGED if pages.flags(line)[0] == "kampyn-perf load" and not flag else (0,)
    ends = story.ends.get(line, usual)
    if done.code not in ends or "Traceback" in said or story.says.get(line, "") not in said:
        return f"$ {line}\n[ends with {done.code}, and not {ends}]\n{said}"
    return ""


def told(line: str) -> dict[str, str]:
    """Of the bundled backend's flows, where a dry run would start Python to read them: as data."""
    own = re.search(r"locustfile|\.yml|localhost:8000", line)
    flows = ", ".join(f"{{name: {name}, flow: [{{call: active_orders}}]}}" for name in FLOWS)
    return {} if own else {"KAMPYN_LOAD_FLOWS": f"[{flows}]"}
