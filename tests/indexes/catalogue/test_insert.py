"""Entries go into a file of any form, and nothing else of it changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.config import parse_yaml
from kampyn_perf.errors import KampynError
from kampyn_perf.indexes.catalogue.insert import inserted, reads_back
from kampyn_perf.indexes.catalogue.load import load_catalogue
from kampyn_perf.indexes.model.catalogue import Entry, WantedCollection
from kampyn_perf.indexes.model.spec import IndexSpec

NEW = Entry(
    spec=IndexSpec(keys=(("b", 1), ("c", -1)), options={"unique": True}), reason="adopted: of all"
)


def part(name: str, *entries: Entry, cluster: str = "default") -> WantedCollection:
    return WantedCollection(name=name, entries=entries or (NEW,), cluster=cluster)


def read(text: str):
    return load_catalogue(parse_yaml(text, "indexes.yaml"))


def added(text: str, *parts: WantedCollection) -> str:
    after = inserted(text, parts)
    assert reads_back(read(text), read(after), parts) == ""
    return after


FILE = """\
# ours
collections:
  users:   # people
    indexes:
      - {key: {email: 1}, unique: true}   # login

  # orders are next
  orders:
    required: [a]
    indexes:
    - key: {userId: 1}
      reason: >
        folded
        text
    # of orders

  empty: {}
  flow: {indexes: [{key: {a: 1}}]}
  blank: {indexes: []}
  listed:
    indexes: [{key: {a: 1}}]  # on one line
    required: [a]
  without:
    required: [a]
# the end
"""


def test_a_block_is_continued_where_it_ends():
    after = added(FILE, part("users"), part("orders"))
    assert after == FILE.replace(
        "   # login\n",
        "   # login\n      - key: {b: 1, c: -1}\n        unique: true\n"
        "        reason: 'adopted: of all'\n",
    ).replace(
        "        text\n",
        "        text\n    - key: {b: 1, c: -1}\n      unique: true\n"
        "      reason: 'adopted: of all'\n",
    )


@pytest.mark.parametrize("name", ["empty", "flow", "blank", "listed", "without"])
def test_every_form_takes_it(name):
    after = added(FILE, part(name))
    assert "# on one line" in after
    assert after.endswith("# the end\n")


def test_a_collection_that_the_file_has_not():
    after = added(FILE.replace("collections:", "clusters: {order: URI}\ncollections:"),
                  part("new", cluster="order"), part("yes"))  # fmt: skip
    assert "\n  new:\n    cluster: order\n    indexes:\n      - key: {b: 1, c: -1}\n" in after
    assert "\n  'yes':\n" in after


def test_line_ends_are_kept():
    after = added(FILE.replace("\n", "\r\n"), part("users"), part("new"))
    assert after.count("\n") == after.count("\r\n")


def test_no_line_end_at_the_end():
    added("collections:\n  users:\n    indexes:\n      - key: {a: 1}", part("users"), part("new"))


ALIAS = "collections:\n  retails: &items\n    indexes:\n      - key: {a: 1}\n  produces: *items\n"


def test_an_alias_takes_what_both_get():
    after = added(ALIAS, part("retails"), part("produces"))
    assert after.count("b: 1") == 1
    with pytest.raises(KampynError, match="retails and produces are one text"):
        inserted(ALIAS, [part("produces")])


def test_what_has_no_place_is_named():
    with pytest.raises(KampynError, match="no collections"):
        inserted("a: 1\n", [part("users")])
    with pytest.raises(KampynError, match="on one line"):
        inserted("collections: {users: {}}\n", [part("new")])


def test_a_difference_is_seen():
    before = read(FILE)
    assert reads_back(before, before, [part("users")]) == "users"
    assert reads_back(before, read("collections: {users: {}}\n"), []) != ""


@given(
    indent=st.integers(1, 5),
    dash=st.integers(0, 4),
    blank=st.sampled_from(["", "\n", "\n  # a remark\n", "\n\n"]),
    end=st.sampled_from(["", "  # why", "\n        # of the last"]),
    option=st.sampled_from(["", "reason: |\n{}two\n{}lines", "reason: 'a # b'", "unique: true"]),
)
def test_any_indentation(indent, dash, blank, end, option):
    one, two = " " * indent, " " * (indent * 2)
    inner = " " * (indent * 2 + dash)
    more = option.format(f"{inner}    ", f"{inner}    ")
    item = f"{inner}- key: {{a: 1}}" + (f"\n{inner}  {more}" if more else "")
    tail = end if "|" not in option else ""
    text = f"collections:\n{one}users:\n{two}indexes:\n{item}{tail}\n{blank}{one}orders: {{}}\n"
    after = added(text, part("users"), part("orders"))
    kept = [line for line in text.splitlines() if "orders" not in line]
    remaining = iter(after.splitlines())
    assert all(line in remaining for line in kept)  # in their order
