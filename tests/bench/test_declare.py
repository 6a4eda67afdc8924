"""Cases as files declare them, with what is done around them.

Tests `kampyn_perf/bench/hooks.py` too.
"""

from __future__ import annotations

import pytest

from kampyn_perf.bench import case
from kampyn_perf.bench.declare import build, collecting
from kampyn_perf.errors import KampynError


def sort(numbers: list[int], size: int) -> None: ...


def make(size: int) -> list[int]:
    return list(range(size))


def test_the_decorator_gives_the_function_back_and_declares_it() -> None:
    with collecting() as found:

        @case
        def plain() -> int:
            return 7

        @case("other.name", params={"size": (1, 2), "order": ("up", "down")})
        def second(size: int, order: str) -> None: ...

    assert plain() == 7
    assert [one.name for one in found] == ["test_declare.plain", "other.name"]
    assert [variant.name for variant in found[1].variants()] == [
        "other.name[size=1,order=up]",
        "other.name[size=1,order=down]",
        "other.name[size=2,order=up]",
        "other.name[size=2,order=down]",
    ]


def test_outside_of_a_collection_declaring_does_nothing() -> None:
    @case
    def alone() -> int:
        return 3

    assert alone() == 3


def test_set_ups_pass_their_value_to_what_comes_after() -> None:
    made = build(sort, setup=make, params={"size": (3,)})

    assert made.call.takes_value
    assert made.setup is not None
    assert made.setup.bind({"size": 3})() == [0, 1, 2]
    assert made.call.names == ("size",)


def test_async_anywhere_makes_the_case_async() -> None:
    async def prepare() -> int:
        return 1

    assert not build(lambda: None, "sync").is_async
    assert build(lambda value: None, "value", setup=prepare).is_async


@pytest.mark.parametrize(
    ("declare", "message"),
    [
        (lambda: build(sort, "s", params={"size": (1,)}), "sort takes numbers: nothing to pass"),
        (lambda: build(make, "m"), "make takes size"),
        (lambda: build(lambda a, b: None, "m", setup=lambda: 1), "takes a, b: nothing to pass"),
        (lambda: build(lambda: None, "has space"), "'has space' is not a case's name"),
        (lambda: build(lambda x: None, "m", params={"x": ()}), "'x' has no values"),
        (lambda: build(lambda x: None, "m", params={"x": (1, 1)}), "'x' has a value twice"),
        (lambda: build(lambda x: None, "m", params={"x": ("a b",)}), "not a number, a truth value"),
        (lambda: build(lambda x: None, "m", params={"x": (None,)}), "not a number, a truth value"),
        (lambda: build(lambda: None, "m", params={"clients": (2,)}), "m has the parameter clients"),
        (lambda: build(lambda n, size: None, "m", params={"n": (1,)}, setup=lambda: 1), "first"),
    ],
)
def test_what_cannot_be_called_or_named_is_refused(declare: object, message: str) -> None:
    with pytest.raises(KampynError, match=message):
        declare()  # type: ignore[operator]


@pytest.mark.parametrize("clients", [0, -1, True, 1.5])
def test_clients_are_whole_numbers_from_one_up(clients: object) -> None:
    async def call() -> None: ...

    with pytest.raises(KampynError, match="must be whole numbers from 1 up"):
        build(call, "c", params={"clients": (clients,)})  # type: ignore[dict-item]


def test_a_generator_function_measures_nothing_and_is_refused() -> None:
    def lazy():  # type: ignore[no-untyped-def]
        yield 1

    with pytest.raises(KampynError, match="lazy is a generator: calling it runs nothing"):
        build(lazy)


def test_the_empty_call_has_the_shape_of_the_real_one() -> None:
    made = build(sort, setup=make, params={"size": (3,)})
    empty = made.call.empty({"size": 3})

    assert empty([1]) is None
    with pytest.raises(TypeError):
        empty()
