"""Generators that are forked elsewhere have a child's manners.

Tests `tests/forked_generator.py` and `tests/warm_generators.py`.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from kampyn_perf.load.coordinator.child import GENERATOR, Child
from kampyn_perf.load.messages import Describe, to_wire
from tests import forked_generator


@pytest.fixture
def child(tmp_path: Path) -> Child:
    path = tmp_path / "log"
    with forked_generator.warm(), path.open("ab") as log:
        started = Child(GENERATOR, log=log, log_path=path)
    assert isinstance(started._process, forked_generator.Generator)
    return started


def test_it_answers_and_ends_with_its_stdin(child: Child) -> None:
    child.send(to_wire(Describe(scenarios=(), data_flows={"Buy": 3})))
    received = child.receive()
    assert received is not None
    assert received[0]["weights"] == {"Buy": 3}
    with pytest.raises(subprocess.TimeoutExpired):
        child._process.wait(0.01)
    child.close()
    assert child._process.poll() == 0


def test_its_output_ends_with_it(child: Child) -> None:
    """The process that forked it holds no end of its pipes."""
    child.kill()
    assert child.how_it_ended() == "ended by SIGKILL"
    assert child.receive() is None
    child.close()


@pytest.mark.compiled
def test_its_generators_have_what_is_compiled() -> None:
    asked = "from kampyn_perf import compiled\nprint(compiled.in_use())"
    assert forked_generator.run_script(asked) == "True\n"
