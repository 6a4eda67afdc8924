"""Names that are imported when they are first used."""

from __future__ import annotations

from importlib import import_module

import pytest

FACES = ["backend", "bench", "capacity", "compare", "doctor", "load"]


@pytest.mark.parametrize("face", FACES)
def test_every_name_of_a_face_is_there_once_it_is_asked_for(face: str) -> None:
    package = import_module(f"kampyn_perf.{face}")
    assert package.__all__
    for name in package.__all__:
        value = getattr(package, name)
        assert vars(package)[name] is value  # looked up once


def test_a_name_of_another_module_and_one_under_another_name() -> None:
    from kampyn_perf import backend, bench
    from kampyn_perf.backend import settings
    from kampyn_perf.results.bench import BenchResult

    assert backend.load_settings is settings.load
    assert bench.BenchResult is BenchResult


def test_a_name_that_is_not_there() -> None:
    package = import_module("kampyn_perf.compare")
    with pytest.raises(AttributeError) as raised:
        _ = package.judgee
    assert str(raised.value) == "module 'kampyn_perf.compare' has no attribute 'judgee'"
