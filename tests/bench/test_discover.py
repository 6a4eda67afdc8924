from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kampyn_perf.bench.discover import load_file
from kampyn_perf.errors import KampynError

Write = Callable[..., Path]


def test_cases_come_in_order_and_are_named_after_the_file(bench_file: Write) -> None:
    path = bench_file(
        "@bench.case\ndef second(): pass\n\n@bench.case('first')\ndef other(): pass\n", "ordered"
    )
    suite = load_file(path)
    assert suite.name == "ordered"
    assert [case.name for case in suite.cases] == ["ordered.second", "first"]


def test_a_file_imports_its_neighbours_and_does_not_run_their_cases(bench_file: Write) -> None:
    helper = bench_file("@bench.case\ndef theirs(): pass\n\nVALUE = 3\n", "neighbour_of_one")
    path = bench_file(
        f"from {helper.stem} import VALUE\n\n@bench.case\ndef mine(): assert VALUE == 3\n"
    )
    assert [case.name for case in load_file(path).cases] == [f"{path.stem}.mine"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("def broken(:\n", r":3: invalid syntax"),
        ("import not_there_at_all\n", "line 3: ModuleNotFoundError: No module named 'not_there"),
        ("raise SystemExit(4)\n", "line 3: SystemExit: 4"),
        ("def f():\n    raise ValueError('x')\nf()\n", "line 4: ValueError: x"),
        ("import json\njson.loads('{')\n", "line 4: JSONDecodeError"),
        ("x = 1\n", "declares no benchmark cases"),
        ("@bench.case\ndef wants(this): pass\n", "wants takes this: nothing to pass"),
    ],
)
def test_a_file_that_is_not_right_says_where(body: str, message: str, bench_file: Write) -> None:
    path = bench_file(body)
    with pytest.raises(KampynError, match=message) as caught:
        load_file(path)
    assert path.name in caught.value.message


def test_what_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(KampynError, match=r"away\.py does not exist"):
        load_file(tmp_path / "away.py")
    with pytest.raises(KampynError, match="is a folder"):
        load_file(tmp_path)


def test_a_file_named_like_a_module_in_use_is_refused(bench_file: Write) -> None:
    with pytest.raises(KampynError, match="there is a module json already"):
        load_file(bench_file("@bench.case\ndef f(): pass\n", "json"))
