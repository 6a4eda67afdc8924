from __future__ import annotations

import pytest

from kampyn_perf.results.labels import safe_label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("load-quick", "load-quick"),
        ("load-a/b", "load-a-b"),
        ("load-../../x", "load-..-..-x"),
        ("load-größer 2", "load-größer-2"),
        ("load-a\nb\0c", "load-a-b-c"),
        ("/", "unnamed"),
        ("x" * 300, "x" * 50),
    ],
)
def test_a_label_is_one_part_of_a_path(text, label):
    assert safe_label(text) == label
